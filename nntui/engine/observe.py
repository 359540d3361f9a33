"""What a step reads and writes, by value name, seen from outside: the listing stays pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nntui.engine.state import State
from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name, value_name

Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class StepContext:
    """Where a step takes place: the state it works on and the example it belongs to."""

    experiment: Experiment
    state: State
    example: int | None

    def parameter(self, *neurons: str) -> tuple[float, float]:
        """A parameter (one neuron: its bias; two: a weight) and its summed gradient."""
        if len(neurons) == 1:
            return self.state.b[neurons[0]], self.state.db[neurons[0]]
        i, j = neurons
        return self.state.w[i, j], self.state.dw[i, j]


def _x(scene: StepContext) -> Values:
    assert scene.example is not None
    inputs = scene.experiment.network.wiring().inputs
    row = scene.experiment.x(scene.example)
    return {value_name("x", i): x for i, x in zip(inputs, row, strict=True)}


def _loaded(scene: StepContext) -> Values:
    return {value_name("a", i): scene.state.a[i] for i in scene.experiment.network.wiring().inputs}


def _product_read(scene: StepContext, i: str, j: str) -> Values:
    s = scene.state
    return {
        value_name("z", j): s.z.get(j, s.b[j]),  # z[j] starts as b[j]
        value_name("w", i, j): s.w[i, j],
        value_name("a", i): s.a[i],
    }


def _sum_read(scene: StepContext, j: str) -> Values:
    return {value_name("z", j): scene.state.z.get(j, scene.state.b[j])}


def _activated(scene: StepContext, j: str) -> Values:
    return {value_name("a", j): scene.state.a[j]}


def _compared(scene: StepContext) -> Values:
    assert scene.example is not None
    outputs = scene.experiment.network.wiring().outputs
    targets = zip(outputs, scene.experiment.y(scene.example), strict=True)
    a = {value_name("a", k): scene.state.a[k] for k in outputs}
    return a | {value_name("y", k): y for k, y in targets}


def _lost(scene: StepContext) -> Values:
    assert scene.state.loss is not None
    outputs = scene.experiment.network.wiring().outputs
    return {"loss": scene.state.loss} | {value_name("da", k): scene.state.da[k] for k in outputs}


def _delta_read(scene: StepContext, j: str) -> Values:
    s = scene.state
    return {
        value_name("da", j): s.da.get(j, 0.0),
        value_name("z", j): s.z[j],
        value_name("db", j): s.db[j],
    }


def _delta_written(scene: StepContext, j: str) -> Values:
    return {value_name("delta", j): scene.state.delta[j], value_name("db", j): scene.state.db[j]}


def _chain_read(scene: StepContext, i: str, j: str) -> Values:
    s = scene.state
    return {
        value_name("dw", i, j): s.dw[i, j],
        value_name("delta", j): s.delta[j],
        value_name("a", i): s.a[i],
        value_name("da", i): s.da.get(i, 0.0),
        value_name("w", i, j): s.w[i, j],
    }


def _chain_written(scene: StepContext, i: str, j: str) -> Values:
    return {value_name("dw", i, j): scene.state.dw[i, j], value_name("da", i): scene.state.da[i]}


def _parameter_read(scene: StepContext, *neurons: str) -> Values:
    p, dp = scene.parameter(*neurons)
    key = neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])
    return {parameter_name(key): p, parameter_name(key, "d"): dp}


def _parameter_written(scene: StepContext, *neurons: str) -> Values:
    p, _ = scene.parameter(*neurons)
    key = neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])
    return {parameter_name(key): p}


# kind: (what it reads, seen before the step; what it writes, seen after it)
_EFFECTS: Final[dict[str, tuple[Callable[..., Values], Callable[..., Values]]]] = {
    "load": (_x, _loaded),
    "forward_edge": (
        _product_read,
        lambda scene, i, j: {value_name("z", j): scene.state.z[j]},
    ),
    "forward_neuron": (_sum_read, _activated),
    "loss": (_compared, _lost),
    "backward_neuron": (_delta_read, _delta_written),
    "backward_edge": (_chain_read, _chain_written),
    "update": (_parameter_read, _parameter_written),
}


def reads(operation: tuple[str, ...], scene: StepContext) -> Values:
    """What the step about to be executed reads."""
    kind, *neurons = operation
    return _EFFECTS[kind][0](scene, *neurons)


def writes(operation: tuple[str, ...], scene: StepContext) -> Values:
    """What the step just executed wrote."""
    kind, *neurons = operation
    return _EFFECTS[kind][1](scene, *neurons)
