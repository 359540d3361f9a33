"""Data, training settings, and what must fit together."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import layered

from nntui.model.dataset import Dataset
from nntui.model.errors import SettingError
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import LOSSES, Loss
from nntui.model.network import Network

CLASSES = Training(loss=Loss.of("cross_entropy"))


@given(
    rows=st.integers(1, 60),
    fraction=st.floats(0.0, 0.99),
    seed=st.integers(0, 2**63 - 1),
)
def test_a_split_keeps_every_row_once(rows, fraction, seed) -> None:
    data = Dataset.of([[0.0]] * rows, [[0.0]] * rows, fraction)
    train, test = data.split(seed)
    assert sorted((*train, *test)) == list(range(rows))
    assert list(train) == sorted(train)
    assert list(test) == sorted(test)
    assert len(train) >= 1
    assert len(test) == min(round(rows * fraction), rows - 1)
    assert data.split(seed) == (train, test)


def test_a_split_stays_the_same_in_every_release() -> None:
    data = Dataset.of([[0]] * 10, [[0]] * 10, 0.3)
    assert data.split(5) == ((0, 1, 3, 4, 5, 7, 8), (2, 6, 9))


@pytest.mark.parametrize(
    ("inputs", "targets", "place"),
    [
        ([], [], "inputs"),
        ([[1.0]], [], "targets"),
        ([[1.0]], [[1.0], [2.0]], "targets"),
        ([[1.0, math.nan]], [[1.0]], r"inputs\[0\]\[1\]"),
        ([[1.0], [math.inf]], [[1.0], [1.0]], r"inputs\[1\]\[0\]"),
        ([[10**400]], [[1.0]], r"inputs\[0\]\[0\]"),
        ([["1"]], [[1.0]], r"inputs\[0\]\[0\]"),
        ([[True]], [[1.0]], r"inputs\[0\]\[0\]"),
        (["12"], [[1.0]], r"inputs\[0\]"),
        ([[1.0]], [True], r"targets\[0\]"),
        ([[1.0]], [None], r"targets\[0\]"),
        ([[1.0]], [[None]], r"targets\[0\]\[0\]"),
    ],
)
def test_bad_rows_are_refused_with_their_place(inputs, targets, place) -> None:
    with pytest.raises(SettingError, match=place):
        Dataset.of(inputs, targets)


@pytest.mark.parametrize("fraction", [-0.1, 1.0, math.nan])
def test_a_bad_test_fraction_is_refused(fraction) -> None:
    with pytest.raises(SettingError, match="test_fraction"):
        Dataset.of([[0.0]], [[0.0]], fraction)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("batch_size", 0),
        ("batch_size", -1),
        ("batch_size", True),
        ("batch_size", 2.5),
        ("batch_size", "2"),
        ("reduction", "average"),
        ("l1", -0.1),
        ("l2", math.inf),
        ("l2", math.nan),
        ("l2", 10**400),
        ("epochs", 0),
        ("epochs", 10**10),
        ("epochs", 1.5),
        ("seed", -1),
        ("seed", 2**63),
    ],
)
def test_a_bad_training_setting_is_refused_by_its_name(setting, value) -> None:
    with pytest.raises(SettingError, match=setting):
        Training(**{setting: value})


@pytest.mark.parametrize(
    ("inputs", "targets", "training", "place"),
    [
        ([[1.0]], [[1.0, 0.0]], Training(), r"data.inputs\[0\]"),
        ([[1.0, 2.0]], [[1.0]], Training(), r"data.targets\[0\]"),
        ([[1.0, 2.0]] * 2, [[1.0, 2.0], [1.0]], Training(), r"data.targets\[1\]"),
        ([[1.0, 2.0]], [1], Training(), "cross_entropy"),
        ([[1.0, 2.0]], [2], CLASSES, "class index from 0 to 1"),
        ([[1.0, 2.0]], [-1], CLASSES, "class index from 0 to 1"),
        ([[1.0, 2.0]], [10**400], CLASSES, "class index from 0 to 1"),
        ([[1.0, 2.0]], [[0.5]], CLASSES, "class index from 0 to 1"),
        ([[1.0, 2.0]], [[0.5, 0.6]], CLASSES, "add up to 1"),
        ([[1.0, 2.0]], [[1.5, -0.5]], CLASSES, "at least 0"),
        ([[1.0, 2.0]], [[0.5, 0.25, 0.25]], CLASSES, r"data.targets\[0\]"),
    ],
)
def test_data_that_do_not_fit_are_refused_with_their_place(
    inputs, targets, training, place
) -> None:
    with pytest.raises(SettingError, match=place):
        Experiment(layered(2, 2).network, Dataset.of(inputs, targets), training)


def test_a_class_index_stands_for_a_vector() -> None:
    data = Dataset.of([[0.0]] * 4, [0, 2, [1], [0.25, 0.25, 0.5]])
    experiment = Experiment(layered(1, 3).network, data, CLASSES)
    assert [experiment.y(n) for n in range(4)] == [
        (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.25, 0.25, 0.5),
    ]  # fmt: skip


def test_an_experiment_keeps_its_own_copy_of_the_network() -> None:
    like = layered(1, 1)
    network = like.network.copy()
    experiment = Experiment(network, like.data)
    network.set_weight("x1", "y1", 99.0)
    assert experiment.network == like.network
    assert experiment == Experiment(like.network, like.data)


def test_a_list_of_weights_has_a_number_for_each_output() -> None:
    net = Network()
    net.add_neuron("x", role="input")
    net.add_neuron("y", role="output", activation="sigmoid")
    net.connect("x", "y")
    training = Training(loss=Loss.of("bce", weight=[1.0, 2.0]))
    with pytest.raises(SettingError, match="weight: found 2 numbers, expected 1"):
        Experiment(net, Dataset.of([[1.0]], [[0.0]]), training)


@pytest.mark.parametrize("name", LOSSES)
def test_with_the_reduction_sum_a_mean_over_outputs_is_their_sum(name) -> None:
    a, y = [0.2, 0.7, 0.4], [0.0, 1.0, 0.0]
    mean, sum_ = (Training(loss=Loss.of(name), reduction=r).loss for r in ("mean", "sum"))
    factor = 1 if name in ("squared_error", "half_squared_error", "cross_entropy") else 3
    assert sum_.value(a, y) == pytest.approx(factor * mean.value(a, y))
    expected = [factor * slope for slope in mean.gradient(a, y)]
    assert sum_.gradient(a, y) == pytest.approx(expected)
    assert replace(Training(loss=sum_), reduction="mean").loss.value(a, y) == mean.value(a, y)
