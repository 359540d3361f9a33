"""The write that a value stands by, found by arithmetic, against a run that was stepped through."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits
from support.experiments import experiments, in_both_ways, layered

import nntui
from nntui.debugger.debugger import Debugger
from nntui.debugger.queries.writes import Writes
from nntui.engine.timeline import Timeline
from nntui.model.names import ValueNameError, parse_value_name, value_name

small = in_both_ways(experiments(most_neurons=4, most_examples=3, most_epochs=2))
COUNTERS = ("step", "example", "update", "epoch")
MEANS = ("batch_loss", "epoch_loss", "test_loss")


def brute(experiment, debugger=None):
    """For every position: its values, and (origin, step) by name, as it was seen to happen."""
    debugger = debugger or Debugger(experiment)
    net, schedule = experiment.network.wiring(), debugger.schedule
    values = debugger.snapshot().values
    stands = dict.fromkeys(values, ("start", None))
    found = [(values, dict(stands))]
    while not debugger.at_end:
        step = debugger.step()
        n, after = step.position.step, debugger.snapshot().values
        if step.kind == "load":
            for name in values:
                symbol = parse_value_name(name)[0]
                if symbol in ("z", "a", "da", "delta", "loss"):
                    stands[name] = ("blanked", n)
                if symbol in ("x", "t"):
                    stands[name] = ("data", n)
                if symbol in ("dw", "db") and (step.position.place, step.position.move) == (
                    0,
                    None,
                ):
                    stands[name] = ("zeroed", n)
        for name in step.writes:
            stands[name] = ("step", n)
        if step.kind == "forward_neuron" and not net.sources[step.neuron]:
            stands[value_name("z", step.neuron)] = ("step", n)
        before = schedule.position(n - 1) if n else None
        for name in COUNTERS:
            if before is None or getattr(before, name) != getattr(step.position, name):
                stands[name] = ("step" if after[name] is not None else "blanked", n)
        if step.kind == "load":
            stands["example"] = ("step", n)
        recorded = debugger.snapshot().losses
        ended = schedule.updates_before(n + 1) > schedule.updates_before(n)
        update = schedule.position(n).update
        if n + 1 == schedule.passes_end(update):
            stands["batch_loss"] = ("step", n)
        if ended and schedule.updates_before(n + 1) % schedule.updates_per_epoch == 0:
            stands["epoch_loss"] = ("step", n)
            if recorded.test:
                stands["test_loss"] = ("step", n)
        values = after
        found.append((values, dict(stands)))
    return found


@given(experiment=small)
def test_the_last_write_is_what_stepping_has_seen(experiment) -> None:
    writes = Writes(Timeline(experiment))
    for position, (values, stands) in enumerate(brute(experiment)):
        for name in values:
            write = writes.last(name, position)
            assert (write.origin, write.step) == stands[name], (name, position)
            assert write.position == (0 if write.step is None else write.step + 1)
            assert write.blank == (values[name] is None), (name, position)
            if write.step is not None:
                assert write.operation == writes.schedule.operation(write.step)


@given(experiment=small)
def test_no_value_changes_between_its_writes(experiment) -> None:
    """Independent of how the writes were found: what changed must have been written."""
    writes = Writes(Timeline(experiment))
    seen = brute(experiment)
    for position in range(1, len(seen)):
        (before, _), (after, _) = seen[position - 1], seen[position]
        for name in after:
            if bits(before[name]) != bits(after[name]):
                assert writes.last(name, position).position == position, (name, position)


@given(experiment=small)
def test_the_next_write_is_the_first_last_write_that_follows(experiment) -> None:
    writes = Writes(Timeline(experiment))
    seen = brute(experiment)
    for name in seen[0][0]:
        expected = None
        for position in reversed(range(len(seen))):
            assert writes.next(name, position) == expected, (name, position)
            write = writes.last(name, position)
            if write.position == position and not write.blank and write.origin != "start":
                expected = write


@given(experiment=small, seed=st.integers(0, 2**32))
def test_edits_are_writes_of_what_they_set(experiment, seed, edited) -> None:
    debugger, elsewhere = edited(experiment, Random(seed))
    timeline = debugger.training_run.timeline
    writes = Writes(debugger.training_run.timeline)
    seen = brute(experiment, debugger)
    for position in range(len(seen)):
        values, stands = seen[position]
        elsewhere.seek(position)
        for name in values:
            write = writes.last(name, position)
            assert write.position <= position
            if write.origin != "edit":
                assert (write.origin, write.step) == stands[name]
                continue
            assert write.edit in timeline.edits
            if write.edit.target == name and name[0] in "wbx":
                assert bits(values[name]) == bits(write.edit.value)
        if position:
            for name, value in seen[position - 1][0].items():
                if bits(value) != bits(values[name]):
                    assert name[0] == "x" or writes.last(name, position).position == position
    for edit in timeline.edits:
        if edit.target in seen[0][0]:
            found = writes.last(edit.target, edit.position)
            assert (found.origin, found.position) == ("edit", edit.position)
            if edit.position:
                ahead = writes.next(edit.target, edit.position - 1)
                assert ahead is not None
                assert ahead.position == edit.position
                assert ahead.edit == found.edit


def last_write(debugger, name):
    return Writes(debugger.training_run.timeline).last(name, debugger.position)


def next_write(debugger, name):
    return Writes(debugger.training_run.timeline).next(name, debugger.position)


def test_an_edit_of_a_class_writes_the_targets_of_all_outputs() -> None:
    debugger = Debugger(nntui.load("classifier"))  # its data are a column of classes
    debugger.step(5)
    outputs = debugger.experiment.network.wiring().outputs
    other = next(k for k in outputs if debugger.value(f"t[{k}]") == 0.0)
    debugger.edit(f"t[{other}]", 1.0)
    for k in outputs:
        assert debugger.value(f"t[{k}]") == float(k == other)
        assert last_write(debugger, f"t[{k}]").origin == "edit"


def test_writes_are_told_in_words() -> None:
    debugger = Debugger(layered(2, 2, 1, examples=3, batch_size=2, epochs=2))
    assert (
        last_write(debugger, "w[x1,h1_1]").text == "as in the document: nothing has written it yet"
    )
    assert last_write(debugger, "dw[x1,h1_1]").text == "0: no batch has begun"
    assert last_write(debugger, "loss").text == "blank: nothing has written it yet"
    assert last_write(debugger, "x[x1]").text == "the data of the first example"
    debugger.seek(5)
    assert last_write(debugger, "z[h1_1]").text == "step 3, example 1: forward_edge x2 → h1_1"
    assert last_write(debugger, "z[ y1 ]").name == "z[y1]"
    assert last_write(debugger, "z[y1]").text == "blank since the load at step 1"
    assert (
        last_write(debugger, "db[y1]").text == "0 since a new batch began with the load at step 1"
    )
    assert last_write(debugger, "t[y1]").text == "the data of example 1, loaded at step 1"
    after = next_write(debugger, "z[y1]")
    assert after is not None
    assert after.text == "step 8, example 1: forward_edge h1_1 → y1"
    update = next_write(debugger, "b[y1]")
    assert update is not None
    debugger.seek(update.position)
    assert debugger.last is not None
    assert debugger.last.parameter == "b[y1]"
    assert last_write(debugger, "b[y1]") == update
    assert last_write(debugger, "example").text.startswith("blank since the update began at step")
    debugger.seek(debugger.total)
    assert next_write(debugger, "b[y1]") is None


def test_a_name_of_nothing_is_an_error_that_names_the_nearest() -> None:
    debugger = Debugger(layered(2, 2, 1))
    with pytest.raises(ValueNameError, match="did you mean"):
        last_write(debugger, "z[h1_3]")
    with pytest.raises(ValueNameError, match="is an input"):
        next_write(debugger, "z[x1]")


def test_a_frozen_parameter_is_never_written() -> None:
    experiment = layered(1, 1, epochs=2)
    network = experiment.network.copy()
    assert Writes(Timeline(experiment)).next("b[y1]", 0) is not None
    network.remove_neuron("y1")
    network.add_neuron("y1", role="output", bias=0.5, trainable=False)
    network.connect("x1", "y1", 0.3)
    frozen = Writes(Timeline(type(experiment)(network, experiment.data, experiment.training)))
    assert frozen.next("b[y1]", 0) is None
    assert frozen.last("b[y1]", frozen.schedule.total).origin == "start"
    assert frozen.next("w[x1,y1]", 0) is not None
