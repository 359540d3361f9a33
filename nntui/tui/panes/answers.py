"""The pane Answers: what the network says to every example, and over the plane of two inputs."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.content import Content
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.timer import Timer

from nntui.text import cut, padded
from nntui.tui.frame import Frame, NeuronFocus
from nntui.tui.keys import ANSWERS, bindings
from nntui.tui.panes.pane import NAMES, LinePane

if TYPE_CHECKING:
    from nntui.draw.picture import Span
    from nntui.engine.surface import Answers
    from nntui.model.experiment import Experiment
    from nntui.network_view.plane import DataSigns, Plane
    from nntui.tui.panes.answer_table import AnswerColumns, Column

AFTER_THE_PAINT: Final = 0.03
"""Seconds from a frame to what is made anew for it: the paint and often the answers come first."""
SIDE_BY_SIDE: Final = 62
"""Columns of a wide pane from which on the plane stands beside the examples."""
LEAST_PLANE: Final = 4
"""Rows of a plane with its axis, at least."""
_ROWS: Final = 4
"""Examples that are seen below a plane, at least: of more, or in few rows, ``_FEWEST``."""
_FEWEST: Final = 2
_ENOUGH: Final = 9
_ORDER: Final = {False: "# worst first", True: "# by number"}
_WHICH: Final = {False: "& wrong ones", True: "& all"}
"""What the keys do next, by whether they were pressed before."""
_CHOOSE_HINT: Final = "x y choose the plane"


class _Places(Struct, frozen=True):
    """Where the plane and the examples stand in the pane, in cells; no plane: its size is 0."""

    plane: tuple[int, int]
    left: int
    top: int
    width: int
    height: int


class AnswersPane(LinePane, can_focus=True):
    """Shows the examples with what is wanted and said, and the plane above or beside them.

    Its keys work while it has the keyboard (tab, or a click).
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(ANSWERS)
    wants_answers = True
    _signs: DataSigns | None = None

    @dataclass
    class Chosen(Message):
        """The user wants to go to an example."""

        example: int

    @dataclass
    class PlaneWanted(Message):
        """The plane has another size in cells, or other inputs (None: as before)."""

        columns: int
        rows: int
        inputs: tuple[int, ...] | None = None

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title=NAMES["answers"], id="answers")
        self._experiment = experiment
        self._inputs = len(experiment.network.wiring().inputs)
        self._plane_inputs: tuple[int, ...] = tuple(range(self._inputs))[:2]
        if self._inputs > 2:
            self._plane_inputs = ()
        self._answers: Answers | None = None
        self._current: int | None = None
        self._neuron: str | None = None
        self._order: list[int] = []
        self._columns: list[Column] = []
        self._plane: Plane | None = None
        self._top = 0
        self._follows = True
        """Whether the row of the example at hand is to be scrolled to."""
        self._table: AnswerColumns | None = None
        self._score: list[str] = []
        self._said = ""
        self._timer: Timer | None = None
        self._sorted: object = None
        self.selected: int | None = None
        """The example whose row is selected."""
        self.by_loss = False
        self.only_wrong = False

    # ---- what is shown -------------------------------------------------------------------------

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Mark the example at hand; the answers follow when they are computed."""
        last = frame.snapshot.last
        current = None if last is None else last.position.example
        shown = frame.experiment, current, focus.neuron
        if shown != (self._experiment, self._current, self._neuron):
            self._follows |= current != self._current
            self._experiment, self._current, self._neuron = shown
            if self._timer is None and self._answers is not None:
                self._timer = self.set_timer(AFTER_THE_PAINT, self._refill)

    @property
    def is_waiting(self) -> bool:
        """Whether what is shown will be made anew."""
        return self._timer is not None

    def show_answers(self, answers: Answers) -> None:
        before = self._answers
        if answers is before:
            return
        if before is None or before.experiment.data is not answers.experiment.data:
            # Imported with the first answers: nothing of this is needed for the first paint.
            from nntui.network_view.plane import DataSigns
            from nntui.tui.panes.answer_table import AnswerColumns

            experiment, count = answers.experiment, len(answers.predictions)
            self._signs = DataSigns.of(experiment, count)
            self._table = AnswerColumns(experiment, self._signs, count)
        assert self._table is not None
        self._answers, self._score = answers, self._table.score(answers)
        self._refill()

    def resized(self) -> None:
        self._ask_for_plane()
        self._refill()
        super().resized()

    def extent(self) -> tuple[int, int]:
        """Return the pane's own size: the examples are scrolled in their part of it."""
        size = self.scrollable_content_region
        return size.width, size.height

    def source(self, row: int) -> Hashable:
        """Return the spans of the plane in a row, and the texts of the example."""
        places = self._places
        spans: tuple[Span, ...] = ()
        if self._plane is not None and row < places.plane[1]:
            spans = self._plane.rows[row]
        return places, spans, self._texts(row - places.top) if row >= places.top else None

    def segments(self, row: int) -> list[Segment]:
        if self._answers is None:
            return []
        places = self._places
        found: list[Segment] = []
        if self._plane is not None and row < places.plane[1]:
            found = [self._segment(span) for span in self._plane.rows[row]]
            if places.left:
                found.append(Segment(" " * (places.left - places.plane[0])))
        if places.top <= row:
            if places.left and not found:
                found = [Segment(" " * places.left)]
            found += self._table_row(row - places.top)
        return found

    @cached_property
    def _places(self) -> _Places:
        size = self.scrollable_content_region
        width, height = size.width, size.height
        if not self._plane_inputs or height < LEAST_PLANE:
            return _Places((0, 0), 0, 0, width, height)
        if width >= max(SIDE_BY_SIDE, 3 * height):
            across = min(max(2 * height + 6, 24), width // 2)
            return _Places((across, height), across + 2, 0, width - across - 2, height)
        scrolls = height < _ENOUGH or len(self._order) > _ROWS
        least = _FEWEST if scrolls else _ROWS
        examples = min(len(self._order) or least, least) + 1
        rows = min(height - examples, max(height * 3 // 5, 5), width // 2 + 1)
        if rows < LEAST_PLANE:
            return _Places((0, 0), 0, 0, width, height)
        return _Places((width, rows), 0, rows, width, height - rows)

    def _refill(self) -> None:
        """Make the plane and the rows anew."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        answers, signs, table = self._answers, self._signs, self._table
        if answers is None or signs is None or table is None or not self.size.width:
            return
        self._put_in_order(answers)
        self.__dict__.pop("_places", None)
        places = self._places
        self._columns = table.fitting(answers, self._current, places.width - 1)
        self._plane = None
        if places.plane[1] and answers.surfaces is not None:
            from nntui.network_view.plane import neuron_shown, plane

            neuron = neuron_shown(answers.experiment.network.wiring(), signs, self._neuron)
            self._plane = plane(
                answers,
                signs,
                neuron,
                self._current,
                places.plane,
                colour=not self.app.no_color,
            )
        self._write_titles()
        if self.has_focus and self._order and self.selected not in self._order:
            self.selected = self._current if self._current in self._order else self._order[0]
            self._bring_into_view(self.selected)
        if self._follows and self._current is not None:
            self._bring_into_view(self._current)
        self._follows = False
        self._top = max(min(self._top, len(self._order) - self._room), 0)
        self.changed()

    def _put_in_order(self, answers: Answers) -> None:
        """Choose the examples that are shown, in their order; again only when that may differ."""
        wanted = answers, self.by_loss, self.only_wrong
        if wanted == self._sorted:
            return
        self._sorted, found = wanted, answers.predictions
        order = list(range(len(found)))
        if self.only_wrong:
            order = [n for n, right in enumerate(found.right.tolist()) if not right]
        if self.by_loss:
            losses = found.loss.tolist()
            order.sort(key=lambda n: (losses[n] == losses[n], -losses[n]))  # nan first
        self._order = order

    def _texts(self, row: int) -> tuple[object, ...]:
        """Return all that a row of the table is written from."""
        if row == 0:
            headings = tuple((each.heading, each.width) for each in self._columns)
            return self.by_loss, self.only_wrong, headings
        n = self._example_in(row)
        if n is None:
            return (row == 1,)
        selected = self.has_focus and n == self.selected
        return n, n == self._current, selected, tuple(each.text(n) for each in self._columns)

    def _example_in(self, row: int) -> int | None:
        place = self._top + row - 1
        return self._order[place] if place < len(self._order) else None

    def _table_row(self, row: int) -> list[Segment]:
        if row == 0:
            from nntui.tui.panes.answer_table import headings

            return [Segment(self._heading(headings(self._columns)), self.colours.faint)]
        n = self._example_in(row)
        if n is None:
            said = " none is answered wrong" if row == 1 else ""
            return [Segment(said, self.colours.faint)]
        selected = self.has_focus and n == self.selected
        line = self.colours.chosen if selected else Style()
        found = [Segment("›" if selected else " ", line)]
        for number, column in enumerate(self._columns):
            text = padded(column.text(n), column.width, right=column.right)
            found.append(Segment((" " if number else "") + text, line + self._style(column, n)))
        return found

    def _heading(self, words: str) -> str:
        """Return the headings with a mark where the rows are sorted or some are left out."""
        marked = words.replace("error", "error▾", 1) if self.by_loss else words
        if self.by_loss and "error" not in words:
            marked = words.replace(" n ", " n▾", 1)
        return f"{'✗' if self.only_wrong else ' '}{marked}".rstrip()

    def _style(self, column: Column, n: int) -> Style:
        assert self._answers is not None
        colours = self.colours
        match column.kind:
            case "bar":
                return Style(color=colours.chart("test").rich_color)
            case "mark":
                return colours.faint if self._answers.predictions.right[n] else colours.stop
            case "now" if n == self._current:
                return colours.mark
            case "now" | "faint":
                return colours.faint
        return Style()

    def _segment(self, span: Span) -> Segment:
        colours = self.colours
        if span.role == "axis":
            return Segment(span.text, colours.faint)
        if span.role == "curve":
            return Segment(span.text, colours.role("label.bright", 1.0))
        if span.role == "curve.axis":
            return Segment(span.text, colours.line)
        return Segment(span.text, colours.role(span.role, span.value, span.below))

    def _write_titles(self) -> None:
        """Write how much is right on the upper border, the keys or the signs on the lower one."""
        subject, neuron = "", self._neuron
        if self._plane is not None and neuron in self._experiment.network.wiring().neurons:
            subject = f" · {cut(neuron or '', 12)}"
        forms = [f"{NAMES['answers']}{subject} · {form}" for form in self._score]
        self.set_title(*forms, NAMES["answers"])
        self._write_subtitle()

    def _write_title(self) -> None:
        super()._write_title()
        if self._signs is not None:
            self._write_subtitle()

    def _write_subtitle(self) -> None:
        assert self._signs is not None
        room = self.size.width - 4
        if self.has_focus:
            words = ["enter go there", _ORDER[self.by_loss], _WHICH[self.only_wrong]]
            words += [_CHOOSE_HINT] if self._inputs > 2 else []
        elif self._plane is not None:
            beside_curve = self._inputs == 1 and not self._signs.names
            words = ["○ wanted"] if beside_curve else [*self._signs.words]
            words += ["◉ now"] if self._current is not None else []
        else:
            words = []
        if self._score and self.title_shown == NAMES["answers"]:  # beside tabs it has no room
            words.append(self._score[-1])
        while words and len(" · ".join(words)) > room:
            words.pop(0)
        said = " · ".join(words)
        if said != self._said:
            self._said = said
            self.write_border(subtitle=Content(said))

    # ---- keys and the mouse --------------------------------------------------------------------

    def action_answer_move(self, by: int) -> None:
        """Select the example some rows further down, or up."""
        if self._order:
            place = self._order.index(self.selected) if self.selected in self._order else -1
            place = 0 if place < 0 else min(max(place + by, 0), len(self._order) - 1)
            self._select(self._order[place])

    def action_answer_page(self, direction: int) -> None:
        self.action_answer_move(direction * max(self._room - 1, 1))

    def action_answer_choose(self) -> None:
        if self.selected is not None:
            self.post_message(self.Chosen(self.selected))

    def action_answer_order(self) -> None:
        self.by_loss = not self.by_loss
        self._top = 0
        self._refill()

    def action_answer_wrong(self) -> None:
        self.only_wrong = not self.only_wrong
        self._top = 0
        self._refill()

    def action_answer_plane(self, axis: int, by: int) -> None:
        """Let the next input go across (axis 0) or upwards (1)."""
        if self._inputs < 3:
            return
        if not self._plane_inputs:
            inputs = [0, 1]
        else:
            inputs = list(self._plane_inputs)
            inputs[axis] = (inputs[axis] + by) % self._inputs
            if inputs[0] == inputs[1]:
                inputs[axis] = (inputs[axis] + by) % self._inputs
        self._plane_inputs = (inputs[0], inputs[1])
        self.__dict__.pop("_places", None)
        self._ask_for_plane(self._plane_inputs)

    def on_focus(self) -> None:
        self._refill()

    def on_blur(self) -> None:
        self._refill()

    def on_click(self, event: Click) -> None:
        offset = self.offset_under(event)
        if offset is None or self._answers is None:
            return
        places = self._places
        example: int | None = None
        if self._plane is not None and offset.x < places.plane[0] and offset.y < places.plane[1]:
            examples = self._plane.examples
            example = examples.get((offset.x, offset.y), examples.get((offset.x, -1)))
        elif offset.y > places.top and offset.x >= places.left:
            place = self._top + offset.y - places.top - 1
            example = self._order[place] if place < len(self._order) else None
        if example is not None:
            again = event.chain > 1 and example == self.selected
            self._select(example)
            if again:
                self.action_answer_choose()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._scroll(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._scroll(-3)

    @property
    def _room(self) -> int:
        """How many examples are seen at once."""
        return max(self._places.height - 1, 1)

    def _scroll(self, by: int) -> None:
        self._top = min(max(self._top + by, 0), max(len(self._order) - self._room, 0))
        self.changed()

    def _bring_into_view(self, example: int) -> None:
        if example in self._order:
            place = self._order.index(example)
            least = place - self._room + 1
            self._top = min(max(self._top, least), place)

    def _select(self, example: int) -> None:
        self.selected = example
        self._bring_into_view(example)
        self.changed()

    def _ask_for_plane(self, inputs: tuple[int, ...] | None = None) -> None:
        columns, rows = self._places.plane
        self.post_message(self.PlaneWanted(columns, 2 * rows, inputs))
