"""Gradient descent without backpropagation: each slope is measured. Learners read this very text.

Every ``yield`` is a step. A parameter p is moved up by h, then down by h, and all of the batch goes
through the network each time: the slope is how far that moved the loss. Types: ``.pyi``.
"""

from nntui.engine.algorithm import forward, load, update


def train(model, state, batches):
    """Gradient descent: after each batch, the parameters take a step. t counts the batches."""
    for t, batch in batches:
        state.zero_gradients()
        yield from losses(model, state, batch)
        for p in model.trainable:
            yield from move_up(state, p)
            yield from losses(model, state, batch)
            yield from move_down(state, p)
            yield from losses(model, state, batch)
            yield from difference(state, p)
        yield from update(model, state, model.neurons, t, len(batch))


def losses(model, state, batch):
    """Every example of the batch goes through the network, and the losses add up."""
    for example in batch:
        yield from load(model, state, model.x(example))
        yield from forward(model, state, model.neurons)
        yield from loss(model, state, model.targets(example))


def loss(model, state, targets):
    """How far the outputs are from the targets."""
    outputs = [state.a[k] for k in model.outputs]
    state.loss = model.loss.value(outputs, targets)
    state.total = state.total + state.loss
    yield ("loss",)


def move_up(state, p):
    """Parameter p goes up by h, a millionth part of its size or so."""
    state.origin, state.total = state[p], 0.0
    state[p] = state.origin + h(state.origin)
    yield "move_up", *p


def move_down(state, p):
    """Parameter p goes down by h from where it was."""
    state.total_up, state.total = state.total, 0.0
    state[p] = state.origin - h(state.origin)
    yield "move_down", *p


def difference(state, p):
    """The slope at p: the losses' difference by the distance. p goes back to where it was."""
    state.set_gradient(p, (state.total_up - state.total) / (2 * h(state.origin)))
    state[p], state.origin = state.origin, None
    yield "difference", *p


def h(p):
    """Not so large that the loss bends, not so small that rounding shows."""
    return 6e-6 * max(1.0, abs(p))
