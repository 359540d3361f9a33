"""Names of neurons (which are allowed) and of values (``w[x1,h1]``), the same everywhere.

A value name is a symbol alone (``loss``) or a symbol with one neuron (``z[h1]``) or two
(``w[x1,h1]``). ``y[out]`` is read as ``t[out]``. A neuron name that is not an identifier is quoted
as a JSON string: ``w["my input",h1]``.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from nntui.model.errors import NntuiError

MAX_NAME_LENGTH: Final = 64
"""Characters in a neuron's name, at most: longer ones cannot be shown beside each other."""

NAMES_SHOWN: Final = 12
"""Names that a message lists, at most: of more it says the one that is meant, if it can tell."""

# A name is drawn on a terminal between other text: nothing in it may move the cursor, turn the
# direction of writing, join its neighbours or be invisible.
_REFUSED_CATEGORIES: Final = {
    "Cc": "a control character",
    "Cf": "an invisible formatting character",
    "Cs": "half of a surrogate pair",
    "Co": "a private-use character",
    "Cn": "an unassigned character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}

MEMORY: Final = ("m", "v", "s")
"""What optimizers remember of a parameter, by the names that their formulas give it."""
SETTINGS: Final = (
    "learning_rate", "momentum", "nesterov", "beta1", "beta2", "eps", "weight_decay",
    "decay_biases", "alpha", "lr_decay", "l1", "l2",
)  # fmt: skip
"""The settings of the optimizers, and those of the penalty."""

# Every symbol of a value name, with the numbers of neurons that it takes: of a parameter, one for a
# bias and two for a weight.
OF_STEPS: Final[dict[str, tuple[int, ...]]] = {
    **dict.fromkeys(("x", "z", "a", "da", "delta", "b", "db", "t"), (1,)),
    **dict.fromkeys(("w", "dw"), (2,)),
    **dict.fromkeys(("loss", "batch_loss", "epoch_loss", "test_loss"), (0,)),
    **dict.fromkeys(("epoch", "update", "example", "step"), (0,)),
}
"""Values that steps write, or count."""
SYMBOLS: Final[dict[str, tuple[int, ...]]] = {
    **OF_STEPS,
    "p": (1,),
    **dict.fromkeys(("g", *MEMORY), (1, 2)),
    **dict.fromkeys(("accuracy", *SETTINGS), (0,)),
}
"""All values: those, and what is computed from them where it is asked for."""

_NEURON: Final = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<bare>[^\s\[\],"]+))\s*')
_SYMBOL: Final = re.compile(r"\s*([A-Za-z_]\w*)\s*")


class ValueNameError(NntuiError, KeyError):
    """A name that stands for no value."""

    def __str__(self) -> str:
        return str(self.args[0])  # ``KeyError`` would put it in quotes


def fault_in_name(name: str) -> str | None:
    """Say in a phrase why ``name`` cannot be a neuron's name; None when it can."""
    if not name:
        return "an empty name"
    if len(name) > MAX_NAME_LENGTH:
        return f"a name of {len(name)} characters (at most {MAX_NAME_LENGTH})"
    if name.isascii() and name.isalnum():
        return None  # as nearly every name is
    for character in name:
        if fault := _REFUSED_CATEGORIES.get(unicodedata.category(character)):
            return f"{fault} (U+{ord(character):04X}) in the name"
    if unicodedata.combining(name[0]):
        return f"a combining character (U+{ord(name[0]):04X}) with nothing to combine with"
    if name != name.strip():
        return "a blank at the edge of the name"
    return None


def escaped(text: str, limit: int = 60) -> str:
    """Write ``text`` harmlessly in one line, at most ``limit`` characters long."""
    if not text.isprintable():
        from nntui.text import harmless  # with Rich, which computing never needs

        text = harmless(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Find the one of ``names`` most similar to ``name``; None when none is similar."""
    candidates = {candidate.casefold(): candidate for candidate in names}
    found = difflib.get_close_matches(name.casefold(), candidates, n=1, cutoff=0.6)
    return candidates[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Ask ``did you mean "relu"?``; nothing when no name is similar.

    A name from another library counts as similar to what nntui calls the same thing.
    """
    from nntui.model.aliases import advice, called

    known = list(names)
    if words := advice(name, known):
        return words
    found = called(name, known) or filter(None, [nearest(name, known)])
    listed = " or ".join(f'"{escaped(right)}"' for right in found)
    return f"did you mean {listed}?" if listed else ""


def near_or_all(name: str, names: Iterable[str]) -> str:
    """Ask ``did you mean "relu"?``; when no name is similar, list them, if they are few."""
    known = list(names)
    few = 0 < len(known) <= NAMES_SHOWN
    return did_you_mean(name, known) or (f"it may be {listed(map(escaped, known))}" if few else "")


def listed(names: Iterable[str]) -> str:
    """``a, b or c``."""
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last


def quoted(neuron: str) -> str:
    """Write a neuron's name as in a value name: an identifier as it is, others in quotes."""
    return neuron if neuron.isidentifier() else json.dumps(neuron, ensure_ascii=False)


def has_surrogate(text: str) -> bool:
    """Whether there is half a surrogate pair in a text: it is no Unicode, as from a bad byte."""
    return any("\ud800" <= c <= "\udfff" for c in text)


def unquoted(word: str) -> str | None:
    """Strip the quotes of a name, if it has any; None when it is badly quoted."""
    if not word.startswith('"'):
        return word
    try:
        text = str(json.loads(word))
    except ValueError:
        return None
    return None if has_surrogate(text) else text  # it could be written nowhere


@lru_cache(maxsize=16384)  # every step of a run names the same values again
def value_name(symbol: str, *neurons: str) -> str:
    """Make the name of a value, such as ``z[h1]`` or ``w["my input",h1]``."""
    return f"{symbol}[{','.join(map(quoted, neurons))}]" if neurons else symbol


def parameter_name(parameter: str | tuple[str, str], prefix: str = "") -> str:
    """Name the value of a bias (a name) or a weight (a pair); with prefix ``d`` its gradient."""
    if isinstance(parameter, str):
        return value_name(prefix + "b", parameter)
    return value_name(prefix + "w", *parameter)


@lru_cache(maxsize=4096)  # a condition asks for the same names at every step
def parse_value_name(text: str) -> tuple[str, tuple[str, ...]]:
    """Split a value name into its symbol and its neurons' names.

    Raises:
        ValueNameError: the text is no value name, or has a wrong number of neurons.
    """
    match = _SYMBOL.match(text)
    if match is None or text[match.end() : match.end() + 1] not in ("", "["):
        raise ValueNameError(f"“{escaped(text)}” is not the name of a value, such as loss")
    symbol = "t" if match.group(1) == "y" else match.group(1)
    if symbol not in SYMBOLS:
        hint = did_you_mean(symbol, SYMBOLS)
        raise ValueNameError(f"there is no value called “{escaped(symbol)}”{hint and '; ' + hint}")
    neurons: tuple[str, ...] = ()
    if match.end() < len(text):
        try:
            places, end = neurons_at(text, match.end())
        except ValueNameError as error:
            raise ValueNameError(f"“{escaped(text)}”: {error}") from None
        if text[end:].strip():
            raise ValueNameError(f"“{escaped(text)}”: expected nothing after ]")
        neurons = tuple(name for name, _ in places)
    if len(neurons) not in SYMBOLS[symbol]:
        raise ValueNameError(f"“{escaped(text)}” should look like {' or '.join(examples(symbol))}")
    return symbol, neurons


def examples(symbol: str) -> list[str]:
    """Write the forms of a symbol's names: one for each number of neurons that it takes."""
    neurons = {0: (), 1: ("neuron",), 2: ("source", "target")}
    return [value_name(symbol, *neurons[count]) for count in SYMBOLS[symbol]]


def neurons_at(text: str, at: int) -> tuple[list[tuple[str, int]], int]:
    """Read the names in the brackets that open at ``at``, each with its place; and the end.

    Raises:
        ValueNameError: a name, comma or bracket is missing, or a name is badly quoted; its second
            argument is the place of the character that is wrong.
    """
    found: list[tuple[str, int]] = []
    while True:
        at += 1
        match = _NEURON.match(text, at)
        if match is None:
            behind_space = len(text) - len(text[at:].lstrip())
            raise ValueNameError("expected a neuron's name here", behind_space)
        kind = match.lastgroup or "bare"
        name = unquoted(match.group(kind))
        if name is None:
            raise ValueNameError(f"{escaped(match.group(kind))} is badly quoted", match.start(kind))
        found.append((name, match.start(kind)))
        at = match.end()
        if text[at : at + 1] == "]":
            return found, at + 1
        if text[at : at + 1] != ",":
            hint = ""
            if kind == "bare" and at > match.end(kind):
                hint = ' (a name with blanks in it is quoted with ")'
            raise ValueNameError(f"expected a comma or ] here{hint}", at)
