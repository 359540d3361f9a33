"""``nntui new``: a document from layers and data."""

from __future__ import annotations

import os
from pathlib import Path

import click

from nntui.cli.endings import say
from nntui.cli.files import check_can_save, force_option
from nntui.cli.tables import echo
from nntui.model.names import escaped


@click.command("new", short_help="Make a network from layers and data, and step through it.")
@click.argument("layers", nargs=-1)
@click.option("--data", default="", metavar="DATA", help="What to learn, as above.")
@click.option(
    "--activation", default="", metavar="NAME", help="Of the hidden neurons.  [default: tanh]"
)
@click.option("--loss", default="", metavar="NAME", help="[default: one that fits the targets]")
@click.option(
    "--output",
    default="",
    metavar="NAME",
    help="The outputs' activation.  [default: one that fits the loss]",
)
@click.option(
    "--optimizer", default="", metavar="NAME", help='Such as "sgd momentum 0.9".  [default: sgd]'
)
@click.option("--learning-rate", default="", metavar="NUMBER", help="The step of an update.")
@click.option("--epochs", default="", metavar="N", help="How often to go through all examples.")
@click.option("--seed", default="", metavar="N", help="Decides the first weights.  [default: 0]")
@click.option(
    "--save",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write the document to OUT instead of opening it.",
)
@force_option
def new(
    layers: tuple[str, ...],
    data: str,
    activation: str,
    loss: str,
    output: str,
    optimizer: str,
    learning_rate: str,
    epochs: str,
    seed: str,
    out: Path | None,
    force: bool,
) -> None:
    """Make a network of LAYERS, such as 2 3 1, and step through its training.

    One number is that of the neurons in the hidden layer; inputs and outputs follow the data.

    Without any option a form asks for everything. With --save OUT nothing is opened: the document
    is written there. What you leave away is chosen to fit: the loss and the activation of the
    outputs by the targets, the layers by the data (default: xor).

    \b
    DATA is one of
      circle, xor, gauss, spiral   points of two kinds in the plane (2 inputs);
                                   with settings: "circle samples 300 noise 0.1"
      plane, gauss_regression      points in the plane with a value to learn
      FILE.csv                     the last columns are the targets; to choose
                                   columns: "FILE.csv x1 x2 > class"
      "0 0 > 0; 0 1 > 1"           examples by hand: inputs > target

    \b
    Examples:
      nntui new
      nntui new 2 4 1 --data circle
      nntui new 2 3 1 --data "0 0 > 0; 0 1 > 1; 1 0 > 1; 1 1 > 0"
      nntui new 4 8 3 --data iris.csv --optimizer adam --save iris.json
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.document.new import Words, new_experiment

    words = Words(
        " ".join(layers), activation, data, loss, output, optimizer, learning_rate, epochs, seed
    )
    if out is None:
        from nntui.cli.open import open_new_on_screen

        open_new_on_screen(None if words == Words() else new_experiment(words))
    check_can_save(out, force=force)
    from nntui.document.save import save
    from nntui.model.fit import warnings

    experiment = new_experiment(words, os.getcwd())
    for warning in warnings(experiment):
        say(f"warning: {warning}")
    save(experiment, out, overwrite=force)
    echo(f"{experiment.name}: saved to {escaped(str(out), 1000)}")
