"""``nntui check FILE --against MINE``: what is printed, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nntui as package
from nntui.samples import samples
from nntui.verify.right_run import RightRun

from .conftest import strict

NOTEBOOK = Path(__file__).parent.parent / "verify" / "notebook-diamond-mine.json"


@pytest.fixture(autouse=True)
def short_search(monkeypatch):
    monkeypatch.setattr("nntui.verify.judge.WORK", 0.0)


@pytest.fixture
def gradient():
    """The right gradient of the sample's first update, by value name."""
    experiment = package.load(samples()["sample"])
    run = RightRun(experiment)
    names = [package.model.names.parameter_name(p, "d") for p in run.layout.parameters]
    return dict(zip(names, run.of_batch(0)["dp"].tolist(), strict=True))


@pytest.fixture
def mine(here):
    def write(numbers, name="mine.json"):
        (here / name).write_text(json.dumps(numbers) if isinstance(numbers, dict) else numbers)
        return name

    return write


def test_right_numbers_are_counted_by_kind_and_end_with_0(nntui, gradient, mine):
    result = nntui("check", "sample", "--against", mine(gradient))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:4] == [
        "dW1  4 of 4  agree",
        "db1  2 of 2  agree",
        "dW2  2 of 2  agree",
        "db2  1 of 1  agrees",
    ]
    assert result.stdout.splitlines()[5].startswith("Right: all 9 numbers agree")
    assert result.stderr == ""


def test_the_json_is_an_object(nntui, gradient, mine):
    gradient["dw[x1,h1]"] *= 3
    result = nntui("check", "sample", "--against", mine(gradient), "--json")
    assert result.exit_code == 1
    found = strict(result.stdout)
    first = found.pop("first_difference")
    assert (first["name"], first["found"]) == ("dw[x1,h1]", gradient["dw[x1,h1]"])
    assert found == {
        "verdict": "unknown", "mistakes": [], "factor": None, "compared": 9, "agree": 8,
    }  # fmt: skip


def test_a_factor_is_wrong_unless_it_is_allowed(nntui, gradient, mine):
    path = mine({name: 2.0 * g for name, g in gradient.items()})
    result = nntui("check", "sample", "--against", path)
    assert result.exit_code == 1
    assert nntui("check", "sample", "--against", path, "--allow", "factor").exit_code == 0
    found = strict(nntui("check", "sample", "--against", path, "--json").stdout)
    assert (found["verdict"], found["factor"]["value"]) == ("factor", 2.0)


def test_the_notebooks_wrong_gradients_are_located_where_paths_meet(nntui):
    result = nntui("check", "notebook-diamond", "--against", NOTEBOOK)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == ["dw  2 of 10  agree", "db   2 of 7  agree"]
    assert result.stdout.splitlines()[-1] == "Look: nntui notebook-diamond --at 24"
    found = strict(nntui("check", "notebook-diamond", "--against", NOTEBOOK, "--json").stdout)
    assert found["first_difference"] == {
        "name": "db[z]", "step": 24, "expected": -22.30859375, "found": -35.859375,
    }  # fmt: skip


def test_parameters_after_each_update_may_stand_in_csv(nntui, mine):
    run = RightRun(package.load(samples()["sample"]))
    rows = [f"b[h1],{float(run.start(k).p[0])!r},{k}" for k in range(4)]
    result = nntui(
        "check", "sample", "--against", mine("\n".join(["name,value,update", *rows]), "mine.csv")
    )
    assert result.exit_code == 0
    rows[3] = "b[h1],0.5,3"
    wrong = mine("\n".join(["name,value,update", *rows]), "mine.csv")
    result = nntui("check", "sample", "--against", wrong)
    assert result.exit_code == 1
    update = run.schedule.position(int(result.stdout.split()[-1]) - 1).update
    assert update == 2


def test_a_trace_of_its_own_run_is_right(nntui, here):
    trace = nntui("trace", "sample", "--to", "60", "--format", "jsonl").stdout
    (here / "mine.jsonl").write_text(trace)
    result = nntui("check", "sample", "--against", "mine.jsonl")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (
        0,
        "Right: all 83 numbers of 60 steps agree with the run.",
    )


def test_square_arrays_are_said_to_fit_one_way(nntui, here):
    run = RightRun(package.load(samples()["sample"]))
    dw1 = run.of_batch(0)["dp"][[[1, 2], [4, 5]]]
    np.savez(here / "mine.npz", dW1=dw1)
    result = nntui("check", "sample", "--against", "mine.npz")
    assert result.exit_code == 0
    assert "Square arrays, read as dW1: (out, in), which fits best." in result.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"dw[x1,h1]": 0.1', "mine.json: line 1, column 18: found the end of the file"),
        ('{"dw[x1,h9]": 0.1}', "mine.json: dw[x1,h9]: there is no neuron called “h9”"),
        ('{"dW1": [1, 2, 3]}', "mine.json: dW1: found the shape (3,), expected (2, 2)"),
    ],
)
def test_bad_numbers_are_told_in_one_sentence_and_end_with_2(nntui, mine, text, said):
    result = nntui("check", "sample", "--against", mine(text))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"nntui: {said}")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--update", "3"), "--update goes with --against MINE"),
        (("--allow", "factor"), "--allow goes with --against MINE"),
        (("--against", "mine.json", "--step", "3"), "--against goes without --step and --all"),
        (("--against", "none.json"), "none.json: found no such file"),
        (("--against", "mine.json", "--update", "9999999"), "there is no update 9999999: the run"),
    ],
)
def test_options_that_cannot_be_are_refused(nntui, gradient, mine, words, said):
    mine(gradient)
    result = nntui("check", "sample", *words)
    assert result.exit_code == 2
    assert said in result.stderr
