"""Columns of numbers from a CSV file: comma-separated, UTF-8, the first line names the columns."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nntui.document.errors import Fault
from nntui.document.files import absolute, decoded, folder_of, read_bytes
from nntui.document.words import shown
from nntui.model.names import did_you_mean, escaped
from nntui.model.words import counted

PLACE: Final = "data"

# Stricter than float(), which also takes "1_000", "nan" and the digits of other scripts.
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_OTHER_SEPARATOR: Final = re.compile(r"[;\t|]")

Record = tuple[int, list[str]]
"""The number of the line where a record begins, and its cells."""


@dataclass(frozen=True, slots=True)
class Table:
    """The chosen columns of a CSV file; ``lines`` are the line numbers of the rows.

    ``path`` is absolute, ``file`` is the path as errors show it.
    """

    path: Path
    file: str
    inputs: tuple[tuple[float, ...], ...]
    targets: tuple[tuple[float, ...], ...]
    lines: tuple[int, ...]


def csv_table(name: str, document: str, inputs: Sequence[str], targets: Sequence[str]) -> Table:
    """Read the columns ``inputs`` and ``targets`` of a CSV file.

    Args:
        name: the path as the document gives it; a relative one starts at the document's folder.
        document: the document's path.
        inputs: the names of the columns that are inputs.
        targets: the names of the columns that are targets.

    Raises:
        Fault: the file cannot be read or lacks a column (a place in the document), or a line of it
            is wrong (``file`` is the CSV).
    """
    path = absolute(os.path.join(folder_of(document), name))
    file = os.path.join(os.path.dirname(document), name)
    try:
        records = _records(decoded(read_bytes(path, "a CSV file")))
        header = _header(next(records, (0, [])))
        x_at = _positions(header, inputs, f"{PLACE}.inputs", name)
        y_at = _positions(header, targets, f"{PLACE}.targets", name)
        x, y, lines = _rows(records, header, x_at, y_at)
    except Fault as fault:
        if fault.place.startswith(PLACE):
            raise
        if not fault.place:
            found = f"{shown(name)} ({fault.found})"
            raise Fault(f"{PLACE}.csv", found, fault.expected, fault.hint) from None
        raise Fault(fault.place, fault.found, fault.expected, fault.hint, file) from None
    return Table(Path(path), file, x, y, lines)


def _records(text: str) -> Iterator[Record]:
    """Every record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found = f"bad quoting ({escaped(str(error))})"
            raise Fault(f"line {line}", found, "comma-separated values") from None
        if cells:
            yield line, cells


def _header(record: Record) -> list[str]:
    line, cells = record
    if not cells:
        raise Fault("", "an empty file", "a line with the columns’ names, then rows of numbers")
    names = [name.strip() for name in cells]
    for n, name in enumerate(names):
        if name and name in names[:n]:
            raise Fault(f"line {line}", f"the column {shown(name)} twice", "each column once")
    return names


def _positions(header: list[str], columns: Sequence[str], place: str, file: str) -> list[int]:
    for n, column in enumerate(columns):
        if column.strip() not in header:
            hint = did_you_mean(column, header)
            if len(header) == 1 and _OTHER_SEPARATOR.search(header[0]):
                hint = "columns are separated by commas"
            known = escaped(", ".join(header), 200)
            expected = f"one of the columns of {escaped(file)}: {known}"
            raise Fault(f"{place}[{n}]", shown(column), expected, hint)
    return [header.index(column.strip()) for column in columns]


def _rows(
    records: Iterator[Record], header: list[str], x_at: list[int], y_at: list[int]
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...], tuple[int, ...]]:
    x: list[tuple[float, ...]] = []
    y: list[tuple[float, ...]] = []
    lines: list[int] = []
    for line, cells in records:
        if len(cells) != len(header):
            expected = f"{len(header)}, as in the header"
            raise Fault(f"line {line}", counted(len(cells), "cell"), expected)
        x.append(tuple(_number(cells[at], line, header[at]) for at in x_at))
        y.append(tuple(_number(cells[at], line, header[at]) for at in y_at))
        lines.append(line)
    if not lines:
        raise Fault("", "a header and no rows", "at least one row of numbers")
    return tuple(x), tuple(y), tuple(lines)


def _number(cell: str, line: int, column: str) -> float:
    text = cell.strip()
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        place = f'line {line}, column "{escaped(column)}"'
        raise Fault(place, shown(text) if text else "an empty cell", "a finite number")
    return value
