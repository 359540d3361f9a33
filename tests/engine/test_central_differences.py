"""Training by central differences: stepping, seeking and full speed give the same bits."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bits import bits_of
from support.experiments import experiments, layered, measured

from nntui.debugger.debugger import Debugger
from nntui.engine import central_differences
from nntui.engine.algorithm import train
from nntui.engine.central_differences import h
from nntui.engine.full_speed import runner
from nntui.engine.full_speed.kernels import SelfTest
from nntui.engine.full_speed.runner import FullSpeed, LastUpdate
from nntui.engine.loss_history import LossHistory
from nntui.engine.run import Run
from nntui.engine.schedule import Schedule
from nntui.engine.state import ActiveExperiment, State
from nntui.model.activations import Activation
from nntui.model.errors import SettingError
from nntui.model.experiment import Experiment

small = experiments(most_neurons=3, most_examples=3, loss_settings=False).map(measured)
larger = experiments(most_neurons=5, most_examples=4).map(measured)


def values(state: State) -> list:
    """Every number of a state, as bits."""
    found = []
    for name in ("b", "w", "db", "dw", "z", "a", "da", "delta"):
        numbers = getattr(state, name)
        found.append((name, list(numbers), bits_of(numbers.values())))
    sums = (state.batch_sum, state.epoch_sum, state.total, state.total_up)
    found.append(bits_of(sums))
    found.append([None if x is None else bits_of([x]) for x in (state.loss, state.origin)])
    return found


def stepped(experiment: Experiment):
    """The operation and the state after each step, by the listing alone."""
    state, schedule = State.first(experiment), Schedule(experiment)
    active = ActiveExperiment(experiment)
    for n, operation in enumerate(central_differences.train(active, state, schedule.batches())):
        if operation[0] == "loss" and state.origin is None:
            state.batch_sum += state.loss
            state.epoch_sum += state.loss
        if n + 1 in {schedule.update_start(update + 1) for update in range(schedule.updates)}:
            state.batch_sum = 0.0
            if (n + 1) % schedule.steps_per_epoch == 0:
                state.epoch_sum = 0.0
        yield operation, state


@given(experiment=small, seed=st.integers(0, 1000))
@settings(max_examples=8)
def test_every_step_is_where_the_schedule_says_and_can_be_sought(experiment, seed):
    check_positions(experiment, seed, 12)


@pytest.mark.deep
@given(experiment=larger, seed=st.integers(0, 1000))
def test_every_step_of_larger_networks_is_there_and_can_be_sought(experiment, seed):
    check_positions(experiment, seed, 60)


def check_positions(experiment: Experiment, seed: int, sought: int) -> None:
    schedule, chance = Schedule(experiment), Random(seed)
    chosen = set(chance.sample(range(1, schedule.total + 1), min(sought, schedule.total)))
    wanted, count = {}, 0
    for operation, state in stepped(experiment):
        assert schedule.operation(count) == operation
        position = schedule.position(count)
        assert (position.example is None) == (position.phase in ("difference", "update"))
        if position.move is not None and position.phase == "difference":
            assert schedule.move_step(position.update, position.move) == count
        count += 1
        if count in chosen:
            wanted[count] = values(state)
    assert count == schedule.total
    run = Run(experiment)
    for position in chance.sample(sorted(chosen), len(chosen)):
        run.seek(position)
        assert values(run.state) == wanted[position], position
    on_the_way = Run(experiment)
    for position in sorted(chosen):
        on_the_way.advance(position - on_the_way.position)
        assert values(on_the_way.state) == wanted[position], position
    on_the_way.advance(schedule.total)
    engine, last = FullSpeed(experiment), LastUpdate(("loss",))
    assert engine.is_tiny
    for last_update in (last, None):  # on arrays; in straight-line code
        reached, updates = engine.run(
            engine.first(), 0, schedule.updates, history := LossHistory(), last_update=last_update
        )
        assert updates == schedule.updates
        after = engine.training_state(on_the_way.state)
        assert bits_of(reached.p) == bits_of(after.p)
        assert bits_of(reached.memory.ravel()) == bits_of(after.memory.ravel())
        for series in ("batch", "epoch", "test"):
            assert bits_of(getattr(history, series)) == bits_of(getattr(on_the_way.losses, series))
    assert bits_of([last.values["loss"]]) == bits_of([on_the_way.state.loss])


@pytest.mark.parametrize("way", ["batches", "no einsum", "neither einsum nor functions of arrays"])
@pytest.mark.parametrize("batch_size", [1, 2, None])
def test_every_way_of_full_speed_has_the_bits_of_stepping(way, batch_size):
    experiment = measured(layered(2, 3, 1, examples=5, batch_size=batch_size, epochs=2))
    with pytest.MonkeyPatch.context() as patch:
        tested = SelfTest(way == "batches", way != "neither einsum nor functions of arrays")
        patch.setattr(runner, "self_test", lambda: tested)
        check_positions(experiment, 1, 3)


def test_the_gradient_is_near_that_of_backpropagation():
    for activation in ("tanh", "gelu", "sigmoid", "sin"):
        experiment = layered(3, 4, 2, activation=activation, examples=5)
        back, there = State.first(experiment), State.first(experiment)
        batch = [(1, experiment.train_examples)]
        for operation in train(ActiveExperiment(experiment), back, batch):
            if operation[0] == "update":
                break
        for operation in central_differences.train(ActiveExperiment(experiment), there, batch):
            if operation[0] == "update":
                break
        assert list(there.db.values()) == pytest.approx(list(back.db.values()), rel=1e-6, abs=1e-9)
        assert list(there.dw.values()) == pytest.approx(list(back.dw.values()), rel=1e-6, abs=1e-9)


def test_a_parameter_is_moved_and_moved_back():
    experiment = measured(layered(1, 1, examples=2, epochs=1))
    run, schedule = Run(experiment), Schedule(experiment)
    assert [schedule.operation(step)[0] for step in range(schedule.total)] == [
        *["load", "forward_edge", "forward_neuron", "loss"] * 2,
        *[
            *["move_up", *["load", "forward_edge", "forward_neuron", "loss"] * 2],
            *["move_down", *["load", "forward_edge", "forward_neuron", "loss"] * 2],
            "difference",
        ]
        * 2,
        *["update"] * 2,
    ]
    run.seek(schedule.move_step(0, 0))
    b = run.state.b["y1"]
    seen = []
    for move in range(3):
        run.seek(schedule.move_step(0, move) + 1)
        seen.append(run.state.b["y1"])
    assert seen == [b + h(b), b - h(b), b]
    assert run.state.db["y1"] != 0.0


def test_frozen_parameters_are_not_moved():
    experiment = layered(2, 2, 1, epochs=1)
    network = experiment.network.copy()
    network.set_trainable("h1_1", False)
    network.set_trainable(("x1", "h1_2"), False)
    experiment = measured(replace(experiment, network=network))
    check_positions(experiment, 0, 5)
    run = Run(experiment)
    run.seek(run.schedule.total)
    assert run.state.db["h1_1"] == 0.0
    assert run.schedule.moves == 3 * 7


def test_an_activation_without_a_derivative_is_trained():
    experiment = layered(2, 3, 1, epochs=60)
    network = experiment.network.copy()
    for j in network.wiring().neurons:
        network.set_activation(j, Activation.of_expression("floor(z) if z > 0 else 0.1*z"))
    with pytest.raises(SettingError, match="without its derivative"):
        replace(experiment, network=network)
    training = replace(experiment.training, gradient="central_differences")
    experiment = replace(experiment, network=network, training=training)
    check_positions(replace(experiment, training=replace(training, epochs=1)), 3, 5)


def test_what_would_take_for_ever_is_refused():
    with pytest.raises(SettingError, match=r"\d connection steps an update, expected at most"):
        measured(layered(100, 200, 10, examples=50))


def test_an_edit_of_the_moved_parameter_stays_when_it_is_moved_back():
    debugger = Debugger(measured(layered(2, 2, 1, epochs=2)))
    up = debugger.schedule.move_step(0, 0)
    debugger.seek(up + 5)
    debugger.edit("b[h1_1]", 0.25)
    twin = Run(debugger.training_run.timeline)
    for step in range(up + 5, debugger.schedule.move_step(0, 2) + 3):
        debugger.seek(step)
        twin.seek(0)
        twin.seek(step)
        assert values(debugger.training_run.state) == values(twin.state), step
    assert debugger.value("b[h1_1]") == 0.25
