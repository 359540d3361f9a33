"""Whole training runs: every optimizer by the book, regularisation, reductions, frozen ones."""

from collections import deque
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import all_bits
from support.experiments import OPTIMIZERS_WITH_OPTIONS, experiments, layered
from support.pytorch_optimizers import PYTORCH
from support.stepped import steps_of

from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.model.activations import Activation
from nntui.model.experiment import Training
from nntui.model.losses import Loss

tame = st.sampled_from([Activation.of(name) for name in ("tanh", "sigmoid", "linear", "relu")])


def follow_the_book(experiment) -> None:
    """Train, and check each parameter after each update against the rules of the book."""
    training, schedule = experiment.training, Schedule(experiment)
    network, state = experiment.network, State.first(experiment)
    frozen = {n.name for n in network.neurons if not n.trainable}
    frozen |= {(c.source, c.target) for c in network.connections if not c.trainable}
    books: dict[Any, Any] = {
        key: PYTORCH[training.optimizer.name](
            **training.optimizer.settings_of(isinstance(key, tuple))
        )
        for key in (*state.b, *state.w)
    }
    steps = steps_of(experiment, state)
    for t, batch in schedule.batches():
        before = {**state.b, **state.w}
        deque(islice(steps, len(batch) * schedule.steps_per_example), maxlen=0)
        assert all_bits({**state.b, **state.w}) == all_bits(before)
        gradients = {**state.db, **state.dw}
        deque(islice(steps, schedule.steps_per_update), maxlen=0)
        after = {**state.b, **state.w}
        for key, p in before.items():
            if key in frozen:
                assert after[key].hex() == p.hex()
                continue
            g = gradients[key] / len(batch) if training.reduction == "mean" else gradients[key]
            if isinstance(key, tuple):
                g += training.l2 * p + training.l1 * ((p > 0) - (p < 0))
            expected = books[key].step(p, g, t)
            close = pytest.approx(expected, rel=1e-10, abs=1e-11, nan_ok=True)
            assert after[key] == close, key


@given(experiment=experiments(activation=tame, loss=st.just(Loss.of("mse")), most_epochs=4))
def test_random_runs_follow_the_book(experiment) -> None:
    follow_the_book(experiment)


@pytest.mark.parametrize("batch_size", [1, 2, 3, None])
@pytest.mark.parametrize(
    "optimizer", OPTIMIZERS_WITH_OPTIONS, ids=lambda o: f"{o.name}{o.settings}"
)
def test_every_optimizer_follows_the_book_at_every_batch_size(optimizer, batch_size) -> None:
    for reduction in ("mean", "sum"):
        follow_the_book(
            layered(
                2, 3, 2, examples=5, optimizer=optimizer, batch_size=batch_size,
                reduction=reduction, shuffle=True, l1=0.02, l2=0.1, epochs=3,
            )
        )  # fmt: skip


def test_regularisation_spares_the_biases() -> None:
    experiment = layered(2, 2, l2=0.5, l1=0.5)
    training = experiment.training
    assert training.regularized(0.25, 2.0) == 0.25 + 0.5 * 2.0 + 0.5
    assert training.regularized(0.25, -2.0) == 0.25 - 0.5 * 2.0 - 0.5
    assert training.regularized(0.25, 0.0) == 0.25

    plain, bent = State.first(layered(2, 2)), State.first(experiment)
    once = Schedule(experiment).update_start(1)
    deque(islice(steps_of(layered(2, 2), plain), once), maxlen=0)
    deque(islice(steps_of(experiment, bent), once), maxlen=0)
    assert plain.b == bent.b
    assert all(plain.w[edge] != bent.w[edge] for edge in plain.w)


def test_a_mean_divides_by_the_batchs_own_length() -> None:
    training = Training(reduction="mean")
    assert training.reduced(6.0, 3) == 2.0
    assert Training(reduction="sum").reduced(6.0, 3) == 6.0
