"""``nntui probe``: a network on which the mistakes of someone's backpropagation show."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from nntui.cli.endings import say
from nntui.cli.tables import echo
from nntui.model.names import escaped


@click.command("probe", short_help="Hand out numbers to check your own backpropagation on.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--layers", default="", metavar="SIZES", help='Such as "2 3 1".  [default: "3 4 3 3"]'
)
@click.option(
    "--activation",
    "activations",
    multiple=True,
    metavar="NAME",
    help="Of the hidden layers; several take turns; or such as "
    '"expression sin(z) + z derivative cos(z) + 1".  [default: sigmoid and tanh]',
)
@click.option(
    "--output",
    default="",
    metavar="NAME",
    help="The outputs' activation.  [default: one that fits the loss]",
)
@click.option("--loss", default="", metavar="NAME", help="[default: mse]")
@click.option(
    "--optimizer",
    default="",
    metavar="NAME",
    help='Such as "adam learning_rate 0.01": then your updates are checked, too.',
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Decides the numbers.  [default: 0]",
)
@click.option("--torch", is_flag=True, help="Write the template for PyTorch instead of numpy.")
@click.option("--force", is_flag=True, help="Replace the files in DIR that are there already.")
def probe(
    folder: Path,
    layers: str,
    activations: tuple[str, ...],
    output: str,
    loss: str,
    optimizer: str,
    seed: int,
    torch: bool,
    force: bool,
) -> None:
    """Write a small network into DIR, to check your own backpropagation on.

    On XOR with one hidden layer a quarter of the usual mistakes give exactly the right gradients,
    so that nobody can see them. On this network they show: layers of unequal and of equal sizes,
    two activations, three outputs, five examples, a penalty on the weights.

    \b
    probe.json    the network, for nntui
    probe.npz     its numbers: X, Y, W1, b1, W2, …
    template.py   loads them, has a place for your code, and saves mine.npz

    Weights may lie either way round in mine.npz, W or its transpose, and so may examples.

    \b
    Examples:
      nntui probe mine
      nntui probe mine --activation relu --loss cross_entropy
      nntui probe mine --optimizer "adam beta1 0.8"
      nntui check mine/probe.json --against mine/mine.npz
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.model.fit import warnings
    from nntui.verify.probe import Wanted
    from nntui.verify.probe import probe as made
    from nntui.verify.probe_files import DOCUMENT, MINE, TEMPLATE, write_probe

    numbers = made(Wanted(layers, activations, output, loss, optimizer, seed))
    for warning in warnings(numbers.experiment):
        say(f"warning: {warning}")
    write_probe(numbers, folder, updates=bool(optimizer.strip()), torch=torch, force=force)
    document, mine, template = (
        shlex.quote(escaped(str(folder / name), 1000)) for name in (DOCUMENT, MINE, TEMPLATE)
    )
    echo(f"{numbers.experiment.name}: saved in {escaped(str(folder), 1000)}")
    echo(f"Put your code into {template} and run it.")
    echo(f"Then: nntui check {document} --against {mine}")
