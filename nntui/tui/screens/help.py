"""The help: every key, from the table that also makes the bindings, and what the panes show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from nntui.tui.keys import COUNT_HELP, GROUPS, LISTS, Key

PANES: Final = (
    ("Network", ("activations in the boxes, weights on the lines (dotted: negative); "
                "the heavy line with an arrowhead was just computed; ● a breakpoint")),
    ("Step", "the formula that just ran, in symbols and in numbers, and what comes next"),
    ("Neurons", ("a row a neuron, or (j) a connection; · not computed yet, ▸ just written, "
                "› has the focus; a click on a heading puts the rows in order (a table of "
                "thousands: with each pass); & shows those with h in their names, layer 2, a > 0")),
    ("Loss", "the mean loss of each finished update (dots: the test set after each epoch)"),
    ("Algorithm", "the program that is running; ► marks the lines just executed, ● a breakpoint"),
    ("Inspector", ("one neuron: its equations, its function with the point of this moment and the "
                "slope there, its connections product by product, as they were really made; "
                "✻ an update does not touch it")),
    ("Breakpoints", "what stops a run: ● enabled, ○ disabled, and how often it was met"),
    ("Watches", "expressions, and how they changed since the last stop"),
    ("Branches", "the lines of time that edits began; ► the one you are on"),
    ("Output", "the commands that were typed and what they answered"),
)  # fmt: skip
_KEYS: Final = 15


class HelpScreen(ModalScreen[None]):
    """Keys and panes; closed by the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,escape,q,enter", "dismiss", "close"),
    ]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(id="help") as scroll:
            scroll.border_title = "Help"
            yield Static(_text(self._keymap), markup=False)

    def action_dismiss(self, result: None = None) -> None:  # type: ignore[override]
        """Close the help."""
        self.dismiss()


def _text(keymap: Mapping[str, str]) -> Text:
    text = Text()
    for group, keys in GROUPS.items():
        _group(text, group, keys, keymap)
    _group(text, "In a list (tab or a click leads there, esc away)", LISTS, keymap)
    text.append(f"\n{COUNT_HELP}\n", "italic")
    text.append("A click chooses a neuron or a row; the wheel scrolls a pane.\n")
    text.append("Other keys: keys.toml in your configuration directory (README).\n\n")
    text.append("Panes\n", "bold")
    for name, what in PANES:
        text.append(f"  {name:<{_KEYS}}", "bold")
        text.append(f"{what}\n")
    return text


def _group(text: Text, title: str, keys: tuple[Key, ...], keymap: Mapping[str, str]) -> None:
    text.append(f"{title}\n", "bold")
    for key in keys:
        text.append(f"  {key.display(keymap):<{_KEYS}}", "bold")
        text.append(f"{key.help}\n")
