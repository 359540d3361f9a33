"""The form of a breakpoint or watchpoint: every clause in a field of its own."""

from __future__ import annotations

import json
from typing import ClassVar, Final

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Checkbox, Input, Select

from nntui.debugger.breakpoints.breakpoint import DIRECTIONS, AnyBreakpoint, Breakpoint
from nntui.debugger.breakpoints.parse import parse_command
from nntui.debugger.breakpoints.reachability import Reachability
from nntui.engine.run import Run
from nntui.model.errors import NntuiError
from nntui.tui.dialogs.form import FormScreen, Tick, field
from nntui.tui.panes.command_line import TextField

BOTH: Final = "forward and backward"
_PLACES: Final = "h1, x1->h1, layer 1, phase loss, epoch 5; empty: every step"
_WATCHED: Final = "w[x1,h1], loss crosses 0.1, isnan(loss) becomes true, nonfinite"


class BreakpointForm(FormScreen["AnyBreakpoint"]):
    """Edits a breakpoint or watchpoint; the result keeps its number."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", "save")]

    def __init__(self, row: AnyBreakpoint, run: Run) -> None:
        super().__init__(row.title)
        self._row, self._run = row, run

    def compose_fields(self) -> ComposeResult:
        row = self._row
        if isinstance(row, Breakpoint):
            yield _text_field("what", "at", _what(row), _PLACES)
            yield field(
                "pass",
                Select.from_values(
                    (BOTH, *DIRECTIONS),
                    value=(row.place.direction if row.place else None) or BOTH,
                    allow_blank=False,
                    compact=True,
                    id="direction",
                ),
            )
        else:
            yield _text_field("what", "when", _what(row), _WATCHED)
        condition = row.condition.text if row.condition else ""
        log = row.log.text if row.log else ""
        yield _text_field("if", "if", condition, "abs(delta[h1]) > 1 and epoch >= 3")
        yield _text_field("every", "every", str(row.every), "stop at each so many-th match")
        yield _text_field("ignore", "ignore", str(row.ignore), "pass over so many matches")
        yield _text_field("log", "log", log, "write this and go on: loss is {loss}")
        yield field(
            "",
            Tick("enabled", row.enabled, id="enabled", compact=True),
            Tick("temporary", row.temporary, id="temporary", compact=True),
        )

    def on_mount(self) -> None:
        # The condition is what is edited most: the location is what the row was made with.
        self.query_one("#if", Input).focus()

    def on_input_submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        """Give the edited row, or say what is wrong with it."""
        try:
            row = parse_command(self._command(), self._run.experiment.network)
            Reachability.of(self._run).check(row)
        except NntuiError as error:
            self.show_error(str(error))
            return
        old = self._row
        since = min(old.since, row.every - 1)
        self.dismiss(replace(row, number=old.number, hits=old.hits, since=since))

    def _command(self) -> str:
        """Return the command that makes the row that the fields describe."""
        is_break = isinstance(self._row, Breakpoint)
        temporary = "t" if self.query_one("#temporary", Checkbox).value else ""
        words = [temporary + ("break" if is_break else "watch"), self._text("what")]
        if is_break and (direction := self.query_one("#direction", Select).value) != BOTH:
            words.append(str(direction))
        if not self.query_one("#enabled", Checkbox).value:
            words.append("disabled")
        for clause in ("every", "ignore", "if"):
            if text := self._text(clause):
                words.append(f"{clause} {text}")
        if log := self._text("log"):
            words.append(f"log {json.dumps(log, ensure_ascii=False)}")
        return " ".join(filter(None, words))

    def _text(self, id: str) -> str:
        return self.query_one(f"#{id}", Input).value.strip()


def _text_field(id: str, label: str, value: str, hint: str) -> Horizontal:
    text = TextField(value, placeholder=hint, id=id, compact=True, select_on_focus=False)
    return field(label, text)


def _what(row: AnyBreakpoint) -> str:
    """Return what a row waits for, without direction and condition, which have fields."""
    if isinstance(row, Breakpoint):
        return replace(row.place, direction=None).text if row.place else ""
    return replace(row, condition=None).what
