"""``nntui grade``: the verdicts on a folder of submissions, as a table."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import click

from nntui.cli.files import file_argument, hidden_model_options, moment_of, moment_options, opened
from nntui.cli.tables import echo, echo_json

if TYPE_CHECKING:
    from nntui.verify.grade import Graded

_COLUMNS: Final = (
    "file", "verdict", "first_difference", "step", "mistakes", "factor", "agree", "compared",
    "sentence",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t")


@click.command("grade", short_help="Check a folder of submissions: a table of verdicts.")
@file_argument
@hidden_model_options
@click.argument("folder", type=click.Path(path_type=Path))
@moment_options()
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
def grade(file: Path, folder: Path, as_json: bool, **moment: float | None) -> None:
    """Hold the numbers in each file of FOLDER against the run of FILE, as check --against does.

    Prints a table as CSV, a row for each file in FOLDER and in the folders in it, sorted by name:
    the verdict (right, factor, kink, mistake, unknown; unreadable for a file that holds no numbers
    of this network), the first value that differs and the step that computes it, the mistakes
    (those that cannot be told apart joined by "or") or the factor, how many numbers agree, and a
    sentence.

    \b
    Examples:
      nntui grade probe.json submissions > grades.csv
      nntui grade probe.json submissions --json | jq -r '.[] | select(.verdict != "right").file'
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.verify.grade import graded, submissions

    experiment = opened(file)
    files = [path for path in submissions(folder) if not _is_same(path, file)]
    rows = graded(experiment, folder, files, **moment_of(moment))
    if sys.stderr.isatty():
        with click.progressbar(rows, len(files), label="checking", file=sys.stderr) as shown:
            rows = iter(list(shown))
    if as_json:
        echo_json([row.plain for row in rows], indent=2)
        return
    for line in _table(rows):
        echo(line)


def _is_same(path: Path, file: Path) -> bool:
    try:
        return os.path.samefile(path, file)
    except OSError:
        return False


def _table(rows: Iterable[Graded]) -> Iterator[str]:
    # What ends a line is quoted inside a cell: a file's name may hold one.
    write = csv.writer(SimpleNamespace(write=str), lineterminator="\n").writerow  # returns the line
    yield write(_COLUMNS)[:-1]
    for row in rows:
        yield write(map(_cell, _cells(row.plain)))[:-1]


def _cells(row: dict[str, Any]) -> Sequence[object]:
    first, factor = row["first_difference"] or {}, row["factor"]
    mistakes = "; ".join(" or ".join(names) for names in row["mistakes"])
    return (
        row["file"], row["verdict"], first.get("name", ""), first.get("step", ""),
        mistakes, factor["meaning"] if factor else "", row["agree"], row["compared"],
        row["sentence"],
    )  # fmt: skip


def _cell(value: object) -> object:
    """Keep a spreadsheet from taking a text, such as a file's name, for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
