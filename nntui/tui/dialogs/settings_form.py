"""The form of the settings: what can be changed during a run, to compare what follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from textual.app import ComposeResult
from textual.widgets import Input, Static

from nntui.debugger.branches import BranchError
from nntui.debugger.commands.branches import counts_from, value_to_set
from nntui.debugger.debugger import Debugger
from nntui.engine.edits import edit_of, targets, value_in, written_value
from nntui.explain.numbers import exact
from nntui.model.errors import NntuiError
from nntui.tui.dialogs.form import FormField, FormScreen, field

_LABELS: Final = {"learning_rate": "η  learning rate"}
_OF_AN_EXAMPLE: Final = ("x[", "t[")


class Changes(Struct, frozen=True):
    """What the user has changed: ``set`` targets with their values, as they are typed.

    ``from_start``: the run is to begin again with them.
    """

    values: tuple[tuple[str, str], ...]
    from_start: bool


class SettingsForm(FormScreen[Changes]):
    """Shows what ``set`` can change here, with the present values; gives what was changed.

    ``first`` are the targets of what has the focus: they come first. Where no step is left that
    would read a changed value, the run begins again from the start with it: at its end the form
    says so, before it the form asks.
    """

    keys_help = "enter apply · ↓ next · esc leave"

    def __init__(self, debugger: Debugger, first: Sequence[str]) -> None:
        super().__init__("Change a value and compare")
        self._debugger = debugger
        experiment = debugger.experiment
        settings = [each for each in targets(experiment) if "[" not in each]
        self._values = {target: self._now(target) for target in (*first, *settings)}
        self._offered: Changes | None = None

    def compose_fields(self) -> ComposeResult:
        yield Static(self._what_happens, markup=False)
        for n, (target, value) in enumerate(self._values.items()):
            text = FormField(value, id=f"value-{n}", compact=True)
            yield field(_LABELS.get(target, target), text)
        yield Static(self._of_the_document, classes="faint", markup=False)

    def on_mount(self) -> None:
        self.query(Input).first().focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the changes, or say what is wrong with them."""
        event.stop()
        changes = self._changes()
        if changes is None:
            return
        if not changes.values:
            self.show_error("Nothing is changed yet: type another value, or leave with esc.")
        elif changes.from_start and changes != self._offered and not self._debugger.at_end:
            self._offered = changes
            self.show_error(
                "From here nothing is left to run with it.\n"
                "enter: begin again from the start · esc: leave"
            )
        else:
            self.dismiss(changes)

    def _changes(self) -> Changes | None:
        """Read what was changed; None, with a sentence in the form, when a value cannot be."""
        debugger, changed = self._debugger, {}
        for n, (target, now) in enumerate(self._values.items()):
            typed = self.query_one(f"#value-{n}", Input)
            text = typed.value.strip()
            if text == now:
                continue
            try:
                if not text:
                    raise BranchError(f"{target} needs a value: it was {now}")
                value = value_to_set(debugger, target, text)
                edit_of(debugger.experiment, debugger.schedule, debugger.position, target, value)
            except NntuiError as error:
                typed.focus()
                self.show_error(str(error))
                return None
            changed[target] = written_value(value)
        late = all(
            not target.startswith(_OF_AN_EXAMPLE) and counts_from(debugger, target) is None
            for target in changed
        )
        return Changes(tuple(changed.items()), late)

    def _now(self, target: str) -> str:
        """Return the text of a value that is in force here."""
        if target.startswith(("w[", "b[", *_OF_AN_EXAMPLE)):
            value = self._debugger.value(target)
            return "" if value is None else exact(value)
        return written_value(value_in(self._debugger.experiment, target))

    @property
    def _what_happens(self) -> str:
        debugger = self._debugger
        if debugger.at_end:
            return (
                "Training is over: with another value it begins again from the start. The run as "
                "it was stays, to compare."
            )
        where = "from here on" if debugger.position else "from the start"
        return f"The run goes on with the new value {where}. The run as it was stays, to compare."

    @property
    def _of_the_document(self) -> str:
        training = self._debugger.experiment.training
        size = training.batch_size or len(self._debugger.experiment.train_examples)
        return (
            f"In the document (M): {training.optimizer.name}, batches of {size:,}, "
            f"{training.epochs:,} epochs."
        )
