"""The pictures in README.md, made from the app itself (``python tests/pictures/make.py``)."""
