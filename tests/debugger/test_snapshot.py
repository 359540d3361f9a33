"""What is known where: blanks, context, losses, names; and that a snapshot stays as it is."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import all_bits, bits, bits_of
from support.experiments import experiments, in_both_ways, layered

from nntui.debugger.debugger import Debugger
from nntui.debugger.snapshot import SnapshotTaker
from nntui.engine.evaluate import mean_loss
from nntui.engine.schedule import Schedule
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.names import ValueNameError, parse_value_name, value_name

small = in_both_ways(experiments(most_neurons=4, most_examples=3))


@pytest.fixture
def debugger() -> Debugger:
    return Debugger(layered(2, 2, 1, examples=3, batch_size=2, epochs=2))


def test_before_the_first_step_everything_is_blank_but_parameters_and_data(debugger) -> None:
    values = debugger.snapshot().values
    for name, value in values.items():
        symbol = name.split("[")[0]
        if symbol in ("b", "w", "x", "t"):
            assert value is not None, name
        elif symbol in ("db", "dw"):
            assert value == 0.0, name
        else:
            assert value is None, name
    assert debugger["x[x1]"] == debugger.experiment.x(0)[0]


@given(experiment=small)
def test_what_is_blank_follows_from_the_last_step(experiment) -> None:
    debugger = Debugger(experiment)
    wiring = experiment.network.wiring()
    known: set[str] = set()
    while not debugger.at_end:
        step = debugger.step()
        if step.kind == "load":
            known = {value_name("a", i) for i in wiring.inputs}
        elif step.kind == "forward_neuron":
            # z of a neuron that nothing flows into is its bias.
            known |= {*step.writes, value_name("z", step.neuron or "")}
        else:
            known |= set(step.writes)
        values = debugger.snapshot().values
        shown = {
            name
            for name, value in values.items()
            if value is not None and parse_value_name(name)[0] in ("z", "a", "da", "delta", "loss")
        }
        assert shown == {
            n for n in known if parse_value_name(n)[0] in ("z", "a", "da", "delta", "loss")
        }


@given(experiment=small)
def test_gradients_last_until_the_next_batch_begins(experiment) -> None:
    debugger = Debugger(experiment)
    schedule = debugger.schedule
    for update in range(1, schedule.updates + 1):
        debugger.seek(schedule.update_start(update) - schedule.steps_per_update)
        summed = debugger.snapshot()
        debugger.seek(schedule.update_start(update))
        updated = debugger.snapshot()
        assert all_bits({**updated.db, **updated.dw}) == all_bits({**summed.db, **summed.dw})
        if not debugger.at_end:
            debugger.step()
            begun = debugger.snapshot()
            assert begun.db == dict.fromkeys(updated.db, 0.0)
            assert begun.dw == dict.fromkeys(updated.dw, 0.0)


@given(experiment=experiments(most_epochs=3))
def test_losses_are_the_means_of_what_was_met(experiment) -> None:
    debugger = Debugger(experiment)
    examples = experiment.train_examples
    met: list[float] = []
    batch_losses, epoch_losses, test_losses = [], [], []
    for update, batch in enumerate(Schedule(experiment).batches()):
        for place in range(len(batch[1])):
            debugger.seek(debugger.schedule.step(update, place, "loss", 0) + 1)
            loss = debugger["loss"]
            assert loss is not None
            met.append(loss)
            # The batch is not finished yet, so the losses so far are those of the ones before.
            assert bits_of(debugger.snapshot().losses.batch) == bits_of(batch_losses)
        debugger.seek(debugger.schedule.update_start(update + 1))
        latest = met[-len(batch[1]) :]
        summed = experiment.training.reduction == "sum"
        batch_losses.append(ordered_mean(latest, 1 if summed else None))
        if len(met) % len(examples) == 0:
            epoch_losses.append(ordered_mean(met[-len(examples) :]))
            if experiment.test_examples:
                s = debugger.snapshot()
                test_losses.append(mean_loss(experiment, experiment.test_examples, s.b, s.w))
        snapshot = debugger.snapshot()
        assert bits(snapshot["batch_loss"]) == bits(batch_losses[-1])
        assert bits(snapshot["epoch_loss"]) == bits(epoch_losses[-1] if epoch_losses else None)
        assert bits(snapshot["test_loss"]) == bits(test_losses[-1] if test_losses else None)
        assert bits_of(snapshot.losses.batch) == bits_of(batch_losses)
        assert bits_of(snapshot.losses.epoch) == bits_of(epoch_losses)
        assert bits_of(snapshot.losses.test) == bits_of(test_losses)
        assert bits(debugger["batch_loss"]) == bits(snapshot["batch_loss"])
    debugger.seek(0)
    assert debugger.snapshot()["batch_loss"] is None
    assert list(debugger.snapshot().losses.batch) == []


def ordered_mean(numbers: list[float], divisor: int | None = None) -> float:
    total = 0.0
    for number in numbers:
        total = total + number
    return total / (divisor or len(numbers))


@given(experiment=small)
def test_a_snapshot_stays_as_it_is_when_the_run_moves_on(experiment, seen) -> None:
    debugger = Debugger(experiment)
    taken = []
    for _ in range(min(debugger.total, 40)):
        debugger.step()
        snapshot = debugger.snapshot()
        taken.append((snapshot, seen(snapshot)))
    debugger.seek(debugger.total)
    debugger.seek(0)
    for snapshot, before in taken:
        assert seen(snapshot) == before


@given(experiment=small, walk=st.lists(st.sampled_from([1, 1, 1, 1, 2, 7, -1, 0]), max_size=40))
def test_what_a_snapshot_shares_with_the_one_before_is_what_it_would_have_copied(
    experiment, walk, seen
) -> None:
    debugger = Debugger(experiment)
    for by in walk:
        there = min(max(debugger.position + by, 0), debugger.total)
        if by == 1 and not debugger.at_end:
            debugger.step()
        else:
            debugger.seek(there)
        assert seen(debugger.snapshot()) == seen(
            SnapshotTaker().take(debugger.training_run, debugger.last)
        )


def test_an_edit_is_in_the_next_snapshot_wherever_the_run_comes_from(debugger) -> None:
    name = value_name("b", debugger.experiment.network.wiring().outputs[0])
    debugger.seek(3)
    debugger.snapshot()
    debugger.edit(name, 0.75)
    assert debugger.snapshot()[name] == 0.75
    debugger.back()
    assert debugger.snapshot()[name] != 0.75
    debugger.step()
    assert debugger.snapshot()[name] == 0.75


def test_a_step_forwards_copies_no_parameters(debugger) -> None:
    debugger.seek(2)
    before = debugger.snapshot()
    debugger.step()
    after = debugger.snapshot()
    assert after.z != before.z
    assert all(getattr(after, name) is getattr(before, name) for name in ("b", "db", "w", "dw"))


def test_a_snapshot_cannot_be_changed(debugger) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        debugger.snapshot().position = 3


@given(experiment=small)
def test_the_debugger_and_its_snapshot_give_the_same_values_by_name(experiment) -> None:
    debugger = Debugger(experiment)
    while not debugger.at_end:
        debugger.move("neuron")
        snapshot = debugger.snapshot()
        by_name = {name: debugger[name] for name in snapshot.values}
        assert all_bits(by_name) == all_bits(snapshot.values)
        assert all_bits({n: snapshot[n] for n in by_name}) == all_bits(by_name)


@given(experiment=small)
def test_x_and_t_are_those_of_the_example_at_work(experiment) -> None:
    debugger = Debugger(experiment)
    wiring = experiment.network.wiring()
    example = next(Schedule(experiment).batches())[1][0]
    while True:
        snapshot = debugger.snapshot()
        assert snapshot.x == dict(zip(wiring.inputs, experiment.x(example), strict=True))
        assert snapshot.t == dict(zip(wiring.outputs, experiment.y(example), strict=True))
        if debugger.at_end:
            break
        at = debugger.step().position
        example = example if at.example is None else at.example


def test_a_class_index_is_shown_as_a_vector() -> None:
    like = layered(1, 3, examples=2)
    experiment = Experiment(
        like.network, Dataset.of([[0.0], [1.0]], [2, [1]]), Training(loss=Loss.of("cross_entropy"))
    )
    debugger = Debugger(experiment)
    assert dict(debugger.snapshot().t) == {"y1": 0.0, "y2": 0.0, "y3": 1.0}
    debugger.move("example", 2)
    assert dict(debugger.snapshot().t) == {"y1": 0.0, "y2": 1.0, "y3": 0.0}


def test_the_context_is_that_of_the_last_step(debugger) -> None:
    assert [debugger[name] for name in ("epoch", "update", "example", "step")] == [None] * 4
    debugger.seek(debugger.schedule.update_start(3) - 1)
    assert [debugger[name] for name in ("epoch", "update", "example", "step")] == [
        2, 3, None, debugger.position,
    ]  # fmt: skip
    debugger.seek(debugger.schedule.update_start(1) + 1)
    assert [debugger[name] for name in ("epoch", "update", "example")] == [1, 2, 3]


def test_the_next_step_is_announced(debugger) -> None:
    while not debugger.at_end:
        announced = debugger.snapshot()
        step = debugger.step()
        assert (announced.next, announced.next_operation) == (step.position, step.operation)
    assert debugger.snapshot().next is None
    assert debugger.snapshot().next_operation is None
    assert debugger.snapshot().at_end


def test_a_step_names_what_it_is_about(debugger) -> None:
    kinds = {}
    while not debugger.at_end:
        step = debugger.step()
        kinds[step.kind] = (step.source, step.target, step.neuron, step.parameter)
    assert kinds == {
        "load": (None, None, None, None),
        "forward_edge": ("h1_2", "y1", None, None),
        "forward_neuron": (None, None, "y1", None),
        "loss": (None, None, None, None),
        "backward_neuron": (None, None, "h1_1", None),
        "backward_edge": ("x2", "h1_1", None, None),
        "update": (None, None, None, "w[h1_2,y1]"),
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("z[h1_3]", '"h1_'),
        ("z[x1]", "is an input"),
        ("b[x1]", "is an input"),
        ("x[y1]", "is no input"),
        ("t[x1]", "is no output"),
        ("w[x1,y1]", "is not connected"),
        ("w[h1_1,x1]", "is not connected"),
        ("q[x1]", "no value called"),
        ("w[x1]", "should look like"),
        ("loss[x1]", "should look like"),
        ("z", "should look like"),
        ("z[", "neuron.s name here"),
        ("", "is not the name"),
    ],
)
def test_a_name_that_names_nothing_is_refused_in_words(debugger, name, words) -> None:
    with pytest.raises(ValueNameError, match=words):
        debugger[name]
    with pytest.raises(KeyError):
        debugger.snapshot()[name]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_batch_loss_is_known_as_soon_as_the_passes_of_the_batch_are_done(reduction) -> None:
    experiment = layered(2, 2, 1, examples=5, batch_size=2, reduction=reduction, epochs=2)
    debugger = Debugger(experiment)
    schedule = debugger.schedule
    before = None
    for update in range(schedule.updates):
        debugger.seek(schedule.passes_end(update) - 1)
        assert debugger["batch_loss"] == before
        losses = []
        for place in range(schedule.batch_length(update)):
            debugger.seek(schedule.step(update, place, "loss", 0) + 1)
            losses.append(debugger["loss"])
        before = ordered_mean(losses, 1 if reduction == "sum" else None)
        for position in (schedule.passes_end(update), schedule.update_start(update + 1)):
            debugger.seek(position)
            assert debugger["batch_loss"] == debugger.snapshot()["batch_loss"] == before
            assert debugger.why("batch_loss").value == before
