"""Text of a CSV file → its records: encodings, comments, quotes; and which cells are numbers."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from nntui.document.errors import Fault
from nntui.document.files import archive_in, decoded
from nntui.model.names import escaped

Record = tuple[int, list[str]]
"""The number of the line where a record begins, and its cells."""

SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
_LATIN_1: Final = "read as Latin-1, since it is no UTF-8"
_BLANKS: Final = re.compile(r"[ \t]+")

# Stricter than float(), which also takes "1_000", "nan" and the digits of other scripts.
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
GROUPED: Final = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:([ .,'’\u00a0\u202f])\d{3})+(?:[.,]\d+)?", re.ASCII
)


def in_utf_8(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a CSV file's text in UTF-8; the second is a note where the file is in no UTF-8.

    Raises:
        Fault: an archive, a workbook or another file that is no text.
    """
    if kind := archive_in(data) or ("JSON" if re.match(rb"\s*(?:\{|\[\s*\{)", data) else ""):
        hint = "save the sheet as CSV" if "workbook" in kind else ""
        raise Fault("", kind, "a CSV file", hint)
    try:
        decoded(data)
        return data.removeprefix(codecs.BOM_UTF8), ()
    except Fault as fault:
        if fault.found.startswith("UTF-16 (by its byte-order mark"):  # Excel's "Unicode text"
            with contextlib.suppress(UnicodeDecodeError):
                return data.decode("utf-16").encode(), ("read as UTF-16",)
        if fault.found.startswith("UTF"):
            raise
    with contextlib.suppress(UnicodeDecodeError):  # Latin-1 with quotes, dashes and the euro
        return data.decode("cp1252").encode(), (_LATIN_1,)
    return data.decode("latin-1").encode(), (_LATIN_1,)


def lines_of(text: bytes) -> Iterable[str]:
    """Return the lines of a text in UTF-8, each with its end."""
    # It may be cut off in a character. StringIO would take four bytes for each of them.
    return io.TextIOWrapper(io.BytesIO(text), "utf-8", "ignore", newline="")


def records(text: bytes, separator: str) -> Iterator[Record]:
    """Yield every record that is not blank of a text in UTF-8.

    Raises:
        Fault: bad quoting; the place is the line.
    """
    lines = lines_of(text)
    if b"#" in text:
        # A blank line in place of a comment: the others keep their numbers.
        lines = ("\n" if is_comment(line) else line for line in lines)
    if separator == " ":
        lines = (_BLANKS.sub(" ", line.strip()) for line in lines)
    elif b'"' in text and b'" ' in text:  # one byte is soon looked for
        after_quote = re.compile(
            rf'(?<=[^{re.escape(separator)} ])" +(?=[{re.escape(separator)}\r\n])'
        )
        lines = (after_quote.sub('"', line) for line in lines)
    reader = csv.reader(
        lines,
        delimiter=separator,
        skipinitialspace=separator != " ",
        strict=True,
    )
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found = f"bad quoting ({escaped(str(error))})"
            expected = f"values separated by {SEPARATORS[separator]}"
            hint = "a quote inside quotes is written twice" if "after" in str(error) else ""
            raise Fault(f"line {line}", found, expected, hint) from None
        if any(map(str.strip, cells)):
            yield line, cells


def is_comment(line: str) -> bool:
    """Whether a line is a comment: it begins with #."""
    return line.lstrip().startswith("#")


def is_blank(line: str) -> bool:
    """Whether a line holds nothing but blanks or a comment."""
    return not line.strip() or is_comment(line)


def names_in_comment(comment: str, separator: str) -> list[str]:
    """Split a comment that may hold the columns’ names; # may be one of them."""
    try:
        cells = next(csv.reader([comment.strip().lstrip("#").strip(" ")], delimiter=separator), [])
    except csv.Error:  # a cell past the limit of the csv module
        return []
    return [cell.strip() or "#" for cell in cells]


def is_number(cell: str) -> bool:
    """Whether a cell is a number with a decimal point."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def is_word(cell: str) -> bool:
    """Whether a cell may name a class: it is no number, and has a letter or no digit."""
    return not is_number(cell) and re.search(r"[^\W\d_]|^\D+$", cell) is not None


def have_decimal_commas(cells: Iterable[str]) -> bool:
    """Whether cells are numbers such as 0,5: looked for until one or a decimal point is found."""
    for cell in map(str.strip, cells):
        if GROUPED.fullmatch(cell):
            continue  # 1,200 may be 1200
        if "," in cell and is_number(pointed(cell)):
            return True
        if "." in cell and is_number(cell):
            return False
    return False


def pointed(cell: str) -> str:
    """Write a number with a decimal comma with a point; nothing for one that has a point."""
    return "" if "." in cell else cell.replace(",", ".")


def may_be_number(cell: str) -> bool:
    """Whether a cell is a number with a decimal point or comma."""
    return is_number(cell) or is_number(pointed(cell))
