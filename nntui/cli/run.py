"""``nntui run``: training without a screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.endings import INTERRUPTED, say
from nntui.cli.epochs import epochs_option, with_epochs
from nntui.cli.files import file_argument
from nntui.cli.strict_json import echo_json
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.cli.training import Outcome


@click.command("run", short_help="Train without a screen.")
@file_argument
@epochs_option
@click.option(
    "--save",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write the experiment with the trained parameters to OUT.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def run(file: Path, epochs: int | None, out: Path | None, as_json: bool) -> int:
    """Train the network of FILE to the end of its run, and print its loss.

    Ctrl-C stops after the update being computed, and --save then saves what is there; a second
    Ctrl-C stops at once.
    """
    from nntui.cli.training import check_can_save, train, trained
    from nntui.document.load import load
    from nntui.document.save import save

    experiment = load(file)
    if out is not None:
        check_can_save(out)
    outcome = train(with_epochs(experiment, epochs))
    if as_json:
        echo_json(_plain(outcome))
    else:
        _report(outcome)
    if outcome.interrupted:
        say(
            f"interrupted after {outcome.epochs:,} of {outcome.epochs_planned:,} epochs "
            f"({outcome.updates:,} of {outcome.updates_planned:,} updates)"
        )
    if out is not None:
        save(trained(experiment, outcome), out)
        click.echo(f"saved to {escaped(str(out), 1000)}", err=as_json)
    return INTERRUPTED if outcome.interrupted else 0


def _plain(outcome: Outcome) -> dict[str, object]:
    return {
        "epochs": outcome.epochs,
        "updates": outcome.updates,
        "loss": outcome.loss,
        "test_loss": outcome.test_loss,
        "history": outcome.history,
    }


def _report(outcome: Outcome) -> None:
    from nntui.cli.columns import aligned
    from nntui.cli.words import counted
    from nntui.explain.numbers import rounded

    number = rounded(6)
    rows = [
        (
            "trained for",
            f"{counted(outcome.epochs, 'epoch')}, {counted(outcome.updates, 'update')}",
        ),
        ("loss at the start", number(outcome.first_loss)),
        ("loss at the end", number(outcome.loss)),
    ]
    if outcome.test_loss is not None:
        rows.append(("test loss", number(outcome.test_loss)))
    for line in aligned(rows):
        click.echo(line)
