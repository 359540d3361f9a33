"""Titles: a pane's name on its border, and beside it those of the panes behind it, as tabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

if TYPE_CHECKING:
    from textual.widget import Widget

    _Base = Widget
else:
    _Base = object

NAMES: Final = {
    "network": "Network", "step": "Step", "algorithm": "Algorithm", "neurons": "Neurons",
    "loss": "Loss", "inspector": "Inspector", "breakpoints": "Breakpoints", "watches": "Watches",
    "branches": "Branches", "output": "Output",
}  # fmt: skip
"""The panes by their widgets’ ids."""
SEPARATORS: Final = (" │ ", "│")

_HERE: Final = Style(bold=True, reverse=True)
_THERE: Final = Style(dim=True)


class Titled(_Base):
    """A pane with a title of its own words, and with tabs when others share its place."""

    _title_words = ""
    _title_tabs: tuple[str, ...] = ()
    _title_room = 0

    def entitle(self, words: str) -> None:
        """Call the pane something else."""
        if words != self._title_words:
            self._title_words = words
            self._write_title()

    def share(self, tabs: Sequence[str], room: int) -> None:
        """Name the panes that share the place, this one too; ``room``: the cells for all that."""
        if (tuple(tabs), room) != (self._title_tabs, self._title_room):
            self._title_tabs, self._title_room = tuple(tabs), room
            self._write_title()

    def _write_title(self) -> None:
        if len(self._title_tabs) < 2:
            self.border_title = Content(self._title_words)
        else:
            assert self.id is not None
            title = tab_line(self.id, self._title_words, self._title_tabs, self._title_room)
            self.border_title = title


def tab_line(pane: str, words: str, tabs: tuple[str, ...], room: int) -> Content:
    """The tabs in a line: all of them, or as many about the pane as there are cells for."""
    names = [words if tab == pane else NAMES[tab] for tab in tabs]
    here = tabs.index(pane)
    first, last = 0, len(tabs)
    separator = SEPARATORS[-1]
    for each in SEPARATORS:
        if _length(names, each) <= room:
            separator = each
            break
    else:
        first, last = _window([cell_len(name) for name in names], here, room - 2)
    parts: list[Content] = [Content.styled("‹", _THERE)] if first else []
    for n in range(first, last):
        if n > first:
            parts.append(Content.styled(separator, _THERE))
        link = Style.from_meta({"@click": f"screen.turn_to('{tabs[n]}')"})
        spaced = f" {names[n]} " if n == here and separator == SEPARATORS[0] else names[n]
        parts.append(Content.styled(spaced, link + (_HERE if n == here else _THERE)))
    parts += [Content.styled("›", _THERE)] if last < len(tabs) else []
    return Content("").join(parts)


def _length(names: list[str], separator: str) -> int:
    wide = separator == SEPARATORS[0]
    return sum(map(cell_len, names)) + len(separator) * (len(names) - 1) + 2 * wide


def _window(lengths: list[int], here: int, room: int) -> tuple[int, int]:
    """The tabs about one of them that there are cells for: from the first to behind the last."""
    first, last, used = here, here + 1, lengths[here]
    while True:
        after = last < len(lengths) and used + lengths[last] + 1 <= room
        before = first > 0 and used + lengths[first - 1] + 1 <= room
        if not (after or before):
            return first, last
        if after and (not before or last - here <= here - first):
            used += lengths[last] + 1
            last += 1
        else:
            first -= 1
            used += lengths[first] + 1
