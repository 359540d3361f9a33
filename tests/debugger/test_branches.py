"""Edits and branches: always the bits of a fresh run with the same edits, stepped one by one."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import all_bits
from support.experiments import experiments, in_both_ways, layered

from nntui.debugger.branches import BranchError
from nntui.debugger.compare import BranchComparison
from nntui.debugger.debugger import Debugger
from nntui.debugger.stepper import approach
from nntui.engine import run as run_module
from nntui.engine import timeline
from nntui.engine.edits import EditError
from nntui.engine.run import Run
from nntui.engine.timeline import Timeline
from nntui.model.dataset import Dataset
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.names import value_name
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer

small = in_both_ways(experiments(most_neurons=3, most_examples=3, most_epochs=3))
FUNCTIONS = ["tanh", "relu", "leaky_relu(slope=0.3)", "linear", "step", "sigmoid"]


def stepping(experiment, edits) -> Debugger:
    """A fresh debugger on a line with these edits."""
    debugger = Debugger(experiment)
    debugger.training_run = Run(Timeline(experiment, edits))
    return debugger


def tapes(experiment, seen):
    """``tape(edits)[p]``: everything that is known at position p of such a line."""

    known = {}

    def tape(edits):
        if (key := repr(edits)) not in known:  # 0.0 and −0.0 are equal, but not the same edit
            debugger = stepping(experiment, edits)
            found = known[key] = [seen(debugger.snapshot())]
            while not debugger.at_end:
                debugger.step()
                found.append(seen(debugger.snapshot()))
        return known[key]

    return tape


def changes(draw, experiment):
    """Something to edit, and a value that may or may not be possible."""
    net = experiment.network.wiring()
    numbers = st.sampled_from([0.0, -0.0, 0.5, 1.0, -1.3, 0.25, 1e5])
    targets = [value_name("b", j) for j in net.neurons]
    targets += [value_name("w", i, j) for j in net.neurons for i in net.sources[j]] * 2
    targets += [value_name("x", i) for i in net.inputs]
    targets += [value_name("t", k) for k in net.outputs]
    targets += [*experiment.training.optimizer.row.settings, "l2", "loss"]
    targets += [value_name("activation", j) for j in net.neurons]
    target = draw(st.sampled_from(targets))
    if target == "loss":
        return target, draw(st.sampled_from(["mse", "mae", "huber(delta=0.5)", "cross_entropy"]))
    if target.startswith("activation"):
        return target, draw(st.sampled_from(FUNCTIONS))
    return target, draw(numbers)


@pytest.mark.parametrize("at_once", [0, 25])
@given(experiment=small, data=st.data())
def test_any_walk_through_time_and_branches_equals_a_fresh_run(
    at_once, experiment, data, seen
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "AT_ONCE", at_once)
        patch.setattr(timeline, "SPACING", data.draw(st.sampled_from([0.0, 1e9])))
        tape = tapes(experiment, seen)
        debugger = Debugger(experiment)
        moves = st.sampled_from(["step", "back", "seek", "move", "approach", "edit", "switch"])
        for move in data.draw(st.lists(moves, min_size=4, max_size=12)):
            if move == "seek":
                debugger.seek(data.draw(st.integers(0, debugger.total)))
            elif move == "step" and not debugger.at_end:
                debugger.step()
            elif move == "back" and not debugger.at_start:
                debugger.back()
            elif move == "move":
                kind = data.draw(st.sampled_from(["neuron", "pass", "example", "update"]))
                debugger.move(kind, data.draw(st.integers(-3, 3)))
            elif move == "approach":
                approach(debugger, data.draw(st.integers(0, debugger.total)), 0.0)
            elif move == "switch":
                names = [branch.name for branch in debugger.branches]
                debugger.branches.switch(data.draw(st.sampled_from(names)))
            elif move == "edit":
                here = debugger.position
                with suppress(EditError):
                    debugger.edit(*changes(data.draw, debugger.experiment))
                assert debugger.position == here
            edits = debugger.branches.current.timeline.edits
            assert seen(debugger.snapshot()) == tape(edits)[debugger.position]


@given(experiment=small, data=st.data())
def test_the_old_future_stays_reachable_and_its_losses_are_its_own(experiment, data, seen) -> None:
    tape = tapes(experiment, seen)
    debugger = Debugger(experiment)
    debugger.seek(data.draw(st.integers(0, debugger.total)))
    try:
        debugger.edit(*changes(data.draw, experiment))
    except EditError:
        return
    edits = debugger.branches.current.timeline.edits
    made = debugger.branches.current.name
    for name, expected in ((made, tape(edits)), ("main", tape(()))):
        debugger.branches.switch(name)
        debugger.seek(debugger.total)
        assert seen(debugger.snapshot()) == expected[-1]


@pytest.mark.parametrize("place", [0, 3], ids=["of a whole update", "inside an example"])
def test_a_slope_that_drowns_in_what_is_added_to_it_is_a_difference(place) -> None:
    net = Network()
    net.add_neuron("x", role="input")
    net.add_neuron("k", role="output", activation="linear")
    net.add_neuron("y", role="output", activation="square")
    net.connect("x", "k", 1.0)
    net.connect("k", "y", 1e200)
    data = Dataset.of([[1.0]], [[0.5, 0.0]])
    training = Training(loss=Loss.of("half_squared_error"), epochs=2)
    debugger = Debugger(Experiment(net, data, training))
    debugger.seek(place)
    debugger.edit("loss", "squared_error")
    found = debugger.branches.difference("main", "loss squared_error")
    assert (found.position, found.values) == (6, {"da[k]": (0.5, 1.0)})
    debugger.seek(debugger.schedule.update_start(1))
    assert debugger["da[k]"] == math.inf


@given(experiment=small, data=st.data())
def test_the_first_difference_is_what_a_search_finds(experiment, data, seen) -> None:
    def line():
        timeline, debugger = Timeline(experiment), Debugger(experiment)
        places = sorted(data.draw(st.lists(st.integers(0, debugger.total), max_size=2)))
        for place in places:
            debugger.training_run = Run(timeline)
            debugger.seek(place)
            try:
                edited = debugger.edit(*changes(data.draw, debugger.experiment))
            except EditError:
                continue
            timeline = edited.timeline
            debugger = stepping(experiment, timeline.edits)
        return timeline

    def values(edits):
        debugger = stepping(experiment, edits)
        found = [all_bits(debugger.snapshot().values)]
        while not debugger.at_end:
            debugger.step()
            found.append(all_bits(debugger.snapshot().values))
        return found

    a, b = line(), line()
    comparison = BranchComparison(a, b)
    while not comparison.burst(0.0):
        pass
    on_a, on_b = values(a.edits), values(b.edits)
    first = next(
        (p for p, pair in enumerate(zip(on_a, on_b, strict=True)) if pair[0] != pair[1]), None
    )
    if first is None:
        assert comparison.found is None
        return
    found = comparison.found
    assert found is not None
    assert found.position == first
    differing = {name for name in on_a[first] if on_a[first][name] != on_b[first][name]}
    assert set(found.values) == differing
    assert found.count == len(differing)
    shown = {
        name: tuple(all_bits(dict(enumerate(pair))).values()) for name, pair in found.values.items()
    }
    assert shown == {name: (on_a[first][name], on_b[first][name]) for name in differing}
    # Without the edits made right there: do they differ all the same?
    earlier = [values(tuple(e for e in t.edits if e.position < first))[first] for t in (a, b)]
    assert found.step == (first if earlier[0] != earlier[1] else None)


# ---- the list of branches ----------------------------------------------------------------------


def xor() -> Debugger:
    return Debugger(layered(2, 3, 1, examples=4, batch_size=2, epochs=3))


def test_edits_at_one_place_make_one_branch_until_something_was_executed() -> None:
    debugger = xor()
    debugger.seek(20)
    first = debugger.edit("b[h1_1]", 0.5)
    second = debugger.edit("b[h1_2]", 0.25)
    assert first.name == "b[h1_1] 0.5"
    assert second.name == "b[h1_1] 0.5, b[h1_2] 0.25"
    assert second.text == "as main, after step 20: b[h1_1] = 0.5; b[h1_2] = 0.25"
    assert (debugger["b[h1_1]"], debugger["b[h1_2]"]) == (0.5, 0.25)
    debugger.step()
    debugger.back()
    third = debugger.edit("b[h1_1]", 0.75)
    assert (third.name, third.parent, third.start) == ("b[h1_1] 0.75", second.name, 20)
    assert [branch.name for branch in debugger.branches] == ["main", second.name, third.name]
    debugger.branches.switch(second.name)
    assert debugger["b[h1_1]"] == 0.5
    assert debugger.position == 20


def test_branches_are_renamed_and_deleted_and_their_children_stay() -> None:
    debugger, branches = xor(), None
    branches = debugger.branches
    debugger.seek(20)
    debugger.edit("b[h1_1]", 0.5)
    debugger.move("update")
    debugger.edit("b[h1_2]", 0.25)
    branches.rename("b[h1_1] 0.5", "warm")
    assert branches["b[h1_2] 0.25"].parent == "warm"
    branches.delete("warm")
    child = branches.current
    assert (child.name, child.parent, child.start) == ("b[h1_2] 0.25", "main", 20)
    assert [edit.target for edit in child.edits] == ["b[h1_1]", "b[h1_2]"]
    branches.rename("b[h1_2] 0.25", "other")
    assert branches.current.name == "other"
    debugger.seek(20)
    assert debugger["b[h1_1]"] == 0.5
    for slip in (
        lambda: branches.delete("main"),
        lambda: branches.delete("other"),
        lambda: branches.delete("warm"),
        lambda: branches.rename("main", "x"),
        lambda: branches.rename("other", "main"),
        lambda: branches.rename("other", 'a "word"'),
        lambda: branches.rename("other", "blank at the end "),
        lambda: branches.rename("other", "long" * 11),
        lambda: branches.switch("\x1b[31m"),
        lambda: branches.edit("b[h1_1]", 1.0, name="main"),
        lambda: branches.difference("main", "mian"),
    ):
        with pytest.raises(BranchError) as raised:
            slip()
        assert "\x1b" not in str(raised.value)
    assert [branch.name for branch in branches] == ["main", "other"]


def test_a_branch_may_be_given_its_name_at_once() -> None:
    debugger = xor()
    assert debugger.branches.edit("b[h1_1]", 1.0, name="what-if").name == "what-if"


def test_a_branch_is_named_by_what_it_sets() -> None:
    debugger = xor()
    assert debugger.edit("learning_rate", 0.1).name == "η 0.1"
    debugger.bookmarks.add("here")
    debugger.stop_history.visit()
    # At the same place the last value holds, and what stands on the branch follows its new name.
    renamed = debugger.edit("learning_rate", 0.2)
    assert renamed.name == "η 0.2" == debugger.branches.current.name
    assert [mark.at.branch for mark in debugger.bookmarks] == ["η 0.2"]
    assert debugger.stop_history.stops[0].branch == "η 0.2"
    debugger.branches.switch("main")
    assert debugger.edit("learning_rate", 0.2).name == "η 0.2 (2)"
    assert debugger.edit("momentum", 1 / 3).name == "η 0.2, momentum 0.333333"
    debugger.step()
    assert debugger.edit("nesterov", True).name == "nesterov true"
    debugger.branches.rename("nesterov true", "my own")
    assert debugger.edit("l2", 0.5).name == "my own"  # a name given by the user stays


def test_a_long_name_of_a_branch_is_cut() -> None:
    debugger = xor()
    for bias in ("b[h1_1]", "b[h1_2]", "b[h1_3]", "b[y1]"):
        name = debugger.edit(bias, 0.125).name
    assert name.startswith("b[h1_1] 0.125, b[h1_2] 0.125, ")
    assert name.endswith("…")
    assert len(name) <= 40
    debugger.branches.switch("main")
    for bias in ("b[h1_1]", "b[h1_2]", "b[h1_3]", "b[y1]"):
        debugger.edit(bias, 0.125)
    assert debugger.branches.current.name == f"{name[:35].rstrip()}… (2)"


def test_branches_are_kept_as_plain_values(seen) -> None:
    debugger = xor()
    debugger.seek(20)
    debugger.edit("b[h1_1]", 0.5)
    debugger.move("update")
    debugger.edit("activation[h1_2]", "elu(alpha=0.5)")
    debugger.branches.switch("b[h1_1] 0.5")
    again = xor()
    again.branches.restore(debugger.branches.plain())
    assert again.branches.current.name == "b[h1_1] 0.5"
    for name in ("main", "b[h1_1] 0.5", "activation[h1_2] elu(alpha=0.5)"):
        debugger.branches.switch(name)
        again.branches.switch(name)
        assert again.branches.current.text == debugger.branches.current.text
        for position in (10, 20, 21, debugger.total):
            debugger.seek(position)
            again.seek(position)
            assert seen(again.snapshot()) == seen(debugger.snapshot())


@pytest.mark.parametrize(
    "row",
    [
        {"name": "a", "parent": "nobody", "edits": [{"position": 1, "target": "l2", "value": 1}]},
        {"name": ' a"b', "parent": "main", "edits": [{"position": 1, "target": "l2", "value": 1}]},
        {"name": "a", "parent": "main", "edits": []},
        {"name": "a", "parent": "main", "edits": [{"position": 1, "target": "l3", "value": 1}]},
        {"name": "a", "parent": "main", "edits": [{"position": 1, "target": "l2", "value": -1}]},
    ],
)
def test_branches_that_cannot_be_are_refused(row) -> None:
    with pytest.raises(NntuiError):
        xor().branches.restore([row])


def test_lines_that_will_never_differ_are_found_alike_without_running_to_the_end() -> None:
    experiment = layered(2, 3, 1, examples=4, epochs=1_000_000_000)
    debugger = Debugger(experiment)
    debugger.seek(1000)
    debugger.edit("b[h1_1]", debugger["b[h1_1]"])
    assert debugger.branches.difference("main", debugger.branches.current.name) is None


def test_main_is_called_by_what_the_others_change() -> None:
    debugger = Debugger(layered(2, 2, 1, optimizer=Optimizer.of("sgd", learning_rate=0.4)))
    assert debugger.branches.of_main == ""
    debugger.edit("learning_rate", 0.1)
    assert debugger.branches.of_main == "η 0.4"
    debugger.branches.switch("main")
    debugger.branches.edit("learning_rate", 0.2, name="other")
    assert debugger.branches.of_main == "η 0.4"
    debugger.branches.switch("main")
    debugger.edit("momentum", 0.9)
    assert debugger.branches.of_main == "", "they change different things"


def test_main_keeps_its_name_beside_a_branch_with_another_weight() -> None:
    debugger = Debugger(layered(2, 2, 1))
    debugger.edit("w[x1,h1_1]", 0.1)
    assert debugger.branches.of_main == ""
