"""Asking: the keys that look into a value, watch it, set it, or note a place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nntui.debugger.queries.paths import lines_of, paths
from nntui.explain.numbers import exact
from nntui.model.names import value_name

if TYPE_CHECKING:
    from nntui.debugger.queries.why import Cause
    from nntui.model.wiring import Wiring
    from nntui.tui.control.commanding import Commanding
    from nntui.tui.control.looking import Looking
    from nntui.tui.control.stage import Stage


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
        from nntui.tui.screens.why import WhyScreen

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
