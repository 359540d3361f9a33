"""Every movement and its reverse, against an oracle that only looks at the kinds of steps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.experiments import experiments, in_both_ways, layered
from support.stepped import steps_of

from nntui.debugger.debugger import Debugger
from nntui.debugger.step import MOVEMENTS, destination
from nntui.engine.schedule import MOVES, Schedule
from nntui.engine.state import State

PHASES = {
    "load": "forward", "forward_edge": "forward", "forward_neuron": "forward", "loss": "loss",
    "backward_neuron": "backward", "backward_edge": "backward", "update": "update",
    **dict.fromkeys(MOVES, "difference"),
}  # fmt: skip


def stops(experiment) -> dict[str, set[int]]:
    """The positions at which each movement may stop, from the flat list of operations."""
    operations = list(steps_of(experiment, State.first(experiment)))
    total, examples = len(operations), len(experiment.train_examples)
    size = experiment.training.batch_size or examples
    found = {movement: {0, total} for movement in MOVEMENTS}
    found["step"] = set(range(total + 1))
    loads, before, is_moved = 0, ("nothing", "nothing"), False
    for position, operation in enumerate(operations):
        kind = operation[0]
        # A neuron's steps are those of the edges into it and its own: its name comes last.
        neuron = (PHASES[kind], "" if kind in ("load", "loss") else operation[-1])
        if kind == "load":
            found["example"].add(position + 1)
        if kind == "load" and not is_moved:
            if loads % examples % size == 0:
                found["update"].add(position)
            if loads % examples == 0:
                found["epoch"].add(position)
            loads += 1
        single = kind == "load" or kind in MOVES
        if single or neuron[0] != before[0]:
            found["pass"].add(position)
        if single or neuron != before:
            found["neuron"].add(position)
        before, is_moved = neuron, is_moved != (kind in ("move_up", "difference"))
    return found


@pytest.mark.parametrize("movement", MOVEMENTS)
@given(experiment=in_both_ways(experiments(most_epochs=3)))
def test_each_movement_leads_to_its_next_stop_and_back_to_the_one_before(
    movement, experiment
) -> None:
    schedule, places = Schedule(experiment), sorted(stops(experiment)[movement])
    for position in range(schedule.total + 1):
        after = next((p for p in places if p > position), schedule.total)
        before = next((p for p in reversed(places) if p < position), 0)
        assert destination(schedule, position, movement) == after
        assert destination(schedule, position, movement, -1) == before


@given(experiment=in_both_ways(experiments(most_epochs=3)), data=st.data())
def test_a_count_repeats_a_movement(experiment, data) -> None:
    schedule = Schedule(experiment)
    movement = data.draw(st.sampled_from(list(MOVEMENTS)))
    start = data.draw(st.integers(0, schedule.total))
    count = data.draw(st.integers(-6, 6))
    position = start
    for _ in range(abs(count)):
        position = destination(schedule, position, movement, 1 if count > 0 else -1)
    assert destination(schedule, start, movement, count) == position


@pytest.mark.parametrize("movement", MOVEMENTS)
def test_a_movement_says_whether_there_was_anywhere_to_go(movement) -> None:
    debugger = Debugger(layered(2, 2, 1, batch_size=3, epochs=2))
    assert not debugger.move(movement, -1)
    assert debugger.move(movement, 10**4)
    assert debugger.at_end
    assert not debugger.move(movement)
    assert debugger.move(movement, -(10**4))
    assert debugger.at_start
    assert debugger.last is None


def test_the_movements_of_one_example_by_hand() -> None:
    # 2-1 network: load, 2 edges + neuron, loss, neuron + 2 edges: 8 steps; 3 updates; 2 examples.
    schedule = Schedule(layered(2, 1, examples=2, epochs=2))
    assert schedule.total == 2 * (2 * 8 + 3)

    def walk(movement):
        position, found = 0, []
        while position < 20:
            position = destination(schedule, position, movement)
            found.append(position)
        return found

    assert walk("neuron") == [1, 4, 5, 8, 9, 12, 13, 16, 19, 20]
    assert walk("pass") == [4, 5, 8, 12, 13, 16, 19, 23]
    assert walk("example") == [1, 9, 20]
    assert walk("update") == [19, 38]
    assert walk("epoch") == [19, 38]
    assert walk("run") == [38]


def test_an_unknown_movement_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Debugger(layered(1, 1)).move("sideways")


@pytest.mark.parametrize("movement", MOVEMENTS)
@given(experiment=in_both_ways(experiments(most_epochs=4)), data=st.data())
def test_a_count_is_so_many_movements_one_by_one(movement, experiment, data) -> None:
    schedule = Schedule(experiment)
    position = start = data.draw(st.integers(0, schedule.total))
    sign = data.draw(st.sampled_from([1, -1]))
    for count in range(1, 80):
        position = destination(schedule, position, movement, sign)
        assert destination(schedule, start, movement, sign * count) == position


@pytest.mark.parametrize("movement", MOVEMENTS)
def test_an_enormous_count_does_not_hang(movement) -> None:
    schedule = Schedule(layered(3, 5, 2, examples=1000, epochs=1_000_000_000, batch_size=64))
    assert destination(schedule, 12_345, movement, 10**18) == schedule.total
    assert destination(schedule, schedule.total - 12_345, movement, -(10**18)) == 0
    half = destination(schedule, 12_345, movement, 10**8)
    assert half > 12_345
    if movement != "run":
        assert half < schedule.total


@pytest.mark.parametrize("movement", MOVEMENTS)
@settings(max_examples=10)
@given(experiment=experiments(most_neurons=3, most_examples=3), data=st.data())
def test_a_movement_and_its_reverse_restore_every_bit(
    movement, experiment, data, recorded, seen
) -> None:
    tape = recorded(experiment)
    debugger = Debugger(experiment)
    debugger.seek(data.draw(st.integers(0, debugger.total)))
    count = data.draw(st.integers(1, 3))
    debugger.move(movement, -1)  # to one of its stops, or to the start
    start = debugger.position
    assert seen(debugger.snapshot()) == tape.seen[start]
    debugger.move(movement, count)
    there = debugger.position
    assert seen(debugger.snapshot()) == tape.seen[there]
    if there < debugger.total:
        debugger.move(movement, -count)
        assert debugger.position == start
        assert seen(debugger.snapshot()) == tape.seen[start]
