"""The data of a new document: a generator, a CSV file, or rows as they are typed.

``Asked`` says what they hold, so that layers, loss and outputs can be chosen to fit.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from nntui.document.csv_file import CsvReading
from nntui.document.csv_records import in_utf_8
from nntui.document.errors import Fault
from nntui.document.files import absolute, files_in, read_bytes
from nntui.document.generators import GENERATORS
from nntui.document.specs import CsvData
from nntui.model.errors import SettingError, counted
from nntui.model.names import did_you_mean, escaped
from nntui.model.settings import number

Kind = Literal["labels", "yes or no", "classes", "signs", "numbers"]
"""What targets are: two classes in whatever numbers the loss takes, 0 and 1, one class of several,
−1 and 1, other numbers."""

EXPECTED: Final = f"{', '.join(GENERATORS)}, a CSV file, or examples as 0 1 > 1; 1 1 > 0"
MOST_CLASSES: Final = 1_000
"""Classes that a column of words may have."""
_FEW_CLASSES: Final = 20
"""Whole numbers from 0 that are taken for classes, at most, where the layers do not say so."""
_ARROW: Final = re.compile(r"->|→|=>|>|:")
_SPACES: Final = re.compile(r"[\s,]+")
ENDS: Final = (".csv", ".tsv", ".txt", ".dat", ".data")
"""How the names of CSV files end."""


class NewData(Struct, frozen=True):
    """What the data hold: ``section`` is that of the document.

    ``outputs``: the outputs that its targets want; ``several``: the fewest of a loss over classes,
    0 where the targets are none. ``said``: what they are, in a few words.
    """

    section: dict[str, Any]
    inputs: int
    outputs: int
    kind: Kind
    several: int
    name: str
    said: str
    examples: int
    names: tuple[Sequence[str], Sequence[str]] = ((), ())
    """What the file calls the inputs and the outputs, where it has names for them."""


def data_named(text: str, sizes: Sequence[int], folder: str) -> NewData:
    """Find the data that a text means; ``sizes`` are those of the layers, or empty.

    A relative path starts at ``folder``.

    Raises:
        SettingError: its place is ``data``.
    """
    text = text.strip()
    word = text.partition(" ")[0]
    try:
        if word in GENERATORS:
            return _generated(text)
        if re.match(r"[-+−.\d\[(]", text) and not _is_file(text, folder):
            return _typed(text, sizes)
        return _from_file(text, sizes, folder)
    except Fault as fault:
        where = f"{fault.place} of {escaped(word, 60)}: " if fault.place.startswith("line") else ""
        raise SettingError(where + fault.found, fault.expected, "data", fault.hint) from None
    except SettingError as error:
        raise SettingError(error.found, error.expected, "data", error.hint) from None


def _generated(text: str) -> NewData:
    name, *rest = _SPACES.split(text.replace("=", " ").strip())
    row = GENERATORS[name]
    known: dict[str, Callable[[str], Any]] = {"samples": int, "noise": number, "seed": int}
    if len(rest) % 2:
        raise SettingError(f'"{escaped(rest[-1])}"', f"as in {name} samples 300 noise 0.1")
    section: dict[str, Any] = {"generator": name}
    for key, value in zip(rest[::2], rest[1::2], strict=True):
        if key not in known:
            hint = did_you_mean(key, known)
            raise SettingError(f'"{escaped(key)}"', "samples, noise or seed", hint=hint)
        try:
            section[key] = known[key](value)
        except ValueError:
            raise SettingError(f'"{escaped(value)}"', f"a whole number of {key}") from None
    count = section.setdefault("samples", 200)
    said = f"{name}, {row.summary.removeprefix('regression: ')}: {count:,} points"
    kind: Kind = "labels" if row.labels else "numbers"
    return NewData(section, 2, 1, kind, 2 if row.labels else 0, name, said, count)


def _typed(text: str, sizes: Sequence[int]) -> NewData:
    """Read rows: ``0 1 > 1; 1 1 > 0``; without arrows the first numbers are the inputs."""
    inputs: list[list[float]] = []
    targets: list[list[float]] = []
    rows = [row.strip() for row in re.split(r"[;\n]", text) if row.strip()]
    for n, row in enumerate(rows, 1):
        try:
            parts = [_numbers(part) for part in _ARROW.split(row)]
        except SettingError as error:
            raise SettingError(f"{error.found} in row {n}", error.expected) from None
        if len(parts) == 1:
            ((*numbers,),) = parts
            at = sizes[0] if sizes and sizes[0] < len(numbers) else len(numbers) - 1
            parts = [numbers[:at], numbers[at:]]
        if len(parts) != 2 or not all(parts):
            raise SettingError(f"“{escaped(row, 40)}” in row {n}", "inputs > target, as in 0 1 > 1")
        for part, column, what in zip(parts, (inputs, targets), ("input", "target"), strict=True):
            if column and len(part) != len(column[0]):
                expected = f"{counted(len(column[0]), what)}, as in row 1"
                raise SettingError(f"{counted(len(part), what)} in row {n}", expected)
            column.append(part)
    kind, several = kind_of(targets, sizes[-1] if sizes else None)
    return NewData(
        {"inputs": inputs, "targets": targets},
        len(inputs[0]),
        len(targets[0]),
        kind,
        several,
        counted(len(rows), "example"),
        f"{counted(len(rows), 'example')}, typed by hand",
        len(rows),
    )


def _numbers(text: str) -> list[float]:
    words = _SPACES.split(text.strip(" \t,[]()"))
    return [number(word) for word in words if word]


def kind_of(targets: Sequence[Sequence[float]], outputs: int | None) -> tuple[Kind, int]:
    """Tell what targets are, and how many classes they name (0: none).

    ``outputs``: the size of the last layer, if it is known: with several of them a single number is
    a class.
    """
    values = {value for row in targets for value in row}
    if len(targets[0]) == 1:
        count = int(max(values)) + 1
        whole = all(value >= 0 and value.is_integer() for value in values)
        complete = values == {float(n) for n in range(len(values))}
        if values <= {0.0, 1.0}:
            return "yes or no", 2
        if whole and outputs is not None and count <= outputs and outputs > 1:
            return "classes", count
        if whole and outputs is None and complete and len(values) <= _FEW_CLASSES:
            return "classes", count
    elif values <= {0.0, 1.0}:
        one_each = all(sum(row) == 1.0 for row in targets)
        return ("classes", len(targets[0])) if one_each else ("yes or no", 0)
    return ("signs", 0) if values == {-1.0, 1.0} else ("numbers", 0)


def _is_file(text: str, folder: str) -> bool:
    word = _words(text)[0]
    return word.lower().endswith(ENDS) or os.path.isfile(os.path.join(folder, word))


def _words(text: str) -> list[str]:
    """Split at blanks, commas and arrows; what has blanks stands in quotes."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=">")
    lexer.whitespace += ","
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer) or [""]
    except ValueError:
        raise SettingError(f"“{escaped(text, 40)}”", "a quote at the end, too") from None


def _from_file(text: str, sizes: Sequence[int], folder: str) -> NewData:
    """Read a CSV file: ``points.csv``, or with its columns ``points.csv x y > class``."""
    path, *named = _words(os.path.expanduser(text))
    if not path or not _is_file(text, folder):
        near = (*GENERATORS, *(f for f in files_in(folder) if f.lower().endswith(ENDS)))
        found = f'"{escaped(path)}"' if path else "nothing"
        raise SettingError(found, EXPECTED, hint=did_you_mean(path, near))
    file = os.path.join(folder, path)
    try:
        content, _ = in_utf_8(read_bytes(absolute(file), "a CSV file"))
    except Fault as fault:
        found = f"{fault.found} at {escaped(path)}"
        raise SettingError(found, fault.expected, hint=fault.hint) from None
    columns = _columns(path, content, named, sizes)
    spec = CsvData(csv=path, inputs=columns[0], targets=columns[1])
    reading = CsvReading(content, spec, path, MOST_CLASSES, indices=True)
    table = reading.table()
    names = [[c if isinstance(c, str) else "" for c in side] for side in columns]
    kind: Kind
    if reading.words and len(columns[1]) == 1:
        (classes,) = reading.words.values()
        several = len(classes)
        if several > 2 or (sizes and sizes[-1] == several):
            names[1] = list(classes)
        kind = "yes or no" if several == 2 else "classes"
    else:
        rows = [row if isinstance(row, tuple) else (float(row),) for row in table.y]
        kind, several = kind_of(rows, sizes[-1] if sizes else None)
    said = f"{escaped(path, 60)}, {counted(len(table.x), 'row')}"
    section = {"csv": path, "inputs": columns[0], "targets": columns[1]}
    name = escaped(os.path.basename(path), 40)
    many = len(columns[1])
    return NewData(
        section,
        len(columns[0]),
        many,
        kind,
        several,
        name,
        said,
        len(table.x),
        (names[0], names[1]),
    )


Columns = list[str | int]


def _columns(
    path: str, content: bytes, named: Sequence[str], sizes: Sequence[int]
) -> tuple[Columns, Columns]:
    """Choose inputs and targets: as they are named, or the last columns are the targets."""
    if named:
        if named.count(">") != 1 or named[0] == ">" or named[-1] == ">":
            raise SettingError(
                f"“{escaped(' '.join(named), 40)}” after {escaped(path, 40)}",
                "its columns as inputs > targets, as in x1 x2 > class",
            )
        at = named.index(">")
        chosen = [int(word) if word.isdecimal() else word for word in named if word != ">"]
        return chosen[:at], chosen[at:]
    spec = CsvData(csv=path, inputs=[1], targets=[1])
    reading = CsvReading(content, spec, path, MOST_CLASSES, indices=True)
    names, width = reading.names, reading.width
    if width < 2:
        raise SettingError(f"one column in {escaped(path, 60)}", "columns of inputs and a target")
    at = width - 1
    if sizes and sizes[0] < width and width - sizes[0] == sizes[-1]:
        at = sizes[0]
    distinct = len(set(names)) == width and all(names)
    columns: Columns = [*names] if distinct else [*range(1, width + 1)]
    return columns[:at], columns[at:]
