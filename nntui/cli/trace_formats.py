"""The formats of a trace: an iterator of steps → an iterator of texts to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
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
        found |= {key: _pairs(found[key]) for key in ("reads", "writes")}
        yield _csv_line(found.get(column) for column in _COLUMNS)


def _csv_line(cells_: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells_)
    return line.getvalue()


def _pairs(values: Mapping[str, float]) -> str:
    return "; ".join(f"{name}={exact(value)}" for name, value in values.items())


def _text(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    """Print headings by example and phase; below them the number and the equations of a step."""
    digits, target = len(str(last)), _longest_target(experiment)
    before: tuple[str, str] = ("", "")
    for step in steps:
        heading, phase = _heading(step), str(step.position.phase)
        if heading != before[0]:
            yield f"\n{heading}" if before[0] else heading
        if (heading, phase) != before:
            yield f"  {phase}"
        before = heading, phase
        number = str(step.position.step)
        for line in step.lines():
            result = "" if line.numbers == line.result else f" = {line.result}"
            yield f"    {number:>{digits}}  {padded(line.target, target)} = {line.numbers}{result}"
            number = ""


def _heading(step: Step) -> str:
    position = step.position
    example = "" if position.example is None else f" · example {position.example}"
    return f"epoch {position.epoch} · update {position.update}{example}"


def _longest_target(experiment: Experiment) -> int:
    """Measure the longest name on the left of an equals sign, in cells."""
    net = experiment.network.wiring()
    names = [parameter_name(p, "d") for p in net.parameters]
    names += [value_name("delta", j) for j in net.neurons]
    names += [value_name("da", i) for i in net.inputs]
    return max(map(cells, names))


FORMATS: Final[dict[str, Callable[[Iterable[Step], Experiment, int], Iterator[str]]]] = {
    "text": _text,
    "jsonl": _jsonl,
    "csv": _csv,
}
