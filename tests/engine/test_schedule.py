"""Which step comes when: the arithmetic against the algorithm itself, and the canonical orders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments, layered
from support.stepped import steps_of

from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.model.network import Network


def batches(experiment):
    """The batches of all updates, cut from each epoch's order of the examples."""
    training, examples = experiment.training, experiment.train_examples
    size = training.batch_size or len(examples)
    orders = [training.order(examples, epoch) for epoch in range(training.epochs)]
    return [order[n : n + size] for order in orders for n in range(0, len(order), size)]


def operations(experiment):
    return list(steps_of(experiment, State.first(experiment)))


@given(experiment=experiments())
def test_the_algorithm_executes_the_operations_that_the_schedule_foretells(experiment) -> None:
    schedule = Schedule(experiment)
    executed = operations(experiment)
    assert schedule.total == len(executed)
    assert [schedule.operation(n) for n in range(schedule.total)] == executed


@given(experiment=experiments())
def test_step_is_the_inverse_of_position(experiment) -> None:
    schedule = Schedule(experiment)
    for n in range(schedule.total):
        at = schedule.position(n)
        assert at.step == n
        assert schedule.step(at.update, at.place, at.phase, at.index) == n


@given(experiment=experiments())
def test_positions_count_what_happened(experiment) -> None:
    """Epoch, update, example, phase and index, counted by the kinds of the steps alone."""
    schedule = Schedule(experiment)
    phases = {"load": "forward", "forward_edge": "forward", "forward_neuron": "forward"}
    phases |= {"loss": "loss", "backward_neuron": "backward", "backward_edge": "backward"}
    loads, last_phase, index = 0, "", 0
    expected_examples = [
        (update, place, example)
        for update, batch in enumerate(batches(experiment))
        for place, example in enumerate(batch)
    ]
    for n, operation in enumerate(operations(experiment)):
        at = schedule.position(n)
        phase = phases.get(operation[0], "update")
        loads += operation[0] == "load"
        index = 0 if phase != last_phase or operation[0] == "load" else index + 1
        last_phase = phase
        update, place, example = expected_examples[loads - 1]
        assert (at.phase, at.index, at.update) == (phase, index, update)
        assert at.epoch == (loads - 1) // len(experiment.train_examples)
        assert (at.place, at.example) == ((None, None) if phase == "update" else (place, example))


@given(experiment=experiments())
def test_every_kind_of_step_is_as_frequent_as_the_manual_says(experiment) -> None:
    network = experiment.network
    edges = len(network.connections)
    neurons = sum(n.role != "input" for n in network.neurons)
    trainable = sum(c.trainable for c in network.connections)
    trainable += sum(n.trainable for n in network.neurons if n.role != "input")
    examples = len(experiment.train_examples) * experiment.training.epochs
    size = experiment.training.batch_size or len(experiment.train_examples)
    batches = -(-len(experiment.train_examples) // size) * experiment.training.epochs

    kinds = [operation[0] for operation in operations(experiment)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        kind: count
        for kind, count in {
            "load": examples,
            "forward_edge": edges * examples,
            "forward_neuron": neurons * examples,
            "loss": examples,
            "backward_neuron": neurons * examples,
            "backward_edge": edges * examples,
            "update": trainable * batches,
        }.items()
        if count
    }
    assert Schedule(experiment).updates == batches


@given(experiment=experiments())
def test_both_passes_run_in_canonical_order(experiment) -> None:
    network = experiment.network
    document = list(network.names)
    order = {
        name: (network.neuron(name).layer, document.index(name))
        for name in sorted(document, key=lambda n: (network.neuron(n).layer, document.index(n)))
    }
    computing = sorted((n for n in order if network.neuron(n).role != "input"), key=order.get)
    edges = {
        j: sorted((c.source for c in network.connections if c.target == j), key=order.get)
        for j in computing
    }
    forward, backward, update = [("load",)], [], []
    for j in computing:
        forward += [*(("forward_edge", i, j) for i in edges[j]), ("forward_neuron", j)]
        update += [("update", j)] if network.neuron(j).trainable else []
        update += [("update", i, j) for i in edges[j] if network.connection(i, j).trainable]
    for j in reversed(computing):
        backward += [("backward_neuron", j), *(("backward_edge", i, j) for i in edges[j])]
    first_batch = batches(experiment)[0]
    expected = [*forward, ("loss",), *backward] * len(first_batch) + update
    assert operations(experiment)[: len(expected)] == expected


@given(experiment=experiments())
def test_layers_are_the_longest_paths_from_an_input(experiment) -> None:
    network = experiment.network
    sources = {name: [] for name in network.names}
    for c in network.connections:
        sources[c.target].append(c.source)

    def longest(name: str) -> int:
        if network.neuron(name).role == "input":
            return 0
        return 1 + max((longest(i) for i in sources[name]), default=0)

    assert {n: network.neuron(n).layer for n in network.names} == {
        n: longest(n) for n in network.names
    }


@given(experiment=experiments())
def test_updates_start_where_the_last_ones_end(experiment) -> None:
    schedule = Schedule(experiment)
    end = 0
    for update, batch in enumerate(batches(experiment)):
        assert schedule.batch(update) == batch
        assert schedule.update_start(update) == end
        assert schedule.batch_length(update) == len(batch)
        length = len(batch) * schedule.steps_per_example + schedule.steps_per_update
        assert [schedule.updates_before(end + n) for n in range(length)] == [update] * length
        end += length
    assert end == schedule.total == schedule.update_start(schedule.updates)
    assert schedule.updates_before(schedule.total) == schedule.updates


@given(experiment=experiments(most_epochs=4), data=st.data())
def test_batches_can_be_listed_from_any_on(experiment, data) -> None:
    everything = list(enumerate(batches(experiment), start=1))
    first = data.draw(st.integers(0, len(everything)))
    assert list(Schedule(experiment).batches(first)) == everything[first:]


@given(experiment=experiments(most_epochs=4))
def test_each_epoch_meets_every_training_example_once(experiment) -> None:
    met = [example for batch in batches(experiment) for example in batch]
    size = len(experiment.train_examples)
    for epoch in range(experiment.training.epochs):
        assert sorted(met[epoch * size : (epoch + 1) * size]) == list(experiment.train_examples)
        if not experiment.training.shuffle:
            assert met[epoch * size : (epoch + 1) * size] == list(experiment.train_examples)


def test_the_order_of_an_epoch_is_a_function_of_seed_and_epoch_alone() -> None:
    def orders(seed, epochs, **training):
        experiment = layered(2, 1, examples=9, shuffle=True, seed=seed, epochs=epochs, **training)
        met = [example for batch in batches(experiment) for example in batch]
        return [tuple(met[n : n + 9]) for n in range(0, len(met), 9)]

    assert orders(0, 6)[:3] == orders(0, 3)
    assert orders(0, 6) == orders(0, 6, batch_size=2)
    assert len(set(orders(0, 6))) == 6
    assert not set(orders(0, 6)) & set(orders(1, 6))


def test_shuffled_orders_stay_the_same_in_every_release() -> None:
    training = layered(2, 1, shuffle=True, seed=3).training
    assert training.order(range(6), 0) == (2, 4, 0, 1, 5, 3)
    assert training.order(range(6), 1) == (5, 0, 4, 3, 1, 2)


def test_the_last_batch_may_be_smaller() -> None:
    experiment = layered(2, 1, examples=5, batch_size=2, epochs=2)
    assert [len(batch) for _, batch in Schedule(experiment).batches()] == [2, 2, 1, 2, 2, 1]


def test_a_batch_larger_than_the_data_is_the_data() -> None:
    experiment = layered(2, 1, examples=3, batch_size=99, epochs=2)
    assert [batch for _, batch in Schedule(experiment).batches()] == [(0, 1, 2), (0, 1, 2)]
    assert Schedule(experiment).batch_length(1) == 3


@pytest.mark.parametrize("step", [-1, 10**9])
def test_a_step_outside_the_run_is_an_index_error(step) -> None:
    schedule = Schedule(layered(2, 1))
    for question in (schedule.position, schedule.operation, schedule.block):
        with pytest.raises(IndexError, match="outside the run"):
            question(step)


def test_a_run_of_a_billion_epochs_is_still_arithmetic() -> None:
    experiment = layered(2, 2, 1, examples=4, batch_size=3, shuffle=True, epochs=10**9)
    schedule = Schedule(experiment)
    step = schedule.total - 1
    at = schedule.position(step)
    assert (at.epoch, at.phase, at.update) == (10**9 - 1, "update", 2 * 10**9 - 1)
    assert schedule.step(at.update, at.place, at.phase, at.index) == step


def test_a_network_of_frozen_parameters_has_no_update_steps() -> None:
    net = Network()
    net.add_neuron("x", role="input")
    net.add_neuron("y", role="output", bias=0.0, trainable=False)
    net.connect("x", "y", 1.0, trainable=False)
    like = layered(1, 1, examples=3, batch_size=2, epochs=2)
    experiment = type(like)(net, like.data, like.training)
    schedule = Schedule(experiment)
    assert schedule.steps_per_update == 0
    assert schedule.total == 2 * 3 * (2 + 2 * 2)
    assert [schedule.position(n).update for n in range(0, schedule.total, 6)] == [0, 0, 1, 2, 2, 3]
