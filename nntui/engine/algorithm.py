"""Backpropagation and gradient descent, step by step. Learners read this very text.

Every ``yield`` is a step, after which the debugger can stop. z, a, da, delta, b, db belong to a
neuron j; w, dw to a connection i, j (from i to j). Types: ``algorithm.pyi``.
"""


def train(model, state, batches):
    """Gradient descent: after each batch, the parameters take a step. t counts the batches."""
    for t, batch in batches:
        state.zero_gradients()
        for example in batch:
            yield from load(model, state, model.x(example))
            yield from forward(model, state, model.neurons)
            yield from loss(model, state, model.targets(example))
            yield from backward(model, state, reversed(model.neurons))
        yield from update(model, state, model.neurons, t, len(batch))


def load(model, state, x):
    """The numbers of an example become the activations of the inputs."""
    state.clear_example()
    state.a.update(zip(model.inputs, x))
    yield ("load",)


def forward(model, state, neurons):
    """Each neuron j sums what flows in, then applies its activation function f."""
    z, a, b, w = state.z, state.a, state.b, state.w
    for j in neurons:
        z[j] = b[j]
        for i in model.sources[j]:
            z[j] = z[j] + w[i, j] * a[i]
            yield "forward_edge", i, j
        a[j] = model.f[j](z[j])
        yield "forward_neuron", j


def loss(model, state, targets):
    """How far the outputs are from the targets, and how that changes with each output."""
    outputs = [state.a[k] for k in model.outputs]
    state.loss = model.loss.value(outputs, targets)
    state.da.update(zip(model.outputs, model.loss.gradient(outputs, targets)))
    yield ("loss",)


def backward(model, state, neurons):
    """The chain rule, from the outputs to the inputs. da[j] is the sum of what came back to j."""
    z, a, w = state.z, state.a, state.w
    da, delta, db, dw = state.da, state.delta, state.db, state.dw
    for j in neurons:
        delta[j] = da.get(j, 0.0) * model.f_prime[j](z[j], a[j])
        db[j] = db[j] + delta[j]
        yield "backward_neuron", j
        for i in model.sources[j]:
            dw[i, j] = dw[i, j] + delta[j] * a[i]
            da[i] = da.get(i, 0.0) + w[i, j] * delta[j]
            yield "backward_edge", i, j


def update(model, state, neurons, t, batch_size):
    """Each parameter that is not frozen takes one step downhill, against its gradient g."""
    b, w, db, dw, memory = state.b, state.w, state.db, state.dw, state.memory
    n = batch_size if model.reduction == "mean" else 1
    for j in neurons:
        if j not in model.frozen:
            g = db[j] / n
            b[j], memory[j] = model.optimizer.update(b[j], g, memory[j], t, is_weight=False)
            yield "update", j
        for i in model.sources[j]:
            if (i, j) not in model.frozen:
                g = model.regularized(dw[i, j] / n, w[i, j])
                w[i, j], memory[i, j] = model.optimizer.update(w[i, j], g, memory[i, j], t)
                yield "update", i, j
