"""Straight-line code for tiny networks, where calling numpy would take longer than computing.

The code is a trace of the algorithm itself, run once with stand-ins for numbers: one variable per
value, one assignment per operation, no look-ups. It then trains at the speed of plain Python, many
updates in one call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np

from nntui.engine import central_differences
from nntui.engine.algorithm import backward, forward, load, loss, update
from nntui.engine.state import ActiveExperiment, State
from nntui.engine.training_state import TrainingState
from nntui.model import numerics
from nntui.model.experiment import Experiment
from nntui.model.names import parse_value_name
from nntui.model.wiring import Parameter

FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    name: getattr(numerics, name)
    for name in (
        "exp", "expm1", "log", "log1p", "sqrt", "tanh", "sin", "cos", "divide", "erf",
        "power", "floor", "ceil",
    )
}  # fmt: skip
"""What a traced formula may call, by the names that numpy gives to these functions."""


class StepTest(NamedTuple):
    """A question about the values after a step of an update: may the update be done untested?

    ``offset``: the step's, in the block of each example or (``in_update``) of the parameters; −1:
    before the first of them. ``holds`` gets a lookup from value names to what stands for their
    numbers (None: blank) and returns what stands for the truth value. It raises a ``TypeError``
    where the code cannot tell.
    """

    in_update: bool
    offset: int
    holds: Callable[[Callable[[str], Any]], Any]


class Assignment(NamedTuple):
    """A variable, the operation that gives its value, and the variables that it reads."""

    name: str
    expression: str
    read: tuple[str, ...]


class Tape:
    """The assignments noted so far. Each variable is set once, the same operation noted once."""

    def __init__(self) -> None:
        self._known: dict[str, Traced] = {}
        self._noted: list[Assignment] = []

    def note(self, pattern: str, *operands: Any) -> Traced:
        """Note an operation, such as ``{} + {}``, and return what stands for its result."""
        expression = pattern.format(*map(written, operands))
        if expression not in self._known:
            result = Traced(self, f"v{len(self._noted)}")
            read = tuple(x.name for x in operands if isinstance(x, Traced))
            self._noted.append(Assignment(result.name, expression, read))
            self._known[expression] = result
        return self._known[expression]

    def lines(self, wanted: Iterable[Any]) -> list[str]:
        """Return the assignments that the wanted results need, in order, as code."""
        return [f"{each.name} = {each.expression}" for each in self.needed(wanted)]

    def needed(self, wanted: Iterable[Any], given: Container[str] = ()) -> list[Assignment]:
        """Return the assignments that the wanted results need, in order.

        What is ``given`` is not assigned.
        """
        needed = {result.name for result in wanted if isinstance(result, Traced)}
        found = []
        for assignment in reversed(self._noted):
            if assignment.name in needed and assignment.name not in given:
                needed.update(assignment.read)
                found.append(assignment)
        return found[::-1]

    def made_of(self, variables: Iterable[str]) -> set[str]:
        """Return some variables with all results that are made of them alone."""
        known = set(variables)
        for assignment in self._noted:
            if known.issuperset(assignment.read):
                known.add(assignment.name)
        return known


def _operation(pattern: str) -> Callable[..., Traced]:
    return lambda self, *others: self.tape.note(pattern, self, *others)


class Traced:
    """Stands for a number (or a truth value) that is known under a variable's name."""

    __slots__ = ("name", "tape")

    def __init__(self, tape: Tape, name: str) -> None:
        self.tape, self.name = tape, name

    __add__, __radd__ = _operation("{0} + {1}"), _operation("{1} + {0}")
    __sub__, __rsub__ = _operation("{0} - {1}"), _operation("{1} - {0}")
    __mul__, __rmul__ = _operation("{0} * {1}"), _operation("{1} * {0}")
    __truediv__, __rtruediv__ = _operation("{0} / {1}"), _operation("{1} / {0}")
    __rpow__ = _operation("{1} ** {0}")
    __neg__, __abs__ = _operation("-{0}"), _operation("abs({0})")
    __lt__, __le__ = _operation("{0} < {1}"), _operation("{0} <= {1}")
    __gt__, __ge__ = _operation("{0} > {1}"), _operation("{0} >= {1}")
    __eq__, __ne__ = _operation("{0} == {1}"), _operation("{0} != {1}")  # type: ignore[assignment]
    __hash__ = object.__hash__

    def __and__(self, other: Any) -> Any:
        return _and(self.tape, self, other)

    def __or__(self, other: Any) -> Any:
        return _or(self.tape, self, other)

    erf = _operation("erf({0})")

    def __bool__(self) -> bool:
        raise TypeError("a traced number is not known yet: choose with numerics.where")

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any) -> Any:
        """What ``numpy.exp(traced)`` gives."""
        name = str(ufunc.__name__)
        if name in _LOGIC:
            return _LOGIC[name](self.tape, *operands)
        if method != "__call__" or name not in FUNCTIONS:
            return NotImplemented
        places = ", ".join("{}" for _ in operands)
        return self.tape.note(f"{name}({places})", *operands)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """What ``numpy.where(traced, x, y)`` gives."""
        if function is np.any:
            return True  # it may be
        if function is not np.where or kwargs:
            return NotImplemented
        condition, x, y = args
        return self.tape.note("{1} if {0} else {2}", condition, x, y)


def _and(tape: Tape, x: Any, y: Any) -> Any:
    x, y = (x, y) if isinstance(x, Traced) else (y, x)
    return (x if y else False) if not isinstance(y, Traced) else tape.note("{} and {}", x, y)


def _or(tape: Tape, x: Any, y: Any) -> Any:
    x, y = (x, y) if isinstance(x, Traced) else (y, x)
    return (True if y else x) if not isinstance(y, Traced) else tape.note("{} or {}", x, y)


_LOGIC: Final[Mapping[str, Callable[..., Any]]] = {
    "logical_and": _and,
    "logical_or": _or,
    "logical_not": lambda tape, x: tape.note("not {}", x),
}


def written(operand: Any) -> str:
    """An operand in the code: a variable, or a number in digits that mean just that number."""
    if isinstance(operand, Traced):
        return operand.name
    if not isinstance(operand, (int, float)):
        raise TypeError(f"{operand!r} cannot be written down")
    if not math.isfinite(operand):  # digits past the floats are infinity
        return {math.inf: "1e999", -math.inf: "(-1e999)"}.get(operand, "(1e999 - 1e999)")
    return f"({operand!r})" if math.copysign(1.0, operand) < 0.0 else repr(operand)


_IN_UPDATE: Final = frozenset({"b", "w", "db", "dw"})
_IN_PASSES: Final = _IN_UPDATE | {"x", "t", "z", "a", "da", "delta", "loss"}
"""The symbols of the values that the code has, in the update and in the passes of an example."""

Row = tuple[float, ...]
Batches = Iterable[tuple[tuple[Row, ...], bool]]
"""For each update, the examples of its batch (inputs, then targets), and whether an epoch ends."""

_TOTAL: Final = """\
def total({parameters}batch):
        batch_sum = 0.0
        for {numbers} in batch:
            {example}
            batch_sum = batch_sum + {loss}
        return batch_sum
"""
_TRAIN: Final = """\
def train(
    p, memory, t, epoch_sum, batches, batch_losses, epoch_losses, test_losses, test, examples
):
    {parameters} = p
    {memory} = memory
    {total}
    for batch, epoch_ends in batches:
        {gradients} = {zeros}
        batch_sum = 0.0
        {begin}
        for {numbers} in batch:
            {example}
            batch_sum = batch_sum + {loss}
            epoch_sum = epoch_sum + {loss}
        {measured}
        n = len(batch)
        {wanted}
        {update}
        t += 1
        batch_losses.append({reduced})
        if epoch_ends:
            epoch_losses.append(epoch_sum / examples)
            epoch_sum = 0.0
            if test:
                test_losses.append(total({parameters}test) / len(test))
    return ({parameters}), ({memory}), epoch_sum, wanted
"""


class StraightLine:
    """A network's training, compiled. ``names``: the values wanted after the last update.

    With central differences there are neither ``names`` nor ``tests``.

    Raises:
        TypeError: one of the ``tests`` cannot be answered by such code.
    """

    def __init__(
        self, experiment: Experiment, names: tuple[str, ...] = (), tests: Sequence[StepTest] = ()
    ) -> None:
        self._examples, self._names = len(experiment.train_examples), names
        # Safe to execute: its words are the template's, letters with counters, operators and the
        # elementary functions' names; its numbers are digits that Python itself wrote. No name
        # from a document gets in.
        variables: dict[str, Any] = {**FUNCTIONS, "distance": central_differences.h}
        exec(compile(source(experiment, names, tests), "<straight-line code>", "exec"), variables)
        self._code: Callable[..., Any] = variables["train"]

    def train(
        self,
        start: TrainingState,
        t: int,
        batches: Batches,
        batch_losses: list[float],
        epoch_losses: list[float],
        test_losses: list[float],
        test: Sequence[Row],
    ) -> tuple[TrainingState, dict[str, float | None]]:
        """Do an update for each batch, from number ``t`` on; append the losses.

        ``test``: the examples whose mean loss is computed after each epoch. Ends before the first
        update in which one of the tests holds.
        """
        memory = start.memory
        p, remembered, epoch_sum, wanted = self._code(
            start.p.tolist(),
            memory.ravel().tolist(),
            t,
            start.epoch_sum,
            batches,
            batch_losses,
            epoch_losses,
            test_losses,
            test,
            self._examples,
        )
        after = TrainingState(np.array(p), np.array(remembered).reshape(memory.shape), epoch_sum)
        return after, dict(zip(self._names, wanted, strict=True))


class TracedExample:
    """Both passes of an example, traced: what stands for the numbers before and after them.

    ``p``, ``g``: the parameters and the sums of their gradients so far; ``sums``: those sums after
    it. ``x``, ``y``: its inputs and targets. ``state``: the algorithm's, after the passes; ``met``:
    what stands for whether one of the ``tests`` held.
    """

    def __init__(self, experiment: Experiment, tests: Sequence[StepTest] = ()) -> None:
        net = experiment.network.wiring()
        self.tape, self.parameters = Tape(), net.parameters
        self.p, self.g = self.named("p", len(net.parameters)), self.named("g", len(net.parameters))
        x, y = self.named("x", len(net.inputs)), self.named("y", len(net.outputs))
        self.x, self.y = x, y
        db, dw = self.by_key(self.g)
        state = self.state = State(*self.by_key(self.p), db, dw, {})
        model = self.model = ActiveExperiment(experiment)
        given = {
            "x": dict(zip(net.inputs, x, strict=True)),
            "t": dict(zip(net.outputs, y, strict=True)),
        }
        by_differences = experiment.training.gradient == "central_differences"
        behind = (loss(model, state, y), backward(model, state, reversed(net.neurons)))
        passes = chain(
            load(model, state, x),
            forward(model, state, net.neurons),
            *((central_differences.loss(model, state, y),) if by_differences else behind),
        )
        self.met = _tested(passes, tests, state, given, _IN_PASSES)
        self.sums = [_value(state.db, state.dw, key) for key in net.parameters]

    def named(self, letter: str, count: int) -> list[Any]:
        """Stand-ins for so many numbers."""
        return [Traced(self.tape, f"{letter}{n}") for n in range(count)]

    def by_key(self, values: Sequence[Any]) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """Values of the parameters in their order, as the state holds them: biases, weights."""
        pairs = list(zip(self.parameters, values, strict=True))
        of_biases, of_weights = (
            {key: value for key, value in pairs if isinstance(key, kind)} for kind in (str, tuple)
        )
        return of_biases, of_weights


def source(
    experiment: Experiment, names: tuple[str, ...] = (), tests: Sequence[StepTest] = ()
) -> str:
    """Write the straight-line code of an experiment's updates.

    Raises:
        TypeError: one of the ``tests`` cannot be answered by such code.
    """
    net, optimizer = experiment.network.wiring(), experiment.training.optimizer
    traced = TracedExample(experiment, [test for test in tests if not test.in_update])
    parameters, state, model = net.parameters, traced.state, traced.model
    p, g, met = traced.p, traced.g, traced.met
    m = traced.named("m", len(parameters) * len(optimizer.row.memory))
    remembered = [tuple(m[n :: len(parameters)]) for n in range(len(parameters))]
    wanted = [_wanted(state, name) for name in names]
    forward = traced.tape.lines([state.loss])
    example = traced.tape.lines([*traced.sums, state.loss, *wanted, met])
    example += [f"met = met or {_name(met)}"] if met is not False else []
    slopes = zip(g, traced.sums, strict=True)
    example += [f"{old.name} = {_name(new)}" for old, new in slopes if new is not old]

    tape = Tape()
    state.db, state.dw = traced.by_key(g)
    for old in (*p, *g, *m):
        old.tape = tape
    state.memory = dict(zip(parameters, remembered, strict=True))
    t: Any = Traced(tape, "t")
    n: Any = Traced(tape, "n")
    updates = update(model, state, net.neurons, t, n)
    in_update = [test for test in tests if test.in_update]
    met_after = _tested(updates, in_update, state, {}, _IN_UPDATE)
    new_p = [_value(state.b, state.w, key) for key in parameters]
    new_m = [state.memory[key][k] for k in range(len(optimizer.row.memory)) for key in parameters]
    changed = [
        (old, new) for old, new in zip((*p, *m), (*new_p, *new_m), strict=True) if new is not old
    ]
    step = tape.lines([*(new for _, new in changed), met_after])
    if tests:
        step += [f"if met or {_name(met_after)}:", "    epoch_sum = sum_before", "    break"]
    step += [f"{old.name} = {_name(new)}" for old, new in changed]

    trainable = [k for k, key in enumerate(parameters) if key not in net.frozen]
    by_differences = experiment.training.gradient == "central_differences"
    measured = [line for k in trainable for line in _measured(p, g, k)] if by_differences else []
    words = {
        "parameters": _listed(p),
        "numbers": _listed([*traced.x, *traced.y]),
        "loss": _name(state.loss),
    }
    total = _TOTAL.format(**words, example="\n            ".join(forward) or "pass")
    return _TRAIN.format(
        **words,
        total=total if measured or experiment.test_examples else "pass",
        example="\n            ".join(example) or "pass",
        memory=_listed(m),
        gradients=" = ".join(old.name for old in g),
        zeros="0.0",
        begin="met, sum_before = False, epoch_sum" if tests else "pass",
        reduced="batch_sum / n" if model.reduction == "mean" else "batch_sum",
        measured="\n        ".join(measured) or "pass",
        wanted=f"wanted = ({_listed(wanted)})",
        update="\n        ".join(step) or "pass",
    )


def _measured(p: Sequence[Any], g: Sequence[Any], k: int) -> Iterator[str]:
    """Measure the gradient of a parameter by how far the loss moves with it."""
    before, behind = _listed(p[:k]), _listed(p[k + 1 :])
    yield f"h = distance({p[k].name})"
    yield f"up = total({before}{p[k].name} + h, {behind}batch)"
    yield f"down = total({before}{p[k].name} - h, {behind}batch)"
    yield f"{g[k].name} = (up - down) / (2 * h)"


def _tested(
    steps: Iterable[Any],
    tests: Sequence[StepTest],
    state: State,
    given: Mapping[str, Mapping[str, Any]],
    symbols: Container[str],
) -> Any:
    """Run steps of the algorithm; return what stands for whether one of the tests held."""
    by_offset: dict[int, list[StepTest]] = {}
    for test in tests:
        by_offset.setdefault(test.offset, []).append(test)

    def lookup(name: str) -> Any:
        symbol, neurons = parse_value_name(name)
        if symbol not in symbols:
            raise TypeError(f"{name} is no variable here")
        return given[symbol][neurons[0]] if symbol in ("x", "t") else _wanted(state, name)

    met: Any = False
    for offset, _ in enumerate(chain((None,), steps), -1):
        for test in by_offset.get(offset, ()):
            met = np.logical_or(met, test.holds(lookup))
    return met if isinstance(met, Traced) else bool(met)


def _value(b: Any, w: Any, key: Parameter) -> Any:
    return b[key] if isinstance(key, str) else w[key]


def _wanted(state: State, name: str) -> Any:
    """Return the stand-in for a value after an example; None where it is always blank."""
    symbol, neurons = parse_value_name(name)
    if symbol == "loss":
        return state.loss
    key: Any = neurons[0] if len(neurons) == 1 else neurons
    return getattr(state, symbol).get(key)


def _name(value: Any) -> str:
    return repr(value) if value is None else written(value)


def _listed(values: Iterable[Any]) -> str:
    return "".join(f"{_name(value)}, " for value in values)
