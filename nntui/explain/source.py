"""The source of the algorithm, and which of its lines each step executes; what a step is about."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any

from msgspec import Struct

from nntui.engine import algorithm, central_differences
from nntui.engine.schedule import MOVES, Operation
from nntui.explain.numbers import exact, ordinal
from nntui.explain.symbols import math_name
from nntui.model.activations import EXPRESSION
from nntui.model.experiment import Experiment
from nntui.model.optimizers import OPTIMIZERS
from nntui.model.settings import written
from nntui.model.wiring import Wiring


class SourceListing(Struct, frozen=True):
    """The source of the algorithm and, below it, of an optimizer's rule, line by line.

    ``lines_of[kind]`` is the range of line indices (from 0) that a step of that kind executes, the
    last being its ``yield``. A weight's update has the kind ``update_weight``, a bias's
    ``update_bias``. ``rule`` holds the rule's statements in order: the index of a line, and the
    setting (momentum, say) without which it is not executed.
    """

    lines: tuple[str, ...]
    lines_of: Mapping[str, range]
    rule: tuple[tuple[int, str | None], ...]

    def executing(self, operation: Operation, settings: Mapping[str, float]) -> tuple[int, ...]:
        """Return the lines that a step executes with an optimizer's settings, from the top."""
        kind = operation[0]
        if kind != "update":
            return tuple(self.lines_of[kind])
        kind = "update_bias" if len(operation) == 2 else "update_weight"
        rule = (line for line, setting in self.rule if setting is None or settings[setting])
        return (*self.lines_of[kind], *rule)


@cache
def listing(optimizer: str, gradient: str = "backpropagation") -> SourceListing:
    """Read the algorithm's source, from ``train`` on, and that of an optimizer's rule.

    ``gradient``: how the gradient is found, which has an algorithm of its own.
    """
    if gradient == "backpropagation":
        lines = _from_train(algorithm)
    else:  # what it shares with the other stands below it
        lines = _from_train(central_differences)
        for function in (algorithm.load, algorithm.forward, algorithm.update):
            lines += ["", "", *inspect.getsource(function).rstrip().split("\n")]
    lines_of: dict[str, range] = {}
    for node in ast.walk(ast.parse("\n".join(lines))):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            _note_yields(body, lines_of)
    rule: list[tuple[int, str | None]] = []
    for function in _functions(OPTIMIZERS[optimizer].update):
        source = inspect.getsource(function).rstrip()
        lines.append("")
        (definition,) = ast.parse(source).body
        assert isinstance(definition, ast.FunctionDef)
        rule += [(len(lines) + line, setting) for line, setting in _statements(definition.body)]
        lines += source.split("\n")
    return SourceListing(tuple(lines), lines_of, tuple(rule))


def _from_train(module: ModuleType) -> list[str]:
    lines = inspect.getsource(module).rstrip().split("\n")
    return lines[inspect.getsourcelines(module.train)[1] - 1 :]


def _note_yields(body: list[ast.stmt], lines_of: dict[str, range]) -> None:
    """Note every ``yield`` in a block, with the plain statements that lead to it."""
    first: int | None = None
    for statement in body:
        if isinstance(statement, (ast.For, ast.If)):
            first = None
            continue
        if _is_docstring(statement):
            continue
        first = statement.lineno if first is None else first
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
            assert isinstance(statement.value.value, ast.Tuple)
            kind, *neurons = statement.value.value.elts
            assert isinstance(kind, ast.Constant)
            key = str(kind.value)
            if key == "update":
                key = "update_bias" if len(neurons) == 1 else "update_weight"
            assert statement.end_lineno is not None
            lines_of[key] = range(first - 1, statement.end_lineno)
            first = None


def _functions(rule: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Yield the function of a rule, then those of the same module that it calls (adamw: adam)."""
    yield rule
    for name in rule.__code__.co_names:
        called: Any = rule.__globals__.get(name)
        if getattr(called, "__module__", None) == rule.__module__:
            yield from _functions(called)


def _statements(
    body: list[ast.stmt], setting: str | None = None
) -> Iterator[tuple[int, str | None]]:
    """Yield the lines of a rule's statements (from 0), with the setting that each depends on."""
    for statement in body:
        if isinstance(statement, ast.If):
            assert isinstance(statement.test, ast.Name)
            yield statement.lineno - 1, setting
            yield from _statements(statement.body, statement.test.id)
        elif not _is_docstring(statement):
            assert statement.end_lineno is not None
            for line in range(statement.lineno - 1, statement.end_lineno):
                yield line, setting


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def place(operation: Operation, net: Wiring) -> str:
    """Say which part of its pass or update a step is: ``adding the 2nd of 3 inputs of h1``."""
    match operation:
        case ("load",):
            count = len(net.inputs)
            return f"the example’s {count:,} inputs" if count > 1 else "the example’s input"
        case ("loss",):
            return "the loss of this example"
        case (("update" | "move_up" | "move_down" | "difference"), j):
            return f"the bias of {j}"
        case (("update" | "move_up" | "move_down" | "difference"), i, j):
            return f"the weight {i}→{j}"
        case (kind, i, j):
            which = f"{_of(net.sources[j].index(i) + 1, len(net.sources[j]), 'input')} of {j}"
            return f"adding {which}" if kind == "forward_edge" else f"back to {which}"
        case (kind, j):
            index, count = net.neurons.index(j), len(net.neurons)
            if kind == "forward_neuron":
                return f"a of {j} ({_of(index + 1, count, 'neuron')}), {net.activation[j]}"
            return f"δ of {j} ({_of(count - index, count, 'neuron')})"
    raise ValueError(operation)


def which_parameter(experiment: Experiment, move: int) -> str:
    """Say which parameter is moved, and which way: ``parameter 3 of 9, plus h``."""
    number, kind = divmod(move, len(MOVES))
    way = ("plus h", "minus h", "back")[kind]
    return f"parameter {number + 1:,} of {experiment.network.wiring().trainable_count:,}, {way}"


def _of(number: int, count: int, what: str) -> str:
    """Write which of several it is: ``the 2nd of 3 inputs``, ``the only input``."""
    return f"the only {what}" if count == 1 else f"the {ordinal(number)} of {count:,} {what}s"


def method(experiment: Experiment, kind: str) -> str:
    """Name the loss or optimizer that a step of a kind uses: ``huber, δ = 1``; else nothing."""
    training = experiment.training
    if kind == "update":
        return training.optimizer.name
    if kind != "loss":
        return ""
    loss = training.loss
    settings = (
        f"{math_name(key)} = {exact(value) if isinstance(value, float) else written(value)}"
        for key, value in loss.settings
        if key == "delta" or value != loss.row.settings[key]
    )
    return ", ".join([loss.name, *settings])


def intention(operation: Operation, experiment: Experiment, example: int | None = None) -> str:
    """Say what a step is going to do: ``add w[x2,h1] · a[x2] to z[h1]``.

    ``example``: the number of its example, from 1.
    """
    net = experiment.network.wiring()
    match operation:
        case ("load",):
            shuffled = ": the order is shuffled" if experiment.training.shuffle else ""
            named = "the next example" if example is None else f"example {example:,}"
            return f"load {named}{shuffled}"
        case ("loss",):
            return "the loss: compare the answer with the target"
        case ("update", *neurons):
            return _change(neurons, experiment)
        case (("move_up" | "move_down") as kind, *neurons):
            name = math_name("b" if len(neurons) == 1 else "w", *neurons)
            return f"move {name} {'up' if kind == 'move_up' else 'down'} by h"
        case ("difference", *neurons):
            name = math_name("db" if len(neurons) == 1 else "dw", *neurons)
            return f"{name} = (L₊ − L₋) / 2h"
        case ("forward_edge", i, j):
            return f"add {math_name('w', i, j)} · {math_name('a', i)} to {math_name('z', j)}"
        case ("forward_neuron", j):
            f = net.activation[j].called
            return f"{f} turns {math_name('z', j)} into {math_name('a', j)}"
        case ("backward_neuron", j):
            f = net.activation[j].name
            slope = f"{'f' if f == EXPRESSION else f}′({math_name('z', j)})"
            return f"{math_name('delta', j)} = {math_name('da', j)} · {slope}"
        case ("backward_edge", i, j):
            return f"take {math_name('delta', j)} back to {i}: ∂L/∂w += δ·a, ∂L/∂a += w·δ"
    raise ValueError(operation)


def _change(neurons: Sequence[str], experiment: Experiment) -> str:
    """Say how an update is going to change a parameter: ``b − η · ∂L/∂b``, or by which rule."""
    training, symbol = experiment.training, "b" if len(neurons) == 1 else "w"
    parameter = f"{'bias of' if symbol == 'b' else 'weight'} {'→'.join(neurons)}"
    settings = dict(training.optimizer.settings)
    if training.optimizer.name != "sgd" or settings["momentum"] or settings["weight_decay"]:
        return f"change the {parameter} by {training.optimizer.name}"
    one = training.reduction == "sum" or 1 in (
        training.batch_size, len(experiment.train_examples)
    )  # fmt: skip
    penalty = symbol == "w" and (training.l1 or training.l2)
    gradient = f"∂L/∂{symbol}" if one and not penalty else "g"
    return f"change the {parameter}: {symbol} − η · {gradient}"
