"""The debugger as one types it in Python."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import nntui
from nntui.debugger.stepper import EndOfRunError
from nntui.model.errors import NntuiError, SettingError
from nntui.model.experiment import Experiment
from nntui.model.network import Network

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(20, 2))
Y = X[:, 0] * X[:, 1] > 0


@pytest.fixture
def experiment() -> Experiment:
    """A 2-3-1 network; 20 examples in batches of 8, so that the last of an epoch is smaller."""
    net = Network.layered([2, 3, 1], "tanh", "sigmoid", seed=0)
    adam = ("adam", {"learning_rate": 0.05})
    return Experiment(net, (X, Y), loss="bce", optimizer=adam, batch_size=8, epochs=10, l2=0.1)


@pytest.fixture
def debugger(experiment) -> nntui.Debugger:
    return nntui.Debugger(experiment)


def test_steps_are_counted_there_and_back(debugger) -> None:
    assert debugger.step(5) == debugger.last
    assert debugger.position == 5
    assert debugger.back(np.int64(2)).position.number("step") == 3
    assert debugger.back(100) is None
    debugger.goto("end")
    debugger.back(3)
    debugger.step(100)
    assert debugger.at_end
    with pytest.raises(EndOfRunError, match="no further step"):
        debugger.step(2)
    for count in (0, -1, 1.5, True, "2"):
        with pytest.raises(SettingError, match="count: found"):
            debugger.back(count)


def test_places_are_what_goto_and_until_take(debugger) -> None:
    schedule = debugger.schedule
    assert debugger.goto("epoch 3").position.number("epoch") == 2
    assert debugger.position == 2 * schedule.steps_per_epoch
    debugger.goto("epoch 3 end")
    assert debugger.position == 3 * schedule.steps_per_epoch
    assert debugger.until("phase update").kind == "update"
    assert debugger.until("h1 backward").text.startswith("delta[h1]")
    assert debugger.goto(12).position.number("step") == 12
    assert debugger.goto("start") is None
    debugger.goto("update 2")
    debugger.bookmarks.add("here")
    debugger.goto("end")
    debugger.goto("here")
    assert debugger.position == schedule.update_start(1)
    for place in ("ned", "epoch 11", "h1", "epoch"):
        with pytest.raises(NntuiError):
            debugger.goto(place)
    for place in ("phase updat", "h7"):
        with pytest.raises(NntuiError):
            debugger.until(place)
    with pytest.raises(IndexError, match="there is no position -1"):
        debugger.goto(-1)
    for go in (debugger.goto, debugger.seek):
        with pytest.raises(SettingError, match="position: found 1"):
            go(1.5)
    with pytest.raises(SettingError, match="goto takes places"):
        debugger.seek("end")
    assert debugger.position == schedule.update_start(1)


def test_a_breakpoint_is_held_and_changed_by_its_handle(debugger) -> None:
    point = debugger.breakpoint("h1", "backward", when="delta[h1] > 0")
    stop = debugger.run()
    assert (stop.kind, stop.hits) == ("stop", ((1, 1),))
    assert debugger["delta[h1]"] > 0
    assert (point.hits, point.enabled) == (1, True)
    assert repr(point) == "<breakpoint 1: h1 backward if delta[h1] > 0 (hit 1 time)>"
    point.enabled = False
    assert debugger.run().kind == "end"
    assert not point.enabled
    point.delete()
    assert repr(point) == "<breakpoint 1: deleted>"
    with pytest.raises(NntuiError, match="there is no breakpoint or watchpoint 1"):
        _ = point.hits
    assert not len(debugger.breakpoints)


def test_a_breakpoint_has_the_clauses_of_the_command(debugger) -> None:
    log = 'δ is "{delta[h1]}"'
    made = debugger.breakpoint(("x1", "h1"), every=3, ignore=2, when="loss > 1", log=log)
    by_command = debugger.add_breakpoint(
        f'break x1->h1 every 3 ignore 2 if loss > 1 log "{log}"'.replace('"{', '\\"{').replace(
            '}"', '}\\"', 1
        )
    )
    assert made.point.text == by_command.point.text
    assert (
        debugger.breakpoint("epoch 3 end", temporary=True).point.title == "temporary breakpoint 3"
    )
    assert (
        debugger.watch("loss crosses 0.1", temporary=True).point.text == "twatch loss crosses 0.1"
    )
    for where, when in (
        ("h7", None),
        (None, None),
        ("h1", ""),
        ("h1", "delta[h1]"),
        ("h1", "dleta[h1] > 0"),
        ("epoch 99", None),
    ):
        with pytest.raises(NntuiError):
            debugger.breakpoint(where, when=when)


def test_a_neuron_of_any_name_is_a_place() -> None:
    net = Network()
    net.add_neuron("my input", role="input")
    net.add_neuron("layer", role="output")
    net.connect("my input", "layer")
    debugger = nntui.Debugger(Experiment(net, ([[1.0]], [[1.0]])))
    assert debugger.breakpoint("layer").point.what == '"layer"'
    assert debugger.breakpoint(("my input", "layer")).point.what == '"my input"->"layer"'


def test_a_run_goes_on_to_a_condition_at_the_end_of_an_update(debugger) -> None:
    stop = debugger.run(until="epoch_loss < 0.68", max_epochs=500)
    assert stop.reason.startswith("epoch_loss < 0.68 is true after update ")
    assert stop.position == debugger.position
    assert debugger["epoch_loss"] < 0.68
    assert debugger.position % debugger.schedule.steps_per_epoch == 0
    assert not len(debugger.breakpoints)
    assert debugger.breakpoint("h1").number == 1  # numbers are not used up
    for until in ("epoch_los < 1", "epoch_loss", "epoch_loss < 1 or"):
        with pytest.raises(NntuiError):
            debugger.run(until=until)


def test_a_run_may_be_longer_than_the_experiment_says(debugger, experiment) -> None:
    longer = nntui.Debugger(
        experiment.altered(
            training=nntui.Training("bce", experiment.training.optimizer, 8, epochs=30, l2=0.1)
        )
    )
    debugger.goto(100)
    debugger.edit("learning_rate", 0.01)
    debugger.branches.switch("main")
    debugger.goto("end")
    stop = debugger.run(max_epochs=30)
    assert (stop.kind, debugger.schedule.epochs, stop.position) == ("end", 30, debugger.total)
    longer.goto("end")
    assert debugger.snapshot().values == longer.snapshot().values
    losses = debugger.values("epoch_loss", by="epoch")
    assert np.array_equal(losses, longer.values("epoch_loss", by="epoch"))
    debugger.branches.switch("η 0.01")
    assert debugger.at_end
    assert debugger["learning_rate"] == 0.01
    debugger.goto(0)
    assert debugger.run(max_epochs=3).reason == "3 epochs are done"
    assert debugger.goto("epoch 4") == debugger.last
    with pytest.raises(SettingError, match="max_epochs: found 0"):
        debugger.run(max_epochs=0)


def test_a_breakpoint_on_the_way_stops_a_run_first(debugger) -> None:
    debugger.breakpoint("h1", "forward", when="epoch == 2", temporary=True)
    stop = debugger.run(until="epoch_loss < 0")
    assert stop.reason.startswith("temporary breakpoint 1")
    stop = debugger.run(until="epoch_loss < 0")
    assert (stop.kind, stop.position) == ("end", debugger.total)


def test_the_network_has_the_parameters_of_this_moment(debugger, experiment) -> None:
    untrained = experiment.network.predict(X)
    debugger.goto("epoch 5")
    answers = debugger.network.predict(X)
    assert not np.allclose(answers, untrained)
    assert debugger.network.weights["x1", "h1"] == debugger["w[x1,h1]"]
    assert np.array_equal(debugger.experiment.network.predict(X), untrained)


def test_parameters_and_gradients_are_arrays_by_layer(debugger) -> None:
    debugger.goto("update 6 end")  # the last batch of an epoch: four examples
    debugger.back(5)  # in the midst of its update steps
    p = debugger.parameters()
    assert p["layer1.weight"].shape == (3, 2)
    assert p["layer1.weight"][1, 0] == debugger["w[x1,h2]"]
    assert p["layer2.bias"][0] == debugger["b[y1]"]
    assert debugger.gradients()["layer1.weight"][2, 1] == debugger["dw[x2,h3]"]
    g = debugger.gradients(mean=True, penalty=True)
    for j in range(3):
        assert g["layer1.bias"][j] == debugger[f"g[h{j + 1}]"]
        for i in range(2):
            assert g["layer1.weight"][j, i] == debugger[f"g[x{i + 1},h{j + 1}]"]
    assert g["layer2.weight"][0, 1] == debugger["g[h2,y1]"]
    assert debugger.gradients(mean=True)["layer1.bias"][0] == debugger["db[h1]"] / 4


def test_an_edit_counts_for_the_penalty_of_a_gradient(debugger) -> None:
    debugger.goto(3)
    debugger.edit("w[x1,h1]", 7.0)
    debugger.until("phase update")
    g = debugger.gradients(mean=True, penalty=True)
    assert g["layer1.weight"][0, 0] == debugger["g[x1,h1]"]


def test_without_layers_numbers_have_the_names_of_parameters() -> None:
    debugger = nntui.Debugger(nntui.load("skip"))
    debugger.goto("update 2")
    for name, value in debugger.parameters().items():
        assert value == debugger[name]
    gradients = debugger.gradients()
    assert "dw[x,h1]" in gradients
    for name, value in gradients.items():
        assert value == debugger[name]


def test_a_value_over_the_updates_is_an_array(debugger) -> None:
    debugger.goto("epoch 4")
    debugger.step(7)
    values = debugger.values("a[h1]", by="update")
    losses = debugger.values("epoch_loss", by="epoch")
    first = debugger.values("epoch_loss")[:3]
    assert (values.shape, losses.shape) == ((9,), (3,))
    assert np.isnan(first).tolist() == [True, True, False]
    debugger.goto("update 9 end")
    assert values[-1] == debugger["a[h1]"]
    assert losses[-1] == debugger["epoch_loss"]
    with pytest.raises(SettingError, match="update, epoch"):
        debugger.values("loss", by="step")
    with pytest.raises(NntuiError, match="did you mean"):
        debugger.values("epoch_los")


def test_a_moment_is_saved_with_the_memory_of_the_optimizer(debugger, tmp_path) -> None:
    debugger.goto("epoch 3")
    file = tmp_path / "moment.json"
    debugger.save(file)
    saved = nntui.load(file)
    assert saved.network == debugger.network
    assert saved.optimizer_state.updates == 6
    with pytest.raises(NntuiError, match="already"):
        debugger.save(file)
    debugger.goto("end")
    debugger.save(file, overwrite=True)
    nntui.save(debugger, file, overwrite=True)
    assert nntui.load(file).network == debugger.network


def test_numbers_in_a_file_are_held_against_the_run(debugger, tmp_path) -> None:
    file = tmp_path / "mine.json"
    debugger.until("phase update")
    file.write_text(json.dumps({"db[h1]": debugger["g[h1]"]}))
    said = nntui.Interpreter(debugger).execute(f'check "{file}"')
    assert "Right: the one number agrees" in said.text


def test_what_is_no_experiment_is_refused(experiment, tmp_path) -> None:
    with pytest.raises(SettingError, match="found 'xor', expected an Experiment"):
        nntui.Debugger("xor")
    with pytest.raises(SettingError, match="expected an Experiment or a Debugger"):
        nntui.save(experiment.network, tmp_path / "net.json")


def test_a_command_that_fails_raises(debugger) -> None:
    run = nntui.Interpreter(debugger).execute
    assert run("step 3").position == 3
    with pytest.raises(nntui.CommandError, match="there is no command “stpe”") as raised:
        run("stpe")
    assert raised.value.reply.position == 3
    with pytest.raises(nntui.CommandError, match="line 2: "):
        run("step\nprint dleta[h1]")
    assert not math.isnan(debugger["w[x1,h1]"])
