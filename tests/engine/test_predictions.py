"""What a network says to its examples, and whether that is right."""

import numpy as np
import pytest
from hypothesis import given
from support.experiments import experiments, layered

from nntui.engine.evaluate import answers_of, example_loss, tolerance, verdicts
from nntui.engine.parameter_index import flat_parameters
from nntui.engine.predictions import Judge
from nntui.engine.surface import AnswerComputer
from nntui.model.dataset import Dataset
from nntui.model.experiment import Training
from nntui.model.losses import Loss
from nntui.model.wiring import forward


@given(experiments())
def test_they_agree_with_the_steps_and_with_the_drawing(experiment) -> None:
    network, net = experiment.network, experiment.network.wiring()
    b, w = network.biases, network.weights
    outputs = AnswerComputer(net).outputs(
        flat_parameters(net, b, w), np.array(experiment.data.inputs)
    )
    found = Judge.of(experiment, 1000).predictions(experiment, outputs)
    within = tolerance(experiment)
    for n in range(len(experiment.data)):
        a = [forward(net, b, w, experiment.x(n))[1][k] for k in net.outputs]
        if not np.isfinite(a).all() or not np.allclose(a, outputs[n], rtol=1e-12, atol=0.0):
            continue
        assert found.says[n] == pytest.approx(answers_of(experiment, a), rel=1e-9, nan_ok=True)
        assert found.wanted[n].tolist() == list(experiment.y(n))
        assert found.loss[n] == pytest.approx(example_loss(experiment, n, b, w), nan_ok=True)
        if list(a) == outputs[n].tolist():
            assert found.right[n] == all(verdicts(experiment, a, experiment.y(n), within))


def test_the_error_of_a_class_is_what_its_probability_lacks() -> None:
    experiment = layered(2, 2).altered(
        data=Dataset.of([[0.0, 0.0]], [1]), training=Training(loss=Loss.of("cross_entropy"))
    )
    judge = Judge(np.array([[0.0, 1.0]]), 0.1, 1.0, np.arange(1), np.arange(0))
    found = judge.predictions(experiment, np.array([[0.0, np.log(3.0)]]))
    assert found.says[0] == pytest.approx([0.25, 0.75])
    assert found.error[0] == pytest.approx(0.25)
    assert found.right[0]


def test_the_error_of_a_number_is_a_part_of_the_range_and_nan_is_wrong() -> None:
    experiment = layered(2, 1, loss=Loss.of("mse"))
    judge = Judge(np.array([[-1.0], [3.0], [3.0]]), 0.4, 4.0, np.arange(2), np.arange(2, 3))
    found = judge.predictions(experiment, np.array([[0.0], [2.8], [np.nan]]))
    assert found.error[:2] == pytest.approx([0.25, 0.05])
    assert found.right.tolist() == [False, True, False]
    assert found.trained == (2, 1, pytest.approx(0.6))
    assert found.tested[:2] == (1, 0)
