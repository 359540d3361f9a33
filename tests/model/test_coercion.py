"""What a program gives (strings, pairs, numbers and arrays of any library) becomes plain values."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from nntui.model.activations import Activation
from nntui.model.coercion import numbers, real, whole
from nntui.model.dataset import Dataset
from nntui.model.errors import NetworkError, SettingError
from nntui.model.experiment import Experiment, Training
from nntui.model.initializers import Initializer
from nntui.model.losses import Loss
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([0, 1, 1, 0])


class Table:
    """A table of another library: all that is known of it is ``__array__``."""

    def __init__(self, rows) -> None:
        self._rows = rows

    def __array__(self, dtype=None, copy=None):
        return np.array(self._rows, dtype)


class Number:
    def __float__(self) -> float:
        return 2.5


@pytest.fixture
def net() -> Network:
    net = Network(seed=1)
    for name in ("x1", "x2"):
        net.add_neuron(name, role="input")
    net.add_neuron("y", role="output", activation="sigmoid", bias=np.float32(0.1))
    net.connect_all(["x1", "x2"], ["y"], np.array([[0.5, -0.5]], np.float16))
    return net


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (np.float32(0.1), 0.10000000149011612),
        (np.array(3), 3.0),
        (Decimal("0.5"), 0.5),
        (Fraction(1, 4), 0.25),
        (Number(), 2.5),
        (10**400, math.inf),
        (True, None),
        (np.True_, None),
        ("1", None),
        (np.str_("1"), None),
        (np.array([1.0]), None),
        (1j, None),
        (np.complex64(1), None),
        (None, None),
    ],
)
def test_anything_that_can_be_a_float_is_one(value, number) -> None:
    assert real(value) == number


def test_whole_numbers_of_any_library_are_ints() -> None:
    assert [whole(n) for n in (np.int64(3), np.uint8(3), 3)] == [3, 3, 3]
    assert [whole(n) for n in (3.0, True, "3", np.array([3]), None)] == [None] * 5


@pytest.mark.parametrize(
    "make", [list, tuple, np.array, Table, lambda rows: [*map(np.array, rows)]]
)
def test_rows_may_be_of_any_kind(make) -> None:
    rows = [[0.5, 1.0], [1.5, 2.0]]
    assert Dataset(make(rows), make(rows)) == Dataset.of(rows, rows)
    assert Dataset(make(rows), rows).inputs == ((0.5, 1.0), (1.5, 2.0))


def test_one_axis_of_targets_is_a_column_or_classes(net) -> None:
    columns = ((0.0,), (1.0,), (1.0,), (0.0,))
    for y in (Y, Y.tolist(), Y > 0, Y.astype(np.float32), Y[:, None], Table(Y)):
        assert Experiment(net, (X, y), loss="bce").data.targets == columns
    assert Dataset(X, Y).targets == (0, 1, 1, 0)


def test_an_experiment_takes_the_settings_of_its_training(net) -> None:
    adam = ("adam", {"learning_rate": np.float64(1e-3)})
    experiment = Experiment(net, (X, Y), loss="bce", optimizer=adam, batch_size=np.int64(2))
    training = Training(Loss.of("bce"), Optimizer.of("adam", learning_rate=1e-3), 2)
    assert experiment == Experiment(net, Dataset.of(X, Y[:, None]), training)
    assert type(experiment.training.batch_size) is int


def test_functions_are_chosen_by_a_name_and_settings() -> None:
    wanted = Optimizer.of("sgd", learning_rate=0.5, momentum=0.9)
    settings = {"learning_rate": 0.5, "momentum": np.float64(0.9)}
    assert Optimizer.of(("sgd", settings)) == wanted
    assert Optimizer.of({"name": "sgd", **settings}) == wanted
    assert Optimizer.of("sgd learning_rate 0.5 momentum 0.9") == wanted
    assert Optimizer.of("sgd(learning_rate=0.5, momentum=0.9)") == wanted
    assert Activation.of("expression z*z derivative 2*z").plain["derivative"] == "2*z"
    assert Optimizer("sgd", tuple(settings.items())) == wanted
    assert Optimizer.of(wanted) is wanted
    assert Loss.of("bce", weight=np.array([1, 2])) == Loss.of("bce", weight=[1.0, 2.0])
    assert Network(("normal", {"std": 0.1}), seed=3).initializer == Initializer.of(
        "normal", 3, std=0.1
    )
    assert Initializer.of({"name": "normal", "std": 0.1, "seed": 3}).seed == 3


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"loss": "mean squared error"}, 'found "mean squared error", expected the name of'),
        ({"optimizer": "sgd 0.1"}, 'optimizer: found "0.1", expected a setting and its value'),
        ({"loss": "bse"}, 'loss: found "bse", expected the name of a known loss'),
        ({"optimizer": ("adam", {"lr": 1})}, 'optimizer: found the unknown key "lr"'),
        ({"optimizer": ("adam", {"beta1": 2})}, "optimizer.beta1: found 2.0, expected a number"),
        (
            {"optimizer": ("adam", 0.1)},
            "optimizer: found .*, expected the name of a known optimizer, such as",
        ),
        ({"optimizer": None}, "optimizer: found None, expected the name of a known optimizer"),
        ({"learning_rate": 1}, r'optimizer=\("sgd", {"learning_rate": …}\)'),
        ({"los": "bce"}, 'did you mean "loss"'),
        ({"shuffle": "no"}, "shuffle: found 'no', expected true or false"),
        ({"training": {"loss": "bce"}}, "training: found .*, expected a Training"),
        ({"training": Training(), "epochs": 3}, "training: found a Training and epochs beside it"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_at_once(net, settings, sentence) -> None:
    with pytest.raises(SettingError, match=sentence):
        Experiment(net, (X, Y), **settings)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (X, "data: found an array of 4 × 2, expected a Dataset, or a pair"),
        ((X, Y, Y), "expected a Dataset, or a pair"),
        ((X.reshape(2, 2, 2), Y), "data.inputs: found an array of 2 × 2 × 2, expected rows"),
        ((X, np.array(3)), "data.targets: found array"),
        ((X[:, :1], Y), r"data.inputs\[0\]: found 1 number, expected 2"),
        ((X * math.nan, Y), r"data.inputs\[0\]\[0\]: found nan, expected a finite number"),
        ((X, Y[:3]), "data.targets: found 3 rows"),
        ((X, ["a", "b", "c", "d"]), r"data.targets\[0\]: found 'a', expected a list of numbers"),
        ((X, [10**400] * 4), r"data.targets\[0\]: found the number"),
        ((map(list, X), Y), "data.inputs: found <map object"),
    ],
)
def test_data_that_cannot_be_are_refused_with_their_place(net, data, sentence) -> None:
    with pytest.raises(SettingError, match=sentence):
        Experiment(net, data, loss="bce")


def test_what_is_no_network_is_refused_with_a_way_out() -> None:
    with pytest.raises(SettingError, match=r"Network.layered\(\[2, 3, 1\]\) makes one"):
        Experiment([2, 3, 1], (X, Y))


def test_a_name_is_text(net) -> None:
    for change in (
        lambda: net.add_neuron(1),
        lambda: net.connect(["x1"], "y"),
        lambda: net.neuron(None),
    ):
        with pytest.raises(NetworkError, match="expected a neuron’s name"):
            change()
    with pytest.raises(SettingError, match="name: found 3, expected text"):
        Experiment(net, (X, Y), name=3)


def test_numbers_of_a_network_are_of_any_library(net) -> None:
    assert list(net.weights.values()) == [0.5, -0.5]
    assert type(net.biases["y"]) is float
    with pytest.raises(NetworkError, match="must be a number, not an array of 2"):
        net.set_bias("y", np.zeros(2))


def test_an_activation_may_be_an_expression_as_in_a_document() -> None:
    made = Activation.of({"expression": "z*z", "derivative": "2*z"})
    assert made == Activation.of_expression("z*z", "2*z") == Activation("expression", made.settings)
    turned = Activation.of({"derivative": "2*z", "expression": "z*z"})
    assert (turned, str(turned)) == (made, "z*z")
    with pytest.raises(SettingError, match="found no expression"):
        Activation("expression", (("derivative", "1"),))
    with pytest.raises(SettingError, match="expression"):
        Activation("expression", (("expression", "z +"),))


def test_numbers_are_read_from_whatever_holds_them():
    assert numbers([[1, 2.5]]).tolist() == [[1.0, 2.5]]
    assert numbers([Fraction(1, 2), True]) is None
    assert numbers([Fraction(1, 2), 3]).tolist() == [0.5, 3.0]
    assert numbers(np.float32([1])).dtype == np.float32
    for wrong in ([[1], [2, 3]], ["1"], "1", None, {"a": 1}, [1j], object()):
        assert numbers(wrong) is None
