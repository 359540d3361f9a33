"""The table of optimizers against PyTorch's documented rules."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits_of
from support.experiments import OPTIMIZERS_WITH_OPTIONS
from support.pytorch_optimizers import PYTORCH

from nntui.model.errors import SettingError
from nntui.model.optimizers import OPTIMIZERS, Optimizer

each = pytest.mark.parametrize(
    "optimizer", OPTIMIZERS_WITH_OPTIONS, ids=lambda o: f"{o.name}{o.settings}"
)
gradients = st.lists(st.floats(-10.0, 10.0) | st.just(0.0), min_size=1, max_size=12)


def test_every_optimizer_of_the_table_is_in_the_book() -> None:
    assert set(PYTORCH) == set(OPTIMIZERS)


@each
@given(p=st.floats(-3.0, 3.0), gradients=gradients, is_weight=st.booleans())
def test_updates_follow_the_book(optimizer, p, gradients, is_weight) -> None:
    book = PYTORCH[optimizer.name](**optimizer.settings_of(is_weight))
    expected, memory = p, optimizer.first_memory()
    for t, g in enumerate(gradients, start=1):
        p, memory = optimizer.update(p, g, memory, t, is_weight)
        expected = book.step(expected, g, t)
        assert p == pytest.approx(expected, rel=1e-11, abs=1e-11)


@each
def test_the_first_update_follows_the_book(optimizer) -> None:
    book = PYTORCH[optimizer.name](**optimizer.settings_of())
    p, _ = optimizer.update(0.7, -0.3, optimizer.first_memory(), 1)
    assert p == pytest.approx(book.step(0.7, -0.3, 1), rel=1e-14)


def test_weight_decay_may_spare_the_biases() -> None:
    spares = Optimizer.of("adamw", weight_decay=0.3, decay_biases=False)
    decays, none = (Optimizer.of("adamw", weight_decay=decay) for decay in (0.3, 0.0))
    of_both = spares.update(np.full(2, 0.7), 0.1, (0.0, 0.0), 1, np.array([True, False]))[0]
    for n, (is_weight, optimizer) in enumerate([(True, decays), (False, none)]):
        expected, _ = optimizer.update(0.7, 0.1, (0.0, 0.0), 1)
        assert spares.update(0.7, 0.1, (0.0, 0.0), 1, is_weight)[0] == expected == of_both[n]


def test_the_defaults_are_pytorchs() -> None:
    assert {name: dict(Optimizer.of(name).settings) for name in OPTIMIZERS} == {
        "sgd": {"learning_rate": 1e-3, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
        "adam": {
            "learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0,
        },
        "adamw": {
            "learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01,
            "decay_biases": True,
        },
        "rmsprop": {
            "learning_rate": 1e-2, "alpha": 0.99, "eps": 1e-8, "momentum": 0.0, "weight_decay": 0.0,
        },
        "adagrad": {"learning_rate": 1e-2, "lr_decay": 0.0, "eps": 1e-10, "weight_decay": 0.0},
    }  # fmt: skip


@each
@given(numbers=st.lists(st.tuples(st.floats(), st.floats()), min_size=2, max_size=15))
def test_no_float_raises_and_arrays_give_the_same_bits(optimizer, numbers) -> None:
    numbers = [*numbers, (0.0, 0.0), (-0.0, -0.0), (1.0, math.inf), (1.0, math.nan), (1e308, 1e308)]
    p = np.array([row[0] for row in numbers])
    g = np.array([row[1] for row in numbers])
    memory = tuple(np.zeros(len(p)) for _ in optimizer.first_memory())
    ones = [(row[0], optimizer.first_memory()) for row in numbers]
    for t in (1, 2, 3):
        with np.errstate(all="ignore"):
            p, memory = optimizer.update(p, g, memory, t)
        ones = [
            optimizer.update(one, row[1], kept, t)
            for (one, kept), row in zip(ones, numbers, strict=True)
        ]
        assert bits_of(p) == bits_of(one for one, _ in ones)
        for n, remembered in enumerate(memory):
            assert bits_of(remembered) == bits_of(kept[n] for _, kept in ones)


@each
def test_a_zero_gradient_never_raises(optimizer) -> None:
    without_eps = {name: 0.0 for name, _ in optimizer.settings if name == "eps"}
    strict = Optimizer.of(optimizer.name, **(dict(optimizer.settings) | without_eps))
    p, _ = strict.update(0.5, 0.0, strict.first_memory(), 1)
    assert isinstance(p, float)


def test_late_updates_of_adam_do_not_overflow() -> None:
    adam = Optimizer.of("adam", beta1=0.0)
    p, _ = adam.update(0.5, 0.1, (0.1, 0.01), 10**9)
    assert math.isfinite(p)


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("adma", {}, '"adam"'),
        ("sgd", {"learning_rat": 0.1}, '"learning_rate"'),
        ("sgd", {"learning_rate": -0.1}, "at least 0"),
        ("sgd", {"learning_rate": math.nan}, "finite"),
        ("sgd", {"nesterov": True}, "momentum"),
        ("sgd", {"momentum": 0.9, "nesterov": 1}, "true or false"),
        ("adam", {"beta1": 1.0}, "below 1"),
        ("adam", {"beta2": -0.1}, "below 1"),
        ("rmsprop", {"eps": -1.0}, "at least 0"),
        ("adamw", {"learning_rate": 1e300, "weight_decay": 1e10}, "whose product"),
        ("adamw", {"weight_decay": -1.0}, "at least 0"),
    ],
)
def test_a_bad_optimizer_is_refused_in_words(name, settings, words) -> None:
    with pytest.raises(SettingError, match=words):
        Optimizer.of(name, **settings)
