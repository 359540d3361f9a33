"""Runs: in bursts, up to a deadline, under a screen; what is recorded; what must not escape."""

import math
import warnings
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from support.bits import bits, bits_of
from support.experiments import layered
from support.stepped import Stepped, array_bits, check_values, recorded

from nntui.debugger.values import value_of
from nntui.engine.evaluate import mean_loss
from nntui.engine.full_speed import runner as module
from nntui.engine.full_speed.runner import LastUpdate
from nntui.engine.loss_history import LossHistory
from nntui.engine.run import Run
from nntui.model.dataset import Dataset
from nntui.model.names import parameter_name, value_name
from nntui.model.optimizers import Optimizer


def small(**training):
    options = {"examples": 7, "batch_size": 3, "epochs": 4, "shuffle": True} | training
    return layered(2, 4, 2, optimizer=Optimizer.of("adam", learning_rate=0.1), **options)


def with_test_set(tested):
    """Seven examples to train on, and so many others."""
    experiment = small(examples=7 + tested)
    rows = experiment.data.inputs, experiment.data.targets
    return replace(experiment, data=Dataset.of(*rows, tested / (7 + tested)))


@pytest.mark.parametrize("tested", [0, 3])
def test_one_long_run_equals_many_short_ones_and_stepping(full_speed, tested) -> None:
    experiment = with_test_set(tested)
    stepped = Stepped(experiment)
    stepped.advance(12)
    for bursts in ([12], [1, 2, 4, 5], [5, 5, 2]):
        full, history, update = full_speed(experiment), LossHistory(), 0
        state = full.first()
        for count in bursts:
            state, update = full.run(state, update, update + count, history)
        assert update == 12
        assert array_bits(state) == array_bits(full.training_state(stepped.state))
        assert recorded(history) == recorded(stepped.history)


def test_a_test_set_larger_than_the_batches_has_the_same_losses() -> None:
    experiment = with_test_set(60)
    full, history, stepped = module.FullSpeed(experiment), LossHistory(), Stepped(experiment)
    assert full.is_tiny
    full.run(full.first(), 0, 12, history)
    stepped.advance(12)
    assert recorded(history) == recorded(stepped.history)


def test_a_run_can_start_anywhere(full_speed) -> None:
    stepped = Stepped(small())
    stepped.advance(5)
    full, history = full_speed(small()), stepped.history
    state, _ = full.run(full.training_state(stepped.state), 5, 12, history)
    stepped.advance(7)
    assert array_bits(state) == array_bits(full.training_state(stepped.state))
    assert recorded(history) == recorded(stepped.history)


def test_the_arrays_given_are_left_as_they_are(full_speed) -> None:
    full = full_speed(small())
    state = full.first()
    before = array_bits(state.copy())
    after, _ = full.run(state, 0, 5, LossHistory())
    kept = array_bits(after.copy())
    full.run(after, 5, 9, LossHistory())
    full.batch_values(after, [0, 1])
    full.update(after, after.p, 5, 3)
    assert array_bits(state) == before
    assert array_bits(after) == kept


def test_a_deadline_in_the_past_lets_one_update_through(full_speed) -> None:
    full = full_speed(small())
    state, update = full.run(full.first(), 0, 12, LossHistory(), deadline=perf_counter() - 1.0)
    assert update == 1
    assert state.p.tolist() != full.first().p.tolist()
    _, update = full.run(state, 1, 12, LossHistory(), deadline=perf_counter() + 3600.0)
    assert update == 12


def test_nothing_to_do_is_done_at_once(full_speed) -> None:
    full = full_speed(small())
    state = full.first()
    assert full.run(state, 3, 3, LossHistory())[1] == 3


@pytest.mark.parametrize("updates", [1, 4, 9])
def test_the_values_after_an_update_are_those_of_stepping(full_speed, updates) -> None:
    experiment = small()
    full, run = full_speed(experiment), Run(experiment)
    run.seek(run.schedule.update_start(updates))
    net = experiment.network.wiring()
    names = ["loss", *(parameter_name(p, "d") for p in net.parameters)]
    names += [value_name(symbol, j) for symbol in ("z", "delta") for j in net.neurons]
    names += [value_name(symbol, j) for symbol in ("a", "da") for j in net.layer]
    last = LastUpdate(tuple(names))
    full.run(full.first(), 0, updates, LossHistory(), last_update=last)
    assert {name: bits(last.values[name]) for name in names} == {
        name: bits(value_of(run, name)) for name in names
    }


def test_a_filter_sees_every_update_and_can_leave_one_undone(full_speed) -> None:
    full, history, stepped = full_speed(small()), LossHistory(), Stepped(small())
    seen = []

    def stop(update, values, before, after) -> bool:
        states = stepped.examples()
        check_values(values, states, full.parameters)
        assert bits_of(before.p) == bits_of(full.training_state(states[-1]).p)
        if update < 7:
            stepped.finish()
            assert bits_of(after.p) == bits_of(full.training_state(stepped.state).p)
        seen.append(update)
        return update == 7

    state, update = full.run(full.first(), 0, 12, history, stop_before=stop)
    assert update == 7
    assert seen == list(range(8))
    assert recorded(history) == recorded(stepped.history)
    full.run(state, update, 12, history)
    whole = LossHistory()
    full.run(full.first(), 0, 12, whole)
    assert recorded(history) == recorded(whole)


def test_batch_values_outlive_the_run(full_speed) -> None:
    full = full_speed(small())
    values = full.batch_values(full.first(), [2, 0, 1])
    kept = [bits_of(array.ravel()) for array in (values.z, values.a, values.dp)]
    full.run(full.first(), 0, 12, LossHistory())
    full.batch_values(full.first(), [0, 1, 2])
    assert kept == [bits_of(array.ravel()) for array in (values.z, values.a, values.dp)]


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_a_huge_batch_is_computed_in_parts(full_speed, monkeypatch, most) -> None:
    experiment = small(batch_size=None)
    full, stepped, history = full_speed(experiment), Stepped(experiment), LossHistory()
    monkeypatch.setattr(full._computer, "most_examples", most)
    state, _ = full.run(full.first(), 0, 4, history)
    stepped.advance(4)
    assert array_bits(state) == array_bits(full.training_state(stepped.state))
    assert recorded(history) == recorded(stepped.history)
    loss = full.mean_loss(state, range(7))
    assert loss.hex() == mean_loss(experiment, range(7), stepped.state.b, stepped.state.w).hex()


def test_the_mean_loss_is_that_of_the_examples_one_by_one(full_speed) -> None:
    experiment = small()
    full, network = full_speed(experiment), experiment.network
    for examples in ([0], [6, 2], range(7), (3, 3, 3)):
        expected = mean_loss(experiment, examples, network.biases, network.weights)
        assert full.mean_loss(full.first(), examples).hex() == expected.hex()


def test_a_diverging_run_raises_no_warning_and_leaves_numpy_as_it_was(full_speed) -> None:
    experiment = layered(
        2, 3, 1, activation="square", output="square", epochs=9, batch_size=2,
        optimizer=Optimizer.of("sgd", learning_rate=1e6),
    )  # fmt: skip
    for how in ("warn", "raise"):
        with np.errstate(all=how), warnings.catch_warnings():
            warnings.simplefilter("error")
            before = np.geterr()
            full, history = full_speed(experiment), LossHistory()
            state, _ = full.run(full.first(), 0, 18, history)
            values = full.batch_values(state, range(4))
            values.dp_after_each([0, 1])
            full.mean_loss(state, range(4))
            full.update(state, values.dp, 18, 2)
            assert np.geterr() == before
        assert any(math.isnan(loss) for loss in history.epoch)


def test_a_filter_that_fails_leaves_numpy_as_it_was(full_speed) -> None:
    full, before = full_speed(small()), np.geterr()

    def stop(*_) -> bool:
        raise KeyError

    with pytest.raises(KeyError):
        full.run(full.first(), 0, 12, LossHistory(), stop_before=stop)
    assert np.geterr() == before


def test_parameters_stand_in_canonical_order(full_speed) -> None:
    full, net = full_speed(small()), small().network
    assert full.parameters == net.wiring().parameters
    assert full.index == {parameter: n for n, parameter in enumerate(full.parameters)}
    numbers = {**net.biases, **net.weights}
    assert full.first().p.tolist() == [numbers[parameter] for parameter in full.parameters]


def test_tiny_networks_take_straight_line_code_and_big_ones_do_not() -> None:
    assert module.FullSpeed(layered(2, 4, 1, examples=4)).is_tiny
    assert module.FullSpeed(layered(2, 8, 8, 1, examples=200, batch_size=1)).is_tiny
    assert not module.FullSpeed(layered(2, 8, 8, 1, examples=200)).is_tiny
    assert not module.FullSpeed(layered(16, 32, 10, batch_size=1)).is_tiny
