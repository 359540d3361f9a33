"""``nntui check``: compare the gradient with central differences, or with someone's numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.endings import WRONG_RESULT
from nntui.cli.files import Whole, file_argument, hidden_model_options, moment_options, opened
from nntui.cli.tables import aligned, echo_json, echo_lines
from nntui.explain.numbers import rounded
from nntui.model.errors import NntuiError, counted

if TYPE_CHECKING:
    from nntui.debugger.gradient_check import GradientCheck
    from nntui.model.experiment import Experiment, Training


@click.command("check", short_help="Check the gradient, or numbers of yours against the run.")
@file_argument
@hidden_model_options
@click.option(
    "--step",
    type=Whole(min=0),
    metavar="N",
    help="Check at the parameters after N steps of the run.  [default: at the start]",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Check every derivative of a large network too, which can take hours.",
)
@click.option(
    "--against",
    "mine",
    type=click.Path(),
    metavar="MINE",
    help="Hold the numbers in MINE against the run: .json, .csv, .npz, .safetensors, .jsonl.",
)
@moment_options("With --against: ")
@click.option(
    "--allow",
    type=click.Choice(["factor"]),
    help="With --against: end with 0 also when all is right up to a factor, or a kink.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(
    file: Path,
    step: int | None,
    every: bool,
    mine: str | None,
    allow: str | None,
    as_json: bool,
    **moment: float | None,
) -> int:
    """Check the gradient of the training loss at the parameters of FILE; or numbers of yours.

    The training loss is the mean of the examples' losses (or their sum, as the training's reduction
    says) with the penalties l1 and l2.

    Backpropagation's derivative for each parameter is compared with a central difference: the loss
    a little above the parameter minus the loss a little below it, divided by the distance. Where
    the loss has a kink in between (the corner of a relu, say), the two may differ rightly; so they
    do where a saturated output would make the gradient of bce infinite, and a clamp holds it. Where
    rounding disturbs the loss as much as the parameter does, it cannot be told: noise.

    Of a network of 20,000 connections or more only some derivatives are checked, evenly spread, of
    the loss over a few examples.

    The exit status is 1 when a derivative is wrong, or no finite number.

    With --against, numbers that your own program computed are held against the run of FILE instead:
    how many agree, and if some do not, which is the first that is wrong, and which mistake makes
    exactly these numbers. MINE has them by name, as nntui help numbers explains: values such as
    dw[x1,h1], arrays W1 b1 dW1 db1 z1 a1 delta1 … (1 is the first layer after the inputs), or lines
    of a trace. Of parameters after each update, the first one that differs is looked into. The exit
    status is 0 when they are right, 1 when not, 2 when MINE cannot be read.

    \b
    Examples:
      nntui check xor                          is the gradient right?
      nntui check probe.json --against mine.npz
      nntui check xor --against mine.csv --update 3 --json
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    if mine is not None:
        if step is not None or every:
            raise click.UsageError("--against goes without --step and --all")
        from nntui.cli.check_numbers import print_verdict

        return print_verdict(file, mine, moment, allow=allow is not None, as_json=as_json)
    against = {**moment, "allow": allow}
    if alone := [name for name, value in against.items() if value is not None]:
        raise click.UsageError(f"--{alone[0]} goes with --against MINE")
    return _check_gradient(file, step or 0, every, as_json)


def _check_gradient(file: Path, step: int, every: bool, as_json: bool) -> int:
    from nntui.debugger.gradient_check import TrainingLoss
    from nntui.engine.schedule import Schedule

    experiment = opened(file)
    total = Schedule(experiment).total
    if step > total:
        raise NntuiError(f"--step: there is no step {step:,}: the run's last step is {total:,}")
    subject = TrainingLoss.at(experiment, step, some=not every)
    parameters = subject.parameter_checks()
    if sys.stderr.isatty():
        count = len(subject.parameters)
        with click.progressbar(
            parameters, length=count, label="checking", file=sys.stderr, update_min_steps=8
        ) as shown:
            found = subject.check(iter(shown))
    else:
        found = subject.check(parameters)
    if as_json:
        echo_json(_plain(found))
    else:
        echo_lines(_lines(found, experiment))
    return 0 if found.ok else WRONG_RESULT


def _plain(found: GradientCheck) -> dict[str, object]:
    from msgspec.structs import asdict

    return {
        "ok": found.ok,
        "loss": found.loss,
        "examples": found.examples,
        "parameters": [asdict(parameter) for parameter in found.parameters],
        "edge_calculations": {
            "backpropagation": found.backpropagation,
            "central_differences": found.central_differences,
        },
    }


def _described(training: Training) -> str:
    """Name the loss that is checked."""
    sort = "mean training loss" if training.reduction == "mean" else "sum of the training losses"
    penalties = [name for name in ("l1", "l2") if getattr(training, name)]
    return sort + (f" with the penalty {' and '.join(penalties)}" if penalties else "")


def _lines(found: GradientCheck, experiment: Experiment) -> Iterator[str]:
    from nntui.debugger.gradient_check import MEANING

    parameters, examples = experiment.network.wiring().parameters, len(experiment.train_examples)
    over = "" if found.examples == examples else f" over {found.examples} of {examples:,} examples"
    yield f"{_described(experiment.training)}{over} {rounded(6)(found.loss)}"
    yield ""
    number = rounded(8)
    heading = ("parameter", "backpropagation", "central difference", "relative error", "")
    rows = [
        (p.name, number(p.analytic), number(p.numeric), f"{p.relative_error:.1e}",
         "WRONG" if p.verdict == "wrong" else ": ".join(filter(None, (p.verdict, p.corner))))
        for p in found.parameters
    ]  # fmt: skip
    yield from aligned(rows, ("left", "point", "point", "right"), heading)
    yield ""
    verdicts = [parameter.verdict for parameter in found.parameters]
    some = len(verdicts) < len(parameters)
    count = f"{len(verdicts):,} of " * some + counted(len(parameters), "derivative")
    wrong, lost = verdicts.count("wrong"), verdicts.count("not finite")
    parts = [f"{wrong} WRONG"] * bool(wrong) + [f"{lost} not finite"] * bool(lost)
    parts = parts or ["nothing is wrong"]
    if untold := verdicts.count("noise"):
        parts.append(f"{untold} cannot be told")
    yield f"{count}: {', '.join(parts)}."
    for verdict, meaning in MEANING.items():
        if verdict in verdicts:
            yield f"{verdict}: {meaning}"
    if some:
        yield "The others were not checked: --all checks them, and can take hours."
    back, differences = found.backpropagation, found.central_differences
    if not back:
        return
    yield (
        f"Backpropagation took {counted(back, 'connection step')}, central differences "
        f"{differences:,}."
    )
    yield (
        f"That is {differences / back:,.0f} times as many: they run the network twice for every "
        "parameter,\nbackpropagation goes there and back once for all of them."
    )
