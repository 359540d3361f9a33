"""The command palette: everything that nntui can do, by name.

Every key's action, every command (which opens the ``:`` line), every sample and theme, and what has
no key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from nntui.samples import samples
from nntui.tui.keys import GROUPS

if TYPE_CHECKING:
    from nntui.tui.documents.opening import OpenActions

BESIDE: Final = 0.5
"""The score of a match in the help text, as a share of one in the name."""

_WITHOUT_KEYS: Final = (
    ("save a picture", "a picture of the screen, as SVG", "save_picture"),
    ("save the pass", "the steps of the pass that is seen, as Markdown", "save_pass"),
    ("panes as they were", "give every pane its own size again", "reset_sizes"),
    ("tour", "four cards that show you round", "tour"),
)


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """A name, what it does, and how to do it."""

    name: str
    help: str
    act: Callable[[], Any]


class Everything(Provider):
    """Finds entries by their names first, then by what they do."""

    async def discover(self) -> Hits:
        """Offer everything before a search."""
        for entry in self._entries():
            yield DiscoveryHit(entry.name, entry.act, help=entry.help)

    async def search(self, query: str) -> Hits:
        """Offer the entries that match."""
        matcher = self.matcher(query)
        for entry in self._entries():
            score = matcher.match(entry.name)
            if score > 0:
                yield Hit(score, matcher.highlight(entry.name), entry.act, help=entry.help)
            elif (beside := matcher.match(entry.help)) > 0:
                yield Hit(beside * BESIDE, entry.name, entry.act, help=entry.help)

    def _entries(self) -> Iterator[PaletteEntry]:
        app = cast("OpenActions", self.app)
        if app.stepping is self.screen:
            yield from self._entries_of_the_run(app)
        for name in samples():
            yield PaletteEntry(f"open {name}", "a sample", partial(app.action_open_sample, name))
        for theme in sorted(app.available_themes, key=lambda name: (not _own(name), name)):
            now = "; it is the one in use" if theme == app.theme else ""
            yield PaletteEntry(
                f"theme {theme}", f"other colours{now}", partial(app.prefer_theme, theme)
            )
        still = "allow animations" if app.preferences.now.still else "reduce motion"
        yield PaletteEntry(still, "scrolling and the like", app.toggle_motion)
        yield PaletteEntry("quit", "leave nntui", app.action_quit)

    def _entries_of_the_run(self, app: OpenActions) -> Iterator[PaletteEntry]:
        from nntui.debugger.commands.interpreter import COMMANDS

        for group, keys in GROUPS.items():
            for key in keys:
                if key.name in ("palette", "quit"):
                    continue
                shown = key.display(app.keys.changed)
                name = f"{key.name.replace('-', ' ')}  ({shown})"
                act = partial(self.screen.run_action, key.action)
                yield PaletteEntry(name, f"{group}: {key.help}", act)
        for name, what, action in _WITHOUT_KEYS:
            yield PaletteEntry(name, what, partial(self.screen.run_action, action))
        for command in COMMANDS.values():
            typed = f"command({command.name + ' '!r})"
            act = partial(self.screen.run_action, typed)
            yield PaletteEntry(f":{command.usage}", command.help, act)


def _own(theme: str) -> bool:
    return theme.startswith("nntui-")
