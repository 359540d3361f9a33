"""Read someone's numbers from a file: JSON, CSV, ``.npz``, ``.safetensors``, lines of a trace.

Nothing in a file is executed, and sizes are checked before memory is taken. Whether the names and
shapes fit a network is found out later (``lay_out``); here every value becomes an array of numbers.
"""

from __future__ import annotations

import io
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from nntui.document.csv_records import (
    have_decimal_commas,
    is_blank,
    lines_of,
    pointed,
    records,
)
from nntui.document.errors import DocumentError, Fault, at_index, at_key, shown
from nntui.document.files import archive_in, decoded, read_bytes
from nntui.document.parse import deeper_than, parsed
from nntui.model.errors import counted
from nntui.model.names import escaped
from nntui.verify.array_files import (
    MAX_BYTES,
    AnyArray,
    is_safetensors,
    read_npz,
    read_safetensors,
)

ENDINGS: Final = (".json", ".jsonl", ".csv", ".npz", ".safetensors")
"""The endings of files of numbers."""

MAX_TEXT_BYTES: Final = 64 * 2**20
"""Bytes in a file of text."""

_EXPECTED: Final = "numbers as JSON, CSV, .npz, .safetensors, or lines of nntui trace"
_NUMBER: Final = "a number"
_DEEPEST: Final = 8  # lists in each other
_NAMES: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_CELL: Final = re.compile(
    r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class Numbers:
    """Numbers by name, as a file has them.

    ``values``: arrays as they are, of one update or with a leading axis of updates; a list of
    numbers is one, and a single number an array without axes. ``by_update``: the same, by the
    number of the update after which they were taken (0: before the first). ``steps``: what steps
    wrote, by their number from 1, from a trace.
    """

    values: Mapping[str, AnyArray] = field(default_factory=dict)
    by_update: Mapping[int, Mapping[str, AnyArray]] = field(default_factory=dict)
    steps: tuple[tuple[int, Mapping[str, float]], ...] = ()


def read_numbers(path: str | os.PathLike[str]) -> Numbers:
    """Read the numbers in a file.

    Raises:
        DocumentError: a file that cannot be read, or holds anything else; one sentence.
    """
    name = os.fspath(path)
    try:
        return _read(name)
    except Fault as fault:
        raise DocumentError.of(fault, name) from None


def _read(path: str) -> Numbers:
    suffix = Path(path).suffix.lower()
    data = read_bytes(path, _EXPECTED, MAX_BYTES)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) or suffix == ".npz":
        return Numbers(_some(read_npz(data)))
    if is_safetensors(data) or suffix == ".safetensors":
        return Numbers(_some(read_safetensors(data)))
    if data.startswith(b"\x93NUMPY"):
        hint = "numpy.savez gives each array its name"
        raise Fault("", "one array without a name", _EXPECTED, hint)
    if re.match(rb"\x80[\x02-\x05]", data):
        hint = "nntui never opens one: it can run any program; numpy.savez writes arrays"
        raise Fault("", "a pickle", _EXPECTED, hint)
    if kind := archive_in(data):
        raise Fault("", kind, _EXPECTED)
    if len(data) > MAX_TEXT_BYTES:
        found = f"a text of {len(data) // 2**20:,} MiB"
        raise Fault("", found, f"at most {MAX_TEXT_BYTES // 2**20} MiB (.npz takes less)")
    text = decoded(data)
    if not text.strip():
        raise Fault("", "an empty file", _EXPECTED)
    if suffix in (".jsonl", ".ndjson") or '"writes"' in text.lstrip().partition("\n")[0]:
        return Numbers(steps=tuple(_steps(text)))
    if text.lstrip()[0] in "{[" or suffix == ".json":
        return Numbers(_some(_json(text)))
    return _csv(text)


def _some(values: dict[str, AnyArray]) -> dict[str, AnyArray]:
    if not values:
        raise Fault("", "no numbers", _EXPECTED)
    return values


def _json(text: str) -> dict[str, AnyArray]:
    found = parsed(text, nonfinite=True)
    if not isinstance(found, dict):
        raise Fault("", shown(found), 'an object such as {"dw[x1,h1]": 0.1}')
    for name, value in found.items():
        if deeper_than(_DEEPEST, value):
            fault = "lists nested very deeply", f"at most {_DEEPEST} in each other"
            raise Fault(at_key("", name), *fault)
    return {name: _array(value, at_key("", name)) for name, value in found.items()}


def _array(value: object, place: str) -> AnyArray:
    """Make an array of a number, or of lists of numbers in each other, all of one length."""
    if not isinstance(value, list):
        return np.array(_number(value, place))
    if set(map(type, value)) == {float}:
        return np.array(value)  # nearly always, and many times as fast
    if not value:
        raise Fault(place, "an empty list", "a list of numbers")
    parts = [_array(item, at_index(place, n)) for n, item in enumerate(value)]
    for n, part in enumerate(parts):
        if part.shape != parts[0].shape:
            found = f"{_shape_of(part)} behind {_shape_of(parts[0])}"
            raise Fault(at_index(place, n), found, "lists of one length")
    return np.array(parts)


def _shape_of(part: AnyArray) -> str:
    return f"a list of {len(part):,}" if part.ndim else _NUMBER


def _number(value: object, place: str) -> float:
    if isinstance(value, str) and value in _NAMES:
        return _NAMES[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Fault(place, shown(value), "a number or a list of numbers")
    return float(value)


def _steps(text: str) -> Iterator[tuple[int, Mapping[str, float]]]:
    """Yield the number and the writes of each step of a trace in JSON lines."""
    written = False
    for n, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        try:
            number, writes = _step(line)
        except Fault as fault:
            place = fault.place.removeprefix("line 1, ").removeprefix("line 1")
            where = ", ".join(filter(None, (f"line {n}", place)))
            raise Fault(where, fault.found, fault.expected, fault.hint) from None
        written = written or bool(writes)
        yield number, writes
    if not written:
        raise Fault("", "no step that writes a value", _EXPECTED)


def _step(line: str) -> tuple[int, Mapping[str, float]]:
    found = parsed(line.rstrip("\r\n"), nonfinite=True)
    if not isinstance(found, dict):
        raise Fault("", shown(found), 'an object with "step" and "writes"')
    number, writes = found.get("step"), found.get("writes", {})
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise Fault("step", shown(number), "the number of a step, from 1")
    if not isinstance(writes, dict):
        raise Fault("writes", shown(writes), "an object of values by name")
    place = "writes"
    return number, {name: _number(v, at_key(place, name)) for name, v in writes.items()}


_COLUMNS: Final = ("name", "value", "update")


def _csv(text: str) -> Numbers:
    """Read rows of a name and a value, in an order that the header says; maybe of an update.

    A name that comes again has a number for each example of the batch. Numbers may have decimal
    commas, where these do not separate cells.
    """
    data = text.encode()
    header = next((line for line in lines_of(data) if not is_blank(line)), "")
    separator = next((c for c in ",;\t" if c in header), ",")
    first, names = next(records(data, separator), (1, []))
    columns = [name.strip().casefold() for name in names]
    if not {"name", "value"} <= set(columns) <= set(_COLUMNS) or len(set(columns)) < len(columns):
        hint = "nntui trace --format jsonl writes what can be read" if "writes" in columns else ""
        found = f"the columns {escaped(', '.join(names), 80)}" if names else "only empty cells"
        raise Fault(f"line {first}", found, "name,value or name,value,update", hint)
    found_in: dict[int | None, dict[str, list[float]]] = {}
    comma = (separator != "," or '"' in text) and have_decimal_commas(
        row["value"] for _, row in _records(data, separator, columns)
    )
    for line, row in _records(data, separator, columns):
        update = _update(row["update"], line) if "update" in row else None
        value = row["value"].strip()
        number = pointed(value) if comma and "," in value else value
        if not _CELL.fullmatch(number):
            raise Fault(f"line {line}", shown(value) if value else "an empty cell", _NUMBER)
        name = row["name"].strip()
        if not name:
            raise Fault(f"line {line}", "no name", "the name of a value, such as loss")
        found_in.setdefault(update, {}).setdefault(name, []).append(float(number))
    if not found_in:
        raise Fault("", "a header and no rows", "at least one number")
    arrays = {
        update: {name: np.array(n if len(n) > 1 else n[0]) for name, n in values.items()}
        for update, values in found_in.items()
    }
    return Numbers(
        arrays.get(None, {}), {update: a for update, a in arrays.items() if update is not None}
    )


def _records(
    text: bytes, separator: str, columns: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the cells behind the header by their columns, each row with the number of its line."""
    name_at = columns.index("name")
    for line, cells in islice(records(text, separator), 1, None):
        cells = _joined(cells, len(columns), name_at, separator)
        if len(cells) != len(columns):
            raise Fault(f"line {line}", counted(len(cells), "cell"), ",".join(columns))
        yield line, dict(zip(columns, cells, strict=True))


def _update(cell: str, line: int) -> int:
    if not re.fullmatch(r"\s*\d{1,15}\s*", cell, re.ASCII):
        raise Fault(f"line {line}", f"the update {shown(cell.strip())}", "a whole number")
    return int(cell)


def _joined(cells: list[str], width: int, name_at: int, separator: str) -> list[str]:
    """Put a name together again that was split at its comma, since it stands without quotes."""
    while len(cells) > width and "[" in cells[name_at] and not cells[name_at].endswith("]"):
        name, more = cells[name_at], cells[name_at + 1]
        cells = [*cells[:name_at], f"{name}{separator}{more}", *cells[name_at + 2 :]]
    return cells
