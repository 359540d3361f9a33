"""The step listing: the algorithm itself, as one generator. Learners read this very text.

Every ``yield`` is a place where the debugger can stop. z, a, da, delta, b and db are looked up by
neuron, w and dw by connection ``i, j`` (from i to j). Nothing here is for speed or for display.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from nntui.engine.schedule import updates
from nntui.engine.state import State
from nntui.model.experiment import Experiment

Operation: TypeAlias = tuple[str, ...]
"""The kind of a step, then the neuron or the connection's two neurons that it is about."""


def train(experiment: Experiment, state: State, first_update: int = 0) -> Iterator[Operation]:
    """Train a network, pausing after every step, from the start of an update to the end."""
    net, training = experiment.network.wiring(), experiment.training
    loss, optimizer = training.loss, training.optimizer
    f = {j: net.activation[j].f for j in net.neurons}
    f_prime = {j: net.activation[j].derivative for j in net.neurons}
    z, a, b, w = state.z, state.a, state.b, state.w
    delta, da, db, dw = state.delta, state.da, state.db, state.dw
    memory = state.memory

    for update, batch in updates(experiment, first_update):
        state.zero_gradients()

        for example in batch:
            state.blank()
            a.update(zip(net.inputs, experiment.x(example), strict=True))
            yield ("load",)

            # Forward: each neuron sums what flows in, then applies its activation function.
            for j in net.neurons:
                z[j] = b[j]
                for i in net.sources[j]:
                    z[j] = z[j] + w[i, j] * a[i]
                    yield "forward_edge", i, j
                a[j] = f[j](z[j])
                yield "forward_neuron", j

            # Loss: how wrong are the outputs, and how does that change with each of them?
            outputs, y = [a[k] for k in net.outputs], experiment.y(example)
            state.loss = loss.value(outputs, y)
            da.update(zip(net.outputs, loss.gradient(outputs, y), strict=True))
            yield ("loss",)

            # Backward: the chain rule, from the outputs to the inputs.
            for j in reversed(net.neurons):
                delta[j] = da.get(j, 0.0) * f_prime[j](z[j], a[j])
                db[j] = db[j] + delta[j]
                yield "backward_neuron", j
                for i in net.sources[j]:
                    dw[i, j] = dw[i, j] + delta[j] * a[i]
                    da[i] = da.get(i, 0.0) + w[i, j] * delta[j]
                    yield "backward_edge", i, j

        # Update: every trainable parameter takes one step downhill.
        for j in net.neurons:
            if j in net.trainable:
                g = training.gradient(db[j], len(batch))
                b[j], memory[j] = optimizer.update(b[j], g, memory[j], update + 1)
                yield "update", j
            for i in net.sources[j]:
                if (i, j) in net.trainable:
                    g = training.gradient(dw[i, j], len(batch))
                    g = training.regularized(g, w[i, j])
                    w[i, j], memory[i, j] = optimizer.update(w[i, j], g, memory[i, j], update + 1)
                    yield "update", i, j
