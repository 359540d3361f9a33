"""Reads breakpoints and watchpoints from the words of a command.

``h1 backward every 3 if delta[h1] == 0 log "δ is {delta[h1]}"``: a place, then clauses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from nntui.debugger.expressions import Expression, ExpressionError, Names, parse, parse_prefix
from nntui.debugger.stops.errors import StopError
from nntui.debugger.stops.message import message_of
from nntui.debugger.stops.place import CLAUSES, Place
from nntui.debugger.stops.places import Word, place_from
from nntui.debugger.stops.rows import Breakpoint, Event, Watchpoint
from nntui.debugger.stops.table import counted
from nntui.model.names import did_you_mean, escaped, unquoted
from nntui.model.network import Network

_WORD: Final = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<arrow>->|→)|(?P<bare>[^\s"]))')
_BARE: Final = re.compile(r'(?:(?!->|→)[^\s"])+')
_CLAUSE: Final = re.compile(r"\s*(\w+)")


def place_of(text: str, network: Network | Names) -> Place:
    """The place that some words name, such as ``h1 backward``, ``x1->h1`` or ``epoch 5``.

    Raises:
        StopError: they name none.
    """
    words, _ = _words(text)
    return place_from(words, _names(network))


def breakpoint_of(text: str, network: Network | Names, *, temporary: bool = False) -> Breakpoint:
    """The breakpoint that the words behind ``break`` describe; its number is 0 until it is added.

    Raises:
        StopError: an unknown place or clause.
        ExpressionError: a condition that cannot be read; the position is in ``text``.
    """
    names = _names(network)
    words, end = _words(text)
    place = place_from(words, names) if words else None
    return Breakpoint(place=place, temporary=temporary, **_clauses(text, end, names))


def watchpoint_of(text: str, network: Network | Names, *, temporary: bool = False) -> Watchpoint:
    """The watchpoint that the words behind ``watch`` describe; its number is 0 until it is added.

    Raises:
        StopError: an unknown event or clause.
        ExpressionError: an expression that cannot be read; the position is in ``text``.
    """
    names = _names(network)
    expression: Expression | None = None
    event: Event = "changed"
    level: float | None = None
    if nonfinite := re.match(r"\s*nonfinite\b", text):
        event, at = "nonfinite", nonfinite.end()
    else:
        expression, at = _expression(text, 0, names)
        word = _CLAUSE.match(text, at)
        if word and word.group(1) == "changed":
            at = word.end()
        elif word and word.group(1) == "crosses":
            event = "crosses"
            level, at = _level(text, word.end(), names)
        elif true := re.compile(r"\s*becomes\s+true\b").match(text, at):
            event, at = "becomes true", true.end()
        _check_event(expression, event)
    clauses = _clauses(text, at, names, whole=expression is not None and event == "changed")
    return Watchpoint(
        expression=expression, event=event, level=level, temporary=temporary, **clauses
    )


# ---- clauses -----------------------------------------------------------------------------------


def _clauses(text: str, at: int, names: Names, *, whole: bool = False) -> dict[str, Any]:
    """What the clauses from ``at`` on say, each at most once, in any order.

    ``whole``: what stands before is an expression that ends here; what else follows is its fault.
    """
    said: dict[str, Any] = {}
    while text[at:].strip():
        match = _CLAUSE.match(text, at)
        word = match.group(1) if match else text[at:].strip()
        if match is None or word not in _CLAUSE_READERS:
            if whole or "condition" in said:
                _complain(text, at, names)
            hint = did_you_mean(word, CLAUSES)
            raise StopError(
                f"found “{escaped(word)}”, expected one of {', '.join(CLAUSES)}"
                f"{hint and '; ' + hint}"
            )
        field, read = _CLAUSE_READERS[word]
        if field in said:
            raise StopError(f"there is more than one “{word}”")
        said[field], at = read(text, match.end(), names)
        whole = False
    return said


def _complain(text: str, at: int, names: Names) -> None:
    """Let the parser itself say what is wrong behind an expression."""
    word = re.compile(r".*\bif\b", re.DOTALL).match(text[:at])
    start = word.end() if word else 0
    if not text[at:].strip():
        return
    try:
        parse(text[start:], names)
    except ExpressionError as error:
        raise error.within(text, start) from None


def _condition(text: str, at: int, names: Names) -> tuple[Expression, int]:
    expression, end = _expression(text, at, names)
    if not expression.is_condition:
        behind = _CLAUSE.match(text, end)
        if behind is None or behind.group(1) not in CLAUSES:
            _complain(text, end, names)  # as in “loss = 1”: the real fault lies further on
        start = at + len(text[at:]) - len(text[at:].lstrip())
        raise ExpressionError(
            f"{escaped(expression.text)} is a number, expected a condition such as a comparison",
            text,
            start,
        )
    return expression, end


def _message(text: str, at: int, names: Names) -> tuple[Any, int]:
    match = _WORD.match(text, at)
    if match is None:
        raise StopError('log needs a message, as in log "δ is {delta[h1]}"')
    if match.lastgroup != "quoted":
        return message_of(text[at:].strip(), names), len(text)
    return message_of(_quoted(match.group("quoted")).text, names), match.end()


def _count(word: str, least: int) -> Callable[[str, int, Names], tuple[int, int]]:
    def read(text: str, at: int, names: Names) -> tuple[int, int]:
        match = re.compile(r"\s*(\d{1,15})\b").match(text, at)
        if match is None:
            raise StopError(f"{word} needs a whole number, as in {word} 3")
        return counted(int(match.group(1)), least, word), match.end()

    return read


_CLAUSE_READERS: Final[dict[str, tuple[str, Callable[[str, int, Names], tuple[Any, int]]]]] = {
    "if": ("condition", _condition),
    "log": ("log", _message),
    "every": ("every", _count("every", 1)),
    "ignore": ("ignore", _count("ignore", 0)),
    "disabled": ("enabled", lambda text, at, names: (False, at)),
}


# ---- expressions and words ---------------------------------------------------------------------


def _expression(text: str, at: int, names: Names) -> tuple[Expression, int]:
    try:
        expression, end = parse_prefix(text[at:], names)
    except ExpressionError as error:
        raise error.within(text, at) from None
    return expression, at + end


def _level(text: str, at: int, names: Names) -> tuple[float, int]:
    expression, end = _expression(text, at, names)
    if expression.is_condition or expression.names:
        raise StopError(f"crosses needs a fixed number, found “{escaped(expression.text)}”")
    return float(expression.value(lambda name: None) or 0.0), end


def _check_event(expression: Expression, event: Event) -> None:
    if event == "crosses" and expression.is_condition:
        raise StopError(f"“{escaped(expression.text)}” is true or false: it can only become true")
    if event == "becomes true" and not expression.is_condition:
        raise StopError(f"“{escaped(expression.text)}” is a number: it cannot become true")


def _words(text: str) -> tuple[list[Word], int]:
    """The words before the first clause, and where that begins."""
    words: list[Word] = []
    at = 0
    while match := _WORD.match(text, at):
        kind = match.lastgroup or "bare"
        start = match.start(kind)
        if kind == "bare":
            bare = _BARE.match(text, start)
            assert bare is not None
            if bare.group() in CLAUSES:
                return words, start
            words.append(Word(bare.group(), False))
            at = bare.end()
        else:
            words.append(_quoted(match.group(kind)) if kind == "quoted" else Word("->", False))
            at = match.end()
    if text[at:].strip():
        raise StopError(f"“{escaped(text[at:].strip())}”: a quote has no partner")
    return words, at


def _quoted(word: str) -> Word:
    text = unquoted(word)
    if text is None:
        raise StopError(f"{escaped(word)} is badly quoted")
    return Word(text, True)


def _names(network: Network | Names) -> Names:
    return network if isinstance(network, Names) else Names.of(network)
