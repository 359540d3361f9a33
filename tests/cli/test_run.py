"""``nntui run``."""

from __future__ import annotations

import dataclasses
import json
import math
import shlex

import pytest

import nntui as package

from .conftest import strict


def trained_by_hand(path, epochs=None):
    experiment = package.load(path)
    if epochs:
        training = dataclasses.replace(experiment.training, epochs=epochs)
        experiment = dataclasses.replace(experiment, training=training)
    debugger = package.Debugger(experiment)
    debugger.seek(debugger.total)
    return debugger.snapshot()


@pytest.mark.parametrize("epochs", [None, 1, 7])
def test_the_json_says_what_the_debugger_says_at_the_end(nntui, document, epochs):
    path = document()
    given = [] if epochs is None else ["--epochs", epochs]
    result = nntui("run", path, "--json", *given)
    assert result.exit_code == 0
    found = strict(result.stdout)
    assert list(found) == ["epochs", "updates", "loss", "test_loss", "history"]
    expected = trained_by_hand(path, epochs)
    assert found["epochs"] == (epochs or 4)
    assert found["updates"] == 2 * found["epochs"]
    assert found["history"] == list(expected.losses.epoch)
    assert found["test_loss"] is None


def test_the_loss_is_the_mean_with_the_final_parameters(nntui, document, here):
    path = document()
    found = strict(nntui("run", path, "--json", "--save", "out.json").stdout)
    network = package.load(here / "out.json").network
    errors = [
        (network.predict(x)[0] - y) ** 2
        for x, y in [((1, 0), 1), ((0, 1), 0), ((1, 1), 0)]
    ]  # fmt: skip
    assert found["loss"] == pytest.approx(sum(errors) / 3, rel=1e-15)


def test_a_test_set_has_a_loss_of_its_own(nntui):
    found = strict(nntui("run", "classifier", "--json").stdout)
    assert 0 < found["test_loss"] < 0.3
    assert found["test_loss"] != found["loss"]
    assert "test loss" in nntui("run", "classifier").stdout


def diverging(document, epochs):
    optimizer = {"name": "sgd", "learning_rate": 50}
    network = {"layers": [2, {"size": 3, "activation": "tanh"}, 1]}
    return document(
        training={"loss": "mse", "optimizer": optimizer, "epochs": epochs}, network=network
    )


def test_a_run_that_diverges_says_where_and_how_to_see_it(nntui, document):
    path = diverging(document, 500)
    result = nntui("run", path)
    assert result.exit_code == 3
    (line,) = result.stderr.splitlines()
    debugger = package.Debugger(package.load(path))
    package.Interpreter(debugger).reply("watch nonfinite")
    debugger.resume()
    step = debugger.last
    name, value = next((n, v) for n, v in step.writes.items() if not math.isfinite(v))
    assert line.startswith(
        f"nntui: the run diverged: the first value that is not finite is {name} = "
        f"{'NaN' if math.isnan(value) else 'Infinity' if value > 0 else '-Infinity'}, "
        f"written by step {step.plain['step']} (epoch {step.plain['epoch']}, "
    )
    command = shlex.split(line.partition("; ")[2])[1:-2]
    assert f"position {debugger.position:,} of" in nntui(*command).stdout


def test_a_loss_that_rises_beyond_all_bounds_is_a_divergence_too(nntui, document):
    path = diverging(document, 40)
    experiment = package.load(path)
    debugger = package.Debugger(experiment)
    epochs = next(
        n for n in range(1, 40)
        if not debugger.seek(n * debugger.schedule.steps_per_epoch)
        and debugger["epoch_loss"] > 1e100
    )  # fmt: skip
    result = nntui("run", path, "--epochs", epochs)
    assert result.exit_code == 3
    assert "though every step wrote finite numbers; nntui exec" in result.stderr
    command = shlex.split(result.stderr.partition("; ")[2])[1:-4]
    assert "breakpoint 1" in nntui(*command).stdout.splitlines()[1]


def test_a_run_that_is_a_little_worse_at_the_end_did_not_diverge(nntui, document):
    path = document(training={"optimizer": {"name": "sgd", "learning_rate": 0}, "epochs": 2})
    result = nntui("run", path)
    assert (result.exit_code, result.stderr) == (0, "")


def test_what_does_not_fit_is_said_before_the_run(nntui, document):
    path = document(training={"loss": "bce_with_logits", "epochs": 1})
    for command in (["run", path], ["trace", path, "--to", "1"]):
        result = nntui(*command)
        assert result.exit_code == 0
        assert "warning: bce_with_logits applies sigmoid itself" in result.stderr
    assert "warning: bce_with_logits applies sigmoid itself" in nntui("show", path).stdout


def test_a_run_that_diverges_is_still_strict_json(nntui, document):
    training = {"optimizer": {"name": "sgd", "learning_rate": 1e200}, "epochs": 60}
    path = document(training=training, network={"layers": [2, 1]})
    found = strict(nntui("run", path, "--json").stdout)
    assert found["loss"] == "NaN"
    assert "NaN" in found["history"]


def test_the_text_has_the_loss_at_the_start_and_at_the_end(nntui):
    result = nntui("run", "notebook-chain")
    assert result.exit_code == 0
    assert result.stdout == (
        "trained for        200 epochs, 200 updates\n"
        "loss at the start  1.89062\n"
        "loss at the end    3.1863e-11\n"
    )
    assert result.stderr == ""


def test_what_is_saved_is_the_experiment_with_the_trained_parameters(nntui, document, here):
    path = document(debugger={"breakpoints": []}, description="kept")
    result = nntui("run", path, "--epochs", "9", "--save", "out.json")
    assert result.stdout.endswith("saved to out.json\n")
    before, after = package.load(path), package.load(here / "out.json")
    at_end = trained_by_hand(path, epochs=9)
    assert after.network.biases == dict(at_end.b)
    assert after.network.weights == dict(at_end.w)
    network = after.network.copy()
    for j, bias in before.network.biases.items():
        network.set_bias(j, bias)
    for (i, j), weight in before.network.weights.items():
        network.set_weight(i, j, weight)
    assert (after.resumed.updates, after.resumed.epochs) == (18, 9)
    assert dataclasses.replace(after, network=network, optimizer_state=None) == before


def test_ten_epochs_saved_and_ten_more_are_twenty(nntui, document, here):
    optimizer = {"name": "adam", "learning_rate": 0.05}
    path = document(training={"optimizer": optimizer, "shuffle": True, "batch_size": 2})
    nntui("run", path, "--epochs", "20", "--save", "twenty.json")
    nntui("run", path, "--epochs", "10", "--save", "ten.json")
    nntui("run", "ten.json", "--epochs", "10", "--save", "more.json")
    twenty, more = (json.loads((here / f).read_text()) for f in ("twenty.json", "more.json"))
    assert more == twenty
    assert more["training"]["optimizer"]["state"]["updates"] == 40
    assert "It goes on after 40 updates in 20 epochs" in nntui("show", "more.json").stdout
    assert "It goes on" not in nntui("show", path).stdout


def test_frozen_parameters_are_saved_as_they_were(nntui, document, here):
    nntui("run", document(), "--save", "out.json")
    network = package.load(here / "out.json").network
    assert network.neuron("h2").bias == -0.2
    assert network.connection("h 1", "y").weight == 1.5


def test_a_saved_run_of_a_sample_finds_its_csv_file_again(nntui, here):
    assert nntui("run", "classifier", "--epochs", "2", "--save", "mine.json").exit_code == 0
    assert len(package.load(here / "mine.json").data) == 120
    assert nntui("run", "mine.json").exit_code == 0


def test_json_and_save_leave_stdout_to_the_json(nntui, document):
    result = nntui("run", document(), "--json", "--save", "out.json")
    assert strict(result.stdout)
    assert result.stderr == "saved to out.json\n"


@pytest.mark.parametrize("out", ["nowhere/out.json", "folder"])
def test_where_nothing_can_be_saved_is_found_out_before_the_training(
    nntui, document, here, out, monkeypatch
):
    (here / "folder").mkdir()
    monkeypatch.setattr("nntui.cli.training.train", lambda *_: pytest.fail("trained"))
    result = nntui("run", document(), "--save", out)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"nntui: {out}: ")
    assert result.stderr.count("\n") == 1


def test_a_run_that_diverged_is_not_saved(nntui, document, here):
    training = {"optimizer": {"name": "sgd", "learning_rate": 1e200}, "epochs": 60}
    path = document(training=training, network={"layers": [2, 1]})
    result = nntui("run", path, "--save", "out.json")
    assert result.exit_code == 2
    where, why = result.stderr.splitlines()
    assert where.startswith("nntui: the run diverged: the first value that is not finite is loss")
    assert why == (
        "nntui: nothing was saved: the run diverged (b[y1] is nan), "
        "and a document holds only finite numbers"
    )
    assert not (here / "out.json").exists()


def test_save_replaces_a_file_only_when_told_to(nntui, document, here):
    words = ["run", document(), "--save", "out.json"]
    (here / "out.json").write_text("old")
    result = nntui(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "nntui: out.json: is there already (--force replaces it)\n"
    assert (here / "out.json").read_text() == "old"
    assert nntui(*words, "--force").exit_code == 0
    assert package.load(here / "out.json")


def test_the_record_of_losses_is_given_or_not(nntui, document):
    path = document()
    plain, epoch, none = (
        strict(nntui("run", path, "--json", *words).stdout)
        for words in ([], ["--history", "epoch"], ["--history", "none"])
    )
    assert plain == epoch
    assert len(epoch["history"]) == 4
    assert none == {key: value for key, value in epoch.items() if key != "history"}
    result = nntui("run", path, "--history", "epoch")
    assert result.exit_code == 2
    assert "goes with --json" in result.stderr


def test_an_error_that_nobody_foresaw_is_a_sentence_with_a_status_of_its_own(nntui, monkeypatch):
    def raising(*_):
        raise ZeroDivisionError("once")

    monkeypatch.setattr("nntui.cli.training.FullSpeed", raising)
    result = nntui("run", "xor")
    assert result.exit_code == 70
    assert result.stderr.startswith("nntui: unexpected ZeroDivisionError: once (cli/training.py:")
    assert "Traceback" not in result.output
