"""The history of the inspected neuron, computed in a thread while nothing else is."""

from __future__ import annotations

from collections import OrderedDict
from time import sleep
from typing import TYPE_CHECKING, Any, Final
from weakref import ref

from textual.screen import Screen
from textual.timer import Timer

from nntui.debugger.debugger import Debugger
from nntui.engine.timeline import Timeline
from nntui.tui.panes.inspector import InspectorPane
from nntui.tui.stepping.background import BackgroundRun

if TYPE_CHECKING:
    from nntui.debugger.queries.history import NeuronHistory

PAUSE: Final = 0.12
"""Seconds before anything is computed: a key may be held down, and want another each time."""
BREATH: Final = 0.001
"""Seconds left to the screen between two bursts of computing."""
REMEMBERED: Final = 64

Wanted = tuple[ref[Timeline], int, str]
"""A timeline, the updates finished on it, and a neuron. The reference is weak, as the checkpoints
of a branch that is deleted may take much memory."""


class InspectorHistory:
    """Gives the inspector the history of the focused neuron, as soon as it is computed."""

    def __init__(
        self,
        screen: Screen[Any],
        debugger: Debugger,
        background: BackgroundRun,
        pane: InspectorPane,
    ) -> None:
        self._screen, self._debugger, self._background = screen, debugger, background
        self._pane = pane
        self._known: OrderedDict[Wanted, NeuronHistory] = OrderedDict()
        self._wanted: Wanted | None = None
        self._timer: Timer | None = None

    def want(self, neuron: str | None) -> None:
        """Show the history of a neuron up to the debugger's position; None: of none."""
        if neuron is None or self._background.running:
            self.cancel()
            return
        debugger = self._debugger
        updates = debugger.schedule.updates_before(debugger.position)
        wanted = (ref(debugger.training_run.timeline), updates, neuron)
        if wanted in self._known:
            self.cancel()
            self._pane.show_history(self._known[wanted])
        elif wanted != self._wanted:
            self.cancel()
            self._wanted = wanted
            self._pane.show_history(None)
            self._timer = self._screen.set_timer(PAUSE, lambda: self._begin(wanted))

    def cancel(self) -> None:
        """Compute nothing any more."""
        self._wanted = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _begin(self, wanted: Wanted) -> None:
        """Compute what is wanted, unless the run has begun to move."""
        timeline = wanted[0]()
        if timeline is None or self._background.running:
            self._wanted = None
            return
        apart = timeline.copy_for_thread()
        # No partial: Textual writes it down, with every number in its arguments.
        self._screen.run_worker(
            lambda: self._compute(wanted, apart), thread=True, exclusive=False, group="inspecting"
        )

    def _compute(self, wanted: Wanted, timeline: Timeline) -> None:
        """Compute a history on a copy of the timeline (in a thread)."""
        from nntui.debugger.queries.history import neuron_history

        def going() -> bool:
            sleep(BREATH)
            return self._wanted is wanted

        history = neuron_history(timeline, wanted[1], wanted[2], going)
        if history is not None:
            self._screen.call_later(self._found, wanted, history)

    def _found(self, wanted: Wanted, history: NeuronHistory) -> None:
        """Remember a history, and show it if it is still wanted."""
        self._known[wanted] = history
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        if self._wanted is wanted:
            self._wanted = None
            self._pane.show_history(history)
