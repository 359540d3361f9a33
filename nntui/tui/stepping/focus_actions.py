"""The actions on what has the focus: move it, inspect it, ask why, trace paths, copy, export."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from nntui.debugger.step import Step
from nntui.debugger.values import setting_values
from nntui.document.errors import DocumentError
from nntui.document.files import write_text
from nntui.draw.plan import Direction
from nntui.explain.numbers import PRECISIONS, exact
from nntui.explain.symbols import math_name
from nntui.explain.words import word_for
from nntui.model.names import OF_STEPS, escaped, parse_value_name, value_name
from nntui.tui.frame import Highlight, NeuronFocus
from nntui.tui.panes.pane import ValueChosen
from nntui.tui.stepping.base import CHOOSE_FIRST, SteppingBase, at_rest

if TYPE_CHECKING:
    from textual.events import Click

    from nntui.debugger.queries.why import Cause
    from nntui.tui.dialogs.why import WhyScreen

LEAST_BELOW: Final = 11
"""Rows below the network that are enough for a dialog."""
MOST_FILES: Final = 1_000
"""Files of one name, at most, before the user must find another."""
_SIDEWAYS: Final[dict[Direction, int]] = {"left": -1, "right": 1}
_NO_FILE_NAME: Final = re.compile(r"[^\w-]+")


class FocusActions(SteppingBase):
    """Moves the focus along the drawing, and acts on the neuron or edge that has it."""

    def action_focus_neuron(self, direction: Direction) -> None:
        if direction in _SIDEWAYS and self.move_sideways(_SIDEWAYS[direction]):
            return
        neuron = self.network_pane.neighbour(self.neuron_focus.neuron, direction)
        if neuron is not None:
            self.set_neuron_focus(neuron)
            self.say(self.said_of_focus())

    def action_focus_edge(self, direction: int) -> None:
        self._focus_any_neuron()
        self.neuron_focus = self.neuron_focus.next_edge(self.net, direction)
        self.repaint()
        self.say(self.said_of_focus())

    def on_value_chosen(self, event: ValueChosen) -> None:
        """Focus what was clicked on, and say what it is; what has the focus already: ask why."""
        focus, neuron = self.neuron_focus, event.neuron
        if event.edge is not None and focus.neuron in event.edge:
            neuron = focus.neuron  # the table of its connections stays
        chosen = NeuronFocus(neuron, event.edge, focus.cone, event.quantity)
        self.neuron_focus = chosen
        name, asking = self.focused_value, self._asking()
        if asking is not None and name is not None:
            asking.show(self.debugger.why(name), self._values_beside(name))
        elif chosen == focus:
            self.action_why()
        else:
            self.repaint(self.said_of_focus())

    def _asking(self) -> WhyScreen | None:
        """Return the why dialog, if it is open."""
        if self.app.screen is self:
            return None
        from nntui.tui.dialogs.why import WhyScreen

        return self.app.screen if isinstance(self.app.screen, WhyScreen) else None

    def said_of_focus(self) -> str:
        """Say which value has the focus, what it is now, and what such a value means."""
        name, snapshot = self.focused_value, self.latest.snapshot
        if name is None:
            return ""
        symbol, neurons = parse_value_name(name)
        settings = setting_values(self.latest.experiment)
        value = snapshot[name] if symbol in OF_STEPS else settings.get(name)
        word, number = word_for(symbol), PRECISIONS[self.precision].number
        known = "" if value is None else f" = {number(value)}"
        return f"{math_name(symbol, *neurons)}{known}: {word.meaning if word else ''}"

    def action_inspect(self) -> None:
        """Go on with the tour; else open the inspector on the focused neuron, or close it."""
        if self.tour.go_on():
            return
        if self.pane_layout.is_turned_to("inspector"):
            self.pane_layout.close()
        else:
            self._focus_any_neuron()
            self.pane_layout.open("inspector")
        self.lay_out()

    def action_paths(self) -> None:
        focus = self.neuron_focus
        if focus.cone is not None:
            self.neuron_focus = replace(focus, cone=None)
            self.repaint()
            return
        if focus.neuron is None:
            self.say(CHOOSE_FIRST)
            return
        from nntui.debugger.queries.paths import lines_of, paths

        name = value_name("w", *focus.edge) if focus.edge is not None else focus.neuron
        found = paths(self.net, name)
        self.neuron_focus = replace(focus, cone=found)
        self.tell(f"paths {name}", lines_of(found, self.net), turn=False)
        self.repaint(found.sentence)

    @at_rest
    def action_why(self) -> None:
        """Show what made the focused value; without a focus, the value last written.

        The dialog lies below the network, where the values that it names are highlighted.
        """
        last = self.debugger.last
        value = self.focused_value or (next(iter(last.writes), None) if last else None)
        if value is None:
            self.command_line.ask("why ")
            return
        from nntui.tui.dialogs.why import WhyScreen

        before = self.neuron_focus

        def highlight(found: Highlight) -> None:
            self.neuron_focus = replace(self.neuron_focus, cone=found)
            self.repaint()

        def ask(name: str) -> Cause:
            if self.neuron_focus.neuron is not None:
                quantity = parse_value_name(name)[0]
                self.neuron_focus = replace(self.neuron_focus, quantity=quantity)
            return self.debugger.why(name)

        def answered(cause: Cause | None) -> None:
            self.neuron_focus = replace(self.neuron_focus, cone=before.cone)
            self.repaint()
            if cause is not None:
                self.run_command(f"goto {cause.position}")

        self.app.push_screen(
            WhyScreen(
                self.debugger.why(value),
                self.precision,
                others=self._values_beside(value),
                ask=ask,
                highlight=highlight,
                elsewhere=self._clicked_behind_dialog,
                rows=self.rows_below_network(),
            ),
            answered,
        )

    def _values_beside(self, name: str) -> list[str]:
        """Return the values of the neuron or edge that a value belongs to, by name."""
        _, neurons = parse_value_name(name)
        if not neurons:
            return [name]
        symbols = ["w", "dw"] if len(neurons) == 2 else ["a", "da"]
        if neurons[0] in self.net.neurons and len(neurons) == 1:
            symbols = ["z", "a", "da", "delta", "b", "db"]
        return [value_name(symbol, *neurons) for symbol in symbols]

    def rows_below_network(self) -> int:
        """Return the rows of the screen below the network, where it is seen at the top."""
        height = self.app.size.height
        bottom = self.network_pane.region.bottom if "network" in self.pane_layout.seen else height
        return height - bottom if bottom < height - LEAST_BELOW else height // 2

    def _clicked_behind_dialog(self, event: Click) -> None:
        """Ask about what is clicked on in the drawing or the table while the dialog is open."""
        for pane in (self.network_pane, self.neurons_pane):
            if pane.region.contains(*event.screen_offset) and pane.id in self.pane_layout.seen:
                pane.on_click(event)

    def _focus_any_neuron(self) -> None:
        """Where nothing has the focus, give it to the neuron of the last step, or the first."""
        if self.neuron_focus.neuron is None:
            self.neuron_focus = NeuronFocus(self.latest.neuron or self.net.neurons[0])

    # ---- copying (by OSC 52, which most terminals obey, also over ssh) -------------------------

    @at_rest
    def action_copy(self) -> None:
        """Copy the text selected with the mouse; else the focused value; else the formula."""
        last, name = self.debugger.last, self.focused_value
        if selected := self.get_selected_text():
            self._copy(selected)
        elif name is not None:
            value = self.debugger.value(name)
            if value is None:
                self.say(f"{name} has no value yet: there is nothing to copy")
            else:
                self._copy(f"{name} = {exact(value)}")
        elif last is None:
            self.say("nothing was computed yet: there is nothing to copy")
        else:
            self._copy(formula_text(last))

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        first, *more = text.split("\n")
        others = f"\n… and {len(more)} more line{'s' if len(more) > 1 else ''}" if more else ""
        self.app.notify(first + others, title="copied", markup=False)

    @at_rest
    def action_save_picture(self) -> None:
        self._export("a picture of the screen", "svg", self.app.export_screenshot())

    @at_rest
    def action_save_pass(self) -> None:
        from nntui.debugger.queries.transcript import transcript

        self._export("the pass", "md", transcript(self.debugger))

    def _export(self, what: str, ending: str, content: str) -> None:
        from nntui.tui.dialogs.save_form import SaveForm

        def answered(path: Path | None) -> None:
            if path is None:
                return
            try:
                write_text(path, content)
            except DocumentError as error:
                self.app.notify(str(error), title="not saved", severity="error", markup=False)
            else:
                self.app.notify(escaped(str(path), 300), title=f"saved {what}", markup=False)

        debugger = self.debugger
        free = free_path(debugger.experiment.name, debugger.position, ending)
        self.app.push_screen(SaveForm(f"Save {what}", free, confirms=True), answered)


def formula_text(step: Step) -> str:
    """Return the formula of a step, each equation in symbols, in numbers, and its result."""
    return "\n".join(
        f"{line.target} = {part}" if n == 0 else f"  = {part}"
        for line in step.lines()
        for n, part in enumerate(dict.fromkeys((line.symbols, line.numbers, line.result)))
    )


def free_path(name: str, step: int, ending: str) -> Path:
    """Return a file in the working directory that does not exist, named after document and step."""
    stem = f"{_NO_FILE_NAME.sub('-', name).strip('-').lower()[:60] or 'nntui'}-step-{step}"
    names = (f"{stem}.{ending}", *(f"{stem}-{n}.{ending}" for n in range(2, MOST_FILES)))
    from nntui.tui.dialogs.save_form import working_folder

    here = working_folder()
    free = (name for name in names if not os.path.lexists(here / name))
    # A folder that no field can show is left out: without one, the file goes there all the same.
    return (here if str(here).isprintable() else Path()) / next(free, stem)
