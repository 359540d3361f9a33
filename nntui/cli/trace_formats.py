"""The formats of a trace: an iterator of steps → an iterator of texts to print."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from math import copysign
from operator import itemgetter
from types import SimpleNamespace
from typing import Final, NamedTuple

from nntui.cli.tables import json_encoder
from nntui.debugger.commands.movement import heading
from nntui.debugger.step import Step
from nntui.engine.schedule import Operation
from nntui.explain.formulas import equations, sum_template
from nntui.explain.numbers import bracketed, exact
from nntui.model.experiment import Experiment
from nntui.model.names import quoted
from nntui.text import cells, harmless_json, padded

_COLUMNS: Final = (
    "step", "epoch", "update", "example", "phase", "kind",
    "source", "target", "neuron", "parameter", "reads", "writes", "text",
)  # fmt: skip


def _jsonl(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    """Write what ``json_text(step.plain)`` does; of a line only the numbers are written anew."""
    lines: dict[tuple[Operation, int | None], _Line] = {}
    write = json_encoder().encode
    for step in steps:
        at = step.position
        key = step.operation, at.move
        if (line := lines.get(key)) is None:
            if len(lines) == _MOST_LINES:
                lines.clear()
            line = lines[key] = _Line.of(step, write)
        example = "null" if at.example is None else at.example + 1
        texts: list[object] = [at.step + 1, at.epoch + 1, at.update + 1, example]
        for x in (*step.reads.values(), *step.writes.values()):
            texts += _forms(x) if x else _FORMS_OF_ZERO[copysign(1.0, x)]
        if line.ends_with_sentence:
            texts.append(harmless_json(write(step.text)))
        yield line.template % line.chosen(texts)


_MOST_LINES: Final = 16384
_COUNTERS: Final = 4


@lru_cache(maxsize=1024)  # a number stands in several places, of a step and of the next ones
def _forms(x: float) -> tuple[str, str, str]:
    """Write a number exactly, in brackets if it is negative, and for JSON."""
    text = exact(x)
    if "e" in text or "." in text:
        return text, bracketed(text), text
    return text, bracketed(text), f"{text}.0" if text[-1].isdigit() else f'"{text}"'


_FORMS_OF_ZERO: Final = {sign: _forms.__wrapped__(sign * 0.0) for sign in (1.0, -1.0)}
"""By its sign: to a cache both zeros are one."""


class _Line(NamedTuple):
    """The line of a step with %s for its counters, its numbers and its formula.

    Of a step along a connection the formula stands there, too, with %s for the numbers in it;
    of another it comes last. ``chosen`` takes what stands in the line, in its order, from the
    step's counters and the forms of all its numbers.
    """

    template: str
    chosen: Callable[[list[object]], tuple[object, ...]]
    ends_with_sentence: bool

    @classmethod
    def of(cls, step: Step, write: Callable[[str], str]) -> _Line:
        def word(text: str) -> str:
            return write(text).replace("%", "%%")

        pairs = [
            f'"{key}": {word(value) if isinstance(value, str) else "%s"}'
            for key, value in step.about.items()
        ]
        for side, values in (("reads", step.reads), ("writes", step.writes)):
            pairs.append(f'"{side}": {{{", ".join([f"{word(name)}: %s" for name in values])}}}')
        count = len(step.reads) + len(step.writes)
        plain, in_brackets, in_json = (
            range(first, _COUNTERS + 3 * count, 3) for first in range(_COUNTERS, _COUNTERS + 3)
        )
        formula, words = "%s", [_COUNTERS + 3 * count]
        along_edge = step.kind.endswith("_edge")
        if along_edge:
            template, sums = sum_template(*step.operation)
            formula = write(template)
            read = {name: n for n, name in enumerate(step.reads)}
            written = {name: n for n, name in enumerate(step.writes, len(read))}
            words = [
                place
                for value, left, right in sums
                for place in (
                    plain[read[value]], in_brackets[read[left]], in_brackets[read[right]],
                    plain[written[value]],
                )
            ]  # fmt: skip
        text = harmless_json(f'{{{", ".join(pairs)}, "text": {formula}}}')
        return cls(text, itemgetter(*range(_COUNTERS), *in_json, *words), not along_edge)


def _csv(steps: Iterable[Step], experiment: Experiment, last: int) -> Iterator[str]:
    write = csv.writer(SimpleNamespace(write=str), lineterminator="").writerow  # returns the line
    columns: tuple[str, ...] = _COLUMNS
    if experiment.training.gradient == "central_differences":
        columns = (*_COLUMNS, "moved")
    yield write(columns)
    for step in steps:
        found = step.about
        for side, values in (("reads", step.reads), ("writes", step.writes)):
            found[side] = "; ".join([f"{name}={exact(x)}" for name, x in values.items()])
        found["text"] = step.text
        yield write(map(found.get, columns))


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
    under = phase = None
    for step in steps:
        at = step.position
        if (now := (at.update, at.move, at.example)) != under:
            title = heading(at, step.moved_parameter).removesuffix(f" · {at.phase}")
            yield f"\n{title}" if under else title
        if (now, at.phase) != (under, phase):
            yield f"  {at.phase}"
        under, phase = now, at.phase
        number = str(at.step + 1)
        for line in equations(step):
            result = "" if line.numbers == line.result else f" = {line.result}"
            yield f"    {number:>{digits}}  {padded(line.target, width)} = {line.numbers}{result}"
            number = ""


FORMATS: Final[dict[str, Callable[[Iterable[Step], Experiment, int], Iterator[str]]]] = {
    "text": _text,
    "jsonl": _jsonl,
    "csv": _csv,
}
