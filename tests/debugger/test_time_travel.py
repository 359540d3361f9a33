"""Back, seek and every mixture of them: always the very bits of stepping there."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import all_bits, bits
from support.experiments import experiments, in_both_ways, layered

from nntui.debugger.debugger import Debugger
from nntui.debugger.stepper import EndOfRunError, approach
from nntui.engine import run as run_module
from nntui.engine import timeline
from nntui.model.activations import Activation
from nntui.model.losses import Loss
from nntui.model.names import parse_value_name
from nntui.model.optimizers import Optimizer

small = in_both_ways(experiments(most_neurons=3, most_examples=3, most_epochs=2))
wild = experiments(
    most_neurons=3,
    most_examples=2,
    activation=st.sampled_from([Activation.of(name) for name in ("square", "linear", "elu")]),
    loss=st.sampled_from([Loss.of(name) for name in ("squared_error", "mse", "cross_entropy")]),
    optimizer=st.sampled_from(
        [Optimizer.of("sgd", learning_rate=1e10), Optimizer.of("sgd", learning_rate=1e200)]
    ),
)


@given(experiment=small)
def test_as_many_steps_back_as_forward_restore_every_bit(experiment, recorded, seen) -> None:
    tape = recorded(experiment)
    debugger = tape.debugger
    for position in reversed(range(debugger.total)):
        last = debugger.back()
        assert last is debugger.last
        assert seen(debugger.snapshot()) == tape.seen[position]


@given(experiment=small, data=st.data())
def test_k_steps_forward_and_k_back_from_anywhere(experiment, data, recorded, seen) -> None:
    tape = recorded(experiment)
    start = data.draw(st.integers(0, tape.debugger.total))
    count = data.draw(st.integers(0, tape.debugger.total - start))
    debugger = Debugger(experiment)
    debugger.seek(start)
    for _ in range(count):
        debugger.step()
    assert seen(debugger.snapshot()) == tape.seen[start + count]
    for _ in range(count):
        debugger.back()
    assert seen(debugger.snapshot()) == tape.seen[start]


@given(experiment=small, data=st.data())
def test_seeking_equals_stepping(experiment, data, recorded, seen) -> None:
    tape = recorded(experiment)
    debugger = Debugger(experiment)
    places = st.integers(0, debugger.total)
    for position in data.draw(st.lists(places, min_size=1, max_size=12)):
        debugger.seek(position)
        assert seen(debugger.snapshot()) == tape.seen[position]


@pytest.mark.parametrize("spacing", [0.0, 10.0])
@pytest.mark.parametrize("at_once", [0, 30])
@given(data=st.data())
def test_seeking_by_full_speed_equals_stepping(spacing, at_once, data, recorded, seen) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline, "SPACING", spacing)
        patch.setattr(run_module, "AT_ONCE", at_once)
        tape = recorded(data.draw(experiments(most_neurons=2, most_examples=3, most_epochs=4)))
        places = st.integers(0, tape.debugger.total)
        for position in data.draw(st.lists(places, min_size=1, max_size=12)):
            tape.debugger.seek(position)
            assert seen(tape.debugger.snapshot()) == tape.seen[position]


@given(experiment=small, data=st.data())
def test_any_walk_ends_where_its_arithmetic_says(experiment, data, recorded, seen) -> None:
    tape = recorded(experiment)
    debugger = Debugger(experiment)
    moves = st.sampled_from(["step", "back", "seek", "neuron", "pass", "example", "update"])
    for move in data.draw(st.lists(moves, max_size=15)):
        if move == "seek":
            debugger.seek(data.draw(st.integers(0, debugger.total)))
        elif move == "step" and not debugger.at_end:
            debugger.step()
        elif move == "back" and not debugger.at_start:
            debugger.back()
        elif move not in ("step", "back"):
            debugger.move(move, data.draw(st.integers(-3, 3)))
        assert seen(debugger.snapshot()) == tape.seen[debugger.position]


@given(experiment=small, data=st.data())
def test_approaching_a_position_gets_there_over_true_states(
    experiment, data, recorded, seen
) -> None:
    tape = recorded(experiment)
    debugger = Debugger(experiment)
    for _ in range(3):
        target = data.draw(st.integers(0, debugger.total))
        stride = data.draw(st.sampled_from([0.0, 1e-4, 1.0]))
        for _ in range(debugger.total + 1):
            arrived = approach(debugger, target, stride)
            assert seen(debugger.snapshot()) == tape.seen[debugger.position]
            if arrived:
                break
        assert debugger.position == target


@given(experiment=wild, data=st.data())
def test_a_diverging_run_never_raises_and_stays_exact(experiment, data, recorded, seen) -> None:
    tape = recorded(experiment)
    debugger = Debugger(experiment)
    for position in data.draw(st.lists(st.integers(0, debugger.total), max_size=6)):
        debugger.seek(position)
        assert seen(debugger.snapshot()) == tape.seen[position]
        assert debugger.last is None or debugger.last.lines()


def test_a_run_that_diverges_shows_infinities_and_nans() -> None:
    experiment = layered(
        1, 2, 1, activation="square", output="square", epochs=30,
        loss=Loss.of("squared_error"), optimizer=Optimizer.of("sgd", learning_rate=1e10),
    )  # fmt: skip
    debugger = Debugger(experiment)
    texts = []
    while not debugger.at_end:
        texts.append(debugger.step().text)
    assert any("Infinity" in text for text in texts)
    assert any("NaN" in text for text in texts)
    assert math.isnan(debugger["w[x1,h1_1]"] or 0.0)
    debugger.seek(3)
    assert math.isfinite(debugger["w[x1,h1_1]"] or 0.0)


@given(experiment=experiments())
def test_replaying_only_the_writes_reproduces_the_final_parameters(experiment) -> None:
    debugger = Debugger(experiment)
    parameters = {**experiment.network.biases, **experiment.network.weights}
    while not debugger.at_end:
        for name, value in debugger.step().writes.items():
            symbol, neurons = parse_value_name(name)
            if symbol in ("b", "w"):
                parameters[neurons[0] if symbol == "b" else neurons] = value
    final = debugger.snapshot()
    assert all_bits(parameters) == all_bits({**final.b, **final.w})


@given(experiment=small)
def test_a_step_changes_nothing_but_what_it_writes(experiment) -> None:
    """Besides its writes only load does more: it blanks, and begins a batch with gradients of 0."""
    debugger = Debugger(experiment)
    context = {"epoch", "update", "example", "step", "batch_loss", "epoch_loss", "test_loss"}
    before = debugger.snapshot().values
    while not debugger.at_end:
        step = debugger.step()
        after = debugger.snapshot().values
        changed = {n for n in after if bits(after[n]) != bits(before[n])} - context
        if step.kind == "load":
            assert all(
                after[name] in (None, 0.0) or name[0] in "xt" for name in changed - set(step.writes)
            )
        else:
            # A neuron that nothing flows into gets its z with its a.
            own = {f"z{name[1:]}" for name in step.writes if step.kind == "forward_neuron"}
            assert changed - own <= set(step.writes)
        assert {n: bits(v) for n, v in step.writes.items()} == {
            n: bits(after[n]) for n in step.writes
        }
        for name, value in step.reads.items():
            # x and y are the new example's; z and da that are still blank count as b and 0.
            if step.kind not in ("load", "loss") and before[name] is not None:
                assert bits(value) == bits(before[name])
        before = after


def test_back_at_the_start_and_step_at_the_end_say_so() -> None:
    debugger = Debugger(layered(1, 1, epochs=1))
    with pytest.raises(EndOfRunError, match="start of the run"):
        debugger.back()
    debugger.seek(debugger.total)
    with pytest.raises(EndOfRunError, match="end of the run"):
        debugger.step()
    assert debugger.at_end
    assert debugger.last is not None


def test_back_gives_the_step_that_is_the_last_one_now() -> None:
    debugger = Debugger(layered(1, 1, epochs=1))
    first = debugger.step()
    debugger.step()
    again = debugger.back()
    assert again is not None
    assert (again.operation, again.text) == (first.operation, first.text)
    assert debugger.back() is None
    assert debugger.at_start
    assert debugger.last is None


@pytest.mark.parametrize("position", [-1, -5, 10**9])
@pytest.mark.parametrize("start", [0, 7])
def test_seeking_outside_the_run_is_an_index_error_and_moves_nothing(position, start, seen) -> None:
    debugger = Debugger(layered(1, 1, epochs=1))
    debugger.seek(start)
    before = seen(debugger.snapshot())
    for go in (debugger.seek, lambda p: approach(debugger, p, 3)):
        with pytest.raises(IndexError, match=f"no position {position}"):
            go(position)
        assert seen(debugger.snapshot()) == before


def test_seeking_one_past_the_end_is_an_index_error() -> None:
    debugger = Debugger(layered(1, 1, epochs=1))
    with pytest.raises(IndexError, match="no position"):
        debugger.seek(debugger.total + 1)
    assert debugger.at_start
