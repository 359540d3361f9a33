"""``nntui export``: a program that trains the same, or the network for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nntui.cli.files import (
    check_can_save,
    file_argument,
    force_option,
    model_options,
    opened,
    saved,
)
from nntui.cli.tables import echo

if TYPE_CHECKING:
    from collections.abc import Callable

    from nntui.model.experiment import Experiment

_FORMS: Final = {
    "numpy": "A program of numpy alone, which trains as nntui does.",
    "torch": "A program of PyTorch, which trains as nntui does.",
    "keras": "A program of Keras, which trains as nntui does.",
    "latex": "The formulas of this network's passes and update as a LaTeX document.",
    "dot": "The network in the language of Graphviz.",
    "graphml": "The network as GraphML, for networkx, Gephi, yEd and others.",
}


def _forms(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a flag for each form; it receives them by their names."""
    for name, text in reversed(_FORMS.items()):
        command = click.option(f"--{name}", is_flag=True, help=text)(command)
    return command


@click.command("export", short_help="Write a program that trains the same, or a graph.")
@file_argument
@_forms
@click.option(
    "--save",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write to OUT instead of printing.",
)
@model_options
@force_option
def export(file: Path, out: Path | None, force: bool, **forms: bool) -> None:
    """Write the network, the data and the training of FILE in a form for other programs.

    The programs go through the same examples in the same order; numpy's sums differ from nntui's in
    the last digits only, Keras has learning rates in float32. --torch, --keras and --latex take a
    chain of fully connected layers, the others any network: numpy then goes neuron by neuron, and
    measures slopes where nntui does.

    \b
    Examples:
      nntui export xor --numpy | python -
      nntui export xor --torch --save xor.py
      nntui export skip --dot | dot -Tsvg > skip.svg
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.document.files import write_text

    chosen = [f"--{name}" for name, is_chosen in forms.items() if is_chosen]
    if not chosen:
        raise click.UsageError(f"say which form: {', '.join(f'--{name}' for name in _FORMS)}")
    if len(chosen) > 1:
        raise click.UsageError(f"found {' and '.join(chosen)}, expected one form at a time")
    if out is not None:
        check_can_save(out, force=force)
    text = _written(opened(file), chosen[0].removeprefix("--"))
    if out is None:
        echo(text.rstrip("\n"))
        return
    write_text(out, text)
    echo(saved(out))


def _written(experiment: Experiment, form: str) -> str:
    if form == "numpy":
        from nntui.interop.export_numpy import numpy_program

        return numpy_program(experiment)
    if form == "torch":
        from nntui.interop.export_torch import torch_program

        return torch_program(experiment)
    if form == "keras":
        from nntui.interop.export_keras import keras_program

        return keras_program(experiment)
    if form == "latex":
        from nntui.interop.export_latex import latex_formulas

        return latex_formulas(experiment)
    from nntui.interop.export_graph import dot_graph, graphml

    return (dot_graph if form == "dot" else graphml)(experiment)
