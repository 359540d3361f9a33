"""The formats of a trace: an iterator of steps → an iterator of texts to print."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Final

from nntui.cli.tables import json_text
from nntui.debugger.commands.movement import heading
from nntui.debugger.step import Step
from nntui.explain.numbers import exact
from nntui.model.experiment import Experiment
from nntui.model.names import quoted
from nntui.text import cells, padded

_COLUMNS: Final = (
    "step", "epoch", "update", "example", "phase", "kind",
    "source", "target", "neuron", "parameter", "reads", "writes", "text",
)  # fmt: skip


def _jsonl(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    for step in steps:
        yield json_text(step.plain)


def _csv(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    write = csv.writer(SimpleNamespace(write=str), lineterminator="").writerow  # returns the line
    columns: tuple[str, ...] = _COLUMNS
    if experiment.training.gradient == "central_differences":
        columns = (*_COLUMNS, "moved")
    yield write(columns)
    for step in steps:
        found = step.plain
        for key in ("reads", "writes"):
            found[key] = "; ".join(f"{name}={exact(value)}" for name, value in found[key].items())
        yield write(found.get(column) for column in columns)


def _text(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    """Print headings by example and phase; below them the number and the equations of a step."""
    net = experiment.network.wiring()
    # The longest names that a step can have: dw[i,j], delta[j], da[i].
    length = {j: cells(quoted(j)) for j in net.layer}
    into = ((max(map(length.__getitem__, net.sources[j]), default=-1), j) for j in net.neurons)
    longest = [len("dw[,]") + above + length[j] for above, j in into]
    longest += [len("delta[]") + length[j] for j in net.neurons]
    longest += [len("da[]") + length[i] for i in net.inputs]
    digits, width = len(str(last)), max(longest)
    before = ["", ""]
    for step in steps:
        now = heading(step.position, step.moved_parameter).rsplit(" · ", 1)
        if now[0] != before[0]:
            yield f"\n{now[0]}" if before[0] else now[0]
        if now != before:
            yield f"  {now[1]}"
        before = now
        number = str(step.position.number("step"))
        for line in step.lines():
            result = "" if line.numbers == line.result else f" = {line.result}"
            yield f"    {number:>{digits}}  {padded(line.target, width)} = {line.numbers}{result}"
            number = ""


FORMATS: Final[dict[str, Callable[[Iterable[Step], Experiment, int], Iterator[str]]]] = {
    "text": _text,
    "jsonl": _jsonl,
    "csv": _csv,
}
