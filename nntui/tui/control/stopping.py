"""Stopping: breakpoints on the focus, and what is done with a row of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nntui.debugger.breakpoints import AnyRow, Breakpoint
from nntui.tui.control.deck import LISTS

if TYPE_CHECKING:
    from nntui.tui.control.commanding import Commanding
    from nntui.tui.control.looking import Looking
    from nntui.tui.control.stage import Stage
    from nntui.tui.widgets.rows import Wish

CHOOSE_FIRST = "choose a neuron or an edge first: the arrows, then ] for its edges"


class Stopping:
    """Breakpoints by keys."""

    def __init__(self, stage: Stage, commanding: Commanding, looking: Looking) -> None:
        self._stage, self._commanding, self._looking = stage, commanding, looking
        self._wishes: dict[tuple[str, Wish], Callable[[int | str], None]] = {
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
            for row in self._stage.debugger.stops
            if isinstance(row, Breakpoint) and row.place and row.place.line == line
        ]
        if line is None:
            self._stage.say("no step is executed below this line")
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

    def wish(self, pane: str, wish: Wish, key: int | str) -> None:
        """Do what a person wants with a row."""
        if action := self._wishes.get((pane, wish)):
            action(key)

    # ---- inside --------------------------------------------------------------------------------

    def _here(self) -> tuple[Breakpoint, ...]:
        """The breakpoints on the focus, whatever their direction and condition."""
        focus = self._looking.focus
        neurons = focus.edge or (focus.neuron,)
        return tuple(
            row
            for row in self._stage.debugger.stops
            if isinstance(row, Breakpoint) and row.place and row.place.neurons == neurons
        )

    def _toggle_row(self, number: int) -> None:
        enabled = self._stage.debugger.stops[number].enabled
        self._commanding.run(f"{'disable' if enabled else 'enable'} {number}")

    def _edit(self, number: int) -> None:
        from nntui.tui.screens.stop_form import StopForm

        debugger = self._stage.debugger
        form = StopForm(debugger.stops[number], debugger.experiment.network)
        self._stage.open_over(form, self._edited)

    def _edited(self, row: AnyRow | None) -> None:
        """Put the edited row in the place of the one before."""
        if row is not None and row.number in self._stage.debugger.stops:
            stops = self._stage.debugger.stops
            stops.count(row)
            stops.enable(row.number, row.enabled)  # a search under way hears of it
            self._stage.show(f"{row.title}: {row.what}")

    def _retype(self, number: int) -> None:
        """Watch something else instead."""
        text = next(
            (w.expression.text for w in self._stage.debugger.watches if w.number == number), ""
        )
        self._commanding.ask(f"display {text}")
