"""A frame: all that the panes show at one moment.

It is taken in the thread that has the debugger, and painted without it: while a run moves in the
background the screen must not touch the debugger, and yet a key may open a pane or move the focus.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from nntui.debugger.branches import BranchPosition
from nntui.debugger.breakpoints.breakpoint import Breakpoint, Place
from nntui.debugger.values import ParametersBefore, before_last_update, value_text
from nntui.explain.numbers import rounded
from nntui.model.names import SETTINGS, escaped, value_name
from nntui.model.wiring import Wiring

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.displays import DisplayedValue
    from nntui.debugger.queries.paths import Paths
    from nntui.debugger.snapshot import Snapshot
    from nntui.engine.loss_history import Losses
    from nntui.engine.schedule import Operation, Schedule
    from nntui.model.experiment import Experiment
    from nntui.verify.verdict import Difference, Verdict


class LossCurve(Struct, frozen=True):
    """The losses of one branch; ``number`` counts the branches from 0, which is main.

    ``said``: what it is called in a chart, by default its name.
    """

    name: str
    losses: Losses
    current: bool
    number: int = 0
    said: str = ""


_OF_BATCH: Final = ("dw[", "db[", "w[", "b[")
"""How the names of values begin that stay when the next example is loaded."""


class CheckedNumbers(Struct, frozen=True):
    """Someone's numbers that were held against the document's run: their file, and the verdict.

    ``moments``: with each number that differs, the update and the step that loads the example to
    which it belongs.
    """

    source: str
    verdict: Verdict
    moments: tuple[tuple[int, int, Difference], ...]

    @classmethod
    def of(cls, source: str, verdict: Verdict, schedule: Schedule) -> CheckedNumbers:
        moments = (
            (schedule.updates_before(each.step - 1), schedule.example_start(each.step - 1), each)
            for each in verdict.differences
            if 0 < each.step <= schedule.total
        )
        return cls(source, verdict, tuple(moments))

    @property
    def steps(self) -> list[int]:
        """The steps that complete a number that differs, in order."""
        return list(dict.fromkeys(each.step for _, _, each in self.moments))

    def differing(self, schedule: Schedule, position: int) -> frozenset[str]:
        """Return the values that are computed at a position and differ from those given."""
        if not position:
            return frozenset()
        update, load = schedule.updates_before(position - 1), schedule.example_start(position - 1)
        return frozenset(
            each.name
            for its_update, its_load, each in self.moments
            if its_update == update
            and each.step <= position
            and (its_load == load or each.name.startswith(_OF_BATCH))
        )


class Frame(Struct, frozen=True):
    """A snapshot, the experiment in force there, and breakpoints, displays and branches.

    ``on_the_way``: it was taken during a movement in the background. ``before``: the parameters
    before the last update, where they are wanted. ``passing``: so many steps lie between it and the
    next one, under way or in play, that what it says of its own step is no news. ``check``:
    someone's numbers that were held against the run; ``differs``: the values here that differ.
    ``then``: the step after the next one.
    """

    snapshot: Snapshot
    experiment: Experiment
    curves: tuple[LossCurve, ...]
    marks: Marks
    breakpoints: tuple[ListRow, ...]
    displays: tuple[ListRow, ...]
    branches: tuple[ListRow, ...]
    on_the_way: bool
    landmarks: tuple[Landmark, ...] = ()
    before: ParametersBefore | None = None
    passing: bool = False
    check: CheckedNumbers | None = None
    differs: frozenset[str] = frozenset()
    then: Operation | None = None

    @property
    def differences_here(self) -> tuple[Difference, ...]:
        """Those of someone's numbers that the last step computes, and that differ."""
        if self.check is None or not self.differs:
            return ()
        position = self.snapshot.position
        return tuple(each for _, _, each in self.check.moments if each.step == position)

    @property
    def updating(self) -> bool:
        """Whether the last step changed a parameter."""
        last = self.snapshot.last
        return last is not None and last.position.phase == "update"

    @property
    def neuron(self) -> str | None:
        """The neuron that the last step was about; None before the first, at a load and a loss."""
        last = self.snapshot.last
        return last.operation[-1] if last and last.operation[1:] else None


def frame_of(
    debugger: Debugger,
    *,
    on_the_way: bool = False,
    before: bool = False,
    passing: bool = False,
    check: CheckedNumbers | None = None,
) -> Frame:
    """Take the frame of this moment; ``on_the_way`` it does not count as a stop.

    ``before``: with the parameters before the last update. While one is under way they are known
    and always there.
    """
    snapshot, differs = debugger.snapshot(), frozenset[str]()
    if check is not None and debugger.branches.current.parent is None:
        differs = check.differing(debugger.schedule, snapshot.position)
    displays, schedule, after = debugger.displays, debugger.schedule, snapshot.position + 1
    updating = snapshot.last is not None and snapshot.last.position.phase == "update"
    return Frame(
        snapshot=snapshot,
        experiment=debugger.experiment,
        curves=curves_of(debugger, snapshot),
        marks=marks_of(debugger),
        breakpoints=stop_rows(debugger),
        displays=tuple(map(_display_row, displays.now() if on_the_way else displays.at_stop())),
        branches=branch_rows(debugger),
        on_the_way=on_the_way,
        landmarks=landmarks_of(debugger),
        before=before_last_update(debugger.training_run) if before or updating else None,
        passing=passing or on_the_way,
        check=check,
        differs=differs,
        then=schedule.operation(after) if after < schedule.total else None,
    )


def curves_of(debugger: Debugger, snapshot: Snapshot) -> tuple[LossCurve, ...]:
    """Return the losses of every branch, those of the current one last: they are drawn on top."""
    current, others = debugger.branches.current.name, []
    of_main = debugger.branches.of_main
    last = LossCurve(current, snapshot.losses, True)
    for number, branch in enumerate(debugger.branches):
        said = "" if branch.parent else of_main
        if branch.name == current:
            last = LossCurve(current, snapshot.losses, True, number, said)
        else:
            history = branch.timeline.history
            known = history.losses(len(history.batch), len(history.epoch))
            others.append(LossCurve(branch.name, known, False, number, said))
    return (*others, last)


STOP: Final = "●"
DISABLED: Final = "○"
HERE: Final = "►"
"""Marks what the last step was about, and the current branch."""
WRITTEN: Final = "▸"
"""Marks a value that the last step wrote, and a display that changed."""
DIFFERS: Final = "≠"
"""Marks a value of which someone's number differs."""
NOT_YET: Final = "·"
"""Shown where a value is not computed yet, so that it differs from 0."""

# By a place's direction, the steps that it stops at, as the listing's kinds of lines.
_EDGE: Final = {"forward": "forward_edge", "backward": "backward_edge", "update": "update_weight"}
_NEURON: Final = {
    "forward": "forward_neuron", "backward": "backward_neuron", "update": "update_bias",
}  # fmt: skip
_PHASE: Final = {**_NEURON, "forward": "load", "loss": "loss", "difference": "move_up"}


class Marks(Struct, frozen=True):
    """Neurons, edges, and kinds of lines of the program (see ``nntui.explain.source``)."""

    neurons: frozenset[str] = frozenset()
    edges: frozenset[tuple[str, str]] = frozenset()
    kinds: frozenset[str] = frozenset()


def marks_of(debugger: Debugger) -> Marks:
    """Return the marks of a debugger's breakpoints."""
    enabled = debugger.breakpoints.enabled
    places = {row.place for row in enabled if isinstance(row, Breakpoint) and row.place}
    if not places:
        return Marks()
    net = debugger.experiment.network.wiring()
    layers = {place.number for place in places if place.kind == "layer"}
    single = {place.neurons[0] for place in places if place.kind == "neuron"}
    return Marks(
        frozenset(single.union(j for j in net.neurons if net.layer[j] in layers)),
        frozenset((p.neurons[0], p.neurons[1]) for p in places if p.kind == "edge"),
        frozenset(kind for place in places for kind in _kinds(place)),
    )


def _kinds(place: Place) -> tuple[str, ...]:
    if place.kind in ("edge", "neuron", "layer"):
        table = _EDGE if place.kind == "edge" else _NEURON
        directions = (place.direction,) if place.direction else ("forward", "backward")
        return tuple(table[direction] for direction in directions)
    if place.kind == "phase":
        return (_PHASE[place.phase or "forward"],)
    return (place.line or "load",)


DIGITS: Final = 6
"""Of a display's value."""


class ListRow(Struct, frozen=True):
    """A row of a list: a number or name, a mark, a text, and a detail at the right."""

    key: int | str
    text: str
    mark: str = " "
    detail: str = ""
    faint: bool = False


def stop_rows(debugger: Debugger) -> tuple[ListRow, ...]:
    """Return a row for each breakpoint and watchpoint: its command, and how often it was hit."""
    return tuple(
        ListRow(
            row.number,
            f"{row.number} {escaped(row.text, 500)}",
            STOP if row.enabled else DISABLED,
            detail=f"{row.hits:,}×" if row.hits else "",
            faint=not row.enabled,
        )
        for row in debugger.breakpoints
    )


_LINES: Final = ("──", "╌╌", "··", "─·", "━╴", "┈┈")


def line_of(branch: int) -> str:
    """Return how the line of a branch is drawn, by its number; main is 0."""
    return _LINES[branch % len(_LINES)]


def branch_rows(debugger: Debugger) -> tuple[ListRow, ...]:
    """The timelines: what began them, and where."""
    branches = debugger.branches
    if len(branches) == 1:
        return ()
    rows = (
        (b.name, f"{line_of(n)} {escaped(b.name)}: {escaped(b.text, 200)}")
        for n, b in enumerate(branches)
    )
    return tuple(ListRow(*row, HERE if row[0] == branches.current.name else " ") for row in rows)


def _display_row(display: DisplayedValue) -> ListRow:
    """Return the row of a display: its value here, and how that differs from the last stop."""
    number = rounded(DIGITS)
    name = f"{display.number} {escaped(display.text, 200)}"
    if display.value is None:
        text = f"{name}: not computed yet"
    else:
        text = f"{name} = {value_text(display.value, number)}"
    if not display.changed:
        return ListRow(display.number, text)
    if display.change is not None:
        change = number(display.change)
        sign = "" if change.startswith("-") else "+"
        return ListRow(display.number, text, WRITTEN, f"{sign}{change}")
    before = "not computed" if display.before is None else value_text(display.before, number)
    return ListRow(display.number, text, WRITTEN, f"was {before}")


class Landmark(Struct, frozen=True):
    """A position of the run that the timeline marks.

    It is a stop of before, the beginning of a branch, or a bookmark.
    """

    position: int
    kind: Literal["stop", "branch", "bookmark"]
    name: str = ""


def landmarks_of(debugger: Debugger) -> tuple[Landmark, ...]:
    """Return the landmarks on the path of the current branch, those of most importance last."""
    branches, bookmarks = debugger.branches, debugger.bookmarks
    stops = debugger.stop_history.stops
    if len(branches) == 1 and not (bookmarks or stops):
        return ()
    path: dict[str, float] = {}  # up to which position each branch is part of it
    branch, end = branches.current, inf
    while True:
        path[branch.name] = end
        if branch.parent is None:
            break
        end, branch = min(end, branch.start), branches[branch.parent]

    def is_on_path(at: BranchPosition) -> bool:
        return at.position <= path.get(at.branch, -1)

    return (
        *(Landmark(at.position, "stop") for at in stops if is_on_path(at)),
        *(
            Landmark(b.start, "branch", b.name)
            for b in branches
            if b.parent is not None and is_on_path(BranchPosition(b.start, b.parent))
        ),
        *(
            Landmark(each.at.position, "bookmark", each.name)
            for each in bookmarks
            if is_on_path(each.at)
        ),
    )


Edge = tuple[str, str]


class Highlight(Struct, frozen=True):
    """Neurons and edges that the drawing highlights, and dims all else."""

    cone: tuple[str, ...]
    edges: tuple[Edge, ...]


class NeuronFocus(Struct, frozen=True):
    """What has the focus: nothing, a neuron, or an edge of that neuron.

    ``quantity``: the symbol of the value of it that was chosen, such as ``delta`` (without a
    neuron: of the run, such as ``loss``); None: the one that the phase under way is about.
    ``cone``: what the drawing highlights, such as the paths of ``nntui.debugger.queries.paths``.
    """

    neuron: str | None = None
    edge: Edge | None = None
    cone: Paths | Highlight | None = None
    quantity: str | None = None

    @property
    def place(self) -> str | None:
        """The place of a breakpoint on the focus, such as ``h1`` or ``x1->h1``."""
        if self.edge is not None:
            return Place("edge", self.edge).text
        return None if self.neuron is None else Place("neuron", (self.neuron,)).text

    def renamed(self, renamed: Callable[[str], str]) -> NeuronFocus:
        """Return the same neuron or edge by other names, without its paths."""
        edge = None if self.edge is None else (renamed(self.edge[0]), renamed(self.edge[1]))
        return NeuronFocus(None if self.neuron is None else renamed(self.neuron), edge)

    def is_in(self, net: Wiring) -> bool:
        if self.edge is not None:
            source, target = self.edge
            return source in net.sources.get(target, ())
        return self.neuron is None or self.neuron in net.layer

    def next_edge(self, net: Wiring, direction: int) -> NeuronFocus:
        """Return the focus on the next edge of the neuron: those in, those out, then the neuron."""
        if self.neuron is None:
            return self
        edges: list[Edge | None] = [None]
        edges += [(i, self.neuron) for i in net.sources.get(self.neuron, ())]
        edges += [(self.neuron, k) for k in net.targets.get(self.neuron, ())]
        here = edges.index(self.edge) if self.edge in edges else 0
        return replace(self, edge=edges[(here + direction) % len(edges)], quantity=None)

    def value(self, net: Wiring, phase: str | None) -> str | None:
        """Return the name of the focused value: the one chosen, else what the phase is about."""
        if self.quantity is not None:
            neurons = (self.neuron,) if self.neuron is not None else ()
            return value_name(self.quantity, *(self.edge or neurons))
        backward = phase == "backward"
        if self.edge is not None:
            return value_name("dw" if backward else "w", *self.edge)
        if self.neuron is None:
            return None
        if self.neuron in net.inputs:
            return value_name("da" if backward else "a", self.neuron)
        symbol = {"backward": "delta", "difference": "b", "update": "b"}.get(phase or "", "a")
        return value_name(symbol, self.neuron)

    def settable(self, net: Wiring) -> tuple[str, ...]:
        """Return what can be set: a weight; bias and activation; an input of the example shown."""
        if self.edge is not None:
            return (value_name("w", *self.edge),)
        if self.neuron is None:
            return (self.quantity,) if self.quantity in SETTINGS else ()
        if self.neuron in net.inputs:
            return (value_name("x", self.neuron),)
        return value_name("b", self.neuron), value_name("activation", self.neuron)
