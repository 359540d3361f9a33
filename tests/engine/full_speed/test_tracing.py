"""Traced formulas compute what the formulas do, and no name from a document gets into the code."""

import ast
import builtins
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits_of
from support.experiments import OPTIMIZERS_WITH_OPTIONS, experiments, measured

from nntui.engine.full_speed.straight_line import FUNCTIONS, StepTest, Tape, Traced, source
from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.losses import LOSSES, Loss
from nntui.model.names import value_name

anything = st.floats() | st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 20.0, math.inf, -math.inf, math.nan]
)
numbers = st.sampled_from(["z", "z", "0", "-0.5", "2", "1e300", "pi", "inf", "nan"])
one = st.sampled_from(
    ["abs", "sqrt", "exp", "log", "sign", "floor", "ceil", "tanh", "sigmoid", "sin", "cos", "erf"]
)
tests = st.builds(
    "{} {} {}".format, numbers, st.sampled_from(["<", "<=", "==", "!=", ">", "> 0 <"]), numbers
) | st.builds("{}({})".format, st.sampled_from(["isnan", "isinf", "isfinite"]), numbers)
expressions = st.recursive(
    numbers,
    lambda x: st.one_of(
        st.builds("({} {} {})".format, x, st.sampled_from(["+", "-", "*", "/", "**"]), x),
        st.builds("{}({})".format, one, x),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), x, x),
        st.builds(
            "({} if {} {} not {} else {})".format,
            x,
            tests,
            st.sampled_from(["and", "or"]),
            tests,
            x,
        ),
        st.builds("-{}".format, x),
    ),
    max_leaves=8,
)


def traced(names: str) -> tuple[Tape, list[Any]]:
    tape = Tape()
    return tape, [Traced(tape, name) for name in names.split()]


def computed(tape: Tape, results: Any, **numbers: float) -> list[float]:
    """What the traced results are for some numbers."""
    room: dict[str, Any] = dict(FUNCTIONS) | numbers
    exec("\n".join(tape.lines(results)), room)
    return [room[r.name] if isinstance(r, Traced) else r for r in results]


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=anything)
def test_activations(name, z) -> None:
    f = Activation.of(name)
    tape, (unknown,) = traced("z")
    a = f.f(unknown)
    found = computed(tape, [a, f.derivative(unknown, a)], z=z)
    assert bits_of(found) == bits_of([f.f(z), f.derivative(z, f.f(z))])


@given(text=expressions, z=anything)
def test_activations_that_are_expressions(text, z) -> None:
    f = Activation.of_expression(text, "numeric")
    tape, (unknown,) = traced("z")
    a = f.f(unknown)
    found = computed(tape, [a, f.derivative(unknown, a)], z=z)
    assert bits_of(found) == bits_of([f.f(z), f.derivative(z, f.f(z))])


@pytest.mark.parametrize("name", LOSSES)
@given(a=st.tuples(anything, anything), y=st.tuples(anything, anything))
def test_losses(name, a, y) -> None:
    loss = Loss.of(name)
    tape, (a0, a1, y0, y1) = traced("a0 a1 y0 y1")
    results = [loss.value([a0, a1], [y0, y1]), *loss.gradient([a0, a1], [y0, y1])]
    found = computed(tape, results, a0=a[0], a1=a[1], y0=y[0], y1=y[1])
    assert bits_of(found) == bits_of([loss.value(a, y), *loss.gradient(a, y)])


@pytest.mark.parametrize("optimizer", OPTIMIZERS_WITH_OPTIONS, ids=str)
@given(p=anything, g=anything, memory=st.tuples(*[st.floats(0.0)] * 2), t=st.integers(1, 10**9))
def test_optimizers(optimizer, p, g, memory, t) -> None:
    memory = memory[: len(optimizer.row.memory)]
    tape, (p_, g_, t_, *m) = traced(" ".join(["p g t", *(f"m{n}" for n in range(len(memory)))]))
    new, remembered = optimizer.update(p_, g_, tuple(m), t_)
    numbers = {f"m{n}": value for n, value in enumerate(memory)} | {"p": p, "g": g, "t": t}
    found = computed(tape, [new, *remembered], **numbers)
    expected, kept = optimizer.update(p, g, memory, t)
    assert bits_of(found) == bits_of([expected, *kept])


def test_the_same_operation_is_noted_once_and_what_is_not_wanted_is_left_out() -> None:
    tape, (x,) = traced("x")
    wanted, same = 2.0 * x + 1.0, 2.0 * x
    x * 3.0
    assert tape.lines([wanted, same]) == ["v0 = 2.0 * x", "v1 = v0 + 1.0"]


def test_numbers_are_written_so_that_they_mean_themselves() -> None:
    tape, (x,) = traced("x")
    results = [x - -0.1, -0.0 - x, -2.0 / x, 1e-300 * x, 0.1 + x, (-0.5) ** x]
    found = computed(tape, results, x=3)
    assert bits_of(found) == bits_of([3 - -0.1, -0.0 - 3, -2.0 / 3, 3e-300, 0.1 + 3, (-0.5) ** 3])
    results = [x + math.inf, -math.inf - x, math.nan * x]
    assert bits_of(computed(tape, results, x=3)) == bits_of([math.inf, -math.inf, math.nan])
    with pytest.raises(TypeError, match="cannot be written down"):
        x + "1; import os"


def test_a_choice_that_python_would_make_is_refused() -> None:
    _, (x,) = traced("x")
    with pytest.raises(TypeError, match="where"):
        bool(x > 0)
    with pytest.raises(TypeError):
        np.arctan(x)
    with pytest.raises(TypeError):
        np.concatenate([x, x])


@given(experiment=experiments() | experiments().map(measured))
def test_the_code_consists_of_counters_and_known_functions(experiment) -> None:
    net = experiment.network.wiring()
    wanted = [value_name("delta", j) for j in net.neurons]
    j, k = net.neurons[0], net.outputs[0]
    met = StepTest(False, 1, lambda value: value(value_name("b", j)) > value(value_name("t", k)))
    tests = (met, StepTest(True, -1, lambda value: value(value_name("db", j)) == 0.5))
    asked = [("loss", *wanted), tests]
    if experiment.training.gradient == "central_differences":
        asked = []
    tree = ast.parse(source(experiment, *asked))
    own = re.compile(r"[pgmxyv]\d+")
    words = {"train", "p", "memory", "t", "n", "batch", "batches", "batch_sum", "epoch_sum"}
    words |= {"wanted", "met", "sum_before", "total", "test", "distance", "h", "up", "down"}
    words |= {"batch_losses", "epoch_losses", "test_losses", "epoch_ends", "examples"}
    words |= {"len", "abs", *FUNCTIONS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            assert node.id in words or own.fullmatch(node.id), node.id
        elif isinstance(node, ast.Attribute):
            assert node.attr == "append"
        elif isinstance(node, ast.Constant):
            assert type(node.value) in (int, float, bool)
        else:
            assert not isinstance(node, (ast.Import, ast.ImportFrom, ast.Lambda))
    assert not words & set(dir(builtins)) - {"len", "abs"}
