"""Looking: which neuron or edge has the focus, which panes are seen."""

from __future__ import annotations

import os
import re
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Final
from weakref import ref

from nntui.document.errors import DocumentError
from nntui.document.files import write_text
from nntui.draw.plan import Direction
from nntui.explain.numbers import exact
from nntui.model.changes.structure import GoneError
from nntui.model.names import escaped
from nntui.tui.dialogs.save_form import working_folder
from nntui.tui.frame import Edge, NeuronFocus
from nntui.tui.stepping.pane_layout import PaneLayout
from nntui.tui.stepping.pane_regions import Content

if TYPE_CHECKING:
    from textual.timer import Timer

    from nntui.debugger.queries.history import NeuronHistory
    from nntui.debugger.step import Step
    from nntui.engine.timeline import Timeline
    from nntui.model.wiring import Wiring
    from nntui.tui.panes.inspector import InspectorPane
    from nntui.tui.panes.network import NetworkPane
    from nntui.tui.stepping.background import BackgroundRun
    from nntui.tui.stepping.base import Stage


class Looking:
    """The focus and the deck. Nothing here touches the run."""

    def __init__(self, stage: Stage, net: Wiring) -> None:
        self._stage, self._net = stage, net
        self.focus = NeuronFocus()
        layers = Counter(net.layer[j] for j in (*net.inputs, *net.neurons))
        self.deck = PaneLayout(Content(layers.total(), max(layers.values(), default=1)))

    def take_after(self, other: Looking, now: Callable[[str], str]) -> None:
        """Look at what was looked at in another run, whose neurons are called something else now.

        The screen is still to be laid out.
        """
        with suppress(GoneError):
            focus = other.focus.called(now)
            self.focus = focus if focus.is_in(self._net) else NeuronFocus()
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
            self.focus = NeuronFocus(self._neuron_at_hand())
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
                self.focus = NeuronFocus(self._neuron_at_hand())
            self.deck.open("inspector")
        self._stage.lay_out()

    def clear(self) -> None:
        """Leave the pane that was turned to; else the drawing's highlight; else the focus."""
        if self.deck.turned:
            self.deck.close()
        elif self.focus.cone is not None:
            self.focus = replace(self.focus, cone=None)
        else:
            self.focus = NeuronFocus()
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


# ---- copying -------------------------------------------------------------------------------------


class Copying:
    """Copies by OSC 52, which most terminals obey, also over ssh."""

    def __init__(self, stage: Stage, looking: Looking, net: Wiring) -> None:
        self._stage, self._looking, self._net = stage, looking, net

    def copy(self) -> None:
        """Copy what is chosen with the mouse; else the focused value; else the formula."""
        if chosen := self._stage.get_selected_text():
            self.copy_text(chosen)
            return
        last = self._stage.debugger.last
        name = self._looking.focus.value(self._net, last.position.phase if last else None)
        if name is not None:
            value = self._stage.debugger.value(name)
            if value is None:
                self._stage.say(f"{name} has no value yet: there is nothing to copy")
            else:
                self.copy_text(f"{name} = {exact(value)}")
        elif last is None:
            self._stage.say("nothing was computed yet: there is nothing to copy")
        else:
            self.copy_text(written(last))

    def copy_text(self, text: str) -> None:
        """Copy a text and say which."""
        self._stage.app.copy_to_clipboard(text)
        first, *more = text.split("\n")
        others = f"\n… and {len(more)} more line{'s' if len(more) > 1 else ''}" if more else ""
        self._stage.app.notify(first + others, title="copied", markup=False)


def written(step: Step) -> str:
    """The formula of a step, each equation in symbols, in numbers, and its result."""
    return "\n".join(
        f"{line.target} = {part}" if n == 0 else f"  = {part}"
        for line in step.lines()
        for n, part in enumerate(dict.fromkeys((line.symbols, line.numbers, line.result)))
    )


# ---- inspecting ----------------------------------------------------------------------------------


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

    def __init__(
        self, stage: Stage, travel: BackgroundRun, looking: Looking, pane: InspectorPane
    ) -> None:
        self._stage, self._travel, self._looking, self._pane = stage, travel, looking, pane
        self._known: OrderedDict[Wish, NeuronHistory] = OrderedDict()
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
        from nntui.debugger.queries.history import neuron_history

        def going() -> bool:
            sleep(BREATH)
            return self._wish is wish

        life = neuron_history(line, wish[1], wish[2], going)
        if life is not None:
            self._stage.call_later(self._found, wish, life)

    def _found(self, wish: Wish, life: NeuronHistory) -> None:
        """It is computed: keep it, and show it if it is still wished."""
        self._known[wish] = life
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        if self._wish is wish:
            self._wish = None
            self._pane.tell(life)


# ---- exporting -----------------------------------------------------------------------------------


_NO_NAME: Final = re.compile(r"[^\w-]+")
MOST: Final = 1_000
"""Files of one name, at most, before a person must find another."""


class Exporting:
    """Asks for a place, and writes there."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def picture(self) -> None:
        """Save what is on the screen as an SVG."""
        self._ask("a picture of the screen", "svg", self._stage.app.export_screenshot())

    def passage(self) -> None:
        """Save the pass that is under way as Markdown."""
        from nntui.debugger.queries.transcript import transcript

        self._ask("the pass", "md", transcript(self._stage.debugger))

    def _ask(self, what: str, ending: str, content: str) -> None:
        from nntui.tui.dialogs.save_form import SaveForm

        debugger = self._stage.debugger
        place = free_place(debugger.experiment.name, debugger.position, ending)

        def answered(chosen: Path | None) -> None:
            if chosen is not None:
                self._write(what, chosen, content)

        self._stage.open_over(SaveForm(f"Save {what}", place, confirms=True), answered)

    def _write(self, what: str, place: Path, content: str) -> None:
        app = self._stage.app
        try:
            write_text(place, content)
        except DocumentError as error:
            app.notify(str(error), title="not saved", severity="error", markup=False)
        else:
            app.notify(escaped(str(place), 300), title=f"saved {what}", markup=False)


def free_place(name: str, step: int, ending: str) -> Path:
    """A file in the current directory that is not there yet, named after document and step."""
    stem = f"{_NO_NAME.sub('-', name).strip('-').lower()[:60] or 'nntui'}-step-{step}"
    names = (f"{stem}.{ending}", *(f"{stem}-{n}.{ending}" for n in range(2, MOST)))
    here = working_folder()
    free = (name for name in names if not os.path.lexists(here / name))
    return here / next(free, stem)
