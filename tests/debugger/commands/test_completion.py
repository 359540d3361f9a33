"""Completion: whole lines, by what may stand at their end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments, layered

from nntui.debugger.breakpoints.breakpoint import PHASES
from nntui.debugger.commands.interpreter import COMMANDS, Interpreter
from nntui.debugger.debugger import Debugger
from nntui.model.names import parameter_name, value_name


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("ste", ["step"]),
        ("rev", [name for name in COMMANDS if name.startswith("reverse")]),
        ("goto s", ["goto start", "goto step"]),
        ("print los", ["print loss"]),
        ("p abs(epoch_", ["p abs(epoch_loss"]),
        ("print w[x1,", ["print w[x1,h1_1]", "print w[x1,h1_2]"]),
        ("print abs(delta[h", ["print abs(delta[h1_1]", "print abs(delta[h1_2]"]),
        ("break h", ["break h1_1", "break h1_2"]),
        ("break x1->", ["break x1->h1_1", "break x1->h1_2"]),
        ("break h1_1 b", ["break h1_1 backward"]),
        ("break phase ", [f"break phase {phase}" for phase in PHASES]),
        ("break h1_1 if lo", ["break h1_1 if loss", "break h1_1 if log("]),
        (
            "break h1_1 if loss > 1 and ep",
            [f"break h1_1 if loss > 1 and {n}" for n in ("epoch_loss", "epoch")],
        ),
        ("break h1_1 if isf", ["break h1_1 if isfinite("]),
        ("break h1_1 ev", ["break h1_1 every"]),
        ("watch non", ["watch nonfinite"]),
        ("watch loss cr", ["watch loss crosses"]),
        ("watch loss > 1 becomes ", ["watch loss > 1 becomes true"]),
        ("watch loss if isn", ["watch loss if isnan("]),
        ("set activation[h1_1] ta", ["set activation[h1_1] tanh"]),
        ("set loss hu", ["set loss huber"]),
        (
            "set w[x1,h1_1] = -b[",
            ["set w[x1,h1_1] = -b[h1_1]", "set w[x1,h1_1] = -b[h1_2]", "set w[x1,h1_1] = -b[y1]"],
        ),
        ("info br", ["info breakpoints", "info branches"]),
        ("info neuron y", ["info neuron y1"]),
        ("set lear", ["set learning_rate"]),
        ("set activation[h", ["set activation[h1_1]", "set activation[h1_2]"]),
        ("branch s", ["branch switch"]),
        ("branch switch ", ["branch switch main"]),
        ("help und", ["help undisplay"]),
        ("nonsense ", []),
        ("step ", []),
        ("x" * 20_000, []),
    ],
)
def test_what_a_line_may_become(debugger, line, lines) -> None:
    assert Interpreter(debugger).complete(line) == lines


def test_numbers_and_names_of_what_there_is(do, debugger) -> None:
    for line in ["break h1_1", "watch loss", "display loss", "bookmark here", "set b[y1] 1"]:
        do(line)
    assert Interpreter(debugger).complete("condition ") == ["condition 1", "condition 2"]
    assert Interpreter(debugger).complete("condition 1 los") == ["condition 1 loss"]
    assert Interpreter(debugger).complete("delete ") == ["delete 1", "delete 2"]
    assert Interpreter(debugger).complete("undisplay ") == ["undisplay 1"]
    assert Interpreter(debugger).complete("goto h") == ["goto here"]
    assert Interpreter(debugger).complete("diff main b") == ["diff main b[y1] 1"]
    assert Interpreter(debugger).complete("branch switch ") == [
        "branch switch main",
        "branch switch b[y1] 1",
    ]


def test_an_empty_line_may_become_any_command(debugger) -> None:
    assert Interpreter(debugger).complete("") == list(COMMANDS)


@given(experiments())
def test_every_value_is_found_by_what_it_begins_with(experiment) -> None:
    debugger, net = Debugger(experiment), experiment.network.wiring()
    names = [parameter_name(p) for p in net.parameters]
    names += [value_name("delta", j) for j in net.neurons] + [
        value_name("x", i) for i in net.inputs
    ]
    for name in names:
        bracket = name.index("[") + 1
        for end in range(bracket, len(name)):
            assert f"print {name}" in Interpreter(debugger).complete(f"print {name[:end]}")


@given(st.text(max_size=30))
def test_an_offer_begins_with_what_was_typed(line) -> None:
    debugger = Debugger(layered(1, 1, epochs=1))
    for offered in Interpreter(debugger).complete(line):
        assert offered.startswith(line.lstrip())


@pytest.mark.parametrize("piece", ["a->", "[", '"', "\\", "w[x1,", " ", "(", "x"])
def test_a_long_line_is_looked_at_in_bounded_time(debugger, piece) -> None:
    assert Interpreter(debugger).complete(f"print {piece * (9_000 // len(piece))}") is not None


def test_a_network_of_many_edges_offers_a_hundred(debugger) -> None:
    debugger = Debugger(layered(30, 30, 2, epochs=1))
    assert len(Interpreter(debugger).complete("print w[")) == 100
