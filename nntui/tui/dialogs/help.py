"""The help: first the pane that was turned to, then every key, then what the other panes show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from nntui.text import wrapped
from nntui.tui.dialogs.question import Closable
from nntui.tui.keys import COUNT_HELP, EDITOR, GROUPS, LISTS, TIMELINE, Key, every_key
from nntui.tui.panes.command_line import TextField
from nntui.tui.panes.pane import NAMES

PANES: Final = {
    "network": "activations in the boxes, weights on the lines (dashes: negative, single dots: "
               "still to come in this pass, red: NaN or ∞); the heavy line with an arrowhead was "
               "just computed; ● a breakpoint",
    "step": "the formula that just ran, in symbols and in numbers, and what comes next",
    "neurons": "a row a neuron, or (j) a connection, of all or of the focused neuron; · not "
               "computed yet, ▸ just written, › has the focus; a click on a heading puts the rows "
               "in order (a table of thousands: with each pass); & shows those with h in their "
               "names, layer 2, a > 0; Σ ∂L/∂w is the sum over the batch so far, PyTorch's .grad "
               "its mean; p is the softmax of the outputs under cross_entropy",
    "answers": "what the network answers at this moment: a row an example, with the right answer",
    "loss": "the mean loss of each finished update (dots: the test set after each epoch); ● is "
            "here, a fainter line what is known to come, × a loss that is no number, 0 (on a "
            "logarithmic scale) one of exactly 0; accuracy: examples classified right",
    "algorithm": "the program that is running; ► marks the lines just executed, ● a breakpoint; "
                 "a click on a line stops at each step that it executes, and another no more",
    "inspector": "the focused neuron, or the one at hand: its equations, its function with the "
                 "point of this moment and the slope there, its connections product by product, "
                 "as they were really made; ✻ an update does not touch it",
    "breakpoints": "what stops a run: ● enabled, ○ disabled, and how often it was met",
    "displays": "expressions shown at every stop, and how they changed since the one before",
    "branches": "the branches of the run that edits began; ► the one you are on",
    "story": "what the document tells about itself (its description), a card at a time",
    "output": "the commands that were typed and what they answered",
}  # fmt: skip
"""What each pane shows."""

_FOCUS: Final = ("left", "right", "up", "down", "edge-before", "edge-after")
_SCROLL: Final = ("scroll-down", "scroll-up")
PANE_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "network": (*_FOCUS, "view", "view-back", "find", "fold", "fold-all", "zoom-out", "zoom-in",
                "fit", "paths", "breakpoint"),
    "step": ("step", "step-back", "digits", "digits-fewer", "copy", *_SCROLL),
    "neurons": ("up", "down", "table", "sort", "reverse", "filter", "inspect", "why", "set",
                *_SCROLL),
    "answers": ("inspect", "example", *_SCROLL),
    "loss": ("loss-log", "loss-epochs", "loss-fewer", "loss-more", "update", "epoch", "continue"),
    "algorithm": ("step", "pass", *_SCROLL),
    "inspector": ("inspect", *_FOCUS, "why", "watch", "set", "copy"),
    "breakpoints": ("list-up", "list-down", "list-choose", "list-toggle", "list-delete",
                    "breakpoint", "continue"),
    "displays": ("list-up", "list-down", "list-choose", "list-delete", "watch"),
    "branches": ("list-up", "list-down", "list-choose", "list-delete", "set"),
    "story": ("story", "story-back", *_SCROLL),
    "output": ("command", *_SCROLL),
}  # fmt: skip
"""The keys that have most to do with each pane, by their names in the table."""

TIMELINE_HELP: Final = (
    "the whole run in a line: ● here, ━ what was computed, ╌ still to come; ◆ a stop of before, "
    "⚑ a bookmark, ⑂ where a branch begins, ✗ the first loss that is no number; click or drag to "
    "travel, the wheel shows an epoch or an update alone"
)

EDITING: Final = "editor"
"""Stands for a pane where the help is opened in the editor."""
_ALWAYS: Final = ("pane", "maximise")
_KEYS: Final = 17
"""Cells before what a key does, whose further lines are indented so."""
_WIDEST: Final = 84
_FRAME: Final = 6
"""Cells of the border, of the blanks within it, of the scrollbar and one before that."""
_REMARKS: Final = (
    "A click chooses a neuron, a row, a tab or a key; the wheel scrolls a pane.",
    "Other keys: keys.toml in your configuration directory (nntui help keys).",
)
_Line = tuple[str, str, str]
"""A key or a pane, its help, and more words that a search finds it by."""


class HelpScreen(ModalScreen[None], Closable[None]):
    """Shows keys and panes, and closes by the key that opened it; ``/`` searches for words."""

    AUTO_FOCUS: ClassVar[str] = "#help-text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q,enter", "close", "close"),
        Binding("escape", "leave", "leave"),
        Binding("slash", "search", "search"),
    ]

    def __init__(self, keymap: Mapping[str, str], pane: str) -> None:
        super().__init__()
        self._keymap, self._pane = keymap, pane

    def compose(self) -> ComposeResult:
        with Vertical(id="help") as box:
            box.border_title = "Help"
            box.border_subtitle = "/ search · esc close"
            with VerticalScroll(id="help-text"):
                yield Static(markup=False)
            yield TextField(placeholder="words to look for", id="help-words", compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).display = False

    def on_resize(self, event: Resize) -> None:
        self._write()

    def action_close(self) -> None:
        self.dismiss()

    def action_search(self) -> None:
        self.add_class("searching")
        self.query_one(Input).display = True
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        """End the search, or close the help."""
        words = self.query_one(Input)
        if not words.display:
            self.dismiss()
            return
        words.value = ""
        words.display = False
        self.remove_class("searching")
        self.query_one("#help-text").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._write()
        self.query_one("#help-text").scroll_home(animate=False)

    def on_input_submitted(self) -> None:
        self.query_one("#help-text").focus()

    def _write(self) -> None:
        width = max(min(self.size.width, _WIDEST) - _FRAME, _KEYS + 8)
        sought = self.query_one(Input).value.casefold().split()
        text = Text()
        for title, what, lines in self._sections():
            found = [
                line for line in lines if all(word in " ".join(line).casefold() for word in sought)
            ]
            if found:
                text.append(f"{title}\n", "bold")
                _say(text, what if not sought else "", width, 2)
            for name, help, _ in found:
                text.append(f"  {name:<{_KEYS - 2}}", "bold")
                _say(text, help, width, _KEYS, begun=True)
        if sought:
            text = text or Text("nothing here has to do with these words")
        else:
            for remark in ("", COUNT_HELP, *_REMARKS):
                _say(text, remark or " ", width, 0)
        self.query_one("#help-text Static", Static).update(text)

    def _sections(self) -> Iterator[tuple[str, str, list[_Line]]]:
        """Yield each section: its title, what it is about, and its lines."""
        table = every_key()
        editor = "In the editor of the document (M leads there)", "", self._lines(EDITOR)
        if self._pane == EDITING:
            yield editor
        else:
            keys = (table[name] for name in (*PANE_KEYS[self._pane], *_ALWAYS))
            yield NAMES[self._pane], PANES[self._pane], self._lines(keys)
        for group, rows in GROUPS.items():
            yield group, "", self._lines(rows)
        yield "In a list (tab or a click leads there, esc away)", "", self._lines(LISTS)
        yield "On the timeline (G or a click leads there)", TIMELINE_HELP, self._lines(TIMELINE)
        if self._pane != EDITING:
            yield editor
        yield "Panes", "", [(NAMES[pane], what, "") for pane, what in PANES.items()]

    def _lines(self, keys: Iterable[Key]) -> list[_Line]:
        shown = self._keymap
        return [(key.display(shown), key.help, f"{key.name} {key.footer}") for key in keys]


def _say(text: Text, words: str, width: int, indent: int, *, begun: bool = False) -> None:
    """Append words in lines of a width, indented; ``begun``: the first line already is."""
    for n, part in enumerate(wrapped(words, width - indent) if words else ()):
        text.append(f"{'' if begun and not n else ' ' * indent}{part}\n")
