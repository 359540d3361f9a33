"""The actions that are commands: the command line, breakpoints, displays, set, bookmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from textual.widgets import Input

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint, Breakpoint, Place
from nntui.debugger.commands.command import Reply
from nntui.model.names import quoted
from nntui.tui.dialogs.question import Answer, Question
from nntui.tui.panes.algorithm import AlgorithmPane
from nntui.tui.panes.command_line import LINE_BREAK, Offer
from nntui.tui.panes.lists import ListPane
from nntui.tui.stepping.base import CHOOSE_FIRST, FILTER, FIND, SteppingBase, at_rest

FIRST_OFFERED: Final = (
    "goto", "until", "break", "watch", "print", "display", "set", "why", "bookmark", "help",
)  # fmt: skip
"""The commands that are shown before anything is typed."""
_ROW_COMMANDS: Final = {
    ("breakpoints", "delete"): "delete", ("displays", "delete"): "undisplay",
    ("branches", "choose"): "branch switch", ("branches", "delete"): "branch delete",
}  # fmt: skip
"""By a list and what is done with its row."""


class CommandActions(SteppingBase):
    """Runs typed commands, and those that a key makes of the focus."""

    @at_rest
    def action_command(self, text: str = "") -> None:
        self.command_line.ask(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value.startswith((FIND, FILTER)):
            self.submit_command(event.value)

    @at_rest
    def submit_command(self, line: str) -> None:
        """Run a typed line; one that can't be run stays, to be put right."""
        self.command_line.keep(line)
        typed = line.replace(LINE_BREAK, "\n").strip()
        answer = self.interpreter.prepare(typed or self.interpreter.again)
        if isinstance(answer, Reply) and not answer.ok:
            self.command_line.refuse(answer.lines[0])
            # Put the cursor where an expression is at fault.
            start = line.rfind(str(answer.data.get("expression", "")))
            if "at" in answer.data and start >= 0:
                self.command_line.cursor_position = start + int(answer.data["at"])
            return
        self.leave_command_line()
        self.take_answer(answer)

    def on_command_line_left(self) -> None:
        self.leave_command_line()

    def completions(self, line: str) -> list[str]:
        """Return the lines that a line may become; none while the debugger is in use."""
        if line.startswith((FIND, FILTER)):
            return super().completions(line)
        return [] if self.background.running else self.interpreter.complete(line)

    def offers(self, line: str) -> Sequence[Offer]:
        """Return the commands that begin like a line, with what they do; else its completions."""
        if line.startswith((FIND, FILTER)) or " " in line or self.background.running:
            return super().offers(line)
        from nntui.debugger.commands.interpreter import COMMANDS

        rows = [COMMANDS[name] for name in self.completions(line)]
        if not line:
            first = [COMMANDS[name] for name in FIRST_OFFERED]
            rows = [*first, *(row for row in rows if row not in first)]
        return [(row.usage, row.help) for row in rows]

    @at_rest
    def action_breakpoint(self) -> None:
        place = self.neuron_focus.place
        if place is None:
            self.say(CHOOSE_FIRST)
        else:
            self._set_or_delete(place, self._breakpoints_on_focus())

    @at_rest
    def action_edit_breakpoint(self) -> None:
        """Edit the breakpoint on the focus; set one there first when there is none."""
        place = self.neuron_focus.place
        if place is None:
            self.say(CHOOSE_FIRST)
            return
        if not self._breakpoints_on_focus():
            self.run_command(f"break {place}")
        if rows := self._breakpoints_on_focus():
            self._edit_breakpoint(rows[0])

    @at_rest
    def on_algorithm_pane_chosen(self, event: AlgorithmPane.Chosen) -> None:
        """Set a breakpoint on a line of the algorithm, or delete those there."""
        if event.line is None:
            self.say("no breakpoint can stand on this line")
        else:
            rows = self._breakpoints(lambda place: place.line == event.line)
            self._set_or_delete(f"line {event.line}", rows)

    def _set_or_delete(self, place: str, rows: list[int]) -> None:
        there = " ".join(map(str, rows))
        self.run_command(f"delete {there}" if rows else f"break {place}")

    def _breakpoints_on_focus(self) -> list[int]:
        """The breakpoints on the focus, whatever their direction and condition."""
        focus = self.neuron_focus
        return self._breakpoints(lambda place: place.neurons == (focus.edge or (focus.neuron,)))

    def _breakpoints(self, are_wanted: Callable[[Place], bool]) -> list[int]:
        """Return the numbers of the breakpoints at some places."""
        rows = (row for row in self.debugger.breakpoints if isinstance(row, Breakpoint))
        return [row.number for row in rows if row.place and are_wanted(row.place)]

    def _edit_breakpoint(self, number: int) -> None:
        from nntui.tui.dialogs.breakpoint_form import BreakpointForm

        breakpoints = self.debugger.breakpoints

        def edited(row: AnyBreakpoint | None) -> None:
            if row is not None and row.number in breakpoints:
                breakpoints.count(row)
                breakpoints.enable(row.number, row.enabled)  # a search under way hears of it
                self.show(f"{row.title}: {row.what}")

        form = BreakpointForm(breakpoints[number], self.debugger.training_run)
        self.app.push_screen(form, edited)

    @at_rest
    def on_list_pane_row_action(self, event: ListPane.RowAction) -> None:
        key = event.key
        match event.pane, event.action:
            case "breakpoints", "choose":
                self._edit_breakpoint(int(key))
            case "breakpoints", "toggle":
                enabled = self.debugger.breakpoints[int(key)].enabled
                self.run_command(f"{'disable' if enabled else 'enable'} {key}")
            case "displays", "choose":
                texts = (d.expression.text for d in self.debugger.displays if d.number == key)
                self.command_line.ask(f"display {next(texts, '')}")
            case row if row in _ROW_COMMANDS:
                named = quoted(key) if isinstance(key, str) else key
                self.run_command(f"{_ROW_COMMANDS[row]} {named}")

    @at_rest
    def action_watch(self) -> None:
        """Ask whether to display the focused value, or one that is typed, or to stop at changes."""
        value = self.focused_value

        def answered(command: str | None) -> None:
            if command is not None:
                self._run_on(command, value, "loss")

        what = value or "a value, which you type next"
        question = Question(
            "Display or watch", what,  # the answers' names are commands
            Answer("d", "display", "display it at every stop"),
            Answer("w", "watch", "stop when it changes"),
            otherwise="neither",
        )  # fmt: skip
        self.app.push_screen(question, answered)

    def _run_on(self, command: str, value: str | None, suggested: str = "") -> None:
        """Run a command on a value, or have the value typed when there is none."""
        if value is None:
            self.command_line.ask(f"{command} ", suggested)
        else:
            self.run_command(f"{command} {value}")

    @at_rest
    def action_assign(self, target: str = "") -> None:
        """Open the form of what can be set, with ``target``, or what has the focus, first."""
        from nntui.tui.dialogs.settings_form import Changes, SettingsForm

        debugger = self.debugger

        def applied(changes: Changes | None) -> None:
            if changes is None:
                return
            if changes.from_start:
                debugger.seek(0)
            for each, value in changes.values:
                self.run_command(f"set {each} {value}")

        first = (target,) if target else self.neuron_focus.settable(self.net)
        self.app.push_screen(SettingsForm(debugger, first), applied)

    @at_rest
    def action_write(self, direction: int) -> None:
        """Go to the step that last wrote the focused value, or to the next one that does."""
        self._run_on("next-write" if direction > 0 else "last-write", self.focused_value)
