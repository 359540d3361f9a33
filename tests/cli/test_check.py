"""``nntui check``. (What is found right and wrong: tests/debugger/test_check.py.)"""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

import nntui as package
from nntui.debugger.gradient_check import TrainingLoss
from nntui.model.activations import ACTIVATIONS

from .conftest import strict


@pytest.fixture
def wrong_tanh(monkeypatch):
    row = replace(ACTIVATIONS["tanh"], derivative=lambda z, a: 1.0 - a)
    monkeypatch.setitem(ACTIVATIONS, "tanh", row)


def test_the_json_holds_every_parameter(nntui, document):
    path = document()
    result = nntui("check", path, "--json")
    assert result.exit_code == 0
    found = strict(result.stdout)
    assert list(found) == ["ok", "loss", "examples", "parameters", "edge_calculations"]
    assert found["ok"] is True
    expected = TrainingLoss.at(package.load(path)).check()
    assert found["loss"] == expected.loss
    assert [parameter["name"] for parameter in found["parameters"]] == [
        'b["h 1"]', 'w[x1,"h 1"]', 'w[x2,"h 1"]', "b[h2]", "w[x1,h2]",
        "b[y]", "w[x2,y]", 'w["h 1",y]', "w[h2,y]",
    ]  # fmt: skip
    for parameter, right in zip(found["parameters"], expected.parameters, strict=True):
        keys = ["name", "analytic", "numeric", "relative_error", "verdict", "corner"]
        assert list(parameter) == keys
        assert [parameter[key] for key in keys] == [getattr(right, key) for key in keys]
    assert found["edge_calculations"] == {
        "backpropagation": 3 * (6 + 6),
        "central_differences": 3 * 2 * 9 * 6,
    }


def test_the_text_is_a_table_and_what_the_counts_show(nntui):
    result = nntui("check", "notebook-chain")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "mean training loss 1.89062"
    assert lines[2].split("  ")[0] == "parameter"
    assert [line.split()[0] for line in lines[3:11]] == [
        "b[x]", "w[In,x]", "b[y]", "w[x,y]", "b[z]", "w[y,z]", "b[Out]", "w[z,Out]",
    ]  # fmt: skip
    assert all(line.endswith("  ok") for line in lines[3:11])
    assert lines[12:] == [
        "8 derivatives: nothing is wrong.",
        "Backpropagation took 8 connection steps, central differences 64.",
        "That is 8 times as many: they run the network twice for every parameter,",
        "backpropagation goes there and back once for all of them.",
    ]


@pytest.mark.usefixtures("wrong_tanh")
def test_a_wrong_derivative_gives_status_1_and_is_marked_with_a_word(nntui):
    result = nntui("check", "sample")
    assert result.exit_code == 1
    assert result.stderr == ""
    rows = {line.split()[0]: line.split()[-1] for line in result.stdout.splitlines() if line}
    assert rows["w[x1,h1]"] == "WRONG"
    assert rows["w[h1,out]"] == "ok"
    assert "9 derivatives: 6 WRONG." in result.stdout


@pytest.mark.usefixtures("wrong_tanh")
def test_a_wrong_derivative_is_in_the_json_too(nntui):
    result = nntui("check", "sample", "--json")
    assert result.exit_code == 1
    found = strict(result.stdout)
    assert found["ok"] is False
    verdicts = {parameter["name"]: parameter["verdict"] for parameter in found["parameters"]}
    assert verdicts["w[x1,h1]"] == "wrong"
    assert verdicts["w[h1,out]"] == "ok"


def test_a_kink_is_explained_and_is_not_wrong(nntui, document):
    network = {
        "neurons": [
            {"name": "x", "role": "input"},
            {"name": "y", "role": "output", "activation": "relu", "bias": 0},
        ],
        "connections": [{"source": "x", "target": "y", "weight": 0}],
    }
    document(network=network, data={"inputs": [[1]], "targets": [[1]]})
    result = nntui("check", "net.json")
    assert result.exit_code == 0
    assert "kink: the loss has a corner right here" in result.stdout


def test_a_clamp_is_explained_and_is_not_wrong(nntui, document):
    network = {
        "neurons": [
            {"name": "x", "role": "input"},
            {"name": "y", "role": "output", "activation": "sigmoid", "bias": -30},
        ],
        "connections": [{"source": "x", "target": "y", "weight": 1}],
    }
    data = {"inputs": [[1]], "targets": [[1]]}
    document(network=network, data=data, training={"loss": "bce"})
    result = nntui("check", "net.json")
    assert result.exit_code == 0
    assert "clamped: an output is so close to its limit" in result.stdout


def test_values_that_are_no_numbers_are_strings(nntui, document):
    network = {
        "neurons": [
            {"name": "x", "role": "input"},
            {"name": "y", "role": "output", "activation": "square", "bias": 1e200},
        ],
        "connections": [{"source": "x", "target": "y", "weight": 1}],
    }
    document(network=network, data={"inputs": [[1]], "targets": [[1]]})
    result = nntui("check", "net.json", "--json")
    assert strict(result.stdout)["loss"] == "Infinity"
    assert result.exit_code == 1


def test_any_moment_of_the_run_can_be_checked(nntui):
    start, later = nntui("check", "sample"), nntui("check", "sample", "--step", "500")
    assert later.exit_code == 0
    assert later.stdout.splitlines()[0] != start.stdout.splitlines()[0]
    beyond = nntui("check", "sample", "--step", "1000000000")
    assert beyond.exit_code == 2
    assert "there is no step 1,000,000,000: the run's last step is 11,600" in beyond.stderr


def test_numbers_that_overflow_are_said(nntui, tmp_path):
    path = tmp_path / "huge.json"
    document = {
        "format": "nntui/1",
        "network": {
            "neurons": [
                {"name": "x", "role": "input"},
                {"name": "y", "role": "output", "activation": "square", "bias": 1e200},
            ],
            "connections": [{"source": "x", "target": "y", "weight": 1}],
        },
        "data": {"inputs": [[1]], "targets": [[0]]},
        "training": {"regularization": {"l1": 0, "l2": 0.1}},
    }
    path.write_text(json.dumps(document))
    result = nntui("check", path)
    assert result.exit_code == 1
    assert "mean training loss with the penalty l2 Infinity" in result.stdout
    assert "2 derivatives: 2 not finite." in result.stdout
    assert "not finite: the loss or the derivative overflows here" in result.stdout
    assert "WRONG" not in result.stdout
    assert strict(nntui("check", path, "--json").stdout)["ok"] is False


def test_of_a_large_network_some_derivatives_are_checked_which_is_said(
    nntui, document, monkeypatch
):
    path = document()
    everything = strict(nntui("check", path, "--json").stdout)["parameters"]
    monkeypatch.setattr("nntui.debugger.gradient_check.MANY", 6)
    monkeypatch.setattr("nntui.debugger.gradient_check._EDGES", 36)
    result = nntui("check", path)
    assert result.exit_code == 0
    assert result.stdout.startswith("mean training loss over 1 of 3 examples ")
    assert "\n3 of 9 derivatives: nothing is wrong.\nThe others were not checked" in result.stdout
    found = strict(nntui("check", path, "--json").stdout)
    assert (found["examples"], len(found["parameters"])) == (1, 3)
    assert strict(nntui("check", path, "--all", "--json").stdout)["parameters"] == everything


def test_what_is_wrong_in_a_large_network_is_found_in_some(
    nntui, document, monkeypatch, wrong_tanh
):
    monkeypatch.setattr("nntui.debugger.gradient_check.MANY", 6)
    monkeypatch.setattr("nntui.debugger.gradient_check._EDGES", 200)
    result = nntui("check", document())
    assert result.exit_code == 1
    assert "WRONG" in result.stdout
