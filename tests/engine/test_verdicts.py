"""What the outputs say of one example, and which of them are right."""

from __future__ import annotations

import json
import math

import pytest

import nntui
from nntui.engine.evaluate import answers_of, right_ones, tolerance, verdicts


@pytest.fixture
def of(tmp_path):
    """An experiment with a loss and targets, without hidden neurons."""

    def make(loss, targets):
        path = tmp_path / "one.json"
        document = {
            "format": "nntui/1",
            "network": {"layers": [1, len(targets[0])]},
            "data": {"inputs": [[n] for n in range(len(targets))], "targets": targets},
            "training": {"loss": loss},
        }
        path.write_text(json.dumps(document))
        return nntui.load(path)

    return make


def test_outputs_that_are_logits_say_probabilities(of):
    said = answers_of(of("cross_entropy", [[0, 1], [1, 0]]), [0.0, math.log(3)])
    assert said == pytest.approx([0.25, 0.75])
    assert answers_of(of("bce_with_logits", [[0], [1]]), [0.0]) == [0.5]
    assert answers_of(of("mse", [[0], [1]]), [2.5]) == [2.5]


def test_a_number_is_right_within_a_tenth_of_the_range_of_the_targets(of):
    experiment = of("mse", [[0], [20]])
    assert tolerance(experiment) == 2.0
    assert verdicts(experiment, [18.5], [20.0], 2.0) == [True]
    assert verdicts(experiment, [17.5], [20.0], 2.0) == [False]
    assert tolerance(of("mse", [[3], [3]])) == pytest.approx(0.1)


def test_of_a_wrong_class_the_one_said_and_the_one_wanted_are_wrong(of):
    experiment = of("cross_entropy", [[0, 1, 0], [1, 0, 0]])
    assert verdicts(experiment, [3.0, 1.0, 2.0], [0.0, 1.0, 0.0], 0.1) == [False, False, True]
    assert verdicts(experiment, [1.0, 3.0, 2.0], [0.0, 1.0, 0.0], 0.1) == [True, True, True]


@pytest.mark.parametrize("loss", ["bce", "bce_with_logits", "cross_entropy", "mse"])
def test_what_is_no_number_is_wrong(of, loss):
    assert verdicts(of(loss, [[0, 1], [1, 0]]), [math.nan, 1.0], [0.0, 1.0], 0.1) == [False, False]


@pytest.mark.parametrize("loss", ["bce", "bce_with_logits", "cross_entropy"])
def test_the_examples_that_are_judged_right_are_those_that_the_accuracy_counts(of, loss):
    experiment = of(loss, [[0, 1], [1, 0], [1, 0], [0, 1], [1, 0]])
    network = experiment.network
    judged = 0
    for n in range(5):
        y = experiment.y(n)
        outputs = [network.biases[k] + network.weights["x1", k] * n for k in ("y1", "y2")]
        judged += all(verdicts(experiment, outputs, y, 0.1))
    assert judged == right_ones(experiment, range(5), network.biases, network.weights)
