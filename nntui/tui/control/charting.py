"""Charting: how the losses are looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nntui.tui.chart import Look

if TYPE_CHECKING:
    from nntui.tui.control.looking import Looking
    from nntui.tui.control.stage import Stage
    from nntui.tui.widgets.loss import LossPane

ZOOMS: Final = (None, 10_000, 3_000, 1_000, 300, 100, 30, 10)
"""How many of the last updates or epochs are shown; None: all."""


class Charting:
    """The keys of the chart. Where it is not seen, they turn to it."""

    def __init__(self, stage: Stage, looking: Looking, pane: LossPane) -> None:
        self._stage, self._looking, self._pane = stage, looking, pane
        self._look = Look()

    def take_after(self, other: Charting) -> None:
        """Look at the losses as at another run's."""
        self._look = other._look
        self._pane.look(self._look)

    def log(self) -> None:
        """A logarithmic scale, or a plain one again."""
        self._show(replace(self._look, log=not self._look.log))
        self._stage.say(f"loss: {'a logarithmic' if self._look.log else 'a plain'} scale")

    def per_epoch(self) -> None:
        """Per epoch, or per update again."""
        self._show(replace(self._look, per_epoch=not self._look.per_epoch))
        self._stage.say(f"loss: per {self._unit}")

    def zoom(self, by: int) -> None:
        """Show fewer of the last updates or epochs, or more."""
        losses = self._stage.latest.curves[-1].losses
        known = losses.epochs if self._look.per_epoch else losses.updates
        zooms = [last for last in ZOOMS if last is None or last < known or last == self._look.last]
        at = zooms.index(self._look.last) + by
        last = zooms[min(max(at, 0), len(zooms) - 1)]
        self._show(replace(self._look, last=last))
        self._stage.say(f"loss: {f'the last {last:,}' if last else 'all'} {self._unit}s")

    @property
    def _unit(self) -> str:
        return "epoch" if self._look.per_epoch else "update"

    def _show(self, look: Look) -> None:
        self._look = look
        if "loss" not in self._looking.deck.seen:
            self._looking.open("loss")
        self._pane.look(look)
