"""To the cursor and back, against a search through the flat list of operations."""

from hypothesis import given, settings
from hypothesis import strategies as st
from support.experiments import experiments, layered

from nntui.debugger.cursor import cursor_after, cursor_before
from nntui.engine.listing import train
from nntui.engine.schedule import Schedule
from nntui.engine.state import State


def about(operation, neurons, inputs) -> bool:
    if neurons[0] in inputs and len(neurons) == 1:
        return operation == ("load",)
    return operation[1:] == neurons


@settings(max_examples=80)
@given(experiment=experiments(most_epochs=2), data=st.data())
def test_the_cursor_finds_what_a_search_finds(experiment, data) -> None:
    net, schedule = experiment.network.wiring(), Schedule(experiment)
    operations = list(train(experiment, State.first(experiment)))
    things = [(j,) for j in (*net.inputs, *net.neurons)]
    things += [(i, j) for j in net.neurons for i in net.sources[j]]
    neurons = data.draw(st.sampled_from(things))
    stops = [n + 1 for n, o in enumerate(operations) if about(o, neurons, net.inputs)]
    assert stops
    for position in range(schedule.total + 1):
        after = next((stop for stop in stops if stop > position), None)
        before = next((stop for stop in reversed(stops) if stop < position), None)
        assert cursor_after(schedule, net, position, neurons) == after
        assert cursor_before(schedule, net, position, neurons) == before


def test_the_cursor_is_arithmetic_in_the_longest_run() -> None:
    experiment = layered(3, 5, 2, examples=1000, epochs=1_000_000_000, batch_size=64)
    net, schedule = experiment.network.wiring(), Schedule(experiment)
    middle = schedule.total // 2
    after = cursor_after(schedule, net, middle, ("x1", "h1_1"))
    before = cursor_before(schedule, net, middle, ("x1", "h1_1"))
    assert after is not None
    assert before is not None
    assert before < middle < after
    assert cursor_before(schedule, net, after, ("x1", "h1_1")) in (before, middle)
    assert cursor_after(schedule, net, before, ("x1", "h1_1")) in (after, middle)


@settings(max_examples=40)
@given(experiment=experiments(most_epochs=2), data=st.data())
def test_to_the_cursor_and_back_is_where_it_was(experiment, data) -> None:
    net, schedule = experiment.network.wiring(), Schedule(experiment)
    neurons = (data.draw(st.sampled_from(net.neurons)),)
    first = cursor_after(schedule, net, data.draw(st.integers(0, schedule.total)), neurons)
    second = None if first is None else cursor_after(schedule, net, first, neurons)
    if second is not None:
        assert cursor_before(schedule, net, second, neurons) == first
