"""The table of initializers: ranges, spreads, seeds."""

import math
import statistics

import pytest

from nntui.model.errors import SettingError
from nntui.model.initializers import INITIALIZERS, Initializer
from nntui.model.network import Network
from nntui.model.numerics import stream


def dense(initializer: Initializer, inputs: int = 20, outputs: int = 60) -> Network:
    net = Network(initializer)
    for n in range(inputs):
        net.add_neuron(f"x{n}", role="input")
    for n in range(outputs):
        net.add_neuron(f"y{n}", role="output")
        for i in range(inputs):
            net.connect(f"x{i}", f"y{n}")
    return net


FAN_IN, FAN_OUT = 20, 60
BOUNDS = {
    "uniform": 0.5,
    "xavier_uniform": math.sqrt(6 / (FAN_IN + FAN_OUT)),
    "he_uniform": math.sqrt(6 / FAN_IN),
    "torch_linear": 1 / math.sqrt(FAN_IN),
}
SPREADS = {
    "normal": 1.0,
    "xavier_normal": math.sqrt(2 / (FAN_IN + FAN_OUT)),
    "he_normal": math.sqrt(2 / FAN_IN),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_uniform_weights_fill_their_range(name) -> None:
    weights = dense(Initializer.of(name)).weights.values()
    bound = BOUNDS[name]
    assert 0.98 * bound < max(weights) <= bound
    assert -bound <= min(weights) < -0.98 * bound
    assert abs(statistics.fmean(weights)) < 0.1 * bound


@pytest.mark.parametrize("name", SPREADS)
def test_normal_weights_have_their_spread(name) -> None:
    weights = list(dense(Initializer.of(name)).weights.values())
    assert statistics.pstdev(weights) == pytest.approx(SPREADS[name], rel=0.06)
    assert abs(statistics.fmean(weights)) < 0.1 * SPREADS[name]


def test_every_row_was_tried() -> None:
    assert set(INITIALIZERS) == {*BOUNDS, *SPREADS, "zeros", "constant"}


def test_constants() -> None:
    assert set(dense(Initializer.of("zeros")).weights.values()) == {0.0}
    assert set(dense(Initializer.of("constant", value=-0.25)).weights.values()) == {-0.25}


@pytest.mark.parametrize("name", [n for n in INITIALIZERS if n != "torch_linear"])
def test_biases_are_zero_or_what_was_asked_for(name) -> None:
    assert set(dense(Initializer.of(name), 2, 2).biases.values()) == {0.0}
    assert set(dense(Initializer.of(name, bias=0.5), 2, 2).biases.values()) == {0.5}


def test_torch_linear_draws_biases_too() -> None:
    biases = dense(Initializer.of("torch_linear")).biases.values()
    assert len(set(biases)) == FAN_OUT
    assert all(abs(b) <= BOUNDS["torch_linear"] for b in biases)


@pytest.mark.parametrize("name", [*BOUNDS, *SPREADS])
def test_the_seed_decides(name) -> None:
    def weights(seed: int):
        return dense(Initializer.of(name, seed), 3, 3).weights

    assert weights(1) == weights(1)
    assert weights(1) != weights(2)


def test_drawn_numbers_stay_the_same_in_every_release() -> None:
    net = Network("xavier_uniform", seed=7)
    net.add_neuron("x", role="input")
    net.add_neuron("y", role="output")
    net.connect("x", "y")
    assert net.weights == {("x", "y"): -1.3402946786467962}


def test_streams_of_different_purposes_share_no_numbers() -> None:
    purposes = ("initializer", "shuffle", "generator", "split")
    drawn = {p: tuple(stream(p, 0, 0).uniform(size=3)) for p in purposes}
    assert len(set(drawn.values())) == 4
    assert tuple(stream("shuffle", 0, 1).uniform(size=3)) != drawn["shuffle"]


@pytest.mark.parametrize(
    ("name", "seed", "settings", "words"),
    [
        ("xavier", 0, {}, "xavier_"),
        ("uniform", -1, {}, "whole number from 0"),
        ("uniform", 2**63, {}, "whole number from 0"),
        ("uniform", True, {}, "whole number from 0"),
        ("uniform", 1.5, {}, "whole number from 0"),
        ("uniform", 0, {"low": 1.0, "high": 0.0}, "not above high"),
        ("normal", 0, {"std": -1.0}, "at least 0"),
        ("torch_linear", 0, {"bias": 0.0}, "no settings"),
    ],
)
def test_a_bad_initializer_is_refused_in_words(name, seed, settings, words) -> None:
    with pytest.raises(SettingError, match=words):
        Initializer.of(name, seed, **settings)


def test_a_spread_of_minus_zero_is_a_spread_of_zero() -> None:
    initializer = Initializer.of("normal", mean=0.5, std=-0.0)
    assert initializer.weights(stream("initializer", 0), 3, 1) == [0.5] * 3
