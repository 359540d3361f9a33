"""The command palette: everything that nntui can do, by name.

Every key's action, the settings of the training, every command (which opens the ``:`` line), every
sample and theme, and what has no key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.markup import escape

from nntui.debugger.values import setting_values
from nntui.explain.numbers import exact
from nntui.explain.symbols import SIGNS
from nntui.explain.words import WORDS
from nntui.samples import samples
from nntui.tui.dialogs.question import Closable
from nntui.tui.keys import GROUPS

if TYPE_CHECKING:
    from nntui.tui.documents.opening import OpenActions

_WITHOUT_KEYS: Final = (
    ("Save a picture of the screen, as SVG", "save_picture"),
    ("Save the steps of this pass, as Markdown", "save_pass"),
    ("Reset the layout: every pane gets its own size again", "reset_sizes"),
    ("Check numbers of yours: hold a file of them against the run", "command('check ')"),
    ("Clear the numbers that were checked", "clear_check"),
    ("Take the tour: four cards that show you round", "tour"),
)


class Entry(NamedTuple):
    """What can be done: in words, its keys, how to do it, a second line, other words to find it."""

    title: str
    keys: str
    act: Callable[[], Any]
    help: str = ""
    also: str = ""


class Palette(CommandPalette, Closable[None]):
    """Textual's command palette, left once."""


class Everything(Provider):
    """Finds entries by the words of their titles first, then by other words, by letters last."""

    async def discover(self) -> Hits:
        """Offer everything before a search."""
        for entry in self._entries():
            yield DiscoveryHit(self._shown(entry), entry.act, help=escape(entry.help) or None)

    async def search(self, query: str) -> Hits:
        """Offer the entries that match; by scattered letters only where no word does."""
        entries = list(self._entries())
        found = [(match_of(query, entry), entry) for entry in entries]
        if not any(score for score, _ in found):
            matcher = Matcher(query)
            found = [(matcher.match(entry.title) / 4, entry) for entry in entries]
        for score, entry in found:
            if score > 0:
                shown = self._shown(entry, query)
                yield Hit(score, shown, entry.act, help=escape(entry.help) or None)

    def _shown(self, entry: Entry, query: str = "") -> Content:
        """Return a title with the words that were sought, and its keys."""
        title = Content.styled(entry.title, "not bold")
        for word in query.split():
            for found in re.finditer(re.escape(word), entry.title, re.IGNORECASE):
                title = title.stylize(self.match_style or "underline", *found.span())
        return title + Content.styled(f"   {entry.keys}", "bold") if entry.keys else title

    def _entries(self) -> Iterator[Entry]:
        app = cast("OpenActions", self.app)
        if app.stepping is self.screen:
            yield from self._entries_of_the_run(app)
        yield Entry("New network", "", app.action_new, also="create make layers begin")
        for name in samples():
            yield Entry(f"Open {name}", "", partial(app.action_open_sample, name), also="sample")
        for theme in sorted(app.available_themes, key=lambda t: (not t.startswith("nntui-"), t)):
            now = ", the one in use" if theme == app.theme else ""
            wear = partial(app.prefer_theme, theme)
            yield Entry(f"Theme {theme}{now}", "", wear, also="colours colors")
        still = "Allow animations" if app.preferences.now.still else "Reduce motion"
        yield Entry(still, "", app.toggle_motion, also="animation scrolling")
        yield Entry("Quit nntui", "q", app.action_quit, also="leave exit")

    def _entries_of_the_run(self, app: OpenActions) -> Iterator[Entry]:
        from nntui.debugger.commands.interpreter import COMMANDS

        act = self.screen.run_action
        for group, keys in GROUPS.items():
            for key in keys:
                if key.name not in ("palette", "quit"):
                    title = f"{key.help[0].upper()}{key.help[1:]}"
                    also = f"{key.name.replace('-', ' ')} {group}"
                    shown = key.display(app.keys.changed)
                    yield Entry(title, shown, partial(act, key.action), also=also)
        assert app.stepping is not None
        for name, value in setting_values(app.stepping.debugger.experiment).items():
            title = f"Change the {name.replace('_', ' ')}, now {exact(value)}"
            also = f"{SIGNS.get(name, '')} {name}"
            yield Entry(title, "", partial(act, f"assign({name!r})"), also=also)
        for title, action in _WITHOUT_KEYS:
            yield Entry(title, "", partial(act, action))
        for word in WORDS:
            said = partial(app.stepping.say, word.sentence)
            yield Entry(f"What is {word.title}?", "", said, word.meaning, " ".join(word.names))
        for command in COMMANDS.values():
            typed = partial(act, f"command({command.name + ' '!r})")
            yield Entry(f":{command.usage}", "", typed, command.help, " ".join(command.aliases))


def match_of(query: str, entry: Entry) -> float:
    """Score how well the words of a query match an entry, from 0 (not at all) to 1."""
    wanted = query.casefold().split()
    title, beside = entry.title.casefold(), f"{entry.keys} {entry.help} {entry.also}".casefold()
    if not wanted:
        return 0.0
    if title.lstrip(":").startswith(" ".join(wanted).lstrip(":")):
        return 1.0
    if " ".join(wanted) in (entry.also.casefold(), *entry.also.casefold().split()):
        return 0.95
    in_title, in_beside = _words(title), _words(beside)
    if all(any(each.startswith(word) for each in in_title) for word in wanted):
        return 0.9
    if all(any(each.startswith(word) for each in (*in_title, *in_beside)) for word in wanted):
        return 0.7
    if all(word in title for word in wanted):
        return 0.5
    return 0.4 if all(word in f"{title} {beside}" for word in wanted) else 0.0


def _words(text: str) -> list[str]:
    """Return the words of a text; a command and an option count with their sign and without."""
    return [part for word in text.split() for part in (word, word.strip(":,.;()[]“”"))]
