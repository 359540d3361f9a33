"""Ctrl-C that is only noticed, for work that must stop at a place of its own choosing."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType


@contextmanager
def noticing_interrupts(said: str = "") -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C only be noticed (and say a line on stderr), and the next one raise.

    The function given says whether there was one.
    """
    noticed = threading.Event()

    def notice(number: int, frame: FrameType | None) -> None:
        if noticed.is_set():
            raise KeyboardInterrupt
        noticed.set()
        # The stream's own buffer may be in use right now; its file takes the words at any time.
        with suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), f"\n{said}\n".encode() if said else b"\n")

    if threading.current_thread() is not threading.main_thread():
        yield noticed.is_set  # signals reach the main thread only
        return
    before = signal.signal(signal.SIGINT, notice)
    try:
        yield noticed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
