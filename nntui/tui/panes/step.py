"""The step pane: the formula that just ran, in symbols and in numbers, and what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click

from nntui.debugger.snapshot import Snapshot
from nntui.debugger.step import Step
from nntui.engine.schedule import Operation
from nntui.explain.formulas import EquationLine, formula
from nntui.explain.letters import letters
from nntui.explain.numbers import DEFAULT_PRECISION, PRECISIONS, told_apart
from nntui.explain.sentences import plain_words
from nntui.explain.source import intention, method, place, which_parameter
from nntui.explain.sums import RunningSum, running_sum
from nntui.explain.symbols import math_name
from nntui.explain.words import sentence_for
from nntui.model.errors import counted
from nntui.model.experiment import Experiment
from nntui.model.names import parse_value_name, quoted
from nntui.model.wiring import Wiring
from nntui.text import clean, cut, padded, wrapped
from nntui.tui.frame import DIFFERS, CheckedNumbers, Frame, NeuronFocus
from nntui.tui.keys import every_key
from nntui.tui.panes.pane import LinePane, ValueChosen
from nntui.tui.panes.step_terms import value_at
from nntui.tui.panes.story import card_rows, story_of
from nntui.tui.theme import Colours

if TYPE_CHECKING:
    from nntui.verify.verdict import Difference, Verdict

Row = list[Segment]

FORMULA: Final = 44
"""Cells that are kept for formulas, unless the names before them take a third or less."""
_LARGEST: Final = 3
_LEGEND: Final = 28
"""Cells at the right of the equations for what their letters stand for."""
_LEGEND_AT: Final = 72
"""Where it stands at most: in a wide pane the eye finds it."""
_APART: Final = 3
"""Cells between an equation and that, at least."""
_OF_BATCH: Final = ("dw", "db", "g")
"""The symbols of what is reduced over the batch before it is compared."""
_NEURON: Final = re.compile(r"\[(\w+)\]")
_BOLD: Final = Style(bold=True)
_PLAIN: Final = Style()


def column_of(net: Wiring) -> int:
    """Return the column of the ``=`` after the longest name: that of a weight's gradient."""
    names = sorted((cell_len(quoted(j)) for j in net.layer), reverse=True)
    return len("∂L/∂w[,]") + sum(names[:2]) + 1


def with_letters(
    rows: Sequence[Row], legend: Sequence[tuple[str, str]], width: int, style: Style
) -> list[Row]:
    """Say at the right of equations what their letters stand for, in the rows that have room."""
    column = min(width - _LEGEND, _LEGEND_AT)
    used = [sum(cell_len(text) for text, _, _ in row) for row in rows]
    free = [n for n, cells in enumerate(used) if cells + _APART <= column]
    entries = dict(zip(free, legend, strict=False))
    widest = max((cell_len(letter) for letter, _ in entries.values()), default=0)
    written = list(rows)
    for n, (letter, meaning) in entries.items():
        said = f"{' ' * (column - used[n])}{padded(letter, widest)}  {meaning}"
        written[n] = [*rows[n], Segment(said, style)]
    return written


def outcome(line: EquationLine) -> str:
    """Say what a step did to a value: ``0.5 → 0.6``."""
    return f"{line.before} → {line.result}" if line.before else line.result


class Equations:
    """Writes the equations of a step for a width, in the colours of a theme."""

    def __init__(self, colours: Colours, column: int, width: int) -> None:
        self._colours, self._width = colours, width
        self._column = min(column, max(width - FORMULA, width // 3))

    def rows(self, lines: Sequence[EquationLine], height: int) -> list[Row]:
        """Write each equation in as many rows as there are for all: symbols, numbers, result."""
        equations = sum(1 for line in lines if line.result)
        room = height - (len(lines) - equations)  # a remark has one row
        return self.written(lines, min(max(room // max(equations, 1), 1), _LARGEST))

    def written(self, lines: Sequence[EquationLine], each: int = _LARGEST) -> list[Row]:
        """Write each equation in so many rows, or in more where it is long."""
        return [row for line in lines for row in self._rows_of(line, each)]

    def sum(self, found: RunningSum) -> Row:
        """Show which terms of a sum are added, the last of them marked; those to come are faint."""
        count = f"   {found.done:,} of {len(found.terms):,} added"
        head = self._head(found.target)
        start = f"{found.start} + " if found.start else ""
        room = max(self._width - cell_len(head) - len(start) - len(count), 8)
        first, last = _window(found, room)
        done, rest = found.terms[first : found.done - 1], found.terms[found.done : last]
        faint = self._colours.faint
        before = start + ("… + " if first else "") + "".join(f"{term} + " for term in done)
        after = ""
        if found.done < len(found.terms):
            dots = ["…"] if last < len(found.terms) else []
            after = " + " + " + ".join([*rest, *dots])
        return [
            Segment(head, faint),
            Segment(before),
            Segment(f"{found.terms[found.done - 1]} ✓", self._colours.mark),
            Segment(after + count, faint),
        ]

    def _rows_of(self, line: EquationLine, most: int) -> list[Row]:
        """Write an equation in ``most`` rows, or in more where it is long; or a remark."""
        if not line.result:
            head = padded(line.target, self._column, right=True) + " " * 3
            return self._chunks(head, line.symbols, self._colours.faint)
        head = self._head(line.target)
        if most == 1:
            return self._numbers_and_result(line, head)
        rows = self._chunks(head, line.symbols)
        if most == 2:
            return [*rows, *self._numbers_and_result(line, self._head())]
        if line.numbers != line.result:
            rows += self._chunks(self._head(), line.numbers)
        return [*rows, self._result(line, self._head())]

    def _numbers_and_result(self, line: EquationLine, head: str) -> list[Row]:
        """Write numbers and result in a row, or in more when the numbers are long."""
        if line.numbers == line.result:
            return [self._result(line, head)]
        rows = self._chunks(head, line.numbers)
        used = cell_len(rows[-1][0].text)
        if used + 3 + cell_len(line.result) > self._width:
            return [*rows, self._result(line, self._head())]
        rows[-1] += self._result(line, "", used + 1)
        rows[-1].insert(1, Segment(" "))
        return rows

    def _result(self, line: EquationLine, head: str, used: int = 0) -> Row:
        """Write the result and, where there is room, the value before."""
        text = (head or "= ") + line.result
        at = len(head) - 2 if head else 0
        row = [Segment(text[:at]), Segment(text[at:], self._colours.mark)]
        room = self._width - used - cell_len(text)
        said = f"   was {line.before}, {line.change}" if line.before else ""
        for words in (said, said.partition(",")[0]):
            if words and cell_len(words) <= room:
                return [*row, Segment(words, self._colours.faint)]
        return row

    def _head(self, target: str = "") -> str:
        return padded(target, max(self._column, cell_len(target) + 1), right=True) + " = "

    def _chunks(self, head: str, text: str, style: Style = _PLAIN) -> list[Row]:
        """Write a formula after its head, broken between words when it is longer than the pane."""
        room = max(self._width - cell_len(head), 12)
        blank = " " * cell_len(head)
        pieces = wrapped(text, room)
        return [[Segment((blank if n else head) + piece, style)] for n, piece in enumerate(pieces)]


def _window(found: RunningSum, room: int) -> tuple[int, int]:
    """Return the range of terms that there is room for, around the one just added."""
    between = 3 * (len(found.terms) - 1) + len(" ✓")
    if between < room and sum(map(cell_len, found.terms)) + between <= room:
        return 0, len(found.terms)
    first, last = found.done - 1, found.done
    used = cell_len(found.terms[first]) + len("… +  ✓ + …")
    before = False  # the next term, then the previous one, in turn
    while first > 0 or last < len(found.terms):
        before = first > 0 and (before or last == len(found.terms))
        n = first - 1 if before else last
        used += cell_len(found.terms[n]) + 3
        if used > room:
            break
        first, last = (n, last) if before else (first, n + 1)
        before = not before
    return first, last


FEW: Final = 12
"""Inputs or outputs that are written one by one, at most."""
# Which equation is the point of a step that may have more of them than the pane has rows.
_FEW_WANTED: Final = 3
"""Targets that are said when an example is loaded, at most."""
_OUTCOME: Final = {"loss": 0, "update": -1}
NEXT: Final = "next"
"""Begins the last row, which says what comes."""
_SENTENCE_ROWS: Final = 2
"""Rows that the question has where there is room, so that the formulas keep their place."""
_SYMBOL: Final = {
    "load": "a", "forward_edge": "z", "forward_neuron": "a", "loss": "L", "backward_neuron": "δ",
    "backward_edge": "∂L/∂w", "move_up": "w", "move_down": "w", "difference": "∂L/∂w",
    "update": "η",
}  # fmt: skip
"""The symbol that each kind of step is about."""


def _formulas_of(verdict: Verdict, owner: Sequence[str], net: Wiring) -> Sequence[tuple[str, str]]:
    """Return the mistaken formula and the right one of each place, for the neuron at hand.

    A formula names one neuron of its layer as an example. Where some are of the layer of the neuron
    at hand, they are about that one, and the others are left out.
    """
    found = []
    for pair in verdict.formulas:
        named = {name for text in pair for name in _NEURON.findall(text)}
        if len(named) == len(owner) == 1:
            (example,), (j,) = named, owner
            if net.layer.get(example) == net.layer.get(j) and j.isidentifier():
                mistaken, right = (text.replace(f"[{example}]", f"[{j}]") for text in pair)
                found.append((mistaken, right))
    return found or verdict.formulas


class StepPane(LinePane):
    """What the last step did; before the first step, the first card of the story."""

    def __init__(
        self, experiment: Experiment, keymap: Mapping[str, str], *, sentences: bool = True
    ) -> None:
        super().__init__(title="Step", id="step")
        self._experiment, self._keymap = experiment, keymap
        self._column = column_of(experiment.network.wiring())
        self._precision = DEFAULT_PRECISION
        self._in_words = sentences
        self._snapshot: Snapshot | None = None
        self._lines: list[Row] = []
        self._formula: tuple[EquationLine, ...] = ()
        self._then: Operation | None = None
        self._check: CheckedNumbers | None = None
        self._differences: tuple[Difference, ...] = ()

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        self._snapshot, self._experiment = frame.snapshot, frame.experiment
        self._check, self._differences = frame.check, frame.differences_here
        self._then = frame.then
        self.jump()
        self.changed()

    def set_precision(self, precision: int) -> None:
        self._precision = precision
        self.changed()

    def set_sentences(self, wanted: bool) -> None:
        """Say each step in plain sentences, too, where there is room; or leave them out."""
        self._in_words = wanted
        self.changed()

    def changed(self) -> None:
        """Write the title, the equations, and on the last row the next step."""
        if (snapshot := self._snapshot) is not None:
            region = self.scrollable_content_region
            width = max(region.width - 1, 10)
            if snapshot.last is None:
                rows = self._beginning(width, region.height - 1)
            else:
                checked = self._checked(
                    snapshot.last, width, max(region.height - 2 - _LARGEST, _LARGEST)
                )
                rows = self._equations(snapshot.last, width, region.height - 2 - len(checked))
                rows += checked
            rows += [[]] * (region.height - 1 - len(rows))
            self._lines = [*rows, self._next(snapshot, width)]
        super().changed()

    def segments(self, row: int) -> Row:
        return self._lines[row]

    def on_click(self, event: Click) -> None:
        """Choose the value whose name or number was clicked on in a formula."""
        offset = self.offset_under(event)
        if offset is None or self._snapshot is None or self._snapshot.last is None:
            return
        rows = ["".join(text for text, _, _ in row) for row in self._lines]
        found = value_at(rows, offset.y, offset.x, self._formula)
        if found is not None:
            symbol, neurons = found
            edge = (neurons[0], neurons[1]) if len(neurons) == 2 else None
            self.post_message(ValueChosen(neurons[-1] if neurons else None, edge, symbol))

    def _checked(self, last: Step, width: int, most: int) -> list[Row]:
        """Write the given number beside the right one where they differ, and both formulas."""
        if self._check is None or not self._differences:
            return []
        verdict, reduction = self._check.verdict, self._experiment.training.reduction
        net = self._experiment.network.wiring()
        owner = parse_value_name(self._differences[0].name)[1][-1:]
        formulas = [
            [Segment(f"   {word}  ", self.colours.faint), Segment(cut(text, width - 10))]
            for pair in _formulas_of(verdict, owner, net)
            for word, text in zip(("yours", "right"), pair, strict=True)
        ]
        shown = self._differences[: max(most - len(formulas), 1)]
        rows: list[Row] = []
        for each in shown:
            symbol, neurons = parse_value_name(each.name)
            yours, right = told_apart(each.found, each.expected, self._precision)
            reduced = symbol in _OF_BATCH and last.batch_length > 1
            summed = f", the {reduction} of the batch" if reduced else ""
            name, numbers = math_name(symbol, *neurons), f": yours {yours}, right {right}"
            said = name + summed + numbers
            if cell_len(said) > width - 3:
                said = name + numbers
            if each is shown[-1] and len(shown) < len(self._differences):
                said += f", and {len(self._differences) - len(shown)} more"
            sign = Segment(f" {DIFFERS} ", self.colours.stop)
            rows.append([sign, Segment(cut(said, width - 3), _BOLD)])
        return [*rows, *formulas][:most]

    def _equations(self, last: Step, width: int, height: int) -> list[Row]:
        """Write the title, the sentences and the equations in ``height`` rows and one more."""
        number = PRECISIONS[self._precision].number
        net = last.experiment.network.wiring()
        equations = Equations(self.colours, self._column, width)
        lines = self._formula = formula(last, number, math_name, FEW)
        found = running_sum(last.operation, net)
        sums = [equations.sum(found)] if found is not None and len(found.terms) > 1 else []
        rows = equations.rows(lines, height)
        if self._in_words:
            for titled, both in self._with_sentences(last, equations, lines, rows, sums, width):
                if len(both) <= height + (not titled):
                    return [*([self._title(last, net, width)] if titled else ()), *both]
        if len(rows) < height:
            rows += sums
        long = len(rows) > height and last.kind in _OUTCOME
        if long:  # further to the left there is more room, and fewer formulas are broken
            # The leftmost column that is the same in all steps of a kind: the names in an update
            # are parameters and the optimizer’s letters, no gradients.
            column = max(cell_len(line.target) for line in lines) + 1
            if last.kind == "update":
                column = self._column - len("∂L/∂")
            rows = Equations(self.colours, column, width).rows(lines, height)
        made = outcome(lines[_OUTCOME[last.kind]]) if long else ""
        return [self._title(last, net, width, made), *rows]

    def _with_sentences(
        self,
        last: Step,
        equations: Equations,
        lines: Sequence[EquationLine],
        alone: list[Row],
        sums: list[Row],
        width: int,
    ) -> Iterator[tuple[bool, list[Row]]]:
        """Yield what may be shown of a step with its sentences, the longest first.

        Each with whether the title stands above it. The equations are never cut for the sentences:
        they have two rows each at least, or what they have ``alone``.
        """
        plain, faint = plain_words(last, last.position.place), self.colours.faint

        def said(text: str, style: Style = _PLAIN) -> list[Row]:
            return [[Segment(f" {row}", style)] for row in wrapped(text, width - 1)]

        question, brief = said(plain.question), said(plain.brief)
        wanted = self._wanted() if last.kind == "load" else ""
        use = said(wanted + plain.use)
        brief = brief if len(brief) < len(question) else question
        symbols = (part for line in lines for part in (line.target, line.symbols))
        legend = letters(last.kind, *symbols, wanted)
        whole = with_letters(equations.written(lines), legend, width, faint)
        padding: list[Row] = [[]] * (_SENTENCE_ROWS - len(question))
        meaning = said(sentence_for(_SYMBOL[last.kind]), faint)
        blank: list[Row] = [[]]
        yield True, [*question, *padding, *blank, *whole, *sums, *blank, *use, *meaning]
        yield True, [*question, *padding, *whole, *sums, *use, *meaning]
        yield True, [*question, *padding, *blank, *whole, *sums, *blank, *use]
        yield True, [*question, *whole, *sums, *use]
        yield True, [*brief, *whole, *sums, *use]
        short = with_letters(equations.written(lines, 2), legend, width, faint)
        yield True, [*question, *short, *sums, *use]
        yield True, [*brief, *short, *sums, *use]
        yield False, [*brief, *short, *sums, *use]
        yield True, [*brief, *short, *sums]
        yield False, [*brief, *short, *sums]
        yield True, [*brief, *short]
        yield False, [*brief, *short]
        yield True, [*brief, *alone]
        yield False, [*brief, *alone]

    def _wanted(self) -> str:
        """Say what the answer to the loaded example should be."""
        assert self._snapshot is not None
        number = PRECISIONS[self._precision].number
        wanted = [f"{math_name('t', k)} = {number(t)}" for k, t in self._snapshot.t.items()]
        return "" if len(wanted) > _FEW_WANTED else f"Wanted: {', '.join(wanted)}. "

    def _title(self, last: Step, net: Wiring, width: int, made: str = "") -> Row:
        """Write what the step is about; ``made``: what it made of a value, if that is not seen."""
        kind, where = last.kind.partition("_")[0], place(last.operation, net)
        how, moved = method(last.experiment, last.kind), ""
        if last.position.move is not None:
            moved = which_parameter(last.experiment, last.position.move)
        forms = (
            (kind, where, how, moved, made), (kind, where, moved, made), (where, moved, made),
            (kind, where, made), (where, made), (made or where,),
        )  # fmt: skip
        titles = [" · ".join(filter(None, form)) for form in forms]
        title = next((each for each in titles if cell_len(each) <= width), titles[-1])
        return [Segment(padded(f" {title}", width + 1), self.colours.faint)]

    def _next(self, snapshot: Snapshot, width: int) -> list[Segment]:
        following, faint = snapshot.next_operation, self.colours.faint
        label = NEXT
        if following is None:
            label, text = "end ", self._ending(snapshot)
        else:
            example = snapshot.next.number("example") if snapshot.next else None
            text = intention(following, self._experiment, example)
            if self._then is not None:
                then = f"{text}, then {intention(self._then, self._experiment)}"
                text = then if cell_len(then) <= width - 7 else text
        return [
            Segment(f" {label}  ", Style(bold=True) + faint),
            Segment(padded(text, max(width - 7, 1)), faint),
        ]

    def _ending(self, snapshot: Snapshot) -> str:
        """Say that the run is over, how it ended, and what can be done."""
        loss = snapshot.losses.last("epoch")
        number = PRECISIONS[self._precision].number
        ended = "" if loss is None else f" (epoch loss {number(loss)})"
        again = every_key()["restart"].display(self._keymap)
        return f"Training is over{ended}. {again} starts again."

    def _beginning(self, width: int, height: int) -> list[Row]:
        """Write the first card of the document's story, and the key that leads to the others.

        A blank row stands below it where there is room.
        """
        story = story_of(self._experiment)
        if not story:
            table = every_key()
            step, play, help = (
                table[name].display(self._keymap).split(" ")[0] for name in ("step", "play", "help")
            )
            said = f"{step} computes the first step, {play} plays, {help} explains keys and words."
            name = clean(self._experiment.name) or "A network to train"
            rows = [[Segment(f" {row}", self.colours.faint)] for row in wrapped(said, width - 1)]
            return [[Segment(f" {name}", _BOLD)], [], *rows]
        rows = card_rows(story[0], width, self.colours)
        if len(story) > 1:
            key = every_key()["story"].display(self._keymap).split(" ")[0]
            said = f"  the story goes on: {counted(len(story) - 1, 'more card')}"
            rows += [[], [Segment(f" {key}", _BOLD), Segment(said, self.colours.faint)]]
        return rows if len(rows) == height else [*rows, []]
