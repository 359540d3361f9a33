"""The section ``data`` → a ``Dataset``: rows in the document, a CSV file or a generator."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from nntui.document import specs
from nntui.document.convert import converted
from nntui.document.csvfile import csv_table
from nntui.document.errors import Fault
from nntui.document.generators import generated
from nntui.document.words import choice, shown
from nntui.model.dataset import CsvSource, Dataset
from nntui.model.errors import SettingError
from nntui.model.names import did_you_mean
from nntui.model.words import counted

PLACE: Final = "data"
_ROW: Final = re.compile(r"data\.(?:inputs|targets)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Width:
    """How many numbers a row must have, by the network (and by a loss that takes class indices)."""

    inputs: int
    outputs: int
    classes: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """A data set and where its rows stand, so that a fault in one can say so.

    ``lines`` are the line numbers in the CSV file called ``file``; both are empty for other data.
    """

    data: Dataset
    file: str = ""
    lines: tuple[int, ...] = ()

    def fault(self, error: SettingError) -> Fault:
        """The fault for an error of the experiment about one of these rows."""
        row = _ROW.match(error.place)
        if row is None or self.data.source is None:
            return Fault.of(error, "")
        n = int(row.group(1))
        if self.lines:
            return Fault(
                f"line {self.lines[n]}", error.found, error.expected, error.hint, self.file
            )
        return Fault(
            f"{PLACE}.generator", f"{error.found} in example {n}", error.expected, error.hint
        )


def rows_of(section: dict[str, Any], document: str, width: Width) -> Rows:
    """The data that a document describes.

    Args:
        section: what stands in the document under ``data``.
        document: the document's path: a CSV file's relative path starts at its folder.
        width: what the rows must fit.

    Raises:
        Fault: a section that cannot be, or rows that do not fit; the place may be a CSV's line.
    """
    kinds = [key for key in _KINDS if key in section]
    if len(kinds) > 1:
        found = " and ".join(f'"{key}"' for key in kinds)
        raise Fault(PLACE, found, f"only one of {choice(_KINDS)}")
    read = _KINDS[kinds[0]] if kinds else _inline
    if not kinds and not {"inputs", "targets"} & section.keys():
        hints = (did_you_mean(key, ("inputs", "targets", *_KINDS)) for key in section)
        raise Fault(PLACE, shown(section), specs.DATA_EXPECTED, next(filter(None, hints), ""))
    try:
        return read(section, document, width)
    except SettingError as error:
        raise Fault.of(error, PLACE) from None


def _inline(section: dict[str, Any], document: str, width: Width) -> Rows:
    spec = converted(section, specs.InlineData, PLACE)
    return Rows(Dataset.of(spec.inputs, spec.targets, spec.test_fraction))


def _from_csv(section: dict[str, Any], document: str, width: Width) -> Rows:
    spec = converted(section, specs.CsvData, PLACE)
    if len(spec.inputs) != width.inputs:
        expected = f"{width.inputs}, one for each input neuron"
        raise Fault(f"{PLACE}.inputs", counted(len(spec.inputs), "column"), expected)
    if len(spec.targets) not in ({width.outputs, 1} if width.classes else {width.outputs}):
        expected = f"{width.outputs}, one for each output neuron"
        if width.classes:
            expected += ", or one with class indices"
        raise Fault(f"{PLACE}.targets", counted(len(spec.targets), "column"), expected)
    table = csv_table(spec.csv, document, spec.inputs, spec.targets)
    source = CsvSource(table.path, tuple(spec.inputs), tuple(spec.targets))
    data = Dataset.of(table.inputs, table.targets, spec.test_fraction, source)
    return Rows(data, table.file, table.lines)


def _generated(section: dict[str, Any], document: str, width: Width) -> Rows:
    spec = converted(section, specs.GeneratedData, PLACE)
    data = generated(spec, PLACE)
    gives = len(data.inputs[0]), 1
    wants = width.inputs, width.outputs
    if gives != wants and not (width.classes and gives[0] == wants[0]):
        raise Fault(
            f"{PLACE}.generator",
            f"{shown(spec.generator)}, which gives 2 inputs and 1 target",
            f"data for {counted(wants[0], 'input')} and {counted(wants[1], 'output')}, "
            "as the network has",
        )
    return Rows(data)


_KINDS: Final[dict[str, Callable[[dict[str, Any], str, Width], Rows]]] = {
    "csv": _from_csv,
    "generator": _generated,
}
