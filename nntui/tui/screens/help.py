"""The help: every key, from the table that also makes the bindings, and what the panes show."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from nntui.tui.keys import COUNT_HELP, GROUPS

PANES: Final = (
    ("Network", ("activations in the boxes, weights on the lines (dotted: negative); "
                "the heavy line with an arrowhead was just computed")),
    ("Step", "the formula that just ran, in symbols and in numbers, and what comes next"),
    ("Neurons", "the values of every neuron; · not computed yet, ▸ just written, › has the focus"),
    ("Loss", "the mean loss of each finished update (dots: the test set after each epoch)"),
    ("Algorithm", "the program that is running; ► marks the lines just executed"),
    ("Inspector", "one neuron’s connections, product by product; it follows as you step"),
)  # fmt: skip


class HelpScreen(ModalScreen[None]):
    """Keys and panes; closed by the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,escape,q,enter", "dismiss", "close"),
    ]

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(id="help") as scroll:
            scroll.border_title = "Help"
            yield Static(_text(), markup=False)

    def action_dismiss(self, result: None = None) -> None:  # type: ignore[override]
        """Close the help."""
        self.dismiss()


def _text() -> Text:
    text = Text()
    for group, keys in GROUPS.items():
        text.append(f"{group}\n", "bold")
        for key in keys:
            text.append(f"  {key.display:<11}", "bold")
            text.append(f"{key.help}\n")
    text.append(f"\n{COUNT_HELP}\n", "italic")
    text.append("A click chooses a neuron; the wheel scrolls a pane.\n\n")
    text.append("Panes\n", "bold")
    for name, what in PANES:
        text.append(f"  {name:<11}", "bold")
        text.append(f"{what}\n")
    return text
