"""``nntui check``: compare the gradient with central differences."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.endings import WRONG_RESULT
from nntui.cli.files import file_argument
from nntui.cli.tables import aligned, echo, echo_json
from nntui.explain.numbers import rounded
from nntui.model.errors import counted

if TYPE_CHECKING:
    from nntui.debugger.gradient_check import GradientCheck

_SAID = {"ok": "ok", "kink": "kink", "clamped": "clamped", "wrong": "WRONG"}


@click.command("check", short_help="Compare the gradient with central differences.")
@file_argument
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(file: Path, as_json: bool) -> int:
    """Check the gradient of the mean training loss at the parameters of FILE.

    Backpropagation's derivative for each parameter is compared with a central difference: the loss
    a little above the parameter minus the loss a little below it, divided by the distance. Where
    the loss has a kink in between (the corner of a relu, say), the two may differ rightly; so they
    do where a saturated output would make the gradient of bce infinite, and a clamp holds it.

    The exit status is 1 when a derivative is wrong.
    """
    from nntui.debugger.gradient_check import parameter_checks, summary
    from nntui.document.load import load

    experiment = load(file)
    parameters = parameter_checks(experiment)
    if sys.stderr.isatty():
        count = len(experiment.network.wiring().parameters)
        with click.progressbar(
            parameters, length=count, label="checking", file=sys.stderr, update_min_steps=8
        ) as shown:
            found = summary(experiment, iter(shown))
    else:
        found = summary(experiment, parameters)
    if as_json:
        echo_json(_plain(found))
    else:
        for line in _lines(found):
            echo(line)
    return 0 if found.ok else WRONG_RESULT


def _plain(found: GradientCheck) -> dict[str, object]:
    return {
        "ok": found.ok,
        "loss": found.loss,
        "parameters": [asdict(parameter) for parameter in found.parameters],
        "edge_calculations": {
            "backpropagation": found.backpropagation,
            "central_differences": found.central_differences,
        },
    }


def _lines(found: GradientCheck) -> Iterator[str]:
    yield f"mean training loss {rounded(6)(found.loss)}"
    yield ""
    number = rounded(8)
    heading = ("parameter", "backpropagation", "central difference", "relative error", "")
    rows = [
        (p.name, number(p.analytic), number(p.numeric), f"{p.relative_error:.1e}", _SAID[p.verdict])
        for p in found.parameters
    ]
    yield from aligned(rows, ("left", "point", "point", "right"), heading)
    yield ""
    verdicts = [parameter.verdict for parameter in found.parameters]
    count = counted(len(verdicts), "derivative")
    if found.ok:
        yield f"{count}: nothing is wrong."
    else:
        yield f"{count}: {verdicts.count('wrong')} WRONG."
    if "kink" in verdicts:
        yield "kink: the loss has a corner right here, so the slopes on its two sides differ."
    if "clamped" in verdicts:
        yield "clamped: an output is so close to its limit that the loss's gradient is held finite."
    back, differences = found.backpropagation, found.central_differences
    if not back:
        return
    yield (
        f"Backpropagation took {counted(back, 'edge calculation')}, central differences "
        f"{differences:,}."
    )
    yield (
        f"That is {differences / back:,.0f} times as many: they run the network twice for every "
        "parameter,\nbackpropagation goes there and back once for all of them."
    )
