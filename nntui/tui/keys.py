"""The keys of the stepping screen: one table, from which bindings, footer and help are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Key:
    """One row: the keys, the action that they call, and what that does, in a few words.

    ``footer`` is the word shown in the footer (none: not shown there).
    """

    keys: str
    action: str
    help: str
    footer: str = ""
    shown: str = ""

    @property
    def display(self) -> str:
        """The keys as a person reads them."""
        return self.shown or self.keys


GROUPS: Final[dict[str, tuple[Key, ...]]] = {
    "Step": (
        Key("s", "move('step', 1)", "one step: an edge, a neuron, a loss, …", "step"),
        Key("S", "move('step', -1)", "one step back", "back", shown="S"),
        Key("n", "move('neuron', 1)", "to the end of this neuron", "neuron"),
        Key("N", "move('neuron', -1)", "back to its start"),
        Key("f", "move('pass', 1)", "to the end of this pass (forward, loss, …)", "pass"),
        Key("F", "move('pass', -1)", "back to its start"),
        Key("e", "move('example', 1)", "to the next example", "example"),
        Key("E", "move('example', -1)", "back to an example’s start"),
        Key("u", "move('update', 1)", "to the next update: behind this batch", "update"),
        Key("U", "move('update', -1)", "back to a batch’s start"),
        Key("c", "move('run', 1)", "continue to the end, or until a key", "run"),
        Key("r", "move('run', -1)", "back to the start of the run"),
    ),
    "Look": (
        Key("left", "focus_neuron('left')", "focus a neuron of the layer before", shown="←"),
        Key("right", "focus_neuron('right')", "focus a neuron of the next layer", shown="→"),
        Key("up", "focus_neuron('up')", "focus the neuron above", shown="↑"),
        Key("down", "focus_neuron('down')", "focus the neuron below", shown="↓"),
        Key("enter", "inspect", "inspect the focused neuron", shown="enter"),
        Key("escape", "clear", "clear the count, the inspector, the focus", shown="esc"),
        Key("tab", "pane(1)", "the next of the panes that share a place", shown="tab"),
        Key("shift+tab", "pane(-1)", "the pane before it", shown="shift+tab"),
        Key("pagedown", "scroll(1)", "scroll the pane down", shown="page down"),
        Key("pageup", "scroll(-1)", "scroll the pane up", shown="page up"),
    ),
    "nntui": (
        Key("question_mark", "help", "this help (again: close)", "help", shown="?"),
        Key("o", "app.open", "open a sample or a recent file", shown="o"),
        Key("ctrl+p", "app.command_palette", "commands and themes", shown="ctrl+p"),
        Key("q", "app.quit", "quit", "quit"),
    ),
}  # fmt: skip
"""The table, in groups as the help shows them."""

COUNT_HELP: Final = (
    "Digits before a movement repeat it: 50s makes fifty steps, 3U goes back three updates."
)


def bindings() -> list[BindingType]:
    """The table as Textual bindings."""
    return [
        Binding(
            key.keys,
            key.action,
            key.footer or key.help,
            show=bool(key.footer),
            key_display=key.shown or None,
        )
        for group in GROUPS.values()
        for key in group
        if key.keys != "ctrl+p"  # Textual's own
    ]
