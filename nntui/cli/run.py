"""``nntui run``: train without a screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.endings import DIVERGED, WRONG_RESULT, say
from nntui.cli.files import (
    Whole,
    check_can_save,
    epochs_option,
    file_argument,
    force_option,
    hidden_model_options,
    opened,
    saved,
    with_epochs,
)
from nntui.cli.tables import aligned, echo, echo_json, echo_lines
from nntui.explain.numbers import rounded
from nntui.model.errors import counted
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.cli.training import Outcome
    from nntui.cli.until import Until


@click.command("run", short_help="Train without a screen.")
@file_argument
@hidden_model_options
@epochs_option
@click.option(
    "--save",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write the experiment with the trained parameters to OUT, and what the optimizer "
    "remembers, so that a run of OUT goes on from there; as .npz, .safetensors or .onnx for "
    "other programs.",
)
@force_option
@click.option(
    "--until",
    "condition",
    metavar="CONDITION",
    help="Stop after the first update at whose end the condition is true.",
)
@click.option(
    "--max-epochs",
    type=Whole(min=1, max=1_000_000_000),
    metavar="N",
    help="With --until: give up after N epochs, instead of the file's number.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--history",
    "losses",
    type=click.Choice(["none", "epoch"]),
    help="With --json: the losses to give as history.  [default: epoch: the mean of each]",
)
def run(
    file: Path,
    epochs: int | None,
    out: Path | None,
    force: bool,
    condition: str | None,
    max_epochs: int | None,
    as_json: bool,
    losses: str | None,
) -> int:
    """Train the network of FILE to the end of its run, and print its loss.

    Ctrl-C (status 130) and SIGTERM (143) stop after the update being computed, and --save then
    saves what is there; a second one stops at once.

    With --until, the run also ends as soon as a condition over its values is met. It is looked at
    after every update: batch_loss is the mean (or sum) over the batch just done, epoch_loss the
    mean over the last finished epoch, test_loss that after it; z[h1], loss and the like are those
    of the batch's last example. The exit status is 1 when the epochs ran out and it was not met.

    A run that ends in NaN, in infinity or with a loss a million times the first one has diverged: a
    line on stderr says where that began, and the exit status is 3.

    \b
    Examples:
      nntui run xor --until "epoch_loss < 0.01" --max-epochs 10000
      nntui run xor --until "abs(w[x1,h1]) > 3 or isnan(batch_loss)"
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.cli.training import divergence, train, trained
    from nntui.model.fit import warnings

    if max_epochs is not None and condition is None:
        raise click.UsageError("--max-epochs goes with --until; without it, --epochs says how long")
    if max_epochs is not None and epochs is not None:
        raise click.UsageError("--epochs and --max-epochs say the same thing: leave one away")
    if losses is not None and not as_json:
        raise click.UsageError("--history goes with --json; exec's history VALUE prints a table")
    experiment = opened(file)
    planned = with_epochs(experiment, epochs or max_epochs)
    until = None
    if condition is not None:
        from nntui.cli.until import Until

        until = Until(condition, planned)
    if out is not None:
        from nntui.interop.saving import check_format

        check_can_save(out, force=force)
        check_format(experiment, out)
    for warning in warnings(planned):
        say(f"warning: {warning}")
    outcome = train(planned, until)
    if as_json:
        keys = ["epochs", "updates", "loss", "test_loss"]
        keys += [] if losses == "none" else ["history"]
        reached = {} if condition is None else {"until": condition, "met": outcome.met}
        echo_json(reached | {key: getattr(outcome, key) for key in keys})
    else:
        _report(outcome, until)
    if outcome.interrupted:
        say(
            f"interrupted after {outcome.epochs:,} of {outcome.epochs_planned:,} epochs "
            f"({outcome.updates:,} of {outcome.updates_planned:,} updates)"
        )
    if outcome.diverged:
        say(divergence(planned, outcome, file))
    if out is not None:
        from nntui.interop.saving import save_model

        left_out = save_model(trained(experiment, outcome), out, overwrite=force)
        echo(saved(out, left_out), err=as_json)
    if outcome.interrupted:
        return outcome.interrupted
    if outcome.diverged:
        return DIVERGED
    return WRONG_RESULT if outcome.met is False else 0


def _report(outcome: Outcome, until: Until | None) -> None:
    number = rounded(6)
    length = f"{counted(outcome.epochs, 'epoch')}, {counted(outcome.updates, 'update')}"
    rows = [
        ("trained for", length),
        ("loss at the start", number(outcome.first_loss)),
        ("loss at the end", number(outcome.loss)),
    ]
    if outcome.test_loss is not None:
        rows.append(("test loss", number(outcome.test_loss)))
    echo_lines(aligned(rows))
    if until is not None:
        shown = escaped(until.text, 1000)
        per_epoch = outcome.updates_planned // outcome.epochs_planned
        epoch = -(-outcome.updates // per_epoch)
        met = f"met: {shown} after update {outcome.updates:,} in epoch {epoch:,}"
        echo(met if outcome.met else f"not met: {shown}")
