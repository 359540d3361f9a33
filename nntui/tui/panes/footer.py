"""The footer: the keys that do something now. It is a line of its own, so no step lays it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click

from nntui.tui.frame import NeuronFocus
from nntui.tui.keys import GROUPS, Key, displayed
from nntui.tui.keys import LISTS as LIST_KEYS
from nntui.tui.panes.pane import LinePane
from nntui.tui.stepping.display_actions import FILTER, FIND
from nntui.tui.stepping.pane_regions import LISTS

if TYPE_CHECKING:
    from nntui.tui.stepping.base import Stage
    from nntui.tui.stepping.focus_actions import Looking
    from nntui.tui.stepping.run_actions import Moving


@dataclass(frozen=True, slots=True)
class FooterFacts:
    """What the footer goes by.

    ``listed``: the list that has the keyboard, if one has; ``filled``: whether it has a row.
    ``turned``: a pane was turned to; ``held``: whether escape has something to leave. ``typing``:
    what is typed, if anything is (a row of ``_TYPING``).
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
    typing: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A key, as it is shown and as it is pressed, and what it does, in a word.

    ``rank``: where there is no room for all, those of the least ranks are shown.
    """

    key: str
    shown: str
    word: str
    rank: int = 0


When = Callable[[FooterFacts], bool]

_WHEN: Final[dict[str, When]] = {
    "step": lambda s: not s.at_end,
    "step-back": lambda s: not s.at_start,
    "update": lambda s: not s.at_end,
    "continue": lambda s: not s.at_end,
    "play": lambda s: not s.at_end,
    "restart": lambda s: s.at_end,
    "breakpoint": lambda s: s.focused,
    "inspect": lambda s: s.focused and not s.inspecting,
    "maximise": lambda s: s.maximised,
    "clear": lambda s: s.held,
}
"""When a key of the table is offered while the run rests."""

_CHOOSING: Final = {"breakpoints": "edit", "watches": "change", "branches": "go there"}
_LIST_WORDS: Final = {
    "list-up": "up", "list-down": "down", "list-toggle": "on/off", "list-delete": "delete",
}  # fmt: skip
_COMPLETE: Final = Offer("tab", "tab", "complete")
_BEFORE: Final = Offer("up", "↑", "before")
_LEAVE: Final = Offer("escape", "esc", "leave")
_TYPING: Final = {
    "command": (Offer("enter", "enter", "run it"), _COMPLETE, _BEFORE, _LEAVE),
    "name": (Offer("enter", "enter", "find it"), _COMPLETE, _LEAVE),
    "filter": (Offer("enter", "enter", "keep it"), Offer("escape", "esc", "all rows")),
}
"""The keys while a line is typed: a command, a neuron's name, which rows of a table are shown."""
_BEGINNINGS: Final = {FIND: "name", FILTER: "filter"}
_FIRST: Final = (
    "step", "step-back", "update", "continue", "restart", "play", "clear", "maximise", "breakpoint",
    "inspect", "pane", "command",
)  # fmt: skip
"""The keys that stand before all others."""
_RANKS: Final = (
    "list-choose", "list-delete", "list-toggle", "leave", "list-up", "list-down", "step",
    "step-back", "continue", "restart", "maximise", "inspect", "breakpoint", "pane", "update",
    "play", "clear", "command",
)  # fmt: skip
"""The keys that there is room for before all others; ``leave`` is ``clear`` of an open pane."""
_ALWAYS: Final = ("help", "quit")


class Offering:
    """Sees to it that the footer goes by the situation."""

    def __init__(
        self,
        stage: Stage,
        looking: Looking,
        moving: Moving,
        line: KeyFooter,
        keymap: Mapping[str, str],
    ) -> None:
        self._stage, self._looking, self._moving = stage, looking, moving
        self._line, self._keymap = line, keymap

    def show(self) -> None:
        """Offer the keys that do something now."""
        situation = self.situation
        self._line.show(offers(situation, self._keymap), standing(situation, self._keymap))

    @property
    def situation(self) -> FooterFacts:
        """How things stand."""
        frame, deck, focus = self._stage.latest, self._looking.deck, self._looking.focus
        focused = self._stage.focused
        listed = focused.id if focused is not None and focused.id in LISTS else None
        return FooterFacts(
            at_start=frame.snapshot.position == 0,
            at_end=frame.snapshot.position == frame.snapshot.total,
            under_way=frame.on_the_way,
            playing=self._moving.playing,
            listed=listed,
            filled=listed is not None and bool(getattr(frame, listed)),
            focused=focus.place is not None,
            turned=deck.turned,
            inspecting=deck.turned and deck.current == "inspector",
            held=deck.turned or deck.maximised is not None or focus != NeuronFocus(),
            maximised=deck.maximised is not None,
            typing=self._typing(),
        )

    def _typing(self) -> str | None:
        line = self._stage.command_line
        return _BEGINNINGS.get(line.value[:1], "command") if line.shown else None


def offers(situation: FooterFacts, keymap: Mapping[str, str]) -> tuple[Offer, ...]:
    """The keys that do something, the likeliest first."""
    if situation.typing is not None:
        return _TYPING[situation.typing]
    return tuple(
        replace(offer, rank=_rank(key.name, situation))
        for key, word in _keys(situation)
        if (offer := _offer(key, word, keymap)) is not None and key.name not in _ALWAYS
    )


def standing(situation: FooterFacts, keymap: Mapping[str, str]) -> tuple[Offer, ...]:
    """The keys that are always there, but while a command is typed."""
    if situation.typing is not None:
        return ()
    found = (_offer(_TABLE[name], _TABLE[name].footer, keymap) for name in _ALWAYS)
    return tuple(offer for offer in found if offer is not None)


def _keys(s: FooterFacts) -> Iterator[tuple[Key, str]]:
    if s.under_way or s.playing:
        yield _TABLE["play"], "stop"
        if s.playing:
            yield _TABLE["faster"], "faster"
            yield _TABLE["slower"], "slower"
        return
    if s.listed in LISTS:
        if s.filled:
            yield _TABLE["list-choose"], _CHOOSING[s.listed]
            for name, word in _LIST_WORDS.items():
                if name != "list-toggle" or s.listed == "breakpoints":
                    yield _TABLE[name], word
        yield _TABLE["clear"], "leave"
    for name in dict.fromkeys((*_FIRST, *_TABLE)):
        taken = s.listed is not None and name in ("clear", "inspect")
        if _TABLE[name].footer and not taken and _WHEN.get(name, _at_rest)(s):
            yield _TABLE[name], _TABLE[name].footer


def _rank(name: str, situation: FooterFacts) -> int:
    if name == "clear" and situation.turned and not situation.maximised:
        name = "leave"
    return _RANKS.index(name) if name in _RANKS else len(_RANKS)


def _at_rest(situation: FooterFacts) -> bool:
    return True


def _offer(key: Key, word: str, keymap: Mapping[str, str]) -> Offer | None:
    """The first of the keys; none when a person has left the action without any."""
    first = keymap.get(key.name, key.keys).split(",")[0]
    return Offer(first, displayed(first), word) if first else None


_TABLE: Final = {key.name: key for group in (*GROUPS.values(), LIST_KEYS) for key in group}


# ---- footer --------------------------------------------------------------------------------------


GAP = 2


class KeyFooter(LinePane):
    """Keys and words: on the left those of the moment, on the right those that always are."""

    def __init__(self) -> None:
        super().__init__(title="", id="keys")
        self._offers: tuple[Offer, ...] = ()
        self._standing: tuple[Offer, ...] = ()

    def show(self, offers: tuple[Offer, ...], standing: tuple[Offer, ...]) -> None:
        """Offer other keys."""
        if (offers, standing) != (self._offers, self._standing):
            self._offers, self._standing = offers, standing
            self.changed()

    @property
    def offered(self) -> tuple[Offer, ...]:
        """The keys that there is room for."""
        return tuple(offer for _, offer in self._laid())

    def extent(self) -> tuple[int, int]:
        """One line, as wide as the screen."""
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        """The line."""
        ground = Style(
            bgcolor=self.colours.background.blend(self.colours.foreground, 0.1).rich_color
        )
        found: list[Segment] = []
        at = 0
        for x, offer in self._laid():
            found += [
                Segment(" " * (x - at), ground),
                Segment(offer.shown, ground + self.colours.mark),
                Segment(f" {offer.word}", ground),
            ]
            at = x + _width(offer)
        return [*found, Segment(" " * max(self.size.width - at, 0), ground)]

    async def on_click(self, event: Click) -> None:
        """Press the key that was clicked."""
        for x, offer in self._laid():
            if x <= event.x < x + _width(offer):
                self.app.simulate_key(offer.key)

    def _laid(self) -> list[tuple[int, Offer]]:
        """Where each of them stands; those that there is no room for are left out."""
        width = self.size.width
        right = sum(_width(offer) + GAP for offer in self._standing)
        found: list[tuple[int, Offer]] = []
        x = 1
        for offer in self._chosen(width - right - 1):
            found.append((x, offer))
            x += _width(offer) + GAP
        x = max(width - right + 1, x)
        for offer in self._standing:
            if x + _width(offer) <= width:
                found.append((x, offer))
                x += _width(offer) + GAP
        return found

    def _chosen(self, room: int) -> list[Offer]:
        """Those that there is room for, in their order: the ones of least rank before others."""
        chosen = set()
        for n, offer in sorted(enumerate(self._offers), key=lambda each: each[1].rank):
            if _width(offer) <= room:
                chosen.add(n)
                room -= _width(offer) + GAP
        return [offer for n, offer in enumerate(self._offers) if n in chosen]


def _width(offer: Offer) -> int:
    return cell_len(offer.shown) + 1 + cell_len(offer.word)
