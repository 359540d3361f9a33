"""What is wrong with a document, in one sentence: where, what was found, what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nntui.model.errors import NntuiError, SettingError
from nntui.model.names import escaped

PLACE_SHOWN: Final = 160
FILE_SHOWN: Final = 300


class Fault(Exception):  # noqa: N818 (it becomes a DocumentError or a sentence)
    """A fault found while reading or writing, before the file is known.

    ``place`` is a dotted path (``network.connections[3].weight``), ``line 12, column 5``, or empty
    for the file as a whole. ``found`` and ``expected`` are phrases; ``hint`` may be empty.
    ``file`` is set when the fault is in another file than the document (in its CSV).
    """

    def __init__(
        self, place: str, found: str, expected: str, hint: str = "", file: str = ""
    ) -> None:
        super().__init__(place, found, expected, hint, file)
        self.place, self.found, self.expected, self.hint = place, found, expected, hint
        self.file = file

    def __str__(self) -> str:
        return f"found {self.found}, expected {self.expected}"

    @classmethod
    def of(cls, error: SettingError, place: str) -> Fault:
        """Make the fault that ``error`` describes; its place is below ``place``."""
        return cls(joined(place, error.place), error.found, error.expected, error.hint)


class DocumentError(NntuiError):
    """A document that cannot be read or written; its text is one sentence in one line.

    ``samples/bad.json: network.connections[3].weight: found "abc", expected a finite number``

    Attributes:
        file: the file at fault, as the user named it (or the CSV file).
        place: where in it (see ``Fault``); empty for the file as a whole.
        found, expected: what stands there, and what was expected.
        hint: a way out, such as ``did you mean "relu"?``; may be empty.
    """

    def __init__(self, file: str, place: str, found: str, expected: str, hint: str = "") -> None:
        self.file, self.place, self.found, self.expected = file, place, found, expected
        self.hint = hint
        where = ": ".join(filter(None, (escaped(file, FILE_SHOWN) or '""', place)))
        note = f" ({hint})" if hint else ""
        super().__init__(f"{where}: found {found}, expected {expected}{note}")

    def __reduce__(self) -> tuple[type[DocumentError], tuple[str, ...]]:
        """Copy and pickle by the parts, not by the sentence."""
        return DocumentError, (self.file, self.place, self.found, self.expected, self.hint)

    @classmethod
    def of(cls, fault: Fault, file: str) -> DocumentError:
        """Make the error for a fault in ``file``, or in the file that the fault names."""
        return cls(fault.file or file, fault.place, fault.found, fault.expected, fault.hint)


def joined(place: str, below: str) -> str:
    """Join places: ``training`` and ``loss`` make ``training.loss``."""
    if not place or not below:
        return place or below
    return f"{place}{below}" if below.startswith("[") else f"{place}.{below}"


def at_key(place: str, key: str) -> str:
    """Name the place of a key's value in the object at ``place``."""
    if key.isidentifier() and len(key) <= PLACE_SHOWN:
        return _cut(joined(place, key))
    return _cut(f'{place}["{escaped(key)}"]')


def at_index(place: str, index: int) -> str:
    """Name the place of an element of the list at ``place``."""
    return _cut(f"{place}[{index}]")


def _cut(place: str) -> str:
    return place if len(place) <= PLACE_SHOWN else place[: PLACE_SHOWN - 1] + "…"


DIGITS_SHOWN: Final = 30


def shown(value: object) -> str:
    """Show a JSON value in a few words: scalars as in JSON (escaped, cut), the rest by kind."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(repr(value))
    if isinstance(value, str):
        return f'"{escaped(value)}"'
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return "an object" if value else "an empty object"


def number(digits: str) -> str:
    """Show a number as it is written, cut with a note when it is absurdly long."""
    if len(digits) <= DIGITS_SHOWN:
        return digits
    return f"{digits[:DIGITS_SHOWN]}… ({len(digits)} characters)"


def choice(names: Iterable[str]) -> str:
    """List names: ``"a", "b" or "c"``."""
    *before, last = [f'"{name}"' for name in names]
    return f"{', '.join(before)} or {last}" if before else last
