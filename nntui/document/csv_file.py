"""Columns of a CSV file, as people have such files → rows of numbers.

The separator, the decimal sign and whether there is a header line are told from the file where the
document does not say them; what was told is among the notes of a ``Table``.
"""

from __future__ import annotations

import io
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, dropwhile, islice
from math import isfinite, nan
from operator import itemgetter
from typing import Final

import msgspec
from msgspec import Struct, UnsetType

from nntui.document.csv_records import (
    GROUPED,
    SEPARATORS,
    Record,
    have_decimal_commas,
    is_blank,
    is_comment,
    is_number,
    is_word,
    lines_of,
    may_be_number,
    names_in_comment,
    pointed,
    records,
)
from nntui.document.errors import Fault, shown
from nntui.document.specs import CsvData
from nntui.model.dataset import Target
from nntui.model.errors import counted
from nntui.model.names import did_you_mean, escaped

Vector = tuple[float, ...]
Rows = tuple[Sequence[Vector], Sequence[Vector], Sequence[int]]
"""Inputs, targets, and the number of the line of each row."""

_CALLED: Final = {"tab": "\t", "blank": " "}
_MOST_OF_CLASSES: Final = 1_000_000  # numbers in the vectors of all classes
_AT_A_TIME: Final = 2**14  # bytes of numbers
_NUMBERS: Final = msgspec.json.Decoder(list[float])
_IN_NUMBERS: Final = b"0123456789.+-eE "
_MINUS_ZERO: Final = re.compile(rb"-0(?![\d.])")  # msgspec reads a zero without a sign
_FEW: Final = 20  # classes that are listed
_LOOKED_AT: Final = 20  # lines from which the separator is told
_LONGEST_LOOKED_AT: Final = 2**20  # bytes of them

_WITH_UNIT: Final = re.compile(r"[$€£¥]\s*[\d.,]+|[\d.,]+\s*[%$€£¥°]")
_CLASSES: Final = "classes are all words or all numbers"
_MISSING: Final = frozenset(("", "na", "n/a", "#n/a", "<na>", "nan", "null", "?"))
_NO_NUMBER: Final = _MISSING | {"none", "-", "."}  # among words these may be a class
_SEPARATOR_LINE: Final = re.compile(rb'"?sep=([,;|\t ])"?[ \t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)


class Table(Struct, frozen=True):
    """The rows that were asked for, and what was told from the file.

    ``lines`` holds the number of each row's line. ``notes`` are phrases for the user,
    ``classes`` the words of the one column of targets that has words, in their order.
    """

    x: tuple[Vector, ...]
    y: tuple[Target, ...]
    lines: Sequence[int]
    notes: tuple[str, ...]
    classes: tuple[str, ...] = ()


class CsvReading:
    """A reading of the columns that a section ``data`` names, in passes over the file's text.

    Args:
        text: the file's text in UTF-8.
        spec: the section.
        file: the file's name, for sentences.
        outputs: how many output neurons there are, for the classes that words stand for.
        indices: whether the loss takes the index of a class.

    Raises:
        Fault: the place is a line and a column, a place in the document, or empty for the file.
    """

    def __init__(
        self, text: bytes, spec: CsvData, file: str, outputs: int, *, indices: bool
    ) -> None:
        self.spec, self.file, self.outputs, self.indices = spec, file, outputs, indices
        self.notes: list[str] = []
        self.comment = ""  # the last one before the rows: it may hold the columns' names
        if line := _SEPARATOR_LINE.match(text):
            text = b"\n" + text[line.end() :]
        for met in lines_of(text):
            if not is_blank(met):
                break
            self.comment = met.strip() or self.comment
        if b"#" in text:
            rows = dropwhile(is_blank, lines_of(text))
            if comments := sum(map(is_comment, rows)):
                self.notes.append(f"{counted(comments, 'comment')} between the rows skipped")
        self.text = text
        self.separator = self._separator(line.group(1).decode() if line else "")
        self._find_header()
        self.x_at = self._positions(spec.inputs, "data.inputs")
        self.y_at = self._positions(spec.targets, "data.targets")
        self.at = [*self.x_at, *self.y_at]
        self.missing = 0  # rows that lack a value; where the first does, and what stands there
        self.first_missing: tuple[str, str] | None = None
        self.decimal = "," if spec.decimal == "," else "."
        if isinstance(spec.decimal, UnsetType) and self._has_decimal_commas():
            self.decimal = ","
            self.notes.append("decimal commas")
        self.words = self._columns_of_words()

    def _records(self) -> Iterator[Record]:
        return records(self.text, self.separator)

    def _rows(self) -> Iterator[Record]:
        """Yield every record behind the header."""
        return islice(self._records(), self.first_row, None)

    def _separator(self, named: str) -> str:
        """Choose the separator: as the document says, as the file says, or the likeliest."""
        if not isinstance(self.spec.separator, UnsetType):
            return _CALLED.get(self.spec.separator, self.spec.separator)
        if named:
            return named
        lines = lines_of(self.text[:_LONGEST_LOOKED_AT])
        rows = (line for line in lines if line.strip() and not is_comment(line))
        some = list(islice(rows, _LOOKED_AT))
        found = max(SEPARATORS, key=lambda separator: self._likelihood(some, separator))
        if found != ",":
            self.notes.append(f"separated by {SEPARATORS[found]}")
        return found

    def _likelihood(self, lines: list[str], separator: str) -> tuple[float, ...]:
        """Rate a separator: columns found by name, rows of one length, cells that are numbers."""
        try:
            rows = [cells for _, cells in records("".join(lines).encode(), separator)]
        except Fault:
            rows = [names_in_comment(line, separator) for line in lines]
        found = (*names_in_comment(self.comment, separator), *(rows[0] if rows else ()))
        names = {cell.strip() for cell in found}
        wanted = (*self.spec.inputs, *self.spec.targets)
        named = sum(c.strip() in names for c in wanted if isinstance(c, str))
        width = len(rows[0]) if rows else 0
        numbered = sum(c <= width for c in wanted if isinstance(c, int))
        alike = sum(len(row) == width for row in rows)
        cells = [cell for row in rows[1:] or rows for cell in row]
        numbers = sum(map(may_be_number, cells))
        return named + numbered, alike, numbers / max(len(cells), 1), width > 1

    def _find_header(self) -> None:
        """Find the columns' names, how many there are, and with which record the rows begin."""
        first = list(islice(self._records(), 2))
        if not first:
            raise Fault("", "an empty file", "a line with the columns’ names, then rows of numbers")
        self.header_line, names = first[0]
        if self.separator in " \t" and first[1:] and len(first[1][1]) == len(names) + 1:
            names = ["", *names]  # as R writes the names of rows
        self.names, self.width, self.first_row = [n.strip() for n in names], len(names), 1
        named = {c.strip() for c in (*self.spec.inputs, *self.spec.targets) if isinstance(c, str)}
        commented = names_in_comment(self.comment, self.separator)
        if isinstance(self.spec.header, bool):
            self.first_row = int(self.spec.header)
        elif (
            named
            and named <= set(commented)
            and not named <= set(self.names)
            and len(commented) == self.width
        ):
            self.names, self.first_row = commented, 0
            self.notes.append("the columns’ names stand in a comment")
        elif _is_data(names, first[1][1] if first[1:] else names):
            if not named:
                self.first_row = 0
                self.notes.append("no header line")
            elif not named <= set(self.names) or all(map(is_number, names)):
                found = f"{shown(self.file)}, whose first line is data ({_few(names)})"
                hint = '"header": true if they are names'
                expected = f'columns by number, 1 to {self.width}, and "header": false'
                raise Fault("data.csv", found, expected, hint)
        if not self.first_row and self.names is not commented:
            self.names = []
        self.position: dict[str, int] = {}
        self.again: dict[str, int] = {}  # names that stand a second time
        for at, name in enumerate(self.names):
            (self.again if name in self.position else self.position).setdefault(name, at)

    def _positions(self, columns: Sequence[str | int], place: str) -> list[int]:
        return [self._position(column, f"{place}[{n}]") for n, column in enumerate(columns)]

    def _position(self, column: str | int, place: str) -> int:
        if isinstance(column, int):
            if column <= self.width:
                return column - 1
            expected = f"the number of a column of {escaped(self.file)}, 1 to {self.width}"
            raise Fault(place, shown(column), expected)
        name = column.strip()
        if name in self.again:
            hint = f"name it by its number: {self.position[name] + 1} or {self.again[name] + 1}"
            found = f"the column {shown(name)} twice"
            raise Fault(f"line {self.header_line}", found, "each column once", hint)
        if name in self.position:
            return self.position[name]
        if not self.names:
            expected = f"a column’s number, 1 to {self.width}: {escaped(self.file)} has no header"
            raise Fault(place, shown(column), expected)
        hint = did_you_mean(column, self.names)
        if name.isdecimal() and int(name) <= self.width:
            hint = "a column’s number stands without quotes"
        known = escaped(", ".join(self.names), 200)
        raise Fault(
            place, shown(column), f"one of the columns of {escaped(self.file)}: {known}", hint
        )

    def _has_decimal_commas(self) -> bool:
        """Whether a number is written as 0,5: looked for until one or a decimal point is found."""
        if b"," not in self.text or (self.separator == "," and b'"' not in self.text):
            return False
        wanted = set(self.at)
        return have_decimal_commas(
            cells[at] for _, cells in self._rows() for at in wanted if at < len(cells)
        )

    def _columns_of_words(self) -> dict[int, dict[str, float]]:
        """Find the targets that are words: a table of classes, empty yet, for each position."""
        words: dict[int, dict[str, float]] = {}
        unknown = set(self.y_at)
        for _, cells in self._rows():
            for at in list(unknown):
                cell = cells[at].strip() if at < len(cells) else ""
                if cell.casefold() not in _NO_NUMBER:
                    unknown.remove(at)
                    if is_word(cell):
                        words[at] = {}
            if not unknown:
                break
        return words

    def table(self) -> Table:
        """Read the rows."""
        x, y, lines = self._many_rows() or self._row_by_row()
        self._check_whole(len(lines))
        words = tuple(*self.words.values()) if len(self.words) == 1 else ()
        return Table(tuple(x), tuple(self._targets(y)), lines, tuple(self.notes), words)

    def _many_rows(self) -> Rows | None:
        """Read rows as numbers in JSON, many at a time, in a fifth of the time.

        None: they are not all written so.
        """
        text, width = self.text, self.width
        if self.separator == " " or self.decimal == "," or _MINUS_ZERO.search(text):
            return None
        first = self.header_line + bool(self.first_row)
        rest = io.BytesIO(text)
        rest.seek(sum(len(line.encode()) for line in islice(lines_of(text), first - 1)))
        to_commas = bytes.maketrans(f"{self.separator}\n".encode(), b",,")
        end = b"\r\n" if b"\r" in text else b"\n"
        beside_numbers = self.separator.encode() * (width - 1) + end
        # The garbage collector passes over tuples of numbers, but not over lists of many tuples.
        x: list[tuple[Vector, ...]] = []
        y: list[tuple[Vector, ...]] = []
        while some := (rest.read(_AT_A_TIME) + rest.readline()).removesuffix(end):
            try:
                numbers = _NUMBERS.decode(b"[%b]" % some.translate(to_commas))
            except msgspec.DecodeError:
                return None
            found = some.translate(None, _IN_NUMBERS) + end
            if found != beside_numbers * (len(numbers) // width):
                return None
            x.append(tuple(zip(*(numbers[at::width] for at in self.x_at), strict=True)))
            y.append(tuple(zip(*(numbers[at::width] for at in self.y_at), strict=True)))
        inputs, targets = tuple(chain.from_iterable(x)), tuple(chain.from_iterable(y))
        return inputs, targets, range(first, first + len(inputs))

    def _row_by_row(self) -> Rows:
        """Read every row by itself, whatever stands in it."""
        inputs, cells_of = len(self.x_at), itemgetter(*self.at)
        # Where it holds, float() reads nothing that is no number but NaN and infinities.
        rows = self.text.lstrip().partition(b"\n")[2] if self.first_row else b""
        rows = rows or self.text  # the header may hold anything
        easy = self.decimal == "." and rows.isascii() and b"_" not in rows
        number = float if easy else self._read
        readers = [self.words[at].__getitem__ if at in self.words else number for at in self.at]
        x: list[Vector] = []
        y: list[Vector] = []
        lines = array("l")
        for line, cells in self._rows():
            if len(cells) != self.width:
                self._check_length(line, cells)
            picked = cells_of(cells)
            try:
                row = tuple(read(cell) for read, cell in zip(readers, picked, strict=True))
            except (ValueError, KeyError):
                row = ()
            if not row or not isfinite(sum(row)):
                row = self._row(line, picked)
            if row:
                x.append(row[:inputs])
                y.append(row[inputs:])
                lines.append(line)
        return x, y, lines

    def _read(self, cell: str) -> float:
        text = cell.strip().replace("−", "-")
        if self.decimal == ",":
            text = pointed(text)
        if not is_number(text):
            raise ValueError
        return float(text)

    def _check_length(self, line: int, cells: list[str]) -> None:
        """Refuse a row with another number of cells than the first; empty ones may follow it."""
        if len(cells) < self.width or any(map(str.strip, cells[self.width :])):
            where = "as in the header" if self.names else "as in the first line"
            raise Fault(f"line {line}", counted(len(cells), "cell"), f"{self.width}, {where}")

    def _row(self, line: int, picked: Sequence[str]) -> Vector:
        """Read a row cell by cell; it is empty where a value is missing.

        Raises:
            Fault: a cell that cannot be.
        """
        row: list[float] = []
        for at, cell in zip(self.at, picked, strict=True):
            text = cell.strip()
            if text.casefold() in (_MISSING if at in self.words else _NO_NUMBER):
                self.missing += 1
                if self.first_missing is None:
                    self.first_missing = (
                        self._place(line, at),
                        shown(text) if text else "an empty cell",
                    )
                return ()
            row.append(
                self._class(line, at, text) if at in self.words else self._number(line, at, text)
            )
        return tuple(row)

    def _number(self, line: int, at: int, text: str) -> float:
        try:
            number = self._read(text)
        except ValueError:
            number = nan
        if not isfinite(number):
            raise Fault(
                self._place(line, at), shown(text), "a finite number", self._advice(at, text)
            )
        return number

    def _advice(self, at: int, text: str) -> str:
        """Say what to do about a cell that is no number."""
        if match := GROUPED.fullmatch(text):
            if match[1] == "," and "." not in text and text.count(",") == 1 and self.decimal == ".":
                point = text.replace(",", ".")
                return f'"decimal": "," reads it as {point}; else take out the thousands separator'
            return "take out the thousands separators"
        if self.decimal == "," and is_number(text):
            return 'numbers have a decimal comma here, or say "decimal": "."'
        if self.decimal == "." and is_number(pointed(text)):
            return 'numbers have a decimal point here, or say "decimal": ","'
        if _WITH_UNIT.fullmatch(text):
            return "write the number alone"
        if is_word(text) and at in self.y_at:
            return _CLASSES
        if is_word(text):
            return "write numbers for words: only a target may hold words"
        return ""

    def _class(self, line: int, at: int, text: str) -> float:
        classes = self.words[at]
        if text not in classes:
            if is_number(text):
                expected = "a word, as in the rows before"
                raise Fault(self._place(line, at), shown(text), expected, _CLASSES)
            most = max(self.outputs, 2) if len(self.y_at) == 1 else 2
            if len(classes) == most:
                found = f"a class more, {shown(text)}, beside {_few(list(classes))}"
                expected = f"at most {most} classes for {counted(self.outputs, 'output neuron')}"
                hint = "make an output neuron for each class" if len(self.y_at) == 1 else ""
                raise Fault(self._place(line, at), found, expected, hint)
            classes[text] = float(len(classes))
        return classes[text]

    def _place(self, line: int, at: int) -> str:
        if not self.names:
            return f"line {line}, cell {at + 1}"
        return f'line {line}, column "{escaped(self.names[at])}"'

    def _check_whole(self, rows: int) -> None:
        """Refuse a file without rows, with values missing, or with one class; note the classes."""
        if self.first_missing is not None:
            place, found = self.first_missing
            if self.spec.missing != "skip":
                lacking = f"{self.missing:,} of {counted(rows + self.missing, 'row')}"
                hint = f'"missing": "skip" leaves out rows that lack a value: {lacking}'
                raise Fault(place, found, "a finite number", hint)
            self.notes.append(f"{counted(self.missing, 'row')} with missing values left out")
            if not rows:
                raise Fault("", "a value missing in every row", "at least one whole row")
        if not rows:
            raise Fault("", "a header and no rows", "at least one row of numbers")
        for at, classes in self.words.items():
            name = escaped(self.names[at]) if self.names else f"column {at + 1}"
            if len(classes) == 1:
                found = f"the word {shown(*classes)} alone in {name}"
                raise Fault("data.targets", found, "numbers, or words for two classes or more")
            listed = [f"{n:g} {escaped(word)}" for word, n in islice(classes.items(), _FEW)]
            more = [f"… ({len(classes):,} classes)"] if len(classes) > _FEW else []
            self.notes.append(f"{name}: {', '.join(listed + more)}")

    def _targets(self, y: Sequence[Vector]) -> Iterable[Target]:
        """Give each class its index, or for other losses a vector of 0s and one 1."""
        if not self.words or self.outputs == 1 or len(self.y_at) > 1:
            return y
        if self.indices:
            return (int(index) for (index,) in y)
        (classes,) = self.words.values()
        if len(classes) * self.outputs > _MOST_OF_CLASSES:
            found = f"{len(classes):,} classes for {self.outputs:,} output neurons"
            raise Fault("data.targets", found, "fewer, or the loss cross_entropy")
        rows = [tuple(float(k == n) for k in range(self.outputs)) for n in range(len(classes))]
        return (rows[int(index)] for (index,) in y)


def _is_data(first: list[str], second: list[str]) -> bool:
    """Whether a file's first record is a row like the second, and no header."""
    named = first if first[0].strip() else first[1:]  # pandas writes its index without a name
    if named == [str(n) for n in range(len(named))] and len(first) > 2:
        return False  # and columns without names as 0, 1, 2
    return any(map(may_be_number, first)) and all(
        may_be_number(cell) or cell.strip().casefold() in _NO_NUMBER or not may_be_number(below)
        for cell, below in zip(first, second, strict=False)
    )


def _few(cells: Sequence[str]) -> str:
    return escaped(", ".join(cells[:4]) + (", …" if cells[4:] else ""), 80)
