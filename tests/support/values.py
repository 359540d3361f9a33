"""Every value of a run by name: those that steps write, and those computed where they are asked."""

from __future__ import annotations

from nntui.debugger.debugger import Debugger
from nntui.model.experiment import Experiment
from nntui.model.names import SYMBOLS, value_name
from nntui.model.wiring import value_owners


def value_names(experiment: Experiment) -> list[str]:
    net = experiment.network.wiring()
    return [value_name(s, *neurons) for s in SYMBOLS for neurons in value_owners(net, s)]


def all_values(debugger: Debugger) -> dict[str, float | None]:
    return {name: debugger.value(name) for name in value_names(debugger.experiment)}
