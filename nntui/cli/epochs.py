"""The option ``--epochs``: another length of the run than the file's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment

_Command = TypeVar("_Command", bound=Callable[..., Any])


def epochs_option(command: _Command) -> _Command:
    """Give a command the option; it receives ``epochs``, None when not given."""
    return click.option(
        "--epochs",
        type=click.IntRange(min=1, max=1_000_000_000),
        metavar="N",
        help="Train for N epochs instead of the file's number.",
    )(command)


def with_epochs(experiment: Experiment, epochs: int | None) -> Experiment:
    """The experiment, with another number of epochs when one is given."""
    if epochs is None:
        return experiment
    return replace(experiment, training=replace(experiment.training, epochs=epochs))
