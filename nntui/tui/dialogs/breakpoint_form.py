"""The form of a breakpoint or watchpoint: every clause in a field of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Label, Select, Static

from nntui.debugger.breakpoints import AnyBreakpoint, Breakpoint, row_of
from nntui.debugger.breakpoints.breakpoint import DIRECTIONS
from nntui.model.errors import NntuiError
from nntui.model.network import Network
from nntui.tui.panes.command_line import TextField

BOTH: Final = "forward and backward"
_PLACES: Final = "h1, x1->h1, layer 1, phase loss, epoch 5; empty: every step"
_WATCHED: Final = "w[x1,h1], loss crosses 0.1, isnan(loss) becomes true, nonfinite"


class Tick(Checkbox):
    """A box whose cross can be told from none without colours."""

    @property
    def _button(self) -> Content:
        """The box as it looks now."""
        self.BUTTON_INNER = "X" if self.value else " "
        return super()._button


class BreakpointForm(ModalScreen["AnyBreakpoint | None"]):
    """Edits a row; gives the edited one with the same number, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "leave it as it was"),
        Binding("ctrl+s", "save", "save"),
    ]

    def __init__(self, row: AnyBreakpoint, network: Network) -> None:
        super().__init__()
        self._row, self._network = row, network

    def compose(self) -> ComposeResult:
        """A field for each clause."""
        row = self._row
        is_breakpoint = isinstance(row, Breakpoint)
        with VerticalScroll(id="form") as box:
            box.border_title = row.title
            box.border_subtitle = "enter save · esc leave"
            yield from _field("what", "at" if is_breakpoint else "when", _what(row),
                              _PLACES if is_breakpoint else _WATCHED)  # fmt: skip
            if isinstance(row, Breakpoint):
                with Horizontal(classes="field"):
                    yield Label("pass")
                    yield Select.from_values(
                        (BOTH, *DIRECTIONS),
                        value=(row.place.direction if row.place else None) or BOTH,
                        allow_blank=False, compact=True, id="direction",
                    )  # fmt: skip
            condition = row.condition.text if row.condition else ""
            yield from _field("if", "if", condition, "abs(delta[h1]) > 1 and epoch >= 3")
            yield from _field("every", "every", str(row.every), "stop at each so many-th match")
            yield from _field("ignore", "ignore", str(row.ignore), "pass over so many matches")
            yield from _field("log", "log", row.log.text if row.log else "",
                              "write this and go on: loss is {loss}")  # fmt: skip
            with Horizontal(classes="field"):
                yield Label("")
                yield Tick("enabled", row.enabled, id="enabled", compact=True)
                yield Tick("temporary", row.temporary, id="temporary", compact=True)
            yield Static("", id="form-error", markup=False)

    def on_mount(self) -> None:
        """Begin with the condition: the place is what it was made with."""
        self.query_one("#if", Input).focus()

    def on_input_submitted(self) -> None:
        """Enter saves."""
        self.action_save()

    def action_cancel(self) -> None:
        """Leave the row as it was."""
        self.dismiss(None)

    def action_save(self) -> None:
        """Give the edited row, or say what is wrong with it."""
        try:
            row = row_of(self._command(), self._network)
        except NntuiError as error:
            self.query_one("#form-error", Static).update(str(error))
            return
        old = self._row
        since = min(old.since, row.every - 1)
        self.dismiss(replace(row, number=old.number, hits=old.hits, since=since))

    def _command(self) -> str:
        """The command that makes the row that the fields describe."""
        verb = "break" if isinstance(self._row, Breakpoint) else "watch"
        words = ["t" + verb if self._checked("temporary") else verb, self._text("what")]
        if isinstance(self._row, Breakpoint):
            direction = self.query_one("#direction", Select).value
            words.append("" if direction == BOTH else str(direction))
        words += [
            f"{clause} {text}" for clause in ("every", "ignore") if (text := self._text(clause))
        ]
        words.append("" if self._checked("enabled") else "disabled")
        if condition := self._text("if"):
            words.append(f"if {condition}")
        if log := self._text("log"):
            import json

            words.append(f"log {json.dumps(log, ensure_ascii=False)}")
        return " ".join(word for word in words if word)

    def _text(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    def _checked(self, field: str) -> bool:
        return self.query_one(f"#{field}", Checkbox).value


def _field(id: str, label: str, value: str, hint: str) -> ComposeResult:
    with Horizontal(classes="field"):
        yield Label(label)
        yield TextField(value, placeholder=hint, id=id, compact=True, select_on_focus=False)


def _what(row: AnyBreakpoint) -> str:
    """What a row waits for, without the direction and the condition, which have their fields."""
    if isinstance(row, Breakpoint):
        return replace(row.place, direction=None).text if row.place else ""
    return replace(row, condition=None).what
