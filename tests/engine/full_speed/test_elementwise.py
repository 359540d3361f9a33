"""Formulas that numba compiles give the bits that numpy gives, and only those are compiled."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from itertools import product

import numpy as np
import pytest
from support.experiments import OPTIMIZERS_WITH_OPTIONS, layered

from nntui.engine.full_speed import FullSpeed, elementwise
from nntui.engine.full_speed.kernels import OnArrays, compile_activation
from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.numerics import exp

pytestmark = pytest.mark.skipif(not find_spec("numba"), reason="numba is not installed")

COMPILED_SLOPES = {"linear", "relu", "leaky_relu", "hard_tanh", "abs", "square", "step"}
COMPILED_SLOPES |= {"sigmoid", "tanh"}
COMPILED = COMPILED_SLOPES - {"sigmoid", "tanh"}


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
    assert (elementwise.ready(("activate", f)) is not None) == (name in COMPILED)
    assert (elementwise.ready(("slope", f)) is not None) == (name in COMPILED_SLOPES)
    rows, z, da = slice(1, 30), numbers(1, 31, 53), numbers(2, 31, 53)
    found = []
    for functions in (OnArrays(compiled=False), OnArrays(compiled=True)):
        a, d = np.zeros_like(z), np.zeros_like(z)
        with np.errstate(all="ignore"):
            functions.activate(f, rows, z, a)
            functions.slope(f, rows, z, a, da, d)
        found += [a, d]
    assert same(found[0], found[2])
    assert same(found[1], found[3])


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


def test_a_formula_with_a_function_of_numpys_is_left_to_numpy(monkeypatch) -> None:
    monkeypatch.setattr(elementwise, "_ready", {})
    elementwise.compile_formula("e", lambda x, s: [exp(x[0])], "d")
    assert elementwise.ready("e") is None
    elementwise.compile_formula("steep", lambda x, s: [x[0] * float("inf")], "d")
    assert elementwise.ready("steep") is None


def test_what_depends_on_single_numbers_is_computed_in_python(monkeypatch) -> None:
    monkeypatch.setattr(elementwise, "_ready", {})
    elementwise.compile_formula("power", lambda x, s: [x[0] / (1.0 - 0.9 ** s[0])], "d", (3,))
    power, x, found = elementwise.ready("power"), numbers(1, 40), np.empty(40)
    assert power is not None
    for t in (1, 7, 10**5):
        power((t,), [x], [found])
        assert same(found, x / (1.0 - 0.9**t))
