"""Straight-line code for tiny networks, where calling numpy would take longer than computing.

The code is a trace of the listing itself, run once with stand-ins for numbers (``tracing``): one
variable per value, one assignment per operation, no look-ups. It then trains at the speed of
plain Python, many updates in one call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np

from nntui.engine.full_speed.tracing import FUNCTIONS, Tape, Traced
from nntui.engine.full_speed.vectors import Vectors
from nntui.engine.listing import backward, compare, forward, load, update
from nntui.engine.regime import Regime
from nntui.engine.state import State
from nntui.model.experiment import Experiment
from nntui.model.names import parse_value_name
from nntui.model.wiring import Parameter

Row = tuple[float, ...]
Batches = Iterable[tuple[tuple[Row, ...], bool]]
"""For each update, the examples of its batch (inputs, then targets), and whether an epoch ends."""

_TRAIN: Final = """\
def train(p, memory, update, epoch_sum, batches, batch_losses, epoch_losses, examples):
    {parameters} = p
    {memory} = memory
    for batch, epoch_ends in batches:
        {gradients} = {zeros}
        batch_sum = 0.0
        for {numbers} in batch:
            {example}
            batch_sum = batch_sum + {loss}
            epoch_sum = epoch_sum + {loss}
        n = len(batch)
        {left}
        {update}
        update += 1
        batch_losses.append(batch_sum / n)
        if epoch_ends:
            epoch_losses.append(epoch_sum / examples)
            epoch_sum = 0.0
    return ({parameters}), ({memory}), epoch_sum, left
"""


class _Traced(Regime):
    """An experiment whose examples are stand-ins."""

    def __init__(self, experiment: Experiment, x: Sequence[Any], y: Sequence[Any]) -> None:
        super().__init__(experiment)
        self._x, self._y = tuple(x), tuple(y)

    def x(self, example: int) -> tuple[Any, ...]:
        """Stand-ins for the inputs of any example."""
        return self._x

    def y(self, example: int) -> tuple[Any, ...]:
        """Stand-ins for its targets."""
        return self._y


class StraightLine:
    """A network's training, compiled. ``train(vectors, update, batches, losses…)`` runs it.

    ``names``: the values of a pass that are wanted as the last update has left them.
    """

    def __init__(self, experiment: Experiment, names: tuple[str, ...] = ()) -> None:
        self._examples, self._names = len(experiment.train_examples), names
        self._code = _compiled(source(experiment, names))

    def train(
        self,
        vectors: Vectors,
        update: int,
        batches: Batches,
        batch_losses: list[float],
        epoch_losses: list[float],
    ) -> tuple[Vectors, dict[str, float | None]]:
        """Do an update for each batch, from number ``update`` on; note the mean losses."""
        memory = vectors.memory
        p, remembered, epoch_sum, left = self._code(
            vectors.p.tolist(),
            memory.ravel().tolist(),
            update,
            vectors.epoch_sum,
            batches,
            batch_losses,
            epoch_losses,
            self._examples,
        )
        after = Vectors(np.array(p), np.array(remembered).reshape(memory.shape), epoch_sum)
        return after, dict(zip(self._names, left, strict=True))


def source(experiment: Experiment, names: tuple[str, ...] = ()) -> str:
    """The straight-line code of an experiment's updates, as text."""
    net, optimizer = experiment.network.wiring(), experiment.training.optimizer
    tape = Tape()

    def named(letter: str, count: int) -> list[Any]:
        return [Traced(tape, f"{letter}{n}") for n in range(count)]

    parameters = net.parameters
    p, g = named("p", len(parameters)), named("g", len(parameters))
    x, y = named("x", len(net.inputs)), named("y", len(net.outputs))
    m = named("m", len(parameters) * len(optimizer.row.memory))
    remembered = [tuple(m[n :: len(parameters)]) for n in range(len(parameters))]

    def by_key(values: list[Any], kind: type) -> dict[Any, Any]:
        pairs = zip(parameters, values, strict=True)
        return {key: value for key, value in pairs if isinstance(key, kind)}

    state = State(by_key(p, str), by_key(p, tuple), by_key(g, str), by_key(g, tuple), {})
    now = _Traced(experiment, x, y)
    for part in (
        load(now, state, 0),
        forward(now, state, net.neurons),
        compare(now, state, 0),
        backward(now, state, reversed(net.neurons)),
    ):
        deque(part, maxlen=0)
    sums = [_value(state.db, state.dw, key) for key in parameters]
    left = [_left(state, name) for name in names]
    example = tape.lines([*sums, state.loss, *left])
    example += [f"{old.name} = {_name(new)}" for old, new in zip(g, sums, strict=True)]

    tape = Tape()
    state.db, state.dw = by_key(g, str), by_key(g, tuple)
    for old in (*p, *g, *m):
        old.tape = tape
    state.memory = dict(zip(parameters, remembered, strict=True))
    number: Any = Traced(tape, "update")
    length: Any = Traced(tape, "n")
    deque(update(now, state, net.neurons, number, length), maxlen=0)
    new_p = [_value(state.b, state.w, key) for key in parameters]
    new_m = [state.memory[key][k] for k in range(len(optimizer.row.memory)) for key in parameters]
    changed = [
        (old, new) for old, new in zip((*p, *m), (*new_p, *new_m), strict=True) if new is not old
    ]
    step = tape.lines(new for _, new in changed)
    step += [f"{old.name} = {_name(new)}" for old, new in changed]

    return _TRAIN.format(
        parameters=_listed(p),
        memory=_listed(m),
        gradients=" = ".join(old.name for old in g),
        zeros="0.0",
        numbers=_listed([*x, *y]),
        example="\n            ".join(example),
        loss=_name(state.loss),
        left=f"left = ({_listed(left)})",
        update="\n        ".join(step) or "pass",
    )


def _value(b: Any, w: Any, key: Parameter) -> Any:
    return b[key] if isinstance(key, str) else w[key]


def _left(state: State, name: str) -> Any:
    """What stands for a value at the end of an example; None where it is always blank."""
    symbol, neurons = parse_value_name(name)
    if symbol == "loss":
        return state.loss
    key: Any = neurons[0] if len(neurons) == 1 else neurons
    return getattr(state, symbol).get(key)


def _name(value: Any) -> str:
    return str(value.name) if isinstance(value, Traced) else repr(value)


def _listed(values: Iterable[Any]) -> str:
    return "".join(f"{_name(value)}, " for value in values)


def _compiled(text: str) -> Callable[..., Any]:
    # Safe to execute: its words are the template's, letters with counters, operators and the
    # elementary functions' names; its numbers are digits that Python itself wrote. Nothing that
    # a document or a person calls by a name gets in.
    room: dict[str, Any] = dict(FUNCTIONS)
    exec(compile(text, "<straight-line code>", "exec"), room)
    return room["train"]  # type: ignore[no-any-return]
