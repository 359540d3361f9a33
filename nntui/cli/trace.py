"""``nntui trace``: print every step of a run."""

from __future__ import annotations

from pathlib import Path

import click

from nntui.cli.endings import say, terminable
from nntui.cli.files import (
    Whole,
    epochs_option,
    file_argument,
    hidden_model_options,
    opened,
    with_epochs,
)
from nntui.cli.tables import echo_lines
from nntui.model.errors import NntuiError


@click.command("trace", short_help="Print the steps of a run, to read or to process.")
@file_argument
@hidden_model_options
@epochs_option
@click.option(
    "--from",
    "first",
    type=Whole(min=1),
    default=1,
    metavar="STEP",
    help="The first step to print; steps count from 1.",
)
@click.option(
    "--to",
    "last",
    type=Whole(min=1),
    metavar="STEP",
    help="The last step to print, itself included.  [default: the run's last]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl", "csv"]),
    default="text",
    show_default=True,
    help="text is for reading, jsonl has a JSON object and csv a row for each step.",
)
def trace(file: Path, epochs: int | None, first: int, last: int | None, form: str) -> None:
    """Print every step of the training run of FILE: what it reads, what it writes, its formula.

    The kinds of steps, as jsonl and csv name them: for each example load, forward_edge,
    forward_neuron, loss, backward_neuron and backward_edge; after the batch an update for each
    parameter. With central differences ("gradient" in training) nothing goes back: for each
    parameter move_up and the batch's passes forward, move_down and these passes, then difference.

    \b
    Examples:
      nntui trace sample --to 16                one example there and back
      nntui trace sample --format jsonl | jq .writes
      nntui trace xor --from 1000 --to 1100     from the middle of the run
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.cli.trace_formats import FORMATS
    from nntui.debugger.step import observed_steps
    from nntui.debugger.stepper import Stepper
    from nntui.model.fit import warnings

    experiment = with_epochs(opened(file), epochs)
    for warning in warnings(experiment):
        say(f"warning: {warning}")
    stepper = Stepper(experiment)
    if last is not None and last < first:
        raise NntuiError(f"--to {last:,} lies before --from {first:,}: there is nothing to print")
    if first > stepper.total:
        raise NntuiError(f"there is no step {first:,}: the run's last step is {stepper.total:,}")
    end = stepper.total if last is None else min(last, stepper.total)
    stepper.seek(first - 1)
    steps = observed_steps(stepper.training_run, end - first + 1)
    with terminable():
        echo_lines(FORMATS[form](steps, experiment, end))
