"""The formats of a trace: an iterator of steps → an iterator of texts to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from nntui.cli.tables import json_text
from nntui.debugger.step import Step
from nntui.explain.numbers import exact
from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name, value_name
from nntui.text import cells, padded

_COLUMNS: Final = (
    "step", "epoch", "update", "example", "phase", "kind",
    "source", "target", "neuron", "parameter", "reads", "writes", "text",
)  # fmt: skip
_WHO: Final = ("source", "target", "neuron", "parameter")


def record(step: Step) -> dict[str, Any]:
    """Describe a step as plain JSON values."""
    position = step.position
    who = {key: getattr(step, key) for key in _WHO}
    return {
        "step": position.step,
        "epoch": position.epoch,
        "update": position.update,
        "example": position.example,
        "phase": position.phase,
        "kind": step.kind,
        **{key: name for key, name in who.items() if name is not None},
        "reads": dict(step.reads),
        "writes": dict(step.writes),
        "text": step.text,
    }


def _jsonl(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    for step in steps:
        yield json_text(record(step))


def _csv(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    yield _csv_line(_COLUMNS)
    for step in steps:
        found = record(step)
        for key in ("reads", "writes"):
            found[key] = "; ".join(f"{name}={exact(value)}" for name, value in found[key].items())
        yield _csv_line(found.get(column) for column in _COLUMNS)


def _csv_line(cells_: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells_)
    return line.getvalue()


def _text(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    """Print headings by example and phase; below them the number and the equations of a step."""
    net = experiment.network.wiring()
    targets = [parameter_name(p, "d") for p in net.parameters]
    targets += [value_name("delta", j) for j in net.neurons]
    targets += [value_name("da", i) for i in net.inputs]
    digits, width = len(str(last)), max(map(cells, targets))
    before: tuple[str, str] = ("", "")
    for step in steps:
        position = step.position
        example = "" if position.example is None else f" · example {position.example}"
        heading = f"epoch {position.epoch} · update {position.update}{example}"
        phase = str(position.phase)
        if heading != before[0]:
            yield f"\n{heading}" if before[0] else heading
        if (heading, phase) != before:
            yield f"  {phase}"
        before = heading, phase
        number = str(position.step)
        for line in step.lines():
            result = "" if line.numbers == line.result else f" = {line.result}"
            yield f"    {number:>{digits}}  {padded(line.target, width)} = {line.numbers}{result}"
            number = ""


FORMATS: Final[dict[str, Callable[[Iterable[Step], Experiment, int], Iterator[str]]]] = {
    "text": _text,
    "jsonl": _jsonl,
    "csv": _csv,
}
