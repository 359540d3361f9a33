"""Models from elsewhere: into an ``Experiment`` and back, a file for each library or format.

nntui never executes anything from a file, and refuses in one sentence what it cannot represent
exactly. No library is imported here that the user has not imported, but for reading ONNX; PyTorch
reads its own files in a process of its own.
"""
