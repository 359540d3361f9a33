"""Formulas that numba compiles give the bits that numpy gives, and only those are compiled."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib.util import find_spec
from itertools import product

import numpy as np
import pytest
from support.experiments import OPTIMIZERS_WITH_OPTIONS, layered

from nntui.engine.full_speed import elementwise
from nntui.engine.full_speed.kernels import OnArrays, compile_activation, compile_loss
from nntui.engine.full_speed.runner import FullSpeed
from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.losses import LOSSES, Loss
from nntui.model.numerics import exp, tanh

pytestmark = pytest.mark.skipif(not find_spec("numba"), reason="numba is not installed")


def numbers(seed: int, *shape: int) -> np.ndarray:
    chance = np.random.RandomState(seed)
    found = chance.standard_normal(shape) * 10.0 ** chance.randint(-4, 4, shape)
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -1.0, 1.0, 1e308]
    places = chance.randint(0, found.size, found.size // 3)
    found.ravel()[places] = chance.choice(special, len(places))
    return found


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    return bool(
        np.array_equal(found, expected, equal_nan=True)
        and (np.signbit(found) == np.signbit(expected))[~np.isnan(found)].all()
    )


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_slopes(name) -> None:
    f = Activation.of(name)
    compile_activation(f)
    has_no_loop_of_numpy = name == "gelu"  # erf
    a_single_call = name in ("tanh", "sin")
    assert (elementwise.ready(("slope", f)) is None) == has_no_loop_of_numpy
    assert (elementwise.ready(("activate", f)) is None) == (has_no_loop_of_numpy or a_single_call)
    rows, z, da = slice(1, 300), numbers(1, 310, 53), numbers(2, 310, 53)
    found = []
    for functions in (OnArrays(compiled=False), OnArrays(compiled=True)):
        a, d = np.zeros_like(z), np.zeros_like(z)
        with np.errstate(all="ignore"):
            functions.activate(f, rows, z, a)
            functions.slope(f, rows, z, a, da, d)
        found += [a, d]
    assert same(found[0], found[2])
    assert same(found[1], found[3])


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("name", LOSSES)
def test_losses_and_their_slopes(name, outputs) -> None:
    loss = Loss.of(name)
    compile_loss(loss, outputs)
    assert elementwise.ready(("loss", loss, loss.summed, outputs))
    assert elementwise.ready(("losses, slopes", loss, loss.summed, outputs))
    a, y = list(numbers(1, outputs, 333)), list(abs(numbers(2, outputs, 333)))
    plain, quick = OnArrays(compiled=False), OnArrays(compiled=True)
    with np.errstate(all="ignore"):
        assert same(quick.losses(loss, a, y), plain.losses(loss, a, y))
        losses, slopes = quick.losses_and_slopes(loss, a, y)
        expected = plain.losses_and_slopes(loss, a, y)
    assert same(losses, expected[0])
    for found, right in zip(slopes, expected[1], strict=True):
        assert same(found, np.broadcast_to(right, found.shape))


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(
    ("optimizer", "penalties"),
    zip(OPTIMIZERS_WITH_OPTIONS, [{}, {"l1": 0.01, "l2": 0.1}, {"l2": 0.3}] * 9, strict=False),
    ids=str,
)
def test_updates(optimizer, penalties, frozen) -> None:
    reduction = "sum" if frozen else "mean"
    experiment = layered(9, 8, 3, examples=5, optimizer=optimizer, reduction=reduction, **penalties)
    if frozen:
        network = experiment.network.copy()
        for connection in list(network.weights)[::3]:
            network.set_trainable(connection, False)
        experiment = replace(experiment, network=network)
    plain, quick = FullSpeed(experiment), FullSpeed(experiment)
    quick.compile()
    plain._updates._compiled = False
    assert elementwise.ready(quick._updates._key) is not None
    start = quick.first()
    start.p, start.memory = numbers(3, len(start.p)), abs(numbers(4, *start.memory.shape))
    for update, seed in product((0, 1, 9, 10**6), range(2)):
        dp = numbers(seed, len(start.p))
        found = [full.update(start, dp, update, 5) for full in (plain, quick)]
        assert same(found[0].p, found[1].p)
        assert same(found[0].memory, found[1].memory)


def test_one_that_computes_otherwise_is_not_taken(monkeypatch) -> None:
    monkeypatch.setattr(elementwise, "_ready", {})
    compiles = elementwise._compiled

    def another(formula, kinds, count):
        return compiles(lambda x, s: [x[0] * x[1] - x[2]], kinds, count)

    monkeypatch.setattr(elementwise, "_compiled", another)
    elementwise.compile_formula("sum", lambda x, s: [x[0] * x[1] + x[2]], "ddd")
    assert elementwise.ready("sum") is None


def test_one_that_fails_when_it_is_tested_is_not_taken(monkeypatch, caplog) -> None:
    def failing(self, *arguments):
        raise OSError("no memory for code")

    monkeypatch.setattr(elementwise, "_ready", {})
    monkeypatch.setattr(elementwise.Elementwise, "__call__", failing)
    with caplog.at_level(logging.DEBUG):
        elementwise.compile_formula("sum", lambda x, s: [x[0] * x[1] + x[2]], "ddd")
    assert "no memory for code" in caplog.text
    assert elementwise.ready("sum") is None


def test_functions_are_called_between_passes(monkeypatch) -> None:
    monkeypatch.setattr(elementwise, "_ready", {})

    def formula(x, s):
        e, n = exp(x[0]), exp(-x[1])
        return [tanh(e + n) * x[0], e - s[0], 2.0]

    elementwise.compile_formula("two", formula, "dd", (0.5,))
    two, x = elementwise.ready("two"), [numbers(k, 20_011) for k in range(2)]
    assert two is not None
    found = [np.empty(20_011) for _ in range(3)]
    with np.errstate(all="ignore"):
        two((0.5,), x, found)
        expected = formula(x, (0.5,))
    assert same(found[0], expected[0])
    assert same(found[1], expected[1])
    assert (found[2] == 2.0).all()


def test_what_numba_does_not_know_or_is_too_long_is_left_to_numpy(monkeypatch) -> None:
    monkeypatch.setattr(elementwise, "_ready", {})
    elementwise.compile_formula("steep", lambda x, s: [np.power(x[0], 0.3)], "d")
    assert elementwise.ready("steep") is None
    compile_loss(Loss.of("cross_entropy"), 200)
    assert not elementwise._ready


def test_what_depends_on_single_numbers_is_computed_in_python(monkeypatch) -> None:
    monkeypatch.setattr(elementwise, "_ready", {})
    elementwise.compile_formula("power", lambda x, s: [x[0] / (1.0 - 0.9 ** s[0])], "d", (3,))
    power, x, found = elementwise.ready("power"), numbers(1, 40), np.empty(40)
    assert power is not None
    for t in (1, 7, 10**5):
        power((t,), [x], [found])
        assert same(found, x / (1.0 - 0.9**t))
