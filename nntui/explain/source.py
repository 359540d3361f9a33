"""The source of the algorithm, and which of its lines each step executes; what a step is about."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from nntui.engine import algorithm
from nntui.explain.formulas import dressed
from nntui.explain.numbers import exact
from nntui.model.experiment import Experiment
from nntui.model.optimizers import OPTIMIZERS
from nntui.model.wiring import Wiring


@dataclass(frozen=True, slots=True)
class SourceListing:
    """The source of the algorithm and, below it, of an optimizer's rule, line by line.

    ``lines_of[kind]`` is the range of line indices (from 0) that a step of that kind executes, the
    last being its ``yield``. A weight's update has the kind ``update_weight``, a bias's
    ``update_bias``. ``rule`` holds the rule's statements in order: the index of a line, and the
    setting (momentum, say) without which it is not executed.
    """

    lines: tuple[str, ...]
    lines_of: Mapping[str, range]
    rule: tuple[tuple[int, str | None], ...]

    def executing(
        self, operation: tuple[str, ...], settings: Mapping[str, float]
    ) -> tuple[int, ...]:
        """Return the lines that a step executes with an optimizer's settings, from the top."""
        kind = operation[0]
        if kind != "update":
            return tuple(self.lines_of[kind])
        kind = "update_bias" if len(operation) == 2 else "update_weight"
        rule = (line for line, setting in self.rule if setting is None or settings[setting])
        return (*self.lines_of[kind], *rule)


@cache
def listing(optimizer: str) -> SourceListing:
    """Read the algorithm's source, from ``train`` on, and that of an optimizer's rule."""
    lines = inspect.getsource(algorithm).rstrip().split("\n")
    lines = lines[inspect.getsourcelines(algorithm.train)[1] - 1 :]
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


# ---- places --------------------------------------------------------------------------------------


_SIGNS: Final = {"delta": "δ"}


def place(operation: tuple[str, ...], net: Wiring) -> str:
    """Which part of its neuron, pass or update a step is: ``edge 2 of 3 into h1``."""
    kind, *neurons = operation
    return _PLACES[kind](net, *neurons)


def method(experiment: Experiment, kind: str) -> str:
    """Which loss or optimizer a step of a kind uses: ``huber, δ = 1``; of other kinds nothing."""
    training = experiment.training
    if kind == "update":
        return training.optimizer.name
    if kind != "loss":
        return ""
    loss = training.loss
    settings = (f"{_SIGNS.get(name, name)} = {exact(value)}" for name, value in loss.settings)
    return ", ".join([loss.name, *settings])


def intention(operation: tuple[str, ...]) -> str:
    """What a step is going to do, in symbols: ``z[h1] ← z[h1] + w[x2,h1] · a[x2]``."""
    kind, *neurons = operation
    return _INTENTIONS[kind](*neurons)


def _edge(net: Wiring, i: str, j: str) -> str:
    sources = net.sources[j]
    return f"edge {sources.index(i) + 1} of {len(sources)} into {j}"


def _edge_back(net: Wiring, i: str, j: str) -> str:
    sources = net.sources[j]
    return f"edge {sources.index(i) + 1} of {len(sources)} back from {j}"


def _neuron(net: Wiring, j: str) -> str:
    return f"neuron {net.neurons.index(j) + 1} of {len(net.neurons)}, {net.activation[j]}"


def _neuron_back(net: Wiring, j: str) -> str:
    return f"neuron {len(net.neurons) - net.neurons.index(j)} of {len(net.neurons)} on the way back"


_PLACES: Final[dict[str, Callable[..., str]]] = {
    "load": lambda net: f"the example’s {len(net.inputs)} inputs",
    "forward_edge": _edge,
    "forward_neuron": _neuron,
    "loss": lambda net: "the loss of this example",
    "backward_neuron": _neuron_back,
    "backward_edge": _edge_back,
    "update": lambda net, *key: (
        f"the bias of {key[0]}" if len(key) == 1 else f"the weight {key[0]}→{key[1]}"
    ),
}


def _forward_edge(i: str, j: str) -> str:
    z = dressed("z", j)
    return f"{z} ← {z} + {dressed('w', i, j)} · {dressed('a', i)}"


def _backward_neuron(j: str) -> str:
    return f"{dressed('delta', j)} ← {dressed('da', j)} · f′({dressed('z', j)})"


def _backward_edge(i: str, j: str) -> str:
    dw, da, delta = dressed("dw", i, j), dressed("da", i), dressed("delta", j)
    return f"{dw} += {delta} · {dressed('a', i)};  {da} += {dressed('w', i, j)} · {delta}"


_INTENTIONS: Final[dict[str, Callable[..., str]]] = {
    "load": lambda: "a ← x: load the next example",
    "forward_edge": _forward_edge,
    "forward_neuron": lambda j: f"{dressed('a', j)} ← f({dressed('z', j)})",
    "loss": lambda: "L ← loss(outputs, targets)",
    "backward_neuron": _backward_neuron,
    "backward_edge": _backward_edge,
    "update": lambda *key: (
        f"{dressed('b' if len(key) == 1 else 'w', *key)} ← one optimizer step downhill"
    ),
}
