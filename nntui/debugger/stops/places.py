"""Reads places from words: ``h1 backward``, ``x1 -> h1``, ``layer 2 forward``, ``epoch 5``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nntui.debugger.expressions import Names
from nntui.debugger.stops.errors import StopError
from nntui.debugger.stops.place import DIRECTIONS, LINES, PERIODS, PHASES, Place
from nntui.debugger.stops.table import MAX_COUNT
from nntui.model.names import SYMBOLS, ValueNameError, did_you_mean, escaped, quoted

_KINDS: Final = ("layer", "phase", "line", *PERIODS)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a place. One in quotes is a neuron's name, whatever it says."""

    text: str
    quoted: bool

    def is_(self, *words: str) -> bool:
        """Whether it is one of some keywords."""
        return not self.quoted and self.text in words


def place_from(words: Sequence[Word], names: Names) -> Place:
    """The place that words name.

    Raises:
        StopError: they name none.
    """
    if not words:
        raise StopError(f"expected a neuron, an edge such as x1->h1, or {_listed(_KINDS)}")
    first, *rest = words
    if first.is_("layer"):
        place = Place("layer", number=_layer(rest[:1], names))
        return _with_direction(place, rest[1:])
    if first.is_("phase"):
        place = Place("phase", phase=_one_of(PHASES, "phase", rest[:1]))
        return _nothing_more(place, rest[1:])
    if first.is_("line"):
        place = Place("line", line=_one_of(LINES, "line", rest[:1]))
        return _nothing_more(place, rest[1:])
    if first.is_(*PERIODS):
        number = _number(rest[0], first.text) if rest else None
        return _nothing_more(Place(first.text, number=number), rest[1:])
    if first.is_(*DIRECTIONS):
        raise StopError(
            f"“{first.text}” needs a place before it, as in h1 {first.text}; "
            f"or is it phase {first.text}?"
        )
    if rest and rest[0].is_("->"):
        if len(rest) < 2:
            raise StopError(f"“{escaped(first.text)}->” leads nowhere: expected a second neuron")
        return _with_direction(_edge(first, rest[1], names), rest[2:])
    return _with_direction(_neuron(first, names), rest)


def _edge(source: Word, target: Word, names: Names) -> Place:
    _known(source, names)
    _known(target, names)
    try:
        names.check_connection(source.text, target.text)
    except ValueNameError as error:
        raise StopError(str(error)) from None
    return Place("edge", (source.text, target.text))


def _neuron(word: Word, names: Names) -> Place:
    _known(word, names)
    if word.text in names.inputs:
        raise StopError(
            f"“{escaped(word.text)}” is an input: it has no steps of its own "
            "(example stops at each load, x1->h1 at an edge)"
        )
    return Place("neuron", (word.text,))


def _known(word: Word, names: Names) -> None:
    if word.text in names.everyone:
        return
    said = f"there is no neuron called “{escaped(word.text)}”"
    if word.text.partition("[")[0] in SYMBOLS:
        raise StopError(f"{said}; the value is stopped at by watch {escaped(word.text)}")
    hint = did_you_mean(word.text, (*names.everyone, *_KINDS))
    longer = [name for name in names.everyone if name.startswith(word.text + " ")]
    if longer and not word.quoted:
        hint = f"a name with blanks in it is quoted: {quoted(longer[0])}"
    raise StopError(said + (hint and "; " + hint))


def _layer(words: Sequence[Word], names: Names) -> int:
    number = _number(words[0], "layer") if words else -1
    if 1 <= number <= names.layers:
        return number
    if number == 0:
        raise StopError("layer 0 holds the inputs, which have no steps of their own")
    found = f"layer {number}" if words else "layer without a number"
    raise StopError(f"found {found}, expected a layer from 1 to {names.layers}")


def _one_of(known: Sequence[str], lead: str, words: Sequence[Word]) -> str:
    if words and words[0].is_(*known):
        return words[0].text
    found = f"“{escaped(words[0].text)}”" if words else "nothing"
    hint = did_you_mean(words[0].text, known) if words else ""
    expected = f"expected {_listed(known)}{hint and '; ' + hint}"
    raise StopError(f"found {found} behind {lead}, {expected}")


def _number(word: Word, behind: str) -> int:
    if word.quoted or not (word.text.isascii() and word.text.isdigit()) or len(word.text) > 15:
        raise StopError(
            f"found “{escaped(word.text)}” behind {behind}, expected a whole number, counted from 0"
        )
    number = int(word.text)
    if number > MAX_COUNT:
        raise StopError(f"{behind} {number} is beyond all bounds")
    return number


def _with_direction(place: Place, rest: Sequence[Word]) -> Place:
    if not rest:
        return place
    if not rest[0].is_(*DIRECTIONS):
        found, hint = escaped(rest[0].text), did_you_mean(rest[0].text, (*DIRECTIONS, "if", "log"))
        raise StopError(
            f"found “{found}” behind {place.text}, "
            f"expected {_listed(DIRECTIONS)}, or if and a condition{hint and '; ' + hint}"
        )
    directed = Place(place.kind, place.neurons, place.number, place.phase, rest[0].text)
    return _nothing_more(directed, rest[1:])


def _nothing_more(place: Place, rest: Sequence[Word]) -> Place:
    if rest:
        raise StopError(
            f"found “{escaped(rest[0].text)}” behind {place.text}, expected if and a condition, "
            "or nothing more"
        )
    return place


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
