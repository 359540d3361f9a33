"""The section ``data`` → a ``Dataset``: rows in the document, a CSV file or a generator."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, UnsetType

from nntui.document import specs
from nntui.document.errors import Fault, choice, shown
from nntui.document.files import absolute, folder_of, read_bytes
from nntui.document.parse import converted
from nntui.model.dataset import CsvSource, Dataset
from nntui.model.errors import SettingError, counted
from nntui.model.names import did_you_mean

if TYPE_CHECKING:
    from nntui.model.losses import Loss
    from nntui.model.wiring import Wiring

PLACE: Final = "data"
CSV_SETTINGS: Final = ("separator", "decimal", "header", "missing")
_ROW: Final = re.compile(r"data\.(?:inputs|targets)\[(\d+)\]")


class DataRows(Struct, frozen=True):
    """A data set, and where its rows stand for the sentence of a fault in one.

    ``lines`` are the line numbers in the CSV file called ``file``; both are empty for other data.
    """

    data: Dataset
    file: str = ""
    lines: Sequence[int] = ()

    def fault(self, error: SettingError) -> Fault:
        """Make the fault for an error of the experiment about one of these rows."""
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


def rows_of(section: dict[str, Any], document: str, net: Wiring, loss: Loss) -> DataRows:
    """Read the section ``data`` of the document at the path ``document``.

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
        return read(section, document, net, loss)
    except SettingError as error:
        raise Fault.of(error, PLACE) from None


def _inline(section: dict[str, Any], document: str, net: Wiring, loss: Loss) -> DataRows:
    spec = converted(section, specs.InlineData, PLACE)
    return DataRows(Dataset.of(spec.inputs, spec.targets, spec.test_fraction))


def _from_csv(section: dict[str, Any], document: str, net: Wiring, loss: Loss) -> DataRows:
    """Read columns of a CSV file; a relative path starts at the document's folder."""
    from nntui.document.csv_file import CsvReading  # most documents do without
    from nntui.document.csv_records import in_utf_8

    spec = converted(section, specs.CsvData, PLACE)
    if len(spec.inputs) != len(net.inputs):
        expected = f"{len(net.inputs)}, one for each input neuron"
        raise Fault(f"{PLACE}.inputs", counted(len(spec.inputs), "column"), expected)
    outputs, targets = len(net.outputs), len(spec.targets)
    indices = ", or one with class indices" if loss.row.classes else ""
    expected = f"{outputs}, one for each output neuron, or one with words for classes{indices}"
    other_number = Fault(f"{PLACE}.targets", counted(targets, "column"), expected)
    if targets not in (outputs, 1):
        raise other_number
    file = os.path.join(os.path.dirname(document), spec.csv)  # as errors show it
    path = absolute(os.path.join(folder_of(document), spec.csv))
    try:
        text, notes = in_utf_8(read_bytes(path, "a CSV file"))
        reading = CsvReading(text, spec, spec.csv, outputs, indices=loss.row.classes)
        if targets != outputs and not (reading.words or loss.row.classes):
            raise other_number
        table = reading.table()
    except Fault as fault:
        if fault.place.startswith(PLACE):
            raise
        if not fault.place:
            found = f"{shown(spec.csv)} ({fault.found})"
            raise Fault(f"{PLACE}.csv", found, fault.expected, fault.hint) from None
        raise Fault(fault.place, fault.found, fault.expected, fault.hint, file) from None
    settings = ((key, getattr(spec, key)) for key in CSV_SETTINGS)
    source = CsvSource(
        Path(path),
        tuple(spec.inputs),
        tuple(spec.targets),
        tuple((key, value) for key, value in settings if not isinstance(value, UnsetType)),
        (*notes, *table.notes),
        table.classes,
    )
    of_one = Dataset(table.x[:1], table.y[:1], spec.test_fraction, source)
    data = of_one.with_rows(inputs=table.x, targets=table.y)  # which the reading has checked
    return DataRows(data, file, table.lines)


def _generated(section: dict[str, Any], document: str, net: Wiring, loss: Loss) -> DataRows:
    from nntui.document.generators import generated

    spec = converted(section, specs.GeneratedData, PLACE)
    data = generated(spec, PLACE).labelled(loss)
    labels = isinstance(data.targets[0], int)
    inputs, outputs = len(net.inputs), len(net.outputs)
    if inputs != 2 or not (outputs >= 2 if labels else outputs == 1):
        gives = "2 classes" if labels else "1 target"
        raise Fault(
            f"{PLACE}.generator",
            f"{shown(spec.generator)}, which gives 2 inputs and {gives}",
            f"data for {counted(inputs, 'input')} and {counted(outputs, 'output')}, "
            "as the network has",
        )
    return DataRows(data)


_KINDS: Final[dict[str, Callable[[dict[str, Any], str, Wiring, Loss], DataRows]]] = {
    "csv": _from_csv,
    "generator": _generated,
}
