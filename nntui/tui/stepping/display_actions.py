"""Drawing: which view of the network is seen, how large, which layers are folded; finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from nntui.explain.numbers import FIRST, PRECISIONS
from nntui.model.names import did_you_mean, escaped
from nntui.tui.frame import frame_of
from nntui.tui.panes.loss_chart import ChartOptions

if TYPE_CHECKING:
    from nntui.tui.panes.loss import LossPane
    from nntui.tui.panes.neurons import NeuronsPane
    from nntui.tui.stepping.background import BackgroundRun
    from nntui.tui.stepping.base import Stage
    from nntui.tui.stepping.focus_actions import Looking


FIND = "/"
"""With this a line begins that names a neuron to be found."""


class Drawing:
    """What the keys do to the drawing. Nothing here moves the run."""

    def __init__(self, stage: Stage, travel: BackgroundRun, looking: Looking) -> None:
        self._stage, self._travel, self._looking = stage, travel, looking

    def view(self, direction: int) -> None:
        """Turn to the next view, or to the one before."""
        view = self._stage.drawing.turn(direction)
        if view is None:
            said = "the drawing follows the run: activations, gradients, changes"
        else:
            said = f"the drawing keeps to {view.name}: {view.boxes} and {view.lines}"
        if self._travel.running:
            self._stage.repaint(said)
        else:
            self._stage.show(said)  # a view may show what no frame had so far

    def fold(self) -> None:
        """Fold the layer of the focused neuron, or unfold it."""
        neuron = self._looking.focus.neuron
        if neuron is None:
            self._stage.say("choose a neuron first: its layer is folded or unfolded")
        else:
            folded = self._stage.drawing.fold(neuron)
            self._stage.say(f"the layer of {escaped(neuron)} is {'' if folded else 'un'}folded")

    def fold_all(self) -> None:
        """Fold all layers, or unfold them."""
        folded = self._stage.drawing.fold_all()
        self._stage.say(f"every layer is {'' if folded else 'un'}folded")

    def zoom(self, by: int) -> None:
        """Draw larger or smaller."""
        times = self._stage.drawing.zoom(by)
        if times < 1:
            self._stage.say("the drawing without numbers on its lines")
        elif times == 1:
            self._stage.say("the drawing as it fits")
        else:
            self._stage.say(f"the drawing {times:g} times as large")

    def fit(self) -> None:
        """Draw it so that it fits."""
        self._stage.drawing.fit()
        self._stage.say("the drawing fits")

    # ---- finding -------------------------------------------------------------------------------

    def ask(self) -> None:
        """Let the person type a neuron's name."""
        self._stage.command_line.ask(FIND)

    def complete(self, line: str) -> list[str]:
        """The lines that a line may become: neurons' names that begin so, or have it inside."""
        typed = line.removeprefix(FIND)
        names = self._names()
        first = [name for name in names if name.startswith(typed)]
        return [FIND + name for name in first or [name for name in names if typed in name]]

    def find(self, line: str) -> str | None:
        """Give the focus to the neuron that a line names; else say why not."""
        typed = line.removeprefix(FIND).strip()
        names = self._names()
        found = [name for name in names if name == typed] or [n for n in names if typed in n]
        if typed and found:
            self._looking.choose(found[0])
            return None
        hint = did_you_mean(typed, names)
        return f"no neuron is called “{escaped(typed)}”{hint and '; ' + hint}"

    def _names(self) -> tuple[str, ...]:
        net = self._stage.latest.snapshot.net
        return (*net.inputs, *net.neurons)


# ---- tables --------------------------------------------------------------------------------------


FILTER = "&"
"""With this a line begins that says which rows are shown."""


class Tables:
    """What the keys do to the tables of neurons and connections. Nothing here moves the run."""

    def __init__(
        self, stage: Stage, travel: BackgroundRun, looking: Looking, pane: NeuronsPane
    ) -> None:
        self._stage, self._travel, self._looking = stage, travel, looking
        self._pane = pane

    @property
    def compares(self) -> bool:
        """Whether changes by the last update are seen."""
        return "neurons" in self._looking.deck.seen and self._pane.compares

    def turn_over(self) -> None:
        """Show the next table: a row a neuron, a connection, or a connection of one neuron."""
        if not self._seen():
            return
        said = f"a row for each {self._pane.turn_over()}"
        if self._travel.running:
            self._stage.say(said)
        else:
            self._stage.show(said)  # a change by the last update is in no frame so far

    def catch_up(self) -> None:
        """Changes by the last update came into sight: take them into the frame, if it has none."""
        latest = self._stage.latest
        resting = not self._travel.running and not latest.on_the_way
        if self.compares and latest.before is None and resting:
            self._stage.paint(frame_of(self._stage.debugger, before=True), None)

    def sort(self) -> None:
        """Put the rows in order by the next column."""
        if self._seen():
            self._stage.say(self._pane.sort())

    def reverse(self) -> None:
        """Turn the order round."""
        if self._seen():
            self._stage.say(self._pane.reverse())

    # ---- which rows ----------------------------------------------------------------------------

    def ask(self) -> None:
        """Let the person type which rows are shown."""
        if "neurons" not in self._looking.deck.seen:
            self._looking.open("neurons")
        self._stage.command_line.ask(FILTER, self._pane.filtered)

    def typed(self, line: str) -> None:
        """Show the rows that an unfinished line means, while it means any."""
        try:
            self._pane.filter(line.removeprefix(FILTER))
        except ValueError:
            return

    def filter(self, line: str) -> str:
        """Show the rows that a line means and say how many; else say why not, and let it stand."""
        try:
            said = self._pane.filter(line.removeprefix(FILTER))
        except ValueError as problem:
            return str(problem)
        self._stage.command_line.leave()
        self._stage.lay_out()
        return said

    def leave(self, line: str) -> None:
        """The person types no filter after all: all rows are shown."""
        if line.startswith(FILTER):
            self._pane.filter("")

    def _seen(self) -> bool:
        """Turn to the tables if they are not seen; whether they were."""
        if "neurons" in self._looking.deck.seen:
            return True
        self._looking.open("neurons")
        return False


# ---- charting ------------------------------------------------------------------------------------


ZOOMS: Final = (None, 10_000, 3_000, 1_000, 300, 100, 30, 10)
"""How many of the last updates or epochs are shown; None: all."""


class Charting:
    """The keys of the chart. Where it is not seen, they turn to it."""

    def __init__(self, stage: Stage, looking: Looking, pane: LossPane) -> None:
        self._stage, self._looking, self._pane = stage, looking, pane
        self._look = ChartOptions()

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

    def _show(self, look: ChartOptions) -> None:
        self._look = look
        if "loss" not in self._looking.deck.seen:
            self._looking.open("loss")
        self._pane.look(look)


# ---- precision -----------------------------------------------------------------------------------


class Writing(Protocol):
    """A pane that writes numbers as precisely as it is told."""

    def write_as(self, precision: int) -> None:
        """Write numbers in one of ``PRECISIONS``."""


class Digits:
    """More digits, or fewer; behind the most come the fewest."""

    def __init__(self, stage: Stage, panes: Iterable[Writing]) -> None:
        self._stage, self._panes = stage, tuple(panes)
        self.chosen = FIRST

    def take_after(self, other: Digits) -> None:
        """Write them as another run's were."""
        self.chosen = other.chosen
        for pane in self._panes:
            pane.write_as(self.chosen)

    def change(self, by: int) -> None:
        """Write numbers more precisely, or less."""
        self.chosen = (self.chosen + by) % len(PRECISIONS)
        for pane in self._panes:
            pane.write_as(self.chosen)
        self._stage.say(f"numbers: {PRECISIONS[self.chosen].words}")
