"""What makes an app under test start soon and answer exactly: in place of parts of Textual."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any, Final

from rich.text import Text
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

ENOUGH_TURNS: Final = 100
"""Turns of the event loop: a message takes one or two from each widget to the next."""


async def until_idle(min_sleep: float = 0, max_sleep: float = 0) -> None:
    """Return when the app has answered all messages and painted all that changed.

    It stands in for Textual's ``wait_for_idle``, which sleeps for 20 ms, or more often while
    something computes, and takes a process that got no processor for an idle one. It waits neither
    for timers nor for threads; while a thread keeps the app busy, it lets the app go on for so long
    that it has answered a key, and returns.
    """
    loop = asyncio.get_running_loop()
    app = active_app.get()
    for turn in count():
        await asyncio.sleep(0)
        if turn > ENOUGH_TURNS and any(worker.is_running for worker in app.workers):
            return
        if loop._ready:
            continue
        if app._resize_event is not None:  # Textual waits for the last of many
            await asyncio.sleep(0.001)
        elif app._screen_stack and app.screen._update_timer._active.is_set():
            app.screen._on_timer_update()
        else:
            return


async def until(pilot: Pilot[Any], condition: Callable[[], Any]) -> None:
    """Wait until something is so that a timer or a thread brings about."""
    for _ in range(20_000):
        if condition():
            await pilot.pause()
            return
        await pilot.pause(0.005)
    raise AssertionError("it never came")


_parse_rules = Stylesheet._parse_rules
_parsed: dict[Any, Any] = {}


def parsed_once(self, css, read_from, is_default_rules=False, tie_breaker=0, scope=""):
    """Parse style rules once for all apps of a process.

    It stands in for ``Stylesheet._parse_rules``, which forgets what it has parsed when the theme's
    variables change, four times as an app starts.
    """
    source = css, read_from, is_default_rules, tie_breaker, scope
    key = source, tuple(self._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse_rules(self, *source)
    return _parsed[key]


_render_update = Compositor.render_update


def not_rendered(self, full=False, screen_stack=None, simplify=False):
    """Say that something is to be painted without rendering it, half of the work of most keys.

    It stands in for ``Compositor.render_update``, whose result no terminal takes in a test. A
    picture of the whole screen is rendered.
    """
    if full:
        return _render_update(self, full, screen_stack, simplify)
    visible_screen_stack.set(screen_stack or [])
    dirty = bool(self._dirty_regions)
    self._dirty_regions.clear()
    return Text() if dirty else None
