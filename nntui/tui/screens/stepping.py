"""The stepping screen: panes that show a snapshot, and keys that move the debugger."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import perf_counter
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import Key, Resize
from textual.screen import Screen
from textual.widgets import Footer

from nntui.debugger.debugger import Debugger
from nntui.debugger.movements import destination
from nntui.draw import Direction
from nntui.model.experiment import Experiment
from nntui.tui.keys import bindings
from nntui.tui.screens.help import HelpScreen
from nntui.tui.widgets.algorithm import AlgorithmPane
from nntui.tui.widgets.inspector import InspectorPane
from nntui.tui.widgets.loss import LossPane
from nntui.tui.widgets.network import NetworkPane
from nntui.tui.widgets.neurons import NeuronsPane
from nntui.tui.widgets.pane import LinePane
from nntui.tui.widgets.status import StatusLine
from nntui.tui.widgets.step import StepPane

DECK: Final = ("neurons", "loss", "algorithm", "inspector")
"""The panes that share a place when the terminal is small."""
AT_ONCE: Final = 2_000
"""Steps that are executed before the key is answered: about a millisecond."""
BURST: Final = 0.012
"""Seconds of computing between two paints on a long way."""
MOST_COUNT: Final = 10**12


class SteppingScreen(Screen[None]):
    """A training run under the keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        self._debugger = Debugger(experiment)
        self._experiment = experiment
        self._focused_neuron: str | None = None
        self._count = ""
        self._deck = 0
        self._travelling = False
        self._stop = False

    def compose(self) -> ComposeResult:
        """The panes, the status line and the footer."""
        with Container(id="panes"):
            with Container(id="left"):
                yield NetworkPane(self._experiment)
                yield StepPane(self._experiment)
                yield AlgorithmPane()
            with Container(id="right"):
                yield NeuronsPane(self._experiment)
                yield LossPane()
                yield InspectorPane(self._experiment)
        yield StatusLine(self._experiment)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the start of the run, and what is odd about the network."""
        self._arrange()
        self._show()
        warnings = self._experiment.network.check()
        for warning in warnings[:3]:
            self.notify(warning, severity="warning", markup=False)

    def on_resize(self, event: Resize) -> None:
        """Choose the panes that the size has room for."""
        self._arrange()

    # ---- keys ----------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """A key on the way stops it; digits are a count."""
        if self._travelling:
            self._stop = True
            event.stop()
            event.prevent_default()
        elif event.character is not None and event.character in "0123456789":
            if self._count or event.character != "0":
                self._count = str(min(int(self._count + event.character), MOST_COUNT))
                self._status.say(f"{self._count} ×")
            event.stop()

    def action_move(self, movement: str, direction: int) -> None:
        """Make a movement as often as the count says, or say that there is nowhere to go."""
        if self._travelling:
            return
        count = int(self._count or 1)
        self._count = ""
        here = self._debugger.position
        there = destination(self._debugger.schedule, here, movement, direction * count)
        if there == here:
            end = "the end of the run: no further step" if direction > 0 else "the start of the run"
            self._show(f"this is {end}")
        elif 0 <= there - here <= AT_ONCE:
            self._debugger.seek(there)
            self._show()
        elif self._debugger.approach(there, AT_ONCE):
            self._show()
        else:
            self._travelling, self._stop = True, False
            self.run_worker(self._travel(there), exclusive=True)

    def action_focus_neuron(self, direction: Direction) -> None:
        """Move the focus along the drawing."""
        pane = self.query_one(NetworkPane)
        neuron = pane.neighbour(self._focused_neuron, direction)
        if neuron is not None:
            self._focus_on(neuron)

    def action_inspect(self) -> None:
        """Open the inspector on the focused neuron, or close it."""
        if self.has_class("inspecting"):
            self._close_inspector()
            return
        if self._focused_neuron is None:
            last = self._debugger.last
            neuron = last.operation[-1] if last and len(last.operation) > 1 else None
            self._focused_neuron = neuron or self._experiment.network.wiring().neurons[0]
        self.add_class("inspecting")
        self._deck = DECK.index("inspector")
        self._arrange()
        self._show()

    def action_clear(self) -> None:
        """Forget the count; else close the inspector; else clear the focus."""
        if self._count:
            self._count = ""
        elif self.has_class("inspecting"):
            self._close_inspector()
        else:
            self._focused_neuron = None
        self._show()

    def action_pane(self, direction: int) -> None:
        """Show the next of the panes that share a place."""
        self._deck = (self._deck + direction) % len(DECK)
        self.set_class(DECK[self._deck] == "inspector", "inspecting")
        self._arrange()
        self._show()

    def action_scroll(self, direction: int) -> None:
        """Scroll the pane that shares its place, or the neurons."""
        pane = self.query_one(f"#{DECK[self._deck]}")
        if not isinstance(pane, LinePane):
            pane = self.query_one(NeuronsPane)
        pane.scroll_relative(y=direction * max(pane.size.height - 1, 1), animate=False)

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(HelpScreen())

    def on_network_pane_chosen(self, event: NetworkPane.Chosen) -> None:
        """A click on the drawing."""
        self._focus_on(event.neuron)

    def on_neurons_pane_chosen(self, event: NeuronsPane.Chosen) -> None:
        """A click on the table."""
        self._focus_on(event.neuron)

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _status(self) -> StatusLine:
        return self.query_one(StatusLine)

    def _focus_on(self, neuron: str) -> None:
        self._focused_neuron = neuron
        self._show()

    def _close_inspector(self) -> None:
        self.remove_class("inspecting")
        if DECK[self._deck] == "inspector":
            self._deck = 0
        self._arrange()
        self._show()

    def _show(self, message: str = "") -> None:
        """Hand the snapshot of this moment to every pane."""
        snapshot, focus = self._debugger.snapshot(), self._focused_neuron
        self.query_one(NetworkPane).show(snapshot, focus)
        self.query_one(StepPane).show(snapshot)
        self.query_one(NeuronsPane).show(snapshot, focus)
        self.query_one(AlgorithmPane).show(snapshot)
        if self.has_class("inspecting"):
            self.query_one(InspectorPane).show(snapshot, focus)
        self.query_one(LossPane).show(snapshot, self._debugger.schedule.updates_per_epoch)
        self._status.show(snapshot, message)

    def _arrange(self) -> None:
        width, height = self.app.size
        self.set_class(width < 100 or height < 28, "compact")
        self.set_class(height >= 48 and width >= 100, "tall")
        self.set_class(height < 18 or width < 40, "tiny")
        for n, pane in enumerate(DECK):
            self.set_class(n == self._deck, f"deck-{pane}")

    async def _travel(self, target: int) -> None:
        """Go a long way in bursts, each followed by a paint, until there or a key is pressed."""
        steps, arrived = AT_ONCE, False
        try:
            while not arrived and not self._stop:
                begun = perf_counter()
                arrived = self._debugger.approach(target, steps)
                steps = max(int(steps * min(2.0, BURST / max(perf_counter() - begun, 1e-6))), 100)
                self._show("" if arrived else "running: press any key to stop")
                await self._painted()
        finally:
            self._travelling = False
        self._show("" if arrived else "stopped by a key")

    async def _painted(self) -> None:
        done = asyncio.Event()
        self.call_after_refresh(done.set)
        with suppress(TimeoutError):  # a screen that is covered by another is not painted
            await asyncio.wait_for(done.wait(), timeout=0.1)
        await asyncio.sleep(0.005)
