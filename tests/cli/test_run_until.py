"""``nntui run --until``: training to a condition."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments

import nntui as package
from nntui.cli import main
from nntui.cli.training import train
from nntui.cli.until import Until
from nntui.model.errors import NntuiError
from nntui.model.names import parameter_name, value_name

from .conftest import strict


def first_update(experiment, text):
    """How many updates it takes, looked at with the debugger after every single one."""
    debugger = package.Debugger(experiment)
    schedule = debugger.schedule
    for updates in range(1, schedule.updates + 1):
        debugger.seek(schedule.update_start(updates))
        if debugger.evaluate(text) is True:
            return updates
    return None


@st.composite
def conditions(draw, experiment):
    net = experiment.network.wiring()
    names = ["batch_loss", "epoch_loss", "test_loss", "epoch", "update", "step", "loss", "example"]
    names += [parameter_name(p) for p in net.parameters]
    names += [parameter_name(p, "d") for p in net.parameters]
    everyone = (*net.inputs, *net.neurons)
    names += [value_name(symbol, j) for symbol in ("a", "da") for j in everyone]
    names += [value_name(symbol, j) for symbol in ("z", "delta") for j in net.neurons]
    names += [value_name("x", i) for i in net.inputs] + [value_name("y", k) for k in net.outputs]
    name = st.sampled_from(names)
    number = st.sampled_from(["0", "1", "0.1", "-0.05", "2"])
    sign = st.sampled_from(["<", ">", ">="])
    one = st.builds("{} {} {}".format, name, sign, number | name)
    both = st.builds("{} {} {}".format, one, st.sampled_from(["and", "or"]), one)
    return draw(one | both | st.builds("{}isblank({})".format, st.sampled_from(["", "not "]), name))


@given(data=st.data(), experiment=experiments(most_epochs=4))
def test_it_stops_after_the_very_update_that_the_debugger_sees_it_met(data, experiment):
    text = data.draw(conditions(experiment))
    expected = first_update(experiment, text)
    try:
        until = Until(text, experiment)
    except NntuiError:  # it can be said without a run that it is never met
        assert expected is None
        return
    outcome = train(experiment, until)
    assert outcome.met == (expected is not None)
    assert outcome.updates == (expected or outcome.updates_planned)
    assert not outcome.interrupted


def test_the_text_says_when_the_condition_was_met(nntui):
    result = nntui("run", "xor", "--until", "epoch_loss < 0.01", "--max-epochs", "10000")
    assert result.exit_code == 0
    last = result.stdout.splitlines()[-1]
    debugger = package.Debugger(package.load(package.samples.samples()["xor"]))
    losses = debugger.snapshot().losses
    debugger.seek(debugger.total)
    losses = debugger.snapshot().losses
    epoch = next(n for n, loss in enumerate(losses.epoch, 1) if loss < 0.01)
    assert last == f"met: epoch_loss < 0.01 after update {epoch} in epoch {epoch}"


def test_epochs_that_run_out_are_a_status_of_their_own(nntui):
    result = nntui("run", "xor", "--until", "epoch_loss < 0.01", "--max-epochs", "3")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].endswith("3 epochs, 3 updates")
    assert result.stdout.splitlines()[-1] == "not met: epoch_loss < 0.01"


@pytest.mark.parametrize(("condition", "met"), [("update == 5", True), ("w[x1,h1] > 1e9", False)])
def test_json_says_whether_it_was_met(nntui, condition, met):
    result = nntui("run", "xor", "--until", condition, "--max-epochs", "9", "--json")
    found = strict(result.stdout)
    assert found["until"] == condition
    assert found["met"] is met
    assert found["updates"] == (5 if met else 9)
    assert result.exit_code == (0 if met else 1)


def test_without_max_epochs_the_file_s_number_counts(nntui, document):
    found = strict(nntui("run", document(), "--until", "loss < -1", "--json").stdout)
    assert found["epochs"] == 4


def test_what_it_came_to_is_saved(nntui, here):
    nntui("run", "xor", "--until", "update == 5", "--save", "out.json")
    debugger = package.Debugger(package.load(package.samples.samples()["xor"]))
    debugger.seek(debugger.schedule.update_start(5))
    assert package.load(here / "out.json").network.weights == dict(debugger.snapshot().w)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--until", "loss <"], "at character 7 of --until"),
        (["--until", "loss"], "this is a number"),
        (["--until", "w[x1,nobody] > 1"], "nobody"),
        (["--until", ""], "character 1"),
        (["--max-epochs", "3"], "--max-epochs goes with --until"),
        (["--until", "loss < 1", "--max-epochs", "3", "--epochs", "4"], "leave one"),
    ],
)
def test_what_cannot_be_is_said_before_the_training(nntui, monkeypatch, words, said):
    monkeypatch.setattr("nntui.cli.training.train", lambda *_: pytest.fail("trained"))
    result = nntui("run", "xor", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_condition_that_a_terminal_would_obey_is_escaped(here):
    result = CliRunner().invoke(main, ["run", "xor", "--until", "loss < \x1b[2J"])
    assert result.exit_code == 2
    assert "\x1b" not in result.output
