"""The basics of Markdown, in terminal cells: text → cards of blocks → lines of styled words.

Headings, paragraphs, lists, code, **bold** and *italic*. All else stays as it was written, links
too: nothing in a document's text leads anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final, Literal

from msgspec import Struct
from rich.cells import cell_len

from nntui.text import clean, cut, wrapped

Kind = Literal["", "bold", "italic", "code"]
Line = list[tuple[str, Kind]]
"""The pieces of a line, each with how it is set."""

_HEADING: Final = re.compile(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*")
_ITEM: Final = re.compile(r"( *)([-*+]|\d{1,9}[.)])\s+(.*)")
_FENCE: Final = re.compile(r"\s*(?:```|~~~)")
# A span is at most this long, so that a mark without its end is not looked for through a long text.
_MARKED: Final = re.compile(
    r"(?P<ticks>`+)(?P<code>[^`]{1,300})(?P=ticks)(?!`)"
    r"|\*\*(?P<bold>[^\s*](?:[^*]{0,300}[^\s*])?)\*\*"
    r"|(?<![\w*])\*(?P<italic>[^\s*](?:[^*]{0,300}[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<slanted>[^\s_](?:[^_]{0,300}[^\s_])?)_(?![\w_])"
    r"|\\(?P<literal>[!-/:-@\[-`{-~])"
)
_KINDS: Final[dict[str, Kind]] = {
    "code": "code", "bold": "bold", "italic": "italic", "slanted": "italic", "literal": "",
}  # fmt: skip
"""How what each group of ``_MARKED`` holds is set."""


class Block(Struct, frozen=True):
    """A heading, a paragraph, an item of a list, or a line of code; ``mark`` stands before it."""

    kind: Literal["heading", "text", "item", "code"]
    text: str
    mark: str = ""


Card = tuple[Block, ...]


def cards(text: str) -> list[Card]:
    """Cut a text into cards: a paragraph each, with the heading above it and the list below it."""
    found: list[list[Block]] = []
    for block in _blocks(text):
        follows = bool(found) and (
            block.kind in ("item", "code")
            or (block.kind == "text" and found[-1][-1].kind == "heading")
            or (block.kind == "heading" and found[-1][-1].kind == "heading")
        )
        if follows:
            found[-1].append(block)
        else:
            found.append([block])
    return [tuple(blocks) for blocks in found]


def _blocks(text: str) -> Iterator[Block]:
    gathered: list[str] = []
    item: re.Match[str] | None = None
    in_code = False

    def gather() -> Iterator[Block]:
        nonlocal item
        words = " ".join(" ".join(gathered).split())
        if item is not None:
            number = item[2] if item[2][0].isdigit() else "•"
            yield Block("item", words, "  " * min(len(item[1]) // 2, 4) + number)
        elif words:
            yield Block("text", words)
        gathered.clear()
        item = None

    for line in text.split("\n"):
        if _FENCE.match(line):
            yield from gather()
            in_code = not in_code
        elif in_code:
            yield Block("code", line.expandtabs(4))
        elif heading := _HEADING.fullmatch(line):
            yield from gather()
            yield Block("heading", heading[1])
        elif begun := _ITEM.fullmatch(line):
            yield from gather()
            item = begun
            gathered.append(begun[3])
        elif line.strip():
            gathered.append(line)
        else:
            yield from gather()
    yield from gather()


def lines(card: Card, width: int) -> list[Line]:
    """Set a card in lines of at most ``width`` cells, with an empty one between its parts."""
    found: list[Line] = []
    before = ""
    for block in card:
        if found and not (block.kind == before and before in ("item", "code")):
            found.append([])
        before = block.kind
        if block.kind == "code":
            found.append([(cut(f"  {block.text}", width), "code")])
            continue
        text, kinds = styled(block.text)
        if block.kind == "heading":
            kinds = ["bold" for _ in kinds]
        head = f"{block.mark} " if block.mark else ""
        indent = cell_len(head)
        for n, words in enumerate(_set(text, kinds, max(width - indent, 1))):
            start: Line = [(" " * indent if n else head, "")] if indent else []
            found.append([*start, *words])
    return found


def styled(text: str) -> tuple[str, list[Kind]]:
    """Take the marks out of a text: what is left, made harmless, and the kind of each character."""
    text, plain, kinds = clean(text), "", list[Kind]()
    at = 0
    for found in _MARKED.finditer(text):
        name = found.lastgroup or ""
        marked: tuple[str, Kind] = (found[name], _KINDS[name])
        unmarked: tuple[str, Kind] = (text[at : found.start()], "")
        for words, of in (unmarked, marked):
            plain += words
            kinds += [of] * len(words)
        at = found.end()
    rest: list[Kind] = [""] * (len(text) - at)
    return plain + text[at:], kinds + rest


def _set(text: str, kinds: list[Kind], width: int) -> Iterator[Line]:
    """Wrap a text; ``kinds`` has the kind of each of its characters."""
    visible = iter([kind for character, kind in zip(text, kinds, strict=True) if character != " "])
    for line in wrapped(text, width):
        of = [None if character == " " else next(visible, "") for character in line]
        for n, kind in enumerate(of):  # a blank is of the kind that both its neighbours are
            if kind is None:
                after = next((each for each in of[n + 1 :] if each is not None), "")
                of[n] = after if n and of[n - 1] == after else ""
        pieces: Line = []
        for kind, group in groupby(zip(of, line, strict=True), lambda pair: pair[0]):
            pieces.append(("".join(character for _, character in group), kind or ""))
        yield pieces
