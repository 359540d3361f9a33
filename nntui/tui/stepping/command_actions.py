"""Commanding: lines of the command language, typed behind the colon or meant by a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nntui.debugger.breakpoints import AnyBreakpoint, Breakpoint
from nntui.debugger.commands import Interpreter, Movement, Reply
from nntui.debugger.queries.paths import lines_of, paths
from nntui.explain.numbers import exact
from nntui.model.names import value_name
from nntui.tui.stepping.pane_layout import LISTS

if TYPE_CHECKING:
    from nntui.debugger.queries.why import Cause
    from nntui.model.wiring import Wiring
    from nntui.tui.panes.lists import ListAction
    from nntui.tui.stepping.background import BackgroundRun
    from nntui.tui.stepping.base import Stage
    from nntui.tui.stepping.focus_actions import Looking


MOST_OFFERED: Final = 12
SHOWN_ELSEWHERE: Final = frozenset({"display", "undisplay"})
"""Commands whose answer is what a list shows anyway."""


class Commanding:
    """Hands lines to the interpreter and shows what it answers."""

    def __init__(self, stage: Stage, travel: BackgroundRun) -> None:
        self._stage, self._travel = stage, travel
        self._interpreter = Interpreter(stage.debugger)

    def ask(self, text: str = "", proposed: str = "") -> None:
        """Let the person type a command, the beginning of which is there."""
        self._stage.command_line.ask(text, proposed)

    def leave(self) -> None:
        """No command is typed after all."""
        self._stage.command_line.leave()
        self._stage.say("")
        self._stage.lay_out()

    def submit(self, line: str) -> None:
        """Run what was typed. A line that can't be run stays, to be put right."""
        self._stage.command_line.keep(line)
        answer = self._interpreter.prepare(line.strip() or self._interpreter.again)
        if isinstance(answer, Reply) and not answer.ok:
            self._stage.say(answer.lines[0])
            self._point_at(line, answer)
            return
        self.leave()
        self._take(answer, 1)

    def run(self, line: str, times: int = 1) -> None:
        """Run a command that a key stands for; a journey as often as asked for."""
        self._take(self._interpreter.prepare(line), times)

    def run_or_ask(self, command: str, value: str | None) -> None:
        """Run a command on a value; let the person type the value when none is meant."""
        if value is None:
            self.ask(f"{command} ")
        else:
            self.run(f"{command} {value}")

    def complete(self, line: str) -> list[str]:
        """The lines that a line may become. On the way, nothing is known of the run."""
        return [] if self._travel.running else self._interpreter.complete(line)

    def offer(self, lines: list[str]) -> None:
        """Say how a line may go on."""
        words = [line.rpartition(" ")[2] for line in lines[:MOST_OFFERED]]
        more = len(lines) - len(words)
        self._stage.say("  ".join(words) + (f"  … {more} more" if more else ""))

    def _point_at(self, line: str, refused: Reply) -> None:
        """Put the cursor where an expression is at fault."""
        start = line.rfind(str(refused.data.get("expression", "")))
        if "at" in refused.data and start >= 0:
            self._stage.command_line.cursor_position = start + int(refused.data["at"])

    def _take(self, answer: Reply | Movement, times: int) -> None:
        if isinstance(answer, Movement):
            self._travel.go(answer, lambda journey: self._arrived(journey, times))
        elif answer.quits:
            self._stage.quit()
        else:
            elsewhere = answer.command.split(" ")[0] in SHOWN_ELSEWHERE
            short = len(answer.lines) <= 1 or elsewhere
            self._stage.tell(answer.command, answer.lines, turn=not short)
            self._stage.show(answer.lines[-1] if short and answer.lines else "")

    def _arrived(self, journey: Movement, times: int) -> None:
        reply = self._interpreter.arrived(journey)
        stop = journey.stop
        if stop is not None and stop.messages:
            self._stage.tell(reply.command, stop.messages, turn=journey.search is not None)
        if journey.over and times > 1 and stop is not None and stop.hits:
            self.run(reply.command, times - 1)
        else:
            self._stage.show("stopped on the way" if not journey.over else reply.stop or "")


# ---- asking --------------------------------------------------------------------------------------


class Asking:
    """Each key is a command with the focused value filled in."""

    def __init__(self, stage: Stage, commanding: Commanding, looking: Looking, net: Wiring) -> None:
        self._stage, self._commanding, self._looking = stage, commanding, looking
        self._net = net

    def watch(self) -> None:
        """Watch the focused value, or another that is typed."""
        self._commanding.ask("display ", self._value() or "loss")

    def assign(self) -> None:
        """Set the focused weight, bias or input, or another value that is typed."""
        name = self._looking.focus.setting(self._net)
        if name is None:
            self._commanding.ask("set ")
            return
        value = self._stage.debugger.value(name)
        self._commanding.ask(f"set {name} ", "" if value is None else exact(value))

    def write(self, direction: int) -> None:
        """Go to the step that last wrote the focused value, or to the one that does so next."""
        command = "next-write" if direction > 0 else "last-write"
        self._commanding.run_or_ask(command, self._value())

    def why(self) -> None:
        """Show what has made the focused value."""
        value = self._value() or self._written()
        if value is None:
            self._commanding.ask("why ")
            return
        from nntui.tui.dialogs.why import WhyScreen

        cause, digits = self._stage.debugger.why(value), self._stage.digits.chosen
        self._stage.open_over(WhyScreen(cause, digits), self._jump)

    def paths(self) -> None:
        """Bring out what the focused weight or neuron influences, or do so no longer."""
        focus = self._looking.focus
        if focus.cone is not None:
            self._looking.focus = replace(focus, cone=None)
            self._stage.repaint()
            return
        if focus.neuron is None:
            self._stage.say("choose a neuron or an edge first: the arrows, then ] for its edges")
            return
        name = value_name("w", *focus.edge) if focus.edge is not None else focus.neuron
        found = paths(self._net, name)
        self._looking.focus = replace(focus, cone=found)
        self._stage.tell(f"paths {name}", lines_of(found, self._net), turn=False)
        self._stage.repaint(found.sentence)

    def bookmark(self) -> None:
        """Give this place a name."""
        self._commanding.ask("bookmark ")

    def goto(self) -> None:
        """Go to a place that is typed."""
        self._commanding.ask("goto ")

    def _value(self) -> str | None:
        last = self._stage.latest.snapshot.last
        return self._looking.focus.value(self._net, last.position.phase if last else None)

    def _written(self) -> str | None:
        """What the last step wrote."""
        last = self._stage.latest.snapshot.last
        return next(iter(last.writes), None) if last else None

    def _jump(self, cause: Cause | None) -> None:
        if cause is not None:
            self._commanding.run(f"goto {cause.position}")


# ---- stopping ------------------------------------------------------------------------------------


CHOOSE_FIRST = "choose a neuron or an edge first: the arrows, then ] for its edges"


class Stopping:
    """Breakpoints by keys."""

    def __init__(self, stage: Stage, commanding: Commanding, looking: Looking) -> None:
        self._stage, self._commanding, self._looking = stage, commanding, looking
        self._wishes: dict[tuple[str, ListAction], Callable[[int | str], None]] = {
            ("breakpoints", "choose"): lambda key: self._edit(int(key)),
            ("breakpoints", "toggle"): lambda key: self._toggle_row(int(key)),
            ("breakpoints", "delete"): lambda key: self._commanding.run(f"delete {key}"),
            ("watches", "choose"): lambda key: self._retype(int(key)),
            ("watches", "delete"): lambda key: self._commanding.run(f"undisplay {key}"),
            ("branches", "choose"): lambda key: self._commanding.run(f"branch switch {key}"),
            ("branches", "delete"): lambda key: self._commanding.run(f"branch delete {key}"),
        }
        assert {pane for pane, _ in self._wishes} == set(LISTS)

    def toggle(self) -> None:
        """Set a breakpoint on the focus, or delete those that are there."""
        place = self._looking.focus.place
        if place is None:
            self._stage.say(CHOOSE_FIRST)
        elif rows := self._here():
            self._commanding.run("delete " + " ".join(str(row.number) for row in rows))
        else:
            self._commanding.run(f"break {place}")

    def toggle_line(self, line: str | None) -> None:
        """Set a breakpoint on a line of the program, or delete those that stand on it."""
        rows = [
            str(row.number)
            for row in self._stage.debugger.breakpoints
            if isinstance(row, Breakpoint) and row.place and row.place.line == line
        ]
        if line is None:
            self._stage.say("no breakpoint can stand on this line")
        elif rows:
            self._commanding.run(f"delete {' '.join(rows)}")
        else:
            self._commanding.run(f"break line {line}")

    def edit(self) -> None:
        """Edit the breakpoint on the focus; set one there first when there is none."""
        place = self._looking.focus.place
        if place is None:
            self._stage.say(CHOOSE_FIRST)
            return
        if not self._here():
            self._commanding.run(f"break {place}")
        if rows := self._here():
            self._edit(rows[0].number)

    def to_cursor(self, direction: int) -> None:
        """Go to the next step of what has the focus, or back to the one before."""
        place = self._looking.focus.place
        if place is None:
            self._stage.say(CHOOSE_FIRST)
        else:
            self._commanding.run(f"{'until' if direction > 0 else 'reverse-until'} {place}")

    def wish(self, pane: str, action: ListAction, key: int | str) -> None:
        """Do what a person wants with a row."""
        if act := self._wishes.get((pane, action)):
            act(key)

    # ---- inside --------------------------------------------------------------------------------

    def _here(self) -> tuple[Breakpoint, ...]:
        """The breakpoints on the focus, whatever their direction and condition."""
        focus = self._looking.focus
        neurons = focus.edge or (focus.neuron,)
        return tuple(
            row
            for row in self._stage.debugger.breakpoints
            if isinstance(row, Breakpoint) and row.place and row.place.neurons == neurons
        )

    def _toggle_row(self, number: int) -> None:
        enabled = self._stage.debugger.breakpoints[number].enabled
        self._commanding.run(f"{'disable' if enabled else 'enable'} {number}")

    def _edit(self, number: int) -> None:
        from nntui.tui.dialogs.breakpoint_form import BreakpointForm

        debugger = self._stage.debugger
        form = BreakpointForm(debugger.breakpoints[number], debugger.experiment.network)
        self._stage.open_over(form, self._edited)

    def _edited(self, row: AnyBreakpoint | None) -> None:
        """Put the edited row in the place of the one before."""
        if row is not None and row.number in self._stage.debugger.breakpoints:
            stops = self._stage.debugger.breakpoints
            stops.count(row)
            stops.enable(row.number, row.enabled)  # a search under way hears of it
            self._stage.show(f"{row.title}: {row.what}")

    def _retype(self, number: int) -> None:
        """Watch something else instead."""
        text = next(
            (w.expression.text for w in self._stage.debugger.displays if w.number == number), ""
        )
        self._commanding.ask(f"display {text}")
