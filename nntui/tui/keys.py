"""The keys: one table, from which bindings, footer, help, palette and key map are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

# Textual is imported where it is needed: `nntui help keys` prints the table without it.
if TYPE_CHECKING:
    from textual.binding import BindingType


class FooterFacts(Struct, frozen=True):
    """What the footer goes by.

    ``under_way``: a movement in the background. ``listed``: the list that has the keyboard, if one
    has, or "answers"; ``filled``: whether it has a row. ``turned``: a pane was turned to;
    ``held``: escape has something to leave. ``unit``: what space plays. ``typing``: what is typed,
    if anything is, a key of ``TYPING``.
    """

    at_start: bool = True
    at_end: bool = False
    under_way: bool = False
    playing: bool = False
    listed: str | None = None
    filled: bool = False
    focused: bool = False
    turned: bool = False
    inspecting: bool = False
    held: bool = False
    maximised: bool = False
    unit: str = "step"
    typing: str | None = None

    @property
    def resting(self) -> bool:
        return not (self.under_way or self.playing)

    @property
    def can_go_back(self) -> bool:
        """Whether the run rests after its start."""
        return self.resting and not self.at_start

    @property
    def can_go_on(self) -> bool:
        """Whether the run rests before its end."""
        return self.resting and not self.at_end


LAST: Final = 99
RIGHT: Final = 100
"""Stands at the right end of the footer, for which there is always room."""


class Key(Struct, frozen=True):
    """One row: a name, the keys, the action that they call, and what that does, in a few words.

    ``name`` is what the user's own key map calls it. ``footer`` is the word in the footer (none:
    never shown there), ``word`` gives it where it depends, in at most ``cells``; ``when`` says
    whether the key does something now: if not it is dimmed, and stays where it is. ``row`` and
    ``order`` are its place there; where there is no room for all, those of the least ``rank`` are
    shown.
    """

    name: str
    keys: str
    action: str
    help: str
    footer: str = ""
    when: Callable[[FooterFacts], bool] = lambda s: s.resting
    rank: int = LAST
    row: int = 1
    order: int = LAST
    word: Callable[[FooterFacts], str] | None = None
    cells: int = 0

    def display(self, keymap: Mapping[str, str]) -> str:
        """Return the keys in force as the user reads them."""
        keys = keymap.get(self.name, self.keys)
        return " ".join(displayed(key) for key in keys.split(",") if key) or "—"


_CHOOSING: Final = {
    "breakpoints": "edit",
    "displays": "change",
    "branches": "go there",
    "answers": "go there",
    "check": "go there",
}
"""What enter does with a row of a list."""

GROUPS: Final[dict[str, tuple[Key, ...]]] = {
    "Step": (
        Key("step", "s,f11", "move('step', 1)", "one step: a connection, a neuron, a loss",
            "step",
            when=lambda s: s.can_go_on, rank=1, order=1),
        Key("step-back", "S", "move('step', -1)", "one step back", "back",
            when=lambda s: s.can_go_back, rank=2, order=2),
        Key("neuron", "n,f10", "move('neuron', 1)", "to the end of this neuron’s steps", "neuron",
            when=lambda s: s.can_go_on, rank=11, row=2, order=1),
        Key("neuron-back", "N", "move('neuron', -1)", "back to the start of this neuron"),
        Key("pass", "f,shift+f11", "move('pass', 1)", "to the end of this pass (forward, loss, …)",
            "pass", when=lambda s: s.can_go_on, rank=12, row=2, order=2),
        Key("pass-back", "F", "move('pass', -1)", "back to the start of this pass"),
        Key("example", "e", "move('example', 1)", "to the next example, just loaded", "example",
            when=lambda s: s.can_go_on, rank=13, row=2, order=3),
        Key("example-back", "E", "move('example', -1)", "back to where the example was loaded"),
        Key("update", "u", "move('update', 1)", "to just after the next update", "update",
            when=lambda s: s.can_go_on, rank=4, order=3),
        Key("update-back", "U", "move('update', -1)", "back to the start of the batch"),
        Key("epoch", "p", "move('epoch', 1)", "to the next epoch", "epoch",
            when=lambda s: s.can_go_on, rank=14, row=2, order=4),
        Key("epoch-back", "P", "move('epoch', -1)", "back to the start of the epoch"),
    ),
    "Run": (
        Key("continue", "c,f5", "continue(1)", "continue: to the next stop, or the end", "run",
            when=lambda s: s.can_go_on, rank=5, order=4),
        Key("continue-back", "C", "continue(-1)",
            "back to the last stop before here, or the start"),
        Key("cursor", "t", "to_cursor(1)", "to the next step of the focused neuron or connection"),
        Key("cursor-back", "T", "to_cursor(-1)", "back to its step before"),
        Key("restart", "r", "move('run', -1)", "back to the start of the run, whatever stops",
            "restart", when=lambda s: s.can_go_back, rank=18, order=6),
        Key("end", "R", "move('run', 1)", "to the end of the run, whatever stops"),
        Key("play", "space", "play", "play steps, or updates; again, or on the way: stop", "play",
            when=lambda s: not s.resting or not s.at_end, rank=6, order=5,
            word=lambda s: "play" if s.resting else "stop"),
        Key("faster", "plus", "speed(1)", "play faster", "faster",
            when=lambda s: s.playing, rank=24, row=2, order=12),
        Key("slower", "minus", "speed(-1)", "play slower", "slower",
            when=lambda s: s.playing, rank=25, row=2, order=13),
        Key("play-unit", "underscore", "play_unit", "choose what space plays: steps, updates, …",
            "steps", when=lambda s: not s.at_end, rank=23, order=5, word=lambda s: f"{s.unit}s",
            cells=8),
        Key("pause", "ctrl+c", "pause", "stop on the way (so does any key of a movement)"),
        Key("stop-before", "comma", "visit_stop(-1)", "back to where you stopped before"),
        Key("stop-after", "full_stop", "visit_stop(1)", "forth again, to where you stopped next"),
    ),
    "Stop": (
        Key("breakpoint", "b,f9", "breakpoint", "set or delete a breakpoint on the focus", "break",
            when=lambda s: s.resting and s.focused, rank=19, row=2, order=8),
        Key("breakpoint-edit", "B", "edit_breakpoint", "edit the breakpoint on the focus"),
        Key("watch", "w", "watch", "display a value at every stop, or stop when it changes"),
        Key("set", "equals_sign", "assign", "change η, a weight, …: a new branch, to compare",
            "change", rank=8, row=2, order=6),
        Key("bookmark", "m", "command('bookmark ')", "bookmark this step"),
        Key("goto", "g", "command('goto ')", "go to a step, an example or a bookmark"),
    ),
    "Ask": (
        Key("last-write", "x", "write(-1)", "to the step that last wrote the focused value"),
        Key("next-write", "X", "write(1)", "to the step that writes the focused value next"),
        Key("why", "W", "why", "why the focused value is what it is: what it was made of", "why",
            when=lambda s: s.resting and not s.at_start, rank=7, row=2, order=5),
        Key("gradient-check", "percent_sign", "gradient_check",
            "gradient check: each derivative beside its difference quotient", "gradient",
            rank=28, row=2, order=11),
        Key("difference", "exclamation_mark", "difference(1)",
            "to the next number that differs from yours (:check FILE)"),
        Key("difference-back", "vertical_line", "difference(-1)", "to the one before"),
        Key("paths", "i", "paths", "show what the focus influences (again: off)"),
        Key("copy", "y", "copy", "copy the chosen text, else the focused value or the formula"),
        Key("command", "colon", "command", "type a command (help lists them)", "command",
            rank=10, order=9),
    ),
    "Look": (
        Key("left", "left", "focus_neuron('left')", "focus a neuron of the layer before"),
        Key("right", "right", "focus_neuron('right')", "focus a neuron of the next layer"),
        Key("up", "up", "focus_neuron('up')", "focus the neuron above"),
        Key("down", "down", "focus_neuron('down')", "focus the neuron below"),
        Key("edge-before", "left_square_bracket", "focus_edge(-1)",
            "focus the connection before this one"),
        Key("edge-after", "right_square_bracket", "focus_edge(1)",
            "focus the next connection of the neuron"),
        Key("view", "v", "view(1)", "next view: activations, weights, gradients, changes", "view",
            when=lambda s: True, rank=16, row=2, order=9),
        Key("view-back", "V", "view(-1)", "the view before (auto follows the run)"),
        Key("find", "slash", "find", "find a neuron by its name"),
        Key("fold", "h", "fold", "fold or unfold the focused neuron’s layer"),
        Key("fold-all", "H", "fold_all", "fold or unfold every layer"),
        Key("zoom-out", "left_parenthesis", "zoom(-1)", "draw the network smaller"),
        Key("zoom-in", "right_parenthesis", "zoom(1)", "draw the network larger"),
        Key("fit", "asterisk", "fit", "draw the network so that it fits"),
        Key("table", "j", "next_table", "next table: connections, those of the focus",
            "table",
            when=lambda s: True, rank=20, row=2, order=10),
        Key("sort", "number_sign", "sort", "sort the table by the next column"),
        Key("reverse", "tilde", "reverse", "reverse the order of the table"),
        Key("filter", "ampersand", "filter", "filter the table: h, layer 2, a > 0"),
        Key("inspect", "enter", "inspect", "inspect the focused neuron: equations, curve, history",
            "inspect",
            when=lambda s: s.resting and (s.filled if s.listed else not s.inspecting),
            rank=15, row=2, order=7, word=lambda s: _CHOOSING.get(s.listed or "", "inspect"),
            cells=8),
        Key("clear", "escape", "clear", "leave what is open, else let go of the focus",
            "leave", when=lambda s: s.held, rank=9, order=7),
        Key("pane", "tab", "pane(1)", "the next tab or list",
            "panes", when=lambda s: True, rank=3, order=8),
        Key("pane-before", "shift+tab", "pane(-1)", "the tab or list before"),
        Key("maximise", "z", "maximise", "zoom this pane (again: zoom back)",
            "zoom", when=lambda s: True, rank=26, row=2, order=14),
        Key("present", "Z", "present", "presentation: network and step alone, large (again: back)"),
        Key("timeline", "G", "timeline", "to the timeline: its arrows travel through the run",
            "timeline", when=lambda s: True, rank=27, order=10),
        Key("narrower", "less_than_sign", "widen(-1)", "move the border between columns left"),
        Key("wider", "greater_than_sign", "widen(1)", "move the border between columns right"),
        Key("lower", "left_curly_bracket", "heighten(-1)", "make the pane a row lower"),
        Key("higher", "right_curly_bracket", "heighten(1)", "make the pane a row higher"),
        Key("digits", "a", "digits(1)", "more digits in formulas: 3, 5, 8, exact, 3 again"),
        Key("digits-fewer", "A", "digits(-1)", "fewer digits in formulas"),
        Key("sentences", "apostrophe", "sentences",
            "each step in plain sentences, too (again: formulas alone)"),
        Key("loss-log", "l", "chart_log", "the losses on a logarithmic scale (again: a plain one)"),
        Key("loss-epochs", "L", "chart_epochs", "the losses per update (again: per epoch)"),
        Key("loss-fewer", "k", "chart_zoom(1)", "the losses: only those of late"),
        Key("loss-more", "K", "chart_zoom(-1)", "the losses: more of them, or all"),
        Key("story", "d", "story(1)", "the story of this document: open it, then its next card"),
        Key("story-back", "D", "story(-1)", "the card of the story before"),
        Key("scroll-down", "pagedown", "scroll(1)", "scroll the pane turned to, or a long step"),
        Key("scroll-up", "pageup", "scroll(-1)", "scroll up again"),
    ),
    "Edit": (
        Key("edit", "M", "app.edit", "edit the document (= is for the run: a branch of it)"),
        Key("save", "ctrl+s", "app.save", "save the document"),
        Key("undo", "ctrl+u", "app.undo", "undo the last edit: the run starts again"),
        Key("redo", "ctrl+y", "app.redo", "redo what was undone"),
    ),
    "nntui": (
        Key("help", "question_mark", "help", "this help (again: close)", "help",
            when=lambda s: True, order=RIGHT),
        Key("open", "o", "app.open", "open a sample or a recent file"),
        Key("palette", "ctrl+p", "app.command_palette",
            "everything by name: keys, commands, samples, themes"),
        Key("suspend", "ctrl+z", "app.suspend_process", "back to the shell, where fg goes on"),
        Key("quit", "q", "app.quit", "quit", "quit", when=lambda s: True, order=RIGHT),
    ),
}  # fmt: skip
"""The table, in groups as the help shows them."""

LISTS: Final = (
    Key("list-up", "up", "list_move(-1)", "the row above", "up"),
    Key("list-down", "down", "list_move(1)", "the row below", "down"),
    Key(
        "list-choose",
        "enter",
        "list_choose",
        "edit the breakpoint, go to the branch or the step",
        "edit",
    ),
    Key("list-toggle", "d", "list_toggle", "disable the breakpoint, or enable it again", "on/off"),
    Key("list-delete", "delete,backspace", "list_delete", "delete what the row shows", "delete"),
)
"""The keys of the lists (breakpoints, displays, branches) when tab or a click has led there."""

TIMELINE: Final = (
    Key("timeline-left", "left", "travel(-1)", "travel back along it"),
    Key("timeline-right", "right", "travel(1)", "travel forth"),
    Key("timeline-longer", "up", "period(-1)", "a longer period: an update, an epoch, the run"),
    Key("timeline-shorter", "down", "period(1)", "a shorter one"),
    Key("timeline-start", "home", "travel_to(False)", "to the start of the period"),
    Key("timeline-end", "end", "travel_to(True)", "to its end"),
)  # fmt: skip
"""The keys of the timeline when it has the keyboard."""

ANSWERS: Final = (
    Key("answer-up", "up", "answer_move(-1)", "the example above"),
    Key("answer-down", "down", "answer_move(1)", "the example below"),
    Key("answer-choose", "enter", "answer_choose", "go to the example: its next pass"),
    Key("answer-order", "number_sign", "answer_order", "the worst first (again: by number)"),
    Key("answer-wrong", "ampersand", "answer_wrong", "only the wrong ones (again: all)"),
    Key("answer-page-up", "pageup", "answer_page(-1)", "a page up"),
    Key("answer-page-down", "pagedown", "answer_page(1)", "a page down"),
    Key("answer-across", "x", "answer_plane(0, 1)", "another input across the plane"),
    Key("answer-across-back", "X", "answer_plane(0, -1)", "the input before it"),
    Key("answer-upward", "y", "answer_plane(1, 1)", "another input up the plane"),
    Key("answer-upward-back", "Y", "answer_plane(1, -1)", "the input before it"),
)
"""The keys of the pane Answers when tab or a click has led there."""

EDITOR: Final = (
    Key("editor-change", "enter", "change", "change the chosen entry", "change"),
    Key("editor-add", "a", "add", "add a neuron beside the chosen one, or an entry", "add"),
    Key("editor-connect", "c", "connect", "connect the chosen neuron with another", "connect"),
    Key("editor-delete", "delete,backspace", "delete", "delete the chosen entry", "delete"),
    Key("editor-train", "t", "train", "let updates touch the parameter, or not", "trained"),
    Key("editor-section", "tab,right", "section(1)", "the next list", "next list"),
    Key("editor-section-before", "shift+tab,left", "section(-1)", "the list before"),
    Key("editor-up", "up", "row(-1)", "the entry above"),
    Key("editor-down", "down", "row(1)", "the entry below"),
    Key("editor-page-up", "pageup", "page(-1)", "a page up"),
    Key("editor-page-down", "pagedown", "page(1)", "a page down"),
    Key("editor-undo", "ctrl+z", "app.undo", "undo the last edit", "undo"),
    Key("editor-redo", "ctrl+y", "app.redo", "redo the edit", "redo"),
    Key("editor-save", "ctrl+s", "app.save", "save the document", "save"),
    Key("editor-save-as", "S", "app.save_as", "save it elsewhere", "save as"),
    Key("editor-help", "question_mark", "help", "the help, which these keys begin", "help"),
    Key("editor-leave", "escape,q", "leave", "back to the run; edited, it starts again", "back"),
)  # fmt: skip
"""The keys of the editor."""

_COMPLETE: Final = Key("line-complete", "tab", "complete", "complete the word", "complete")
_LEAVE: Final = Key("line-leave", "escape", "leave", "leave the line", "leave")
TYPING: Final = {
    "command": (
        Key("line-run", "enter", "submit", "run the command", "run it"),
        _COMPLETE,
        Key("line-before", "up", "recall(-1)", "the command typed before", "before"),
        _LEAVE,
    ),
    "name": (Key("line-find", "enter", "submit", "focus the neuron", "find it"), _COMPLETE, _LEAVE),
    "filter": (
        Key("line-keep", "enter", "submit", "show these rows", "keep it"),
        Key("line-all", "escape", "leave", "show all rows", "all rows"),
    ),
}
"""The keys that the footer offers while a line is typed: a command, a neuron's name, a filter of
the table. No key map changes them."""

COUNT_HELP: Final = (
    "Digits before a movement repeat it: 50s makes fifty steps, 3U goes back three updates, "
    "2c continues past one stop."
)

_SIGNS: Final = {
    "enter": "enter", "space": "space", "escape": "esc", "pagedown": "page down",
    "pageup": "page up", "delete": "del", "backspace": "⌫", "left": "←", "right": "→",
    "up": "↑", "down": "↓", "plus": "+", "minus": "-", "underscore": "_",
    "comma": ",", "full_stop": ".",
    "colon": ":", "slash": "/", "percent_sign": "%",
    "exclamation_mark": "!", "vertical_line": "|", "question_mark": "?", "asterisk": "*",
    "number_sign": "#",
    "ampersand": "&", "tilde": "~", "equals_sign": "=", "less_than_sign": "<",
    "greater_than_sign": ">", "left_parenthesis": "(", "right_parenthesis": ")",
    "left_square_bracket": "[", "right_square_bracket": "]", "left_curly_bracket": "{",
    "right_curly_bracket": "}", "tab": "tab", "apostrophe": "'", "home": "home", "end": "end",
}  # fmt: skip
"""What is shown for Textual's name of a key, for every key in the table."""


def displayed(key: str) -> str:
    """Return a key as the user reads it: ``?`` for question_mark, ``shift+F11`` for shift+f11."""
    *held, last = key.split("+") if len(key) > 1 else (key,)
    if last[0] == "f" and last[1:].isdigit():
        shown = last.upper()
    elif len(last) == 1 or last in _SIGNS:
        shown = _SIGNS.get(last, last)
    else:  # only a user's own key map has it
        from textual.keys import format_key

        shown = format_key(last)
    return "+".join([*held, shown])


EVERYWHERE: Final = tuple(key for group in GROUPS.values() for key in group)
"""The keys of the stepping screen."""


def every_key() -> dict[str, Key]:
    """Return every row of the table by its name, those of the lists and the editor too."""
    return {key.name: key for key in (*EVERYWHERE, *LISTS, *ANSWERS, *TIMELINE, *EDITOR)}


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """Return a binding for each key of each row; Textual's own footer shows the first."""
    from textual.binding import Binding

    return [
        Binding(
            each, key.action, key.footer or key.help, show=bool(key.footer) and n == 0, id=key.name
        )
        for key in keys
        for n, each in enumerate(key.keys.split(","))
        if each != "ctrl+p"  # Textual itself binds it
    ]
