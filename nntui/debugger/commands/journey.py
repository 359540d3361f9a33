"""A movement that may be long, made in bursts by whoever must stay alive meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.stops import Hunt, Stop


class Search(Protocol):
    """Something that is looked for in bursts."""

    def burst(self, seconds: float) -> bool:
        """Look for about so long; whether that is over."""


@dataclass(slots=True)
class Journey:
    """On the way to a position, to the next stop that a hunt finds, or to what a search finds.

    Just one of ``target``, ``hunt`` and ``search`` is given; ``found`` makes the stop of a search
    that is over. ``note`` is said when it is there. ``jump``: whether its ends are places to come
    back to (``Debugger.trail``). ``command`` is the line that began it, ``start`` the position
    where; ``over`` says that it is there, ``stop`` why it ended (None: it simply arrived).
    """

    debugger: Debugger
    target: int | None = None
    hunt: Hunt | None = None
    search: Search | None = None
    found: Callable[[], Stop] | None = None
    note: str | None = None
    jump: bool = True
    command: str = ""
    start: int = 0
    over: bool = False
    stop: Stop | None = None

    def burst(self, seconds: float) -> bool:
        """Go on for about so long; whether it is there."""
        if self.over:
            return True
        if self.hunt is not None:
            self.stop = self.hunt.burst(seconds)
            self.over = self.stop is not None
        elif self.target is not None:
            self.over = self.debugger.approach(self.target, seconds)
        else:
            assert self.search is not None
            assert self.found is not None
            if self.search.burst(seconds):
                self.stop = self.found()
                self.target = self.stop.position
        return self.over

    def pause(self) -> None:
        """Give it up where it is, unless it is there."""
        if not self.over and self.hunt is not None:
            self.stop = self.hunt.pause()

    @property
    def data(self) -> dict[str, Any]:
        """Why it ended, as plain values."""
        if self.stop is None:
            return {}
        stopped = [{"number": number, "hits": hits} for number, hits in self.stop.hits]
        messages = list(self.stop.messages)
        return {"stop_kind": self.stop.kind, "stopped_by": stopped, "messages": messages}
