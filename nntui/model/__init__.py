"""What an experiment is: network, functions, data, training settings. No files, no screen."""
