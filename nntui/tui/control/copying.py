"""Copying: the focused value, or the formula that just ran, to the terminal's clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.explain.numbers import exact

if TYPE_CHECKING:
    from nntui.debugger.step import Step
    from nntui.model.wiring import Wiring
    from nntui.tui.control.looking import Looking
    from nntui.tui.control.stage import Stage


class Copying:
    """Copies by OSC 52, which most terminals obey, also over ssh."""

    def __init__(self, stage: Stage, looking: Looking, net: Wiring) -> None:
        self._stage, self._looking, self._net = stage, looking, net

    def copy(self) -> None:
        """Copy what is chosen with the mouse; else the focused value; else the formula."""
        if chosen := self._stage.get_selected_text():
            self.copy_text(chosen)
            return
        last = self._stage.debugger.last
        name = self._looking.focus.value(self._net, last.position.phase if last else None)
        if name is not None:
            value = self._stage.debugger.value(name)
            if value is None:
                self._stage.say(f"{name} has no value yet: there is nothing to copy")
            else:
                self.copy_text(f"{name} = {exact(value)}")
        elif last is None:
            self._stage.say("nothing was computed yet: there is nothing to copy")
        else:
            self.copy_text(written(last))

    def copy_text(self, text: str) -> None:
        """Copy a text and say which."""
        self._stage.app.copy_to_clipboard(text)
        first, *more = text.split("\n")
        others = f"\n… and {len(more)} more line{'s' if len(more) > 1 else ''}" if more else ""
        self._stage.app.notify(first + others, title="copied", markup=False)


def written(step: Step) -> str:
    """The formula of a step, each equation in symbols, in numbers, and its result."""
    return "\n".join(
        f"{line.target} = {part}" if n == 0 else f"  = {part}"
        for line in step.lines()
        for n, part in enumerate(dict.fromkeys((line.symbols, line.numbers, line.result)))
    )
