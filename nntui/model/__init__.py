"""What an experiment consists of: network, functions, data and training settings."""
