"""How an experiment is stored: the format nntui/1, reading it, writing it, CSV and generators."""
