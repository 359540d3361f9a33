"""Whole updates of small networks, compiled: the bits of the algorithm, or it is not taken."""

from __future__ import annotations

import ctypes
import logging
import threading
from dataclasses import replace
from importlib.util import find_spec
from itertools import cycle, zip_longest
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from support.experiments import OPTIMIZERS_WITH_OPTIONS, experiments, layered
from support.stepped import Stepped, array_bits, check_training, recorded

from nntui.engine.full_speed import compiled_training, runner, ufuncs
from nntui.engine.full_speed.runner import FullSpeed
from nntui.engine.loss_history import LossHistory
from nntui.model.activations import ACTIVATIONS
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment
from nntui.model.losses import LOSSES, Loss

pytestmark = pytest.mark.skipif(not find_spec("numba"), reason="numba is not installed")

UNKNOWN = {"gelu"}
"""Activations of a function that is none of numpy's: these networks stay as they were."""


def experiment_of(
    *sizes: int, loss: str = "mse", test_fraction: float = 0.0, **training: Any
) -> Experiment:
    """A network with a loss of any kind: one of the targets is 1, the others are 0."""
    experiment, outputs = layered(*sizes, **training), sizes[-1]
    rows = [[float(n % outputs == k) for k in range(outputs)] for n in range(len(experiment.data))]
    return replace(
        experiment,
        data=Dataset.of(experiment.data.inputs, rows, test_fraction),
        training=replace(experiment.training, loss=Loss.of(loss)),
    )


def compiled(experiment: Experiment) -> FullSpeed:
    full = FullSpeed(experiment)
    full.compile()
    return full


@pytest.mark.parametrize(
    ("sizes", "settings"),
    [
        ((2, 4, 1), {"activation": "relu"}),
        ((2, 3, 3, 3), {"activation": "tanh", "optimizer": "adam", "loss": "cross_entropy"}),
        (
            (3, 4, 2),
            {
                "activation": "sigmoid",
                "optimizer": "adagrad",
                "examples": 23,
                "batch_size": 5,
                "shuffle": True,
                "test_fraction": 0.3,
                "l1": 0.01,
                "l2": 0.1,
                "reduction": "sum",
            },
        ),
    ],
)
def test_it_has_the_bits_of_stepping(sizes, settings) -> None:
    experiment = experiment_of(*sizes, epochs=3, **{"examples": 4, **settings})
    full = compiled(experiment)
    assert full._compiled is not None
    check_training(experiment, full)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("activation", "loss", "optimizer"),
    [
        (activation, loss, optimizer)
        for (activation, optimizer), loss in zip(
            zip_longest(ACTIVATIONS, OPTIMIZERS_WITH_OPTIONS), cycle(LOSSES), strict=False
        )
    ],
    ids=str,
)
def test_every_activation_loss_and_optimizer(activation, loss, optimizer) -> None:
    activation = activation or "tanh"
    settings = {"loss": loss, **({"optimizer": optimizer} if optimizer else {})}
    settings |= {"examples": 7, "batch_size": 3, "epochs": 4, "activation": activation}
    experiment = experiment_of(2, 3, 3, **settings)
    full = compiled(experiment)
    assert (full._compiled is None) == (activation in UNKNOWN)
    check_training(experiment, full)


@pytest.mark.deep
@settings(max_examples=6)  # each takes seconds to compile
@given(experiment=experiments(most_epochs=4, most_examples=6))
def test_random_experiments(experiment) -> None:
    check_training(experiment, compiled(experiment))


@pytest.mark.deep
def test_batches_too_long_for_the_cache_are_computed_in_parts() -> None:
    experiment = layered(2, 3, 1, examples=30_000, epochs=2, activation="tanh")
    full, other = compiled(experiment), FullSpeed(experiment)
    assert full._compiled is not None
    found = [each.run(each.first(), 0, 2, LossHistory())[0] for each in (full, other)]
    assert array_bits(found[0]) == array_bits(found[1])


@pytest.mark.parametrize("test_fraction", [0.0, 0.4])
def test_a_long_run_of_a_tiny_network_changes_over(monkeypatch, test_fraction) -> None:
    monkeypatch.setattr(runner, "COMPILE_AFTER", 0.0)
    settings = {"examples": 5, "batch_size": 2, "epochs": 9, "test_fraction": test_fraction}
    experiment = experiment_of(2, 3, 1, **settings)
    full, history, stepped = FullSpeed(experiment), LossHistory(), Stepped(experiment)
    state, update = full.run(full.first(), 0, 7, history)
    for thread in threading.enumerate():
        if thread.name == "compile":
            thread.join()
    assert full._compiled is not None
    state, update = full.run(state, update, 18, history)
    stepped.advance(18)
    assert array_bits(state) == array_bits(full.training_state(stepped.state))
    assert recorded(history) == recorded(stepped.history)


def test_one_that_computes_otherwise_is_not_taken(monkeypatch) -> None:
    compiles = compiled_training.written_loops

    def another(assignments, *places, **rest):
        others = [
            each._replace(expression=each.expression.replace("-", "+")) for each in assignments
        ]
        return compiles(others, *places, **rest)

    experiment = layered(2, 5, 1, examples=4, epochs=3, activation="relu")
    monkeypatch.setattr(compiled_training, "written_loops", another)
    full = compiled(experiment)
    assert full._compiled is None
    check_training(experiment, full)


def test_one_with_another_loss_of_the_test_set_is_not_taken(monkeypatch) -> None:
    trains = compiled_training.CompiledTraining.train

    def another(self, *arguments):
        after = trains(self, *arguments)
        arguments[-1][:] = [loss + 0.001 for loss in arguments[-1]]
        return after

    monkeypatch.setattr(compiled_training.CompiledTraining, "train", another)
    experiment = experiment_of(2, 3, 1, examples=5, batch_size=2, test_fraction=0.4)
    full = compiled(experiment)
    assert full._compiled is None
    check_training(experiment, full)


def test_one_that_fails_when_it_is_tested_is_not_taken(monkeypatch, caplog) -> None:
    def failing(self, *arguments):
        raise OSError("no memory for code")

    experiment = layered(2, 3, 1, examples=4, epochs=3, activation="relu")
    monkeypatch.setattr(compiled_training.CompiledTraining, "train", failing)
    with caplog.at_level(logging.DEBUG):
        full = compiled(experiment)
    assert "no memory for code" in caplog.text
    check_training(experiment, full)


def test_a_larger_network_is_left_as_it_is() -> None:
    assert compiled(layered(12, 15, 2, examples=4))._compiled is None


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "tanh", "sin", "cos"])
def test_functions_have_numpys_bits_at_any_place_of_an_array(name) -> None:
    function, frame = ufuncs.compiled_ufunc(name), np.empty(5, np.intp)
    chance = np.random.RandomState(1)
    x = chance.standard_normal(203) * 10.0 ** chance.randint(-4, 4, 203)
    x[::17] = chance.choice([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1e308], 12)
    for start, end in ((0, 203), (0, 1), (1, 2), (3, 11), (5, 22), (7, 7)):
        found = x[start:end].copy()
        with np.errstate(all="ignore"):
            function(found, frame)
            expected = getattr(np, name)(x[start:end])
        assert np.array_equal(found, expected, equal_nan=True)
        assert (np.signbit(found) == np.signbit(expected))[~np.isnan(found)].all()


def test_a_numpy_that_keeps_its_loops_elsewhere_is_left_alone(monkeypatch) -> None:
    class Moved(ctypes.Structure):
        _fields_ = (("more", ctypes.c_ssize_t), *ufuncs._Ufunc._fields_)

    monkeypatch.setattr(ufuncs, "_Ufunc", Moved)
    ufuncs.compiled_ufunc.cache_clear()
    with pytest.raises(ValueError, match="not where they were"):
        ufuncs.compiled_ufunc("tanh")
