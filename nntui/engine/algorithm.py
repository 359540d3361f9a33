"""The step listing: the algorithm itself, as generators. Learners read this very text.

Every ``yield`` is a place where the debugger can stop. z, a, da, delta, b and db are looked up by
neuron, w and dw by connection ``i, j`` (from i to j). Nothing here is for speed or for display.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from nntui.engine.schedule import updates
from nntui.engine.state import ActiveExperiment, State
from nntui.model.experiment import Experiment

Operation: TypeAlias = tuple[str, ...]
"""The kind of a step, then the neuron or the connection's two neurons that it is about."""

Steps: TypeAlias = Iterator[Operation]


def train(experiment: Experiment | ActiveExperiment, state: State, first_update: int = 0) -> Steps:
    """Train a network, pausing after every step, from the start of an update to the end."""
    now = ActiveExperiment.of(experiment)
    for number, batch in updates(now.experiment, first_update):
        state.zero_gradients()
        for example in batch:
            yield from load(now, state, example)
            yield from forward(now, state, now.net.neurons)
            yield from compare(now, state, example)
            yield from backward(now, state, reversed(now.net.neurons))
        yield from update(now, state, now.net.neurons, number, len(batch))


def load(now: ActiveExperiment, state: State, example: int) -> Steps:
    """An example's numbers become the activations of the inputs."""
    state.blank()
    state.a.update(zip(now.net.inputs, now.x(example), strict=True))
    yield ("load",)


def forward(now: ActiveExperiment, state: State, neurons: Iterable[str]) -> Steps:
    """Each neuron sums what flows in, then applies its activation function."""
    z, a, b, w = state.z, state.a, state.b, state.w
    f, sources = now.f, now.net.sources
    for j in neurons:
        z[j] = b[j]
        for i in sources[j]:
            z[j] = z[j] + w[i, j] * a[i]
            yield "forward_edge", i, j
        a[j] = f[j](z[j])
        yield "forward_neuron", j


def compare(now: ActiveExperiment, state: State, example: int) -> Steps:
    """How wrong are the outputs, and how does that change with each of them?"""
    outputs, y = [state.a[k] for k in now.net.outputs], now.y(example)
    state.loss = now.loss.value(outputs, y)
    state.da.update(zip(now.net.outputs, now.loss.gradient(outputs, y), strict=True))
    yield ("loss",)


def backward(now: ActiveExperiment, state: State, neurons: Iterable[str]) -> Steps:
    """The chain rule, from the outputs to the inputs."""
    z, a, w = state.z, state.a, state.w
    delta, da, db, dw = state.delta, state.da, state.db, state.dw
    f_prime, sources = now.f_prime, now.net.sources
    for j in neurons:
        delta[j] = da.get(j, 0.0) * f_prime[j](z[j], a[j])
        db[j] = db[j] + delta[j]
        yield "backward_neuron", j
        for i in sources[j]:
            dw[i, j] = dw[i, j] + delta[j] * a[i]
            da[i] = da.get(i, 0.0) + w[i, j] * delta[j]
            yield "backward_edge", i, j


def update(
    now: ActiveExperiment, state: State, neurons: Iterable[str], number: int, batch: int
) -> Steps:
    """Every trainable parameter takes one step downhill, after a batch of so many examples."""
    b, w, db, dw, memory = state.b, state.w, state.db, state.dw, state.memory
    sources, trainable = now.net.sources, now.net.trainable
    for j in neurons:
        if j in trainable:
            g = now.training.gradient(db[j], batch)
            b[j], memory[j] = now.optimizer.update(b[j], g, memory[j], number + 1)
            yield "update", j
        for i in sources[j]:
            if (i, j) in trainable:
                g = now.training.gradient(dw[i, j], batch)
                g = now.training.regularized(g, w[i, j])
                w[i, j], memory[i, j] = now.optimizer.update(w[i, j], g, memory[i, j], number + 1)
                yield "update", i, j
