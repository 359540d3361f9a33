"""Inspecting: a neuron's life is computed beside the screen, while the run rests."""

from __future__ import annotations

from collections import OrderedDict
from time import sleep
from typing import TYPE_CHECKING, Final
from weakref import ref

if TYPE_CHECKING:
    from textual.timer import Timer

    from nntui.debugger.queries.history import Life
    from nntui.engine.timeline import Timeline
    from nntui.tui.control.looking import Looking
    from nntui.tui.control.stage import Stage
    from nntui.tui.control.travel import Travel
    from nntui.tui.widgets.inspector import InspectorPane

PAUSE: Final = 0.12
"""Seconds without another wish before anything is computed: a key may be held down."""
BREATH: Final = 0.001
"""Seconds left to the screen between two bursts of computing."""
REMEMBERED: Final = 64

Wish = tuple["ref[Timeline]", int, str]
"""A line of time, the updates finished on it, and a neuron. A branch that is deleted is not held:
its checkpoints may take much memory."""


class Inspecting:
    """Sees to it that the inspector shows the life of the focused neuron, as soon as it can."""

    def __init__(self, stage: Stage, travel: Travel, looking: Looking, pane: InspectorPane) -> None:
        self._stage, self._travel, self._looking, self._pane = stage, travel, looking, pane
        self._known: OrderedDict[Wish, Life] = OrderedDict()
        self._wish: Wish | None = None
        self._timer: Timer | None = None

    def look(self) -> None:
        """Something was painted: see what is wished now, and show what is known of it."""
        neuron = self._looking.focus.neuron
        unseen = neuron is None or "inspector" not in self._looking.deck.seen
        if unseen or self._travel.running or self._stage.latest.on_the_way:
            self._forget()
            return
        assert neuron is not None
        debugger = self._stage.debugger
        updates = debugger.schedule.updates_before(debugger.position)
        wish = (ref(debugger.run.timeline), updates, neuron)
        if wish in self._known:
            self._forget()
            self._pane.tell(self._known[wish])
        elif wish != self._wish:
            self._forget()
            self._wish = wish
            self._pane.tell(None)
            self._timer = self._stage.set_timer(PAUSE, self._begin)

    def leave(self) -> None:
        """Compute no more."""
        self._forget()

    # ---- inside --------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._wish = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _begin(self) -> None:
        """Compute what is wished, unless the run has set off."""
        wish = self._wish
        line = None if wish is None else wish[0]()
        if wish is None or line is None or self._travel.running:
            self._wish = None
            return
        apart = line.apart()
        # No partial: Textual writes it down, with every number in its arguments.
        self._stage.run_worker(
            lambda: self._work(wish, apart), thread=True, exclusive=False, group="inspecting"
        )

    def _work(self, wish: Wish, line: Timeline) -> None:
        """In a thread of its own, on a line of its own."""
        from nntui.debugger.queries.history import life_of

        def going() -> bool:
            sleep(BREATH)
            return self._wish is wish

        life = life_of(line, wish[1], wish[2], going)
        if life is not None:
            self._stage.call_later(self._found, wish, life)

    def _found(self, wish: Wish, life: Life) -> None:
        """It is computed: keep it, and show it if it is still wished."""
        self._known[wish] = life
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        if self._wish is wish:
            self._wish = None
            self._pane.tell(life)
