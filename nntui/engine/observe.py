"""What a step reads and writes, by value name, without a word of it in the algorithm."""

from __future__ import annotations

from nntui.engine.schedule import Operation
from nntui.engine.state import State
from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name, value_name
from nntui.model.wiring import parameter_key

Values = dict[str, float]


def reads(
    operation: Operation, experiment: Experiment, state: State, example: int | None
) -> Values:
    """Return what the step about to be executed in that state reads; the example is its own."""
    s = state
    match operation:
        case "forward_edge", i, j:
            return {
                value_name("z", j): s.z.get(j, s.b[j]),  # z[j] starts as b[j]
                value_name("w", i, j): s.w[i, j],
                value_name("a", i): s.a[i],
            }
        case "forward_neuron", j:
            return {value_name("z", j): s.z.get(j, s.b[j])}
        case "backward_edge", i, j:
            return {
                value_name("dw", i, j): s.dw[i, j],
                value_name("delta", j): s.delta[j],
                value_name("a", i): s.a[i],
                value_name("da", i): s.da.get(i, 0.0),
                value_name("w", i, j): s.w[i, j],
            }
        case "backward_neuron", j:
            return {
                value_name("da", j): s.da.get(j, 0.0),
                value_name("z", j): s.z[j],
                value_name("db", j): s.db[j],
            }
        case "update", *neurons:
            key = parameter_key(neurons)
            p, dp = (s.b[key], s.db[key]) if isinstance(key, str) else (s.w[key], s.dw[key])
            return {parameter_name(key): p, parameter_name(key, "d"): dp}
        case (("move_up" | "move_down" | "difference"), *neurons):
            key = parameter_key(neurons)
            return {parameter_name(key): s.b[key] if isinstance(key, str) else s.w[key]}
    assert example is not None
    net = experiment.network.wiring()
    if operation == ("load",):
        x = zip(net.inputs, experiment.x(example), strict=True)
        return {value_name("x", i): number for i, number in x}
    a = {value_name("a", k): s.a[k] for k in net.outputs}
    targets = zip(net.outputs, experiment.y(example), strict=True)
    return a | {value_name("t", k): number for k, number in targets}


def writes(
    operation: Operation, experiment: Experiment, state: State, example: int | None
) -> Values:
    """Return what the step just executed in that state wrote."""
    s = state
    match operation:
        case "forward_edge", _, j:
            return {value_name("z", j): s.z[j]}
        case "forward_neuron", j:
            return {value_name("a", j): s.a[j]}
        case "backward_edge", i, j:
            return {value_name("dw", i, j): s.dw[i, j], value_name("da", i): s.da[i]}
        case "backward_neuron", j:
            return {value_name("delta", j): s.delta[j], value_name("db", j): s.db[j]}
        case "update", *neurons:
            key = parameter_key(neurons)
            return {parameter_name(key): s.b[key] if isinstance(key, str) else s.w[key]}
        case (("move_up" | "move_down" | "difference"), *neurons):
            key = parameter_key(neurons)
            p, dp = (s.b[key], s.db[key]) if isinstance(key, str) else (s.w[key], s.dw[key])
            moved = {parameter_name(key): p}
            return {parameter_name(key, "d"): dp} | moved if operation[0] == "difference" else moved
    net = experiment.network.wiring()
    if operation == ("load",):
        return {value_name("a", i): s.a[i] for i in net.inputs}
    assert s.loss is not None
    if experiment.training.gradient == "central_differences":
        return {"loss": s.loss}
    return {"loss": s.loss} | {value_name("da", k): s.da[k] for k in net.outputs}
