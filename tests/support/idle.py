"""Waiting for an app under test until it has nothing to do."""

from __future__ import annotations

import asyncio

from textual._context import active_app


async def until_idle(min_sleep: float = 0, max_sleep: float = 0) -> None:
    """Return when the app has answered all messages and painted all that changed.

    It stands in for Textual's ``wait_for_idle``, which sleeps for 20 ms, or more often while
    something computes, and takes a process that got no processor for an idle one. It waits neither
    for timers nor for threads.
    """
    loop = asyncio.get_running_loop()
    app = active_app.get()
    while True:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        if app._resize_event is not None:  # Textual waits for the last of many
            await asyncio.sleep(0.001)
        elif app._screen_stack and app.screen._update_timer._active.is_set():
            app.screen._on_timer_update()
        else:
            return
