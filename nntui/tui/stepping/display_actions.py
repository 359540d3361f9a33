"""The actions on how things are shown: the drawing, the table, the digits."""

from __future__ import annotations

from contextlib import suppress

from textual.widgets import Input

from nntui.explain.numbers import PRECISIONS
from nntui.explain.words import sentence_for
from nntui.model.names import escaped, near_or_all
from nntui.tui.keys import every_key
from nntui.tui.panes.neurons import NeuronsPane
from nntui.tui.stepping.base import FILTER, FIND, SteppingBase


class DisplayActions(SteppingBase):
    """Views, zoom and folding of the drawing; order and rows of the table; digits.

    None of them moves the run.
    """

    def action_view(self, direction: int) -> None:
        view = self.network_pane.turn(direction)
        if view is None:
            said = "the drawing follows the run: activations, gradients, changes"
        else:
            keys = every_key()
            again, back = (keys[name].display(self.keymap) for name in ("view", "view-back"))
            pinned = f"pinned: {view.name} ({view.boxes} and {view.lines})"
            said = f"{pinned}; {again} for the next view, {back} back"
        self.repaint(said)
        self._complete_frame()

    def action_fold(self) -> None:
        neuron = self.neuron_focus.neuron
        if neuron is None:
            self.say("choose a neuron first: its layer is folded or unfolded")
        else:
            folded = self.network_pane.fold(neuron)
            self.say(f"the layer of {escaped(neuron)} is {'' if folded else 'un'}folded")

    def action_fold_all(self) -> None:
        folded = self.network_pane.fold_all()
        self.say(f"every layer is {'' if folded else 'un'}folded")

    def action_zoom(self, by: int) -> None:
        times = self.network_pane.zoom(by)
        if times < 1:
            self.say("the drawing without numbers on its lines")
        elif times == 1:
            self.say("the drawing as it fits")
        else:
            self.say(f"the drawing {times:g} times as large")

    def action_fit(self) -> None:
        self.network_pane.fit()
        self.say("the drawing fits")

    def action_story(self, by: int) -> None:
        """Open the story; if it is seen already, turn to its next card, or back."""
        story = self.story_pane
        if not story.cards:
            self.say("this document tells no story: it has no description")
        elif "story" not in self.pane_layout.seen:
            self.open_pane("story")
        elif not story.turn(by):
            self.say("this is the last card" if by > 0 else "this is the first card")

    def action_find(self) -> None:
        self.command_line.ask(FIND)

    def completions(self, line: str) -> list[str]:
        """Return the lines that name a neuron: one that begins as typed, else contains it."""
        if not line.startswith(FIND):
            return super().completions(line)
        typed, names = line.removeprefix(FIND), (*self.net.inputs, *self.net.neurons)
        first = [name for name in names if name.startswith(typed)]
        return [FIND + name for name in first or [name for name in names if typed in name]]

    def _find(self, typed: str) -> None:
        """Focus the neuron of that name, or the first whose name contains it."""
        names = (*self.net.inputs, *self.net.neurons)
        found = [name for name in names if name == typed] or [n for n in names if typed in n]
        if typed and found:
            self.set_neuron_focus(found[0])
            self.leave_command_line()
        else:
            hint = near_or_all(typed, names)
            self.command_line.refuse(
                f"there is no neuron called “{escaped(typed)}”{hint and '; ' + hint}"
            )

    def action_next_table(self) -> None:
        """Show the next table: a row a neuron, a connection, or a connection of one neuron."""
        if self._table_seen():
            self.say(f"a row for each {self.neurons_pane.next_table()}")
            self._complete_frame()

    def action_sort(self) -> None:
        if self._table_seen():
            self._say_order(self.neurons_pane.sort(), self.neurons_pane.sorted_by)

    def action_reverse(self) -> None:
        if self._table_seen():
            self._say_order(self.neurons_pane.reverse(), self.neurons_pane.sorted_by)

    def on_neurons_pane_sorted(self, event: NeuronsPane.Sorted) -> None:
        self._say_order(event.words, event.heading)

    def _say_order(self, words: str, heading: str) -> None:
        """Say the order of the table's rows, and what the column is that they are sorted by."""
        self.say(" · ".join(filter(None, (words, sentence_for(heading)))))

    def action_filter(self) -> None:
        self._table_seen()
        self.command_line.ask(FILTER, self.neurons_pane.filter_text)

    def _filter(self, typed: str) -> None:
        """Show the rows that were typed, or say why not and let the line stand."""
        try:
            said = self.neurons_pane.filter(typed)
        except ValueError as problem:
            self.command_line.refuse(str(problem))
            return
        self.leave_command_line()
        self.say(said)

    def _table_seen(self) -> bool:
        """Return whether the table is seen; turn to it if not."""
        if "neurons" in self.pane_layout.seen:
            return True
        self.open_pane("neurons")
        return False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.startswith(FILTER):
            self._filter(event.value.removeprefix(FILTER))
        elif event.value.startswith(FIND):
            self._find(event.value.removeprefix(FIND).strip())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the rows that an unfinished filter means, while it means any."""
        if event.value.startswith(FILTER):
            with suppress(ValueError):
                self.neurons_pane.filter(event.value.removeprefix(FILTER))
        self.refresh_footer()

    def on_command_line_left(self) -> None:
        """Show all rows again when a filter was not submitted."""
        if self.command_line.value.startswith(FILTER):
            self.neurons_pane.filter("")

    def action_digits(self, by: int) -> None:
        """Write numbers more precisely, or less; after the most digits come the fewest."""
        self.set_precision((self.precision + by) % len(PRECISIONS))
        self.say(f"numbers: {PRECISIONS[self.precision].words}")

    def set_precision(self, precision: int) -> None:
        """Write the numbers of formulas in one of ``PRECISIONS``."""
        self.precision = precision
        for pane in (self.step_pane, self.inspector_pane, self.check_pane):
            pane.set_precision(precision)

    def action_sentences(self) -> None:
        """Say each step in plain sentences before its formula, or no longer."""
        wanted = not self.preferences.now.sentences
        problem = self.preferences.change(sentences=wanted)
        self.step_pane.set_sentences(wanted)
        key = every_key()["sentences"].display(self.keymap)
        said = "before each formula" if wanted else f"off ({key} shows them again)"
        self.say(problem or f"plain sentences: {said}")
