"""The command palette: everything that nntui can do, by name.

Every key's action, every command (which opens the ``:`` line), every sample and theme, and what has
no key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from nntui.samples import samples
from nntui.tui.dialogs.question import Closable
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
Entry = tuple[str, str, Callable[[], Any]]
"""A name, what it does, and how to do it."""


class Palette(CommandPalette, Closable[None]):
    """Textual's command palette, left once."""


class Everything(Provider):
    """Finds entries by their names first, then by what they do."""

    async def discover(self) -> Hits:
        """Offer everything before a search."""
        for name, what, act in self._entries():
            yield DiscoveryHit(name, act, help=what)

    async def search(self, query: str) -> Hits:
        """Offer the entries that match."""
        matcher = self.matcher(query)
        for name, what, act in self._entries():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), act, help=what)
            elif (beside := matcher.match(what)) > 0:
                yield Hit(beside * BESIDE, name, act, help=what)

    def _entries(self) -> Iterator[Entry]:
        app = cast("OpenActions", self.app)
        if app.stepping is self.screen:
            yield from self._entries_of_the_run(app)
        for name in samples():
            yield f"open {name}", "a sample", partial(app.action_open_sample, name)
        for theme in sorted(app.available_themes, key=lambda t: (not t.startswith("nntui-"), t)):
            now = "; it is the one in use" if theme == app.theme else ""
            yield f"theme {theme}", f"other colours{now}", partial(app.prefer_theme, theme)
        still = "allow animations" if app.preferences.now.still else "reduce motion"
        yield still, "scrolling and the like", app.toggle_motion
        yield "quit", "leave nntui", app.action_quit

    def _entries_of_the_run(self, app: OpenActions) -> Iterator[Entry]:
        from nntui.debugger.commands.interpreter import COMMANDS

        act = self.screen.run_action
        for group, keys in GROUPS.items():
            for key in keys:
                if key.name not in ("palette", "quit"):
                    name = f"{key.name.replace('-', ' ')}  ({key.display(app.keys.changed)})"
                    yield name, f"{group}: {key.help}", partial(act, key.action)
        for name, what, action in _WITHOUT_KEYS:
            yield name, what, partial(act, action)
        for command in COMMANDS.values():
            typed = f"command({command.name + ' '!r})"
            yield f":{command.usage}", command.help, partial(act, typed)
