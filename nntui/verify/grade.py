"""Check many people's numbers of one document, each for itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from nntui.document.errors import FILE_SHOWN
from nntui.document.files import phrase_of
from nntui.model.errors import NntuiError, unexpected
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.verify.check_work import check_work
from nntui.verify.files import read_numbers
from nntui.verify.verdict import Verdict

MAX_SUBMISSIONS: Final = 10_000
"""Files that are looked at in a folder and the folders in it."""


class Graded(Struct, frozen=True):
    """A submission: its path in the folder, and its verdict, or why there is none."""

    file: str
    verdict: Verdict | None
    problem: str = ""

    @property
    def plain(self) -> dict[str, Any]:
        """The row as plain values, the same keys in each."""
        verdict = self.verdict
        if verdict is None:
            none: dict[str, Any] = {"mistakes": [], "factor": None, "first_difference": None}
            counts = {"compared": 0, "agree": 0, "sentence": self.problem}
            return {"file": self.file, "verdict": "unreadable", **none, **counts}
        return {"file": self.file, **verdict.plain(), "sentence": verdict.lines[0]}


def submissions(folder: Path) -> list[Path]:
    """List the files in a folder and in the folders in it, sorted by name, hidden ones left out.

    Raises:
        NntuiError: the folder cannot be read, or has too many files or none.
    """
    name = escaped(str(folder), FILE_SHOWN)
    try:
        top = _entries(folder)
    except OSError as error:
        found_there = "a file" if folder.is_file() else phrase_of(error)
        raise NntuiError(f"{name}: found {found_there}, expected a folder of files") from None
    found: list[Path] = []
    for entry in filter(_is_seen, top):
        found += filter(_is_seen, _files_in(entry)) if entry.is_dir() else [entry]
        if len(top) > MAX_SUBMISSIONS or len(found) > MAX_SUBMISSIONS:
            raise NntuiError(f"{name}: there are more than {MAX_SUBMISSIONS:,} files in it")
    if not found:
        raise NntuiError(f"{name}: there are no files in it")
    return found


def _entries(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return sorted(folder / entry.name for entry in islice(entries, MAX_SUBMISSIONS + 1))


def _is_seen(path: Path) -> bool:
    return not path.name.startswith(".")


def _files_in(folder: Path) -> list[Path]:
    try:
        return [path for path in _entries(folder) if not path.is_dir()]
    except OSError:
        return [folder]  # its row says that it cannot be read


def graded(
    experiment: Experiment, folder: Path, files: list[Path], update: int = 0, **options: Any
) -> Iterator[Graded]:
    """Check one submission after the other; ``options`` are those of ``check_work``.

    A file that cannot be read or does not fit has its sentence, and stops no other.
    """
    for path in files:
        name = str(path.relative_to(folder))
        try:
            verdict = check_work(experiment, read_numbers(path), update, **options)
        except NntuiError as error:
            said = str(error).removeprefix(f"{escaped(str(path), FILE_SHOWN)}: ")
            yield Graded(name, None, said)
        except Exception as error:  # a fault of nntui itself must not cost the others their row
            yield Graded(name, None, unexpected(error))
        else:
            yield Graded(name, verdict)
