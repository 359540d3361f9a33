"""What a network answers, computed for many inputs at once."""

import math

import numpy as np
import pytest
from hypothesis import given
from support.experiments import experiments, layered

from nntui.debugger.debugger import Debugger
from nntui.engine.parameter_index import flat_parameters
from nntui.engine.surface import MOST_POINTS, AnswerComputer, InputRanges
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment
from nntui.model.wiring import forward


def over(*rows: list[float]) -> Experiment:
    """A network of two inputs with these as its examples."""
    return layered(2, 1).altered(data=Dataset.of(rows, [[0.0]] * len(rows)))


def parameters(experiment: Experiment):
    network = experiment.network
    return flat_parameters(network.wiring(), network.biases, network.weights)


def one_by_one(experiment: Experiment, x):
    network = experiment.network
    return forward(network.wiring(), network.biases, network.weights, x)[1]


@given(experiments())
def test_outputs_are_those_of_the_algorithm(experiment) -> None:
    net = experiment.network.wiring()
    computer = AnswerComputer(net)
    found = computer.outputs(parameters(experiment), np.array(experiment.data.inputs))
    for x, outputs in zip(experiment.data.inputs, found, strict=True):
        a = one_by_one(experiment, x)
        expected = [a[k] for k in net.outputs]
        if all(map(math.isfinite, a.values())):
            assert outputs == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("sizes", [(2, 3, 1), (5, 4, 4, 2), (1, 3, 2)])
def test_a_surface_has_the_answer_of_every_neuron_at_every_point(sizes) -> None:
    experiment = layered(*sizes)
    net, ranges = experiment.network.wiring(), InputRanges.of(experiment)
    inputs = (sizes[0] - 1, 0)[: min(sizes[0], 2)]
    surfaces = AnswerComputer(net).surfaces(parameters(experiment), ranges.grid(inputs, 5, 4))
    across, down = surfaces.grid.across, surfaces.grid.down
    for column in range(5):
        for row in range(len(down)):
            x = list(ranges.means)
            x[inputs[0]] = across[column]
            if len(inputs) > 1:
                x[inputs[1]] = down[row]
            a = one_by_one(experiment, x)
            for name in (*net.inputs, *net.neurons):
                assert surfaces[name][row, column] == pytest.approx(a[name], rel=1e-9, abs=1e-12)


def test_a_grid_holds_every_example_and_its_second_input_grows_upwards() -> None:
    experiment = over([0.0, -1.0], [2.0, 3.0], [1.0, 0.0])
    grid = InputRanges.of(experiment).grid((0, 1), 20, 10)
    assert grid.down[0] > 2.5
    assert grid.down[-1] < -0.5
    assert grid.cell((0.0, -1.0)) == (1, 9)
    assert grid.cell((2.0, 3.0)) == (18, 0)
    for x in experiment.data.inputs:
        column, row = grid.cell(x)
        assert grid.across[column] == pytest.approx(x[0], abs=0.13)
        assert grid.down[row] == pytest.approx(x[1], abs=0.26)


def test_an_input_that_never_changes_has_a_range_and_no_grid_is_too_large() -> None:
    ranges = InputRanges.of(over([4.0, 0.0], [4.0, 1.0]))
    grid = ranges.grid((0, 1), 400, 300)
    assert grid.ranges[0] == (3.0, 5.0)
    assert grid.columns * grid.rows <= MOST_POINTS
    assert ranges.grid((0,), 50, 20).rows == 1


def test_parameters_of_a_large_network_are_had_as_an_array_after_edits_too() -> None:
    experiment = layered(80, 70, 1)
    debugger = Debugger(experiment)
    debugger.seek(3)
    snapshot = debugger.snapshot()
    net = snapshot.net
    first = flat_parameters(net, snapshot.b, snapshot.w)
    assert first.tolist() == [
        snapshot.b[p] if isinstance(p, str) else snapshot.w[p] for p in net.parameters
    ]
    source, target = net.edges[100]
    debugger.edit(f"w[{source},{target}]", 7.0)
    after = debugger.snapshot()
    assert 7.0 in flat_parameters(net, after.b, after.w).tolist()
