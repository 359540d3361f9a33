"""Looking: which neuron or edge has the focus, which panes are seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from nntui.draw import Direction
from nntui.model.changes.structure import GoneError
from nntui.tui.control.deck import Deck
from nntui.tui.control.focus import Edge, Focus
from nntui.tui.control.rooms import Content

if TYPE_CHECKING:
    from nntui.model.wiring import Wiring
    from nntui.tui.control.stage import Stage
    from nntui.tui.widgets.network import NetworkPane


class Looking:
    """The focus and the deck. Nothing here touches the run."""

    def __init__(self, stage: Stage, net: Wiring) -> None:
        self._stage, self._net = stage, net
        self.focus = Focus()
        layers = Counter(net.layer[j] for j in (*net.inputs, *net.neurons))
        self.deck = Deck(Content(layers.total(), max(layers.values(), default=1)))

    def take_after(self, other: Looking, now: Callable[[str], str]) -> None:
        """Look at what was looked at in another run, whose neurons are called something else now.

        The screen is still to be laid out.
        """
        with suppress(GoneError):
            focus = other.focus.called(now)
            self.focus = focus if focus.is_in(self._net) else Focus()
        if other.deck.turned:
            self.deck.open(other.deck.current)

    def focus_neuron(self, direction: Direction) -> None:
        """Move the focus along the drawing."""
        pane: NetworkPane = self._stage.drawing
        neuron = pane.neighbour(self.focus.neuron, direction)
        if neuron is not None:
            self.choose(neuron)

    def focus_edge(self, direction: int) -> None:
        """Move the focus to the next of the neuron's edges."""
        if self.focus.neuron is None:
            self.focus = Focus(self._neuron_at_hand())
        self.focus = self.focus.next_edge(self._net, direction)
        self._stage.repaint(self._said())

    def choose(self, neuron: str, edge: Edge | None = None) -> None:
        """Give a neuron the focus, or one of its edges."""
        self.focus = replace(self.focus, neuron=neuron, edge=edge)
        self._stage.repaint()

    def inspect(self) -> None:
        """Open the inspector on the focused neuron, or close it."""
        if self.deck.turned and self.deck.current == "inspector":
            self.deck.close()
        else:
            if self.focus.neuron is None:
                self.focus = Focus(self._neuron_at_hand())
            self.deck.open("inspector")
        self._stage.lay_out()

    def clear(self) -> None:
        """Leave the pane that was turned to; else the drawing's highlight; else the focus."""
        if self.deck.turned:
            self.deck.close()
        elif self.focus.cone is not None:
            self.focus = replace(self.focus, cone=None)
        else:
            self.focus = Focus()
        self._stage.lay_out()

    def pane(self, direction: int) -> None:
        """Turn to the next of the panes that share a place, and to the lists."""
        self.deck.turn(direction)
        self._stage.lay_out()

    def open(self, pane: str) -> None:
        """Turn to a pane."""
        self.deck.open(pane)
        self._stage.lay_out()

    def _neuron_at_hand(self) -> str:
        """The neuron that the last step was about, else the first that computes."""
        last = self._stage.latest.snapshot.last
        return last.operation[-1] if last and len(last.operation) > 1 else self._net.neurons[0]

    def _said(self) -> str:
        edge = self.focus.edge
        return "" if edge is None else f"{edge[0]} → {edge[1]} has the focus"
