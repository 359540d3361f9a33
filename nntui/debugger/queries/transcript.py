"""Write the steps of a pass as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from nntui.debugger.queries.past import Past
from nntui.debugger.step import destination
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper

MOST: Final = 10_000
"""Steps written, at most: the last ones of the pass."""


def transcript(stepper: Stepper) -> str:
    """Write the pass of the last step, from its start to that step, as a table in Markdown.

    It has a row for each equation: the step's number, the value, the formula in symbols and in
    exact numbers, and the result. The run does not move.
    """
    return "\n".join(_lines(stepper)) + "\n"


def _lines(stepper: Stepper) -> Iterator[str]:
    experiment, here = stepper.experiment, stepper.position
    yield f"# {_plain(experiment.name or 'An experiment')}"
    yield ""
    last = stepper.last
    if last is None:
        yield "Nothing was computed yet."
        return
    position = last.position
    example = "" if position.example is None else f" · example {position.number('example')}"
    if last.moved_parameter is not None:
        example = f" · {last.moved_parameter}{example}"
    phase = "" if position.phase == "update" else f" · {position.phase}"
    first = destination(stepper.schedule, here, "pass", -1)
    shown = max(first, here - MOST)
    yield f"Epoch {position.number('epoch')} · update {position.number('update')}{example}{phase}"
    yield f"(steps {first + 1:,} to {here:,} of {stepper.total:,})"
    yield ""
    if shown > first:
        yield f"The first {shown - first:,} steps of the pass are left out."
        yield ""
    yield "| step | value | in symbols | in numbers | result |"
    yield "| ---: | --- | --- | --- | ---: |"
    past = Past(stepper.training_run)
    for number in range(shown, here):
        name = f"{number + 1:,}"
        for line in past.step(number).lines():
            cells = (line.target, line.symbols, line.numbers, line.result)
            yield f"| {name} | " + " | ".join(_code(cell) for cell in cells) + " |"
            name = ""


def _code(text: str) -> str:
    """Write a cell so that Markdown shows it as it is, whatever a neuron is called."""
    shown = escaped(text, 10_000).replace("|", "\\|")
    if not shown:
        return ""
    # Longer than any run of them inside, which would end it.
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _plain(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in escaped(text, 500))
