"""``nntui show``: an experiment on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.files import file_argument

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment
    from nntui.model.network import Network

_FROZEN = "frozen"


@click.command("show", short_help="Print a network and its parameters.")
@file_argument
@click.option(
    "--width",
    type=click.IntRange(min=20, max=10_000),
    help="Columns to draw in.  [default: the terminal's, or 80]",
)
def show(file: Path, width: int | None) -> None:
    """Print the network of FILE as text, every parameter, and what its training run consists of."""
    from nntui.document.load import load

    experiment = load(file)
    for line in _lines(experiment, width or shutil.get_terminal_size((80, 24)).columns):
        click.echo(line)


def _lines(experiment: Experiment, width: int) -> Iterator[str]:
    network = experiment.network
    if experiment.name:
        yield from (experiment.name, "")
    if experiment.description:
        yield from _wrapped(experiment.description, width)
        yield ""
    yield network.draw(width=width).strip("\n")
    yield ""
    for warning in network.check():
        yield f"warning: {warning}"
    yield from _neurons(network)
    yield ""
    if experiment.network.wiring().connection_count:
        yield from _connections(network)
        yield ""
    yield from _summary(experiment)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Markdown as it was written, with its long lines folded and nothing in it interpreted."""
    import textwrap

    from nntui.draw.text import clean

    for line in text.strip().splitlines():
        shown = clean(line.expandtabs(4))
        indent = shown[: len(shown) - len(shown.lstrip())]
        bullet = "  " if shown.lstrip().startswith(("- ", "* ")) else ""
        yield textwrap.fill(
            shown,
            min(width, 100),
            subsequent_indent=indent + bullet,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _neurons(network: Network) -> Iterator[str]:
    from nntui.cli.columns import aligned

    heading = ("layer", "neuron", "role", "activation", "bias", "")
    rows = [
        (
            str(neuron.layer),
            neuron.name,
            neuron.role,
            str(neuron.activation or ""),
            "" if neuron.bias is None else _number(neuron.bias),
            "" if neuron.trainable else _FROZEN,
        )
        for neuron in network.neurons
    ]
    return aligned(rows, ("right", "left", "left", "left", "point"), heading)


def _connections(network: Network) -> Iterator[str]:
    from nntui.cli.columns import aligned

    heading = ("source", "", "target", "weight", "")
    rows = [
        (
            connection.source,
            "→",
            connection.target,
            _number(connection.weight),
            "" if connection.trainable else _FROZEN,
        )
        for connection in network.connections
    ]
    return aligned(rows, ("left", "left", "left", "point"), heading)


def _number(value: float) -> str:
    from nntui.explain.numbers import rounded

    return rounded(6)(value)


def _summary(experiment: Experiment) -> Iterator[str]:
    from nntui.cli.words import counted
    from nntui.engine.schedule import Schedule

    net, training = experiment.network.wiring(), experiment.training
    frozen = len(net.parameters) - len(net.trainable)
    test = len(experiment.test_examples)
    parts = [
        counted(len(experiment.network), "neuron"),
        counted(net.connection_count, "connection"),
        counted(len(net.parameters), "parameter") + (f" ({frozen} frozen)" if frozen else ""),
        counted(len(experiment.data), "example") + (f" ({test} kept for testing)" if test else ""),
    ]
    yield ", ".join(parts)
    schedule = Schedule(experiment)
    yield (
        f"{counted(schedule.total, 'step')} in {counted(training.epochs, 'epoch')} and "
        f"{counted(schedule.updates, 'update')}: {_function(training.loss)}, "
        f"{_function(training.optimizer)}"
    )


def _function(function: object) -> str:
    """A loss or an optimizer with the settings that are not at their defaults."""
    name, settings = function.name, dict(function.settings)  # type: ignore[attr-defined]
    defaults = function.row.settings  # type: ignore[attr-defined]
    said = [
        f"{key.replace('_', ' ')} {value if isinstance(value, bool) else f'{value:g}'}"
        for key, value in settings.items()
        if key == "learning_rate" or value != defaults[key]
    ]
    return f"{name} ({', '.join(said)})" if said else name
