"""``python -m nntui``, and what the command ``nntui`` calls."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command; Ctrl-C ends it without a traceback while it is still being imported."""
    at_once = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if at_once:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from nntui.cli import main as command

    if at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    command()


if __name__ == "__main__":
    main()
