"""``nntui trace``: section 6 of the semantics."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from support.experiments import experiments, in_both_ways, layered

import nntui as package
from nntui.cli.tables import json_text
from nntui.cli.trace_formats import FORMATS
from nntui.debugger.step import observed_steps
from nntui.debugger.stepper import Stepper
from nntui.model.names import parse_value_name
from nntui.model.optimizers import Optimizer

from .conftest import strict

KEYS = ["step", "epoch", "update", "example", "phase", "kind"]
WHO = {
    "load": [],
    "forward_edge": ["source", "target"],
    "forward_neuron": ["neuron"],
    "loss": [],
    "backward_neuron": ["neuron"],
    "backward_edge": ["source", "target"],
    "update": ["parameter"],
}


def steps_of(result):
    assert result.exit_code == 0, result.stderr
    return [strict(line) for line in result.stdout.splitlines()]


def test_a_line_is_what_the_semantics_page_shows(nntui):
    result = nntui("trace", "sample", "--format", "jsonl", "--from", "2", "--to", "2")
    assert result.stdout == (
        '{"step": 2, "epoch": 1, "update": 1, "example": 1, "phase": "forward", '
        '"kind": "forward_edge", "source": "x1", "target": "h1", '
        '"reads": {"z[h1]": 0.1, "w[x1,h1]": 0.6, "a[x1]": 1.0}, "writes": {"z[h1]": 0.7}, '
        '"text": "z[h1] = 0.1 + 0.6 · 1 = 0.7"}\n'
    )


def test_each_kind_of_step_has_its_keys_in_order(nntui, document):
    document()
    steps = steps_of(nntui("trace", "net.json", "--format", "jsonl"))
    assert {step["kind"] for step in steps} == set(WHO)
    for step in steps:
        assert list(step) == [*KEYS, *WHO[step["kind"]], "reads", "writes", "text"]
        assert (step["example"] is None) == (step["kind"] == "update")
        for name in (*step["reads"], *step["writes"]):
            parse_value_name(name)


def test_steps_count_from_1_over_the_whole_run(nntui, document):
    path = document()
    steps = steps_of(nntui("trace", path, "--format", "jsonl"))
    assert [step["step"] for step in steps] == list(range(1, 297))
    assert [step["epoch"] for step in steps] == sorted(step["epoch"] for step in steps)
    assert steps[-1]["epoch"] == 4
    assert package.Debugger(package.load(path)).total == 296


def test_an_update_is_named_by_its_parameter(nntui, document):
    document()
    steps = steps_of(nntui("trace", "net.json", "--format", "jsonl"))
    names = [step["parameter"] for step in steps if step["kind"] == "update"]
    assert names[:7] == [
        'b["h 1"]', 'w[x1,"h 1"]', 'w[x2,"h 1"]', "w[x1,h2]", "b[y]", "w[x2,y]", "w[h2,y]",
    ]  # fmt: skip


@pytest.mark.parametrize("epochs", [None, 1, 9])
def test_replaying_only_its_writes_gives_what_run_saves_bit_for_bit(nntui, document, here, epochs):
    path = document()
    given = [] if epochs is None else ["--epochs", epochs]
    values = package.Debugger(package.load(path)).snapshot().values
    for step in steps_of(nntui("trace", path, "--format", "jsonl", *given)):
        values.update(step["writes"])
    assert nntui("run", path, *given, "--save", "out.json").exit_code == 0
    network = package.load(here / "out.json").network
    for j, bias in network.biases.items():
        assert values[f"b[{_quoted(j)}]"] == bias
    for (i, j), weight in network.weights.items():
        assert values[f"w[{_quoted(i)},{_quoted(j)}]"] == weight


def _quoted(name):
    return f'"{name}"' if " " in name else name


def test_what_a_step_reads_was_written_before(nntui, document):
    path = document()
    values = package.Debugger(package.load(path)).snapshot().values
    for step in steps_of(nntui("trace", path, "--format", "jsonl")):
        if step["kind"] == "load":
            blank = ("z[", "a[", "da[", "delta[")
            values = {name: v for name, v in values.items() if not name.startswith(blank)}
            continue
        for name, value in step["reads"].items():
            if name.startswith(("w[", "b[", "delta[")):
                assert values[name] == value
        values.update(step["writes"])


def test_numbers_that_are_none_are_strings_in_strict_json(nntui, document):
    path = document(
        training={"loss": "squared_error", "epochs": 60, "optimizer": {"name": "sgd",
                  "learning_rate": 1e200}},
        network={"layers": [2, 1]},
    )  # fmt: skip
    result = nntui("trace", path, "--format", "jsonl")
    steps = steps_of(result)
    values = [value for step in steps for value in step["writes"].values()]
    assert {"NaN", "-Infinity"} <= {value for value in values if isinstance(value, str)}
    assert {value for value in values if isinstance(value, str)} <= {
        "NaN", "Infinity", "-Infinity",
    }  # fmt: skip


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 31), (26, 32), (101, 181), (296, 296)])
@pytest.mark.parametrize("form", ["jsonl", "text", "csv"])
def test_from_and_to_are_inclusive_and_cut_out_the_same_lines(nntui, document, form, first, last):
    document()
    window = nntui("trace", "net.json", "--format", form, "--from", first, "--to", last)
    whole = nntui("trace", "net.json", "--format", form, "--to", last)
    assert window.exit_code == whole.exit_code == 0
    if form == "jsonl":
        assert window.stdout.splitlines() == whole.stdout.splitlines()[first - 1 :]
        assert len(window.stdout.splitlines()) == last - first + 1
    elif form == "csv":
        assert window.stdout.splitlines()[1:] == whole.stdout.splitlines()[first:]
    else:
        rows = [row for row in window.stdout.splitlines() if row.startswith("    ")]
        assert whole.stdout.splitlines()[-1] == rows[-1]
        assert rows[0].split()[0] == str(first)


@given(in_both_ways(experiments()))
def test_a_line_is_the_step_of_python_as_json(experiment):
    stepper = Stepper(experiment)
    steps = [stepper.step() for _ in range(min(stepper.total, 500))]
    lines = FORMATS["jsonl"](steps, experiment, stepper.total)
    assert list(lines) == [json_text(step.plain) for step in steps]


def test_many_steps_executed_at_once_are_those_executed_one_by_one():
    experiment = layered(2, 3, 2, epochs=3, optimizer=Optimizer.of("adam"), batch_size=3)
    stepper = Stepper(experiment)
    one_by_one = [stepper.step().plain for _ in range(stepper.total)]
    at_once = observed_steps(Stepper(experiment).training_run, stepper.total)
    assert [step.plain for step in at_once] == one_by_one


def test_to_may_lie_behind_the_end(nntui, document):
    document()
    result = nntui("trace", "net.json", "--format", "jsonl", "--from", "295", "--to", "99999")
    assert [step["step"] for step in steps_of(result)] == [295, 296]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "1,297"], "there is no step 1,297: the run's last step is 296"),
        (["--from", "5", "--to", "4"], "--to 4 lies before --from 5: there is nothing to print"),
        (["--from", "0"], "--from: found "),
        (["--from", "\x1b[31m"], "--from: found "),
        (["--epochs", "0"], "--epochs: found 0, expected a whole number from 1 to "),
        (["--format", "xml"], "--format: found xml, expected text, jsonl or csv"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_one_line(nntui, document, options, said):
    document()
    result = nntui("trace", "net.json", *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.startswith("nntui: ")
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
    assert result.stdout == ""


def test_the_text_is_aligned_under_headings_by_example_and_phase(nntui):
    result = nntui("trace", "notebook-chain", "--from", "8", "--to", "28")
    assert (
        result.stdout
        == """\
epoch 1 · update 1 · example 1
  forward
     8  z[Out]     = 0 + 0.5 · 1.25 = 0.625
     9  a[Out]     = max(0, 0.625) = 0.625
  loss
    10  loss       = (0.625 − 2)² = 1.890625
        da[Out]    = 2 · (0.625 − 2) = -2.75
  backward
    11  delta[Out] = -2.75 · (1 if 0.625 > 0 else 0) = -2.75
        db[Out]    = 0 + (-2.75) = -2.75
    12  dw[z,Out]  = 0 + (-2.75) · 1.25 = -3.4375
        da[z]      = 0 + 0.5 · (-2.75) = -1.375
    13  delta[z]   = -1.375 · (1 if 1.25 > 0 else 0) = -1.375
        db[z]      = 0 + (-1.375) = -1.375
    14  dw[y,z]    = 0 + (-1.375) · 2.5 = -3.4375
        da[y]      = 0 + 0.5 · (-1.375) = -0.6875
    15  delta[y]   = -0.6875 · (1 if 2.5 > 0 else 0) = -0.6875
        db[y]      = 0 + (-0.6875) = -0.6875
    16  dw[x,y]    = 0 + (-0.6875) · 5 = -3.4375
        da[x]      = 0 + 0.5 · (-0.6875) = -0.34375
    17  delta[x]   = -0.34375 · (1 if 5 > 0 else 0) = -0.34375
        db[x]      = 0 + (-0.34375) = -0.34375
    18  dw[In,x]   = 0 + (-0.34375) · 10 = -3.4375
        da[In]     = 0 + 0.5 · (-0.34375) = -0.171875

epoch 1 · update 1
  update
    19  b[x]       = 0 − 0.001 · (-0.34375) = 0.00034375
    20  w[In,x]    = 0.5 − 0.001 · (-3.4375) = 0.5034375
    21  b[y]       = 0 − 0.001 · (-0.6875) = 0.0006875
    22  w[x,y]     = 0.5 − 0.001 · (-3.4375) = 0.5034375
    23  b[z]       = 0 − 0.001 · (-1.375) = 0.001375
    24  w[y,z]     = 0.5 − 0.001 · (-3.4375) = 0.5034375
    25  b[Out]     = 0 − 0.001 · (-2.75) = 0.00275
    26  w[z,Out]   = 0.5 − 0.001 · (-3.4375) = 0.5034375

epoch 2 · update 2 · example 1
  forward
    27  a[In]      = 10
    28  z[x]       = 0.00034375 + 0.5034375 · 10 = 5.03471875
"""
    )


def test_the_text_has_a_heading_where_an_example_an_update_or_an_epoch_begins(nntui, document):
    document()
    lines = nntui("trace", "net.json").stdout.splitlines()
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert len(headings) == 4 * (3 + 2)  # three examples and two updates in each of four epochs
    assert headings[2] == "epoch 1 · update 1"
    assert headings[-1] == "epoch 4 · update 8"
    phases = [line.strip() for line in lines if line.startswith("  ") and line[2] != " "]
    assert phases[:7] == ["forward", "loss", "backward"] * 2 + ["update"]


def test_the_csv_holds_a_row_for_each_step(nntui, document):
    document()
    steps = steps_of(nntui("trace", "net.json", "--format", "jsonl"))
    result = nntui("trace", "net.json", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == len(steps)
    for row, step in zip(rows, steps, strict=True):
        for key in (*KEYS, "source", "target", "neuron", "parameter", "text"):
            expected = step.get(key)
            assert row[key] == ("" if expected is None else str(expected))
        for side in ("reads", "writes"):
            pairs = dict(pair.rsplit("=", 1) for pair in row[side].split("; "))
            assert {name: float(value) for name, value in pairs.items()} == step[side]
