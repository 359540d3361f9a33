"""The commands. Each imports what it needs when it runs: ``nntui --help`` loads only click."""

from nntui.cli.main import main

__all__ = ["main"]
