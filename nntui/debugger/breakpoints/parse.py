"""Parse breakpoints and watchpoints from commands, and write them as plain values.

``h1 backward every 3 if delta[h1] == 0 log "δ is {delta[h1]}"``: a place, then clauses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from nntui.debugger.breakpoints.breakpoint import (
    CLAUSES,
    DIRECTIONS,
    LINES,
    PERIODS,
    PHASES,
    AnyBreakpoint,
    Breakpoint,
    BreakpointError,
    Event,
    Place,
    Watchpoint,
    parse_message,
)
from nntui.debugger.breakpoints.table import MAX_BREAKPOINTS, MAX_COUNT, BreakpointTable, counted
from nntui.debugger.expressions import Expression, ExpressionError, parse, parse_prefix
from nntui.model.errors import NntuiError
from nntui.model.names import (
    SYMBOLS,
    ValueNameError,
    did_you_mean,
    escaped,
    listed,
    near_or_all,
    quoted,
    unquoted,
)
from nntui.model.network import Network
from nntui.model.wiring import Wiring, check_connection

_KINDS: Final = ("layer", "phase", "line", "step", *PERIODS)
_WORD: Final = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<arrow>->|→)|(?P<bare>[^\s"]))')
_BARE: Final = re.compile(r'(?:(?!->|→)[^\s"])+')
_CLAUSE: Final = re.compile(r"\s*(\w+)")


def parse_place(text: str, network: Network) -> Place:
    """Parse a place, such as ``h1 backward``, ``x1->h1`` or ``epoch 5``.

    Raises:
        BreakpointError: there is no such place.
    """
    words, end = _words(text)
    if text[end:].strip():
        raise BreakpointError(
            f"found “{escaped(text[end:].strip())}” after the place; conditions go with break"
        )
    return _place(words, network.wiring())


def parse_breakpoint(text: str, network: Network, *, temporary: bool = False) -> Breakpoint:
    """Parse what stands behind ``break``; the number is 0 until the breakpoint is added.

    Raises:
        BreakpointError: an unknown place or clause.
        ExpressionError: a condition that cannot be parsed; the position is in ``text``.
    """
    words, end = _words(text)
    place = _place(words, network.wiring()) if words else None
    return Breakpoint(place=place, temporary=temporary, **_clauses(text, end, network))


def parse_watchpoint(text: str, network: Network, *, temporary: bool = False) -> Watchpoint:
    """Parse what stands behind ``watch``; the number is 0 until the watchpoint is added.

    Raises:
        BreakpointError: an unknown event or clause.
        ExpressionError: an expression that cannot be parsed; the position is in ``text``.
    """
    expression: Expression | None = None
    event: Event = "changed"
    level: float | None = None
    if nonfinite := re.match(r"\s*nonfinite\b", text):
        event, at = "nonfinite", nonfinite.end()
    else:
        expression, at = _expression(text, 0, network)
        written = f"“{escaped(expression.text)}”"
        word = _CLAUSE.match(text, at)
        if word and word.group(1) == "changed":
            at = word.end()
        elif word and word.group(1) == "crosses":
            event = "crosses"
            number, at = _expression(text, word.end(), network)
            if number.is_condition or number.names:
                raise BreakpointError(
                    f"crosses needs a fixed number, found “{escaped(number.text)}”"
                )
            level = float(number.value(lambda name: None) or 0.0)
            if expression.is_condition:
                raise BreakpointError(f"{written} is true or false: it can only become true")
        elif true := re.compile(r"\s*becomes\s+true\b").match(text, at):
            event, at = "becomes true", true.end()
            if not expression.is_condition:
                raise BreakpointError(f"{written} is a number: it cannot become true")
    clauses = _clauses(text, at, network, whole=expression is not None and event == "changed")
    return Watchpoint(
        expression=expression, event=event, level=level, temporary=temporary, **clauses
    )


def parse_command(command: str, network: Network) -> AnyBreakpoint:
    """Parse a whole command: break, tbreak, watch or twatch.

    Raises:
        NntuiError: the command cannot be parsed.
    """
    word, _, rest = command.strip().partition(" ")
    if word not in _PARSERS:
        hint = did_you_mean(word, _PARSERS)
        raise NntuiError(f"found “{escaped(word)}”, expected break or watch{hint and '; ' + hint}")
    point: AnyBreakpoint = _PARSERS[word](rest, network, temporary=word.startswith("t"))
    return point


_PARSERS: Final[dict[str, Any]] = {
    "break": parse_breakpoint,
    "tbreak": parse_breakpoint,
    "watch": parse_watchpoint,
    "twatch": parse_watchpoint,
}


def _clauses(text: str, at: int, network: Network, *, whole: bool = False) -> dict[str, Any]:
    """Parse the clauses from ``at`` on, each at most once, in any order.

    ``whole``: an expression ends here; anything but a clause behind it is the expression's fault.
    """
    fields: dict[str, Any] = {}
    while text[at:].strip():
        match = _CLAUSE.match(text, at)
        word = match.group(1) if match else text[at:].strip()
        if match is None or word not in _CLAUSE_PARSERS:
            if whole or "condition" in fields:
                _complain(text, at, network)
            hint = did_you_mean(word, CLAUSES)
            raise BreakpointError(
                f"found “{escaped(word)}”, expected one of {', '.join(CLAUSES)}"
                f"{hint and '; ' + hint}"
            )
        field, read = _CLAUSE_PARSERS[word]
        if field in fields:
            raise BreakpointError(f"there is more than one “{word}”")
        fields[field], at = read(text, match.end(), network)
        whole = False
    return fields


def _complain(text: str, at: int, network: Network) -> None:
    """Let the expression parser say what is wrong behind an expression."""
    word = re.compile(r".*\bif\b", re.DOTALL).match(text[:at])
    start = word.end() if word else 0
    if not text[at:].strip():
        return
    try:
        parse(text[start:], network)
    except ExpressionError as error:
        raise error.within(text, start) from None


def _condition(text: str, at: int, network: Network) -> tuple[Expression, int]:
    expression, end = _expression(text, at, network)
    if not expression.is_condition:
        behind = _CLAUSE.match(text, end)
        if behind is None or behind.group(1) not in CLAUSES:
            _complain(text, end, network)  # as in “loss = 1”: the real fault lies further on
        start = at + len(text[at:]) - len(text[at:].lstrip())
        raise ExpressionError(
            f"{escaped(expression.text)} is a number, expected a condition such as a comparison",
            text,
            start,
        )
    return expression, end


def _message(text: str, at: int, network: Network) -> tuple[Any, int]:
    match = _WORD.match(text, at)
    if match is None:
        raise BreakpointError('log needs a message, as in log "δ is {delta[h1]}"')
    if match.lastgroup != "quoted":
        return parse_message(text[at:].strip(), network), len(text)
    return parse_message(_quoted(match.group("quoted")).text, network), match.end()


def _count(word: str, least: int) -> Callable[[str, int, Network], tuple[int, int]]:
    def read(text: str, at: int, network: Network) -> tuple[int, int]:
        match = re.compile(r"\s*(\d{1,15})\b").match(text, at)
        if match is None:
            raise BreakpointError(f"{word} needs a whole number, as in {word} 3")
        return counted(int(match.group(1)), least, word), match.end()

    return read


_CLAUSE_PARSERS: Final[dict[str, tuple[str, Callable[[str, int, Network], tuple[Any, int]]]]] = {
    "if": ("condition", _condition),
    "log": ("log", _message),
    "every": ("every", _count("every", 1)),
    "ignore": ("ignore", _count("ignore", 0)),
    "disabled": ("enabled", lambda text, at, network: (False, at)),
}


def _expression(text: str, at: int, network: Network) -> tuple[Expression, int]:
    try:
        expression, end = parse_prefix(text[at:], network)
    except ExpressionError as error:
        raise error.within(text, at) from None
    return expression, at + end


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
        raise BreakpointError(f"“{escaped(text[at:].strip())}”: a quote has no partner")
    return words, at


def _quoted(word: str) -> Word:
    text = unquoted(word)
    if text is None:
        raise BreakpointError(f"{escaped(word)} is badly quoted")
    return Word(text, True)


class Word(Struct, frozen=True):
    """A word of a place. One in quotes is a neuron's name, whatever it says."""

    text: str
    quoted: bool

    def is_(self, *words: str) -> bool:
        """Whether it is one of some keywords."""
        return not self.quoted and self.text in words


def _place(words: Sequence[Word], net: Wiring) -> Place:
    if not words:
        raise BreakpointError(
            f"expected a neuron, a connection such as x1->h1, or {listed(_KINDS)}"
        )
    first, *rest = words
    if first.is_("layer"):
        place, rest = Place("layer", number=_layer(rest[:1], net)), rest[1:]
    elif first.is_("phase"):
        return _nothing_more(Place("phase", phase=_one_of(PHASES, "phase", rest)), rest[1:])
    elif first.is_("line"):
        return _nothing_more(Place("line", line=_one_of(LINES, "line", rest)), rest[1:])
    elif first.is_("step"):
        if not rest:
            raise BreakpointError("step needs a number, as in step 12")
        return _nothing_more(Place("step", number=_number(rest[0], "step")), rest[1:])
    elif first.text.isdecimal() and not first.quoted and first.text not in net.layer:
        return _nothing_more(Place("step", number=_number(first, "step")), rest)
    elif first.is_(*PERIODS):
        place = Place(first.text)
        if rest and not rest[0].is_("end"):
            place, rest = Place(first.text, number=_number(rest[0], first.text)), rest[1:]
        if rest and rest[0].is_("end"):
            place, rest = replace(place, end=True), rest[1:]
        return _nothing_more(place, rest)
    elif first.is_(*DIRECTIONS):
        raise BreakpointError(
            f"“{first.text}” needs a place before it, as in h1 {first.text}; "
            f"or is it phase {first.text}?"
        )
    elif rest and rest[0].is_("->"):
        if len(rest) < 2:
            raise BreakpointError(
                f"“{escaped(first.text)}->” leads nowhere: expected a second neuron"
            )
        source, target = (_neuron(word, net, net.layer) for word in (first, rest[1]))
        try:
            check_connection(net, source, target)
        except ValueNameError as error:
            raise BreakpointError(str(error)) from None
        place, rest = Place("edge", (source, target)), rest[2:]
    else:
        place = Place("neuron", (_neuron(first, net, net.neurons),))
        if first.text in net.inputs:
            raise BreakpointError(
                f"“{escaped(first.text)}” is an input: it has no steps of its own "
                "(example stops at each load, x1->h1 at a connection)"
            )
    if not rest:
        return place
    if not rest[0].is_(*DIRECTIONS):
        found, hint = escaped(rest[0].text), did_you_mean(rest[0].text, (*DIRECTIONS, "if", "log"))
        raise BreakpointError(
            f"found “{found}” after {place.text}, "
            f"expected {listed(DIRECTIONS)}, or if and a condition{hint and '; ' + hint}"
        )
    return _nothing_more(replace(place, direction=rest[0].text), rest[1:])


def _neuron(word: Word, net: Wiring, names: Iterable[str]) -> str:
    """Look up a neuron; ``names``: those to list where no name is similar."""
    if word.text in net.layer:
        return word.text
    said = f"there is no neuron called “{escaped(word.text)}”"
    if word.text.partition("[")[0] in SYMBOLS:
        raise BreakpointError(f"{said}; the value is stopped at by watch {escaped(word.text)}")
    if word.is_(*LINES):
        raise BreakpointError(f"{said}; or is it line {word.text}?")
    hint = did_you_mean(word.text, (*net.layer, *_KINDS)) or near_or_all(word.text, names)
    longer = [name for name in net.layer if name.startswith(word.text + " ")]
    if longer and not word.quoted:
        hint = f"a name with blanks in it is quoted: {quoted(longer[0])}"
    raise BreakpointError(said + (hint and "; " + hint))


def _layer(words: Sequence[Word], net: Wiring) -> int:
    number = _number(words[0], "layer") if words else -1
    last = max(net.layer.values())
    if 1 <= number <= last:
        return number
    if number == 0:
        raise BreakpointError("layer 0 holds the inputs, which have no steps of their own")
    found = f"layer {number}" if words else "layer without a number"
    raise BreakpointError(f"found {found}, expected a layer from 1 to {last}")


def _one_of(known: Sequence[str], lead: str, words: Sequence[Word]) -> str:
    if words and words[0].is_(*known):
        return words[0].text
    found = f"“{escaped(words[0].text)}”" if words else "nothing"
    hint = did_you_mean(words[0].text, known) if words else ""
    expected = f"expected {listed(known)}{hint and '; ' + hint}"
    raise BreakpointError(f"found {found} after {lead}, {expected}")


def _number(word: Word, behind: str) -> int:
    digits = word.text.replace(",", "")  # as nntui writes them: step 9,372
    if word.quoted or not (digits.isascii() and digits.isdigit()) or len(digits) > 15:
        raise BreakpointError(
            f"found “{escaped(word.text)}” after {behind}, expected a whole number, counted from 1"
        )
    number = int(digits)
    if number == 0 and behind != "layer":
        raise BreakpointError(f"there is no {behind} 0: they count from 1")
    if number > MAX_COUNT:
        raise BreakpointError(f"{behind} {number} is beyond all bounds")
    return number


def _nothing_more(place: Place, rest: Sequence[Word]) -> Place:
    if rest:
        raise BreakpointError(
            f"found “{escaped(rest[0].text)}” after {place.text}, expected if and a condition, "
            "or nothing more"
        )
    return place


_COUNTERS: Final = ("number", "hits", "since")


def to_plain(points: Iterable[AnyBreakpoint]) -> list[dict[str, Any]]:
    """Write each breakpoint as an object: its command, its number and its counters."""
    return [
        {"command": p.text, **{key: getattr(p, key) for key in _COUNTERS if getattr(p, key)}}
        for p in points
    ]


def from_plain(plain: object, network: Network) -> tuple[BreakpointTable, list[str]]:
    """Read what ``to_plain`` wrote; return also what could not be read, as sentences."""
    table, problems = BreakpointTable(), []
    if not isinstance(plain, list):
        return table, ["breakpoints: expected a list"]
    for n, entry in enumerate(plain[:MAX_BREAKPOINTS]):
        try:
            table.add(_from_plain_entry(entry, network))
        except NntuiError as error:
            made = entry.get("command") if isinstance(entry, dict) else None
            what = f"breakpoints: {escaped(made)}" if isinstance(made, str) else f"breakpoints[{n}]"
            problems.append(f"{what} is left out: {error}")
    if len(plain) > MAX_BREAKPOINTS:
        problems.append(f"breakpoints: {len(plain)} of them, the first {MAX_BREAKPOINTS} are kept")
    return table, problems


def _from_plain_entry(entry: object, network: Network) -> AnyBreakpoint:
    if not isinstance(entry, dict) or not isinstance(entry.get("command"), str):
        raise NntuiError("expected an object with a command, such as break h1")
    for key in entry:
        if key not in ("command", *_COUNTERS):
            raise NntuiError(f"found the unknown key “{escaped(str(key))}”")
    point = parse_command(entry["command"], network)
    counters: dict[str, Any] = {}
    for key in _COUNTERS:
        value = counters[key] = entry.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
            raise NntuiError(f"{key}: found {escaped(repr(value), 40)}, expected a whole number")
    counters["since"] = min(counters["since"], point.every - 1)
    return replace(point, **counters)
