"""Asking a run: which step wrote a value, and why; its history, its paths to the loss; watches."""
