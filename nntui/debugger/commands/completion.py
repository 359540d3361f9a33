"""Completion: the lines that a line may become."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from nntui.debugger.commands.language import MAX_LINE, CommandError, first_word, split
from nntui.debugger.commands.table import COMMANDS, command_called

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

MOST: Final = 100
"""Lines offered, at most."""

LONGEST: Final = 400
"""Characters of a name and what it is written with, at most."""

# In an expression a name begins behind a sign as well as behind a blank: abs(dw[x1,
# An edge is a word with an arrow in it: x1->h
_LAST_NAME: Final = re.compile(
    r"""(?: [^\s]*->[^\s]*
          | [^\W\d]\w* (?: \[ (?: "(?:[^"\\]|\\.)*"? | [^\]"] )* )?
          | (?: [^\s()+*/<>=!,-] [^\s()+*/<>=!,]* )?
        )\Z""",
    re.VERBOSE,
)


def completed(debugger: Debugger, line: str) -> list[str]:
    """Whole lines, each with the last word of ``line`` completed; at most a hundred."""
    if len(line) > MAX_LINE:
        return []
    line = line.lstrip()
    word, _ = first_word(line)
    if word == line:
        return [name for name in COMMANDS if name.startswith(line)]
    try:
        source = command_called(word).completes
    except CommandError:
        return []
    if source is None:
        return []
    begun = _begun(line)
    before = split(line[: len(line) - len(begun)])[1:]
    found = (
        each for each in source(debugger, before, begun) if each.startswith(begun) and each != begun
    )
    head = line[: len(line) - len(begun)]
    return [head + each for each in islice(dict.fromkeys(islice(found, MOST)), MOST)]


def _begun(line: str) -> str:
    """The name that the end of a line begins."""
    match = _LAST_NAME.search(line[-LONGEST:])
    return match.group() if match else ""
