"""The help: the pane turned to, the keys to begin with, the words, then every key and pane."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from nntui.explain.words import WORDS, Word
from nntui.text import wrapped
from nntui.tui.dialogs.question import Closable
from nntui.tui.keys import ANSWERS, COUNT_HELP, EDITOR, GROUPS, LISTS, TIMELINE, Key, every_key
from nntui.tui.panes.command_line import TextField
from nntui.tui.panes.pane import NAMES
from nntui.tui.theme import NumbersText

PANES: Final = {
    "network": "a neuron’s frame has its activation function, its numbers, and with one or two "
               "inputs a map of what it answers (blue: much, orange: little); an output says its "
               "answer and the one that is wanted. Lines are as wide as their number is large, "
               "blue above 0, orange and dashed below, dotted where this pass has still to come, "
               "dim beside the focus, red where it is NaN or ∞. The yellow one with an arrowhead "
               "is being computed, and ● on it is the product that travels; ● on a frame or before "
               "a number is a breakpoint",
    "step": "the formula that just ran, in symbols and in numbers, with what its letters stand "
            "for, and what comes next",
    "neurons": "a row a neuron, or (j) a connection, of all or of the focused neuron; · not "
               "computed yet, ▸ just written, › has the focus; a click on a heading puts the rows "
               "in order (a table of thousands: with each pass); & shows those with h in their "
               "names, layer 2, a > 0; Σ ∂L/∂w is the sum over the batch so far, PyTorch's .grad "
               "its mean; p is the softmax of the outputs under cross_entropy; ≠ a number of yours "
               "differs (:check FILE)",
    "answers": "what the network answers with its present parameters: a row an example, with "
               "what is wanted, how far off it is, ✓ or ✗; and the plane of two inputs (other "
               "inputs at their means) with the data on it, a wrong one underlined: of the output, "
               "or of the focused neuron",
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
    "check": "what came out when numbers of yours were held against the run (:check FILE), and "
             "which of them differ, in order of execution; ≠ marks them in the table, and the step "
             "that computes one shows both, and the formula of the mistake beside the right one",
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
    "answers": ("answer-choose", "answer-up", "answer-down", "answer-order", "answer-wrong",
                "answer-across", "answer-upward", "example"),
    "loss": ("loss-log", "loss-epochs", "loss-fewer", "loss-more", "update", "epoch", "continue"),
    "algorithm": ("step", "pass", *_SCROLL),
    "inspector": ("inspect", *_FOCUS, "why", "watch", "set", "copy"),
    "breakpoints": ("list-up", "list-down", "list-choose", "list-toggle", "list-delete",
                    "breakpoint", "continue"),
    "displays": ("list-up", "list-down", "list-choose", "list-delete", "watch"),
    "branches": ("list-up", "list-down", "list-choose", "list-delete", "set"),
    "story": ("story", "story-back", *_SCROLL),
    "check": ("list-up", "list-down", "list-choose", "list-delete", "difference",
              "difference-back", *_SCROLL),
    "output": ("command", *_SCROLL),
}  # fmt: skip
"""The keys that have most to do with each pane, by their names in the table."""

TIMELINE_HELP: Final = (
    "the whole run in a line: ● here, ━ what was computed, ╌ still to come; ◆ a stop of before, "
    "⚑ a bookmark, ↳ where a branch begins, ✗ the first loss that is no number; click or drag to "
    "travel, the wheel shows an epoch or an update alone"
)

EDITING: Final = "editor"
"""Stands for a pane where the help is opened in the editor."""
FIRST: Final = "network"
"""The pane that is turned to unless another one is."""
_EDITOR: Final = "In the editor of the document (M leads there)"
_ALWAYS: Final = ("pane", "maximise")
_KEYS: Final = 17
"""Cells before what a key does, whose further lines are indented so."""
_WIDEST: Final = 84
_FRAME: Final = 6
"""Cells of the border, of the blanks within it, of the scrollbar and one before that."""
_REMARKS: Final = (
    "A click chooses a neuron, a connection, a number of the table or of a formula, a tab, a key.",
    "A second click on the same number asks why. The wheel scrolls a pane.",
    "Other keys: keys.toml in your configuration directory (nntui help keys).",
)
BEGIN: Final = ("step", "step-back", "example", "update", "play", "continue", "why", "set", "pane")
"""The keys to begin with; the arrows, which choose a neuron, are the tenth."""
_ARROWS: Final = ("left", "up", "down", "right")
_MOST_NEAR: Final = 6
"""Lines that are shown where none has the words looked for."""


class _Line(NamedTuple):
    """A key, a word or a pane, what it does or means, and more words that a search finds it by."""

    name: str
    help: str
    more: str = ""

    @property
    def text(self) -> str:
        return " ".join(self).casefold()


_Section = tuple[str, str, list[_Line]]
"""Its title, what it is about, and its lines."""


class HelpScreen(ModalScreen[None], Closable[None]):
    """Shows keys, words and panes, and closes by the key that opened it; ``/`` searches for words.

    ``words``: every word, with what it is at this moment.
    """

    AUTO_FOCUS: ClassVar[str] = "#help-text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q,enter", "close", "close"),
        Binding("escape", "leave", "leave"),
        Binding("slash", "search", "search"),
        Binding("tab", "section(1)", "next section"),
        Binding("shift+tab", "section(-1)", "section before"),
    ]

    def __init__(
        self, keymap: Mapping[str, str], pane: str, words: Iterable[tuple[Word, str]] = ()
    ) -> None:
        super().__init__()
        self._keymap, self._pane = keymap, pane
        words = list(words)
        self._words = [word for word, _ in words] or WORDS
        self._here = {word.title: here for word, here in words}
        self._titles: list[int] = []
        """The rows of the titles of the sections shown."""

    def compose(self) -> ComposeResult:
        with Vertical(id="help") as box:
            box.border_title = "Help"
            box.border_subtitle = "/ search · tab next section · esc close"
            with VerticalScroll(id="help-text"):
                yield NumbersText(markup=False)
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

    def action_section(self, by: int) -> None:
        """Scroll to the next section, or to the one before; after the last comes the first."""
        shown = self.query_one("#help-text")
        here = shown.scroll_offset.y
        if by > 0:
            found = next((row for row in self._titles if row > here), 0)
            found = 0 if here >= shown.max_scroll_y else found
        else:
            found = next((row for row in reversed(self._titles) if row < here), self._titles[-1])
        shown.scroll_to(y=found, animate=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._write()
        self.query_one("#help-text").scroll_home(animate=False)

    def on_input_submitted(self) -> None:
        self.query_one("#help-text").focus()

    def _write(self) -> None:
        width = max(min(self.size.width, _WIDEST) - _FRAME, _KEYS + 8)
        sought = self.query_one(Input).value.casefold().split()
        text = Text()
        self._titles = []
        for title, what, lines in _found(list(self._sections()), sought):
            self._titles.append(text.plain.count("\n"))
            text.append(f"{title}\n", "bold")
            _say(text, what, width, 2)
            for name, help, _ in lines:
                text.append(f"  {name:<{_KEYS - 2}}", "bold")
                beside = cell_len(name) < _KEYS - 2
                if not beside:
                    text.append("\n")
                _say(text, help, width, _KEYS, begun=beside)
                if here := self._here.get(name):
                    _say(text, f"→ {here}", width, _KEYS)
        if not sought:
            for remark in ("", COUNT_HELP, *_REMARKS):
                _say(text, remark or " ", width, 0)
        self.query_one("#help-text Static", Static).update(text)

    def _sections(self) -> Iterator[_Section]:
        """Yield each section, those first that are of most use where the help was opened."""
        table = every_key()
        words = [_Line(word.title, word.meaning, " ".join(word.names)) for word in self._words]
        if self._pane == EDITING:
            yield _EDITOR, "", self._lines(EDITOR)
            yield "Words", "", words
        else:
            arrows = " ".join(table[name].display(self._keymap) for name in _ARROWS)
            begin = self._lines(table[name] for name in BEGIN)
            begin.append(_Line(arrows, "choose a neuron, in any pane that shows neurons", "focus"))
            own = (table[name] for name in (*PANE_KEYS[self._pane], *_ALWAYS))
            pane = NAMES[self._pane], PANES[self._pane], self._lines(own)
            if self._pane != FIRST:
                yield pane
            yield "Ten keys to begin with", "", begin
            yield "Words", "", words
            if self._pane == FIRST:
                yield pane
        for group, rows in GROUPS.items():
            yield group, "", self._lines(rows)
        yield "In a list (tab or a click leads there, esc away)", "", self._lines(LISTS)
        yield "In the answers (tab or a click leads there)", "", self._lines(ANSWERS)
        yield "On the timeline (G or a click leads there)", TIMELINE_HELP, self._lines(TIMELINE)
        if self._pane != EDITING:
            yield _EDITOR, "", self._lines(EDITOR)
        yield "Panes", "", [_Line(NAMES[pane], what) for pane, what in PANES.items()]

    def _lines(self, keys: Iterable[Key]) -> list[_Line]:
        shown = self._keymap
        return [_Line(key.display(shown), key.help, f"{key.name} {key.footer}") for key in keys]


def _found(sections: Sequence[_Section], sought: Sequence[str]) -> Iterator[_Section]:
    """Yield the lines that have all the words looked for, by section; else the nearest lines."""
    if not sought:
        yield from sections
        return
    met: set[tuple[str, str]] = set()  # a key may stand in two sections
    for title, _, lines in sections:
        found = [line for line in lines if all(word in line.text for word in sought)]
        # What is called so comes first, before what only mentions it.
        found.sort(key=lambda line: not set(sought) & set(f"{line.name} {line.more}".split()))
        if new := [line for line in found if line[:2] not in met]:
            yield title, "", new
        met.update(line[:2] for line in found)
    if not met:
        near = _nearest([line for *_, lines in sections for line in lines], sought)
        yield f"No help for “{' '.join(sought)}”. The nearest:", "", near


def _nearest(lines: Sequence[_Line], sought: Sequence[str]) -> list[_Line]:
    """Return the lines that have most of the words looked for, or words like them."""
    known = sorted({word for line in lines for word in line.text.split()})
    like = {
        near
        for word in sought
        for near in (
            [each for each in known if word in each]
            or difflib.get_close_matches(word, known, 3, cutoff=0.0)
        )
    }
    unlike = {line[:2]: -len(like & set(line.text.split())) for line in lines}
    return [_Line(*key) for key in sorted(unlike, key=unlike.__getitem__)[:_MOST_NEAR]]


def _say(text: Text, words: str, width: int, indent: int, *, begun: bool = False) -> None:
    """Append words in lines of a width, indented; ``begun``: the first line already is."""
    for n, part in enumerate(wrapped(words, width - indent) if words else ()):
        text.append(f"{'' if begun and not n else ' ' * indent}{part}\n")
