"""The rules by which optimizers change a parameter p. Learners read them below the algorithm.

g: the gradient, penalty included. memory: what was kept of the updates before, all 0 at first.
t: the number of this update, from 1. Each gives the new p and the new memory; p and g may be
arrays. Sources: the algorithm boxes of PyTorch's documentation. Types: ``optimizer_rules.pyi``.
"""

from nntui.model.numerics import divide, sqrt


def sgd(p, g, memory, t, learning_rate, momentum, nesterov, weight_decay):
    """Stochastic gradient descent; with momentum, along the velocity v."""
    (v,) = memory
    if weight_decay:
        g = g + weight_decay * p
    if momentum:
        v = momentum * v + g
        g = g + momentum * v if nesterov else v
    return p - learning_rate * g, (v,)


def adam(p, g, memory, t, learning_rate, beta1, beta2, eps, weight_decay):
    """Adam; weight decay is a part of the gradient (biases too)."""
    if weight_decay:
        g = g + weight_decay * p
    return adam_step(p, g, memory, t, learning_rate, beta1, beta2, eps)


def adam_step(p, g, memory, t, learning_rate, beta1, beta2, eps):
    """Step: m and v are running means of g and g², the hats undo their start at 0."""
    m, v = memory
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * (g * g)
    m_hat = m / (1.0 - beta1**t)
    v_hat = v / (1.0 - beta2**t)
    return p - learning_rate * divide(m_hat, sqrt(v_hat) + eps), (m, v)


def adamw(p, g, memory, t, learning_rate, beta1, beta2, eps, weight_decay):
    """Adam on a parameter that has first shrunk a little."""
    p = p * (1.0 - learning_rate * weight_decay)
    return adam_step(p, g, memory, t, learning_rate, beta1, beta2, eps)


def rmsprop(p, g, memory, t, learning_rate, alpha, eps, momentum, weight_decay):
    """RMSprop: g is divided by the root of s, the running mean of g²."""
    s, v = memory
    if weight_decay:
        g = g + weight_decay * p
    s = alpha * s + (1.0 - alpha) * (g * g)
    g = divide(g, sqrt(s) + eps)
    if momentum:
        v = momentum * v + g
        g = v
    return p - learning_rate * g, (s, v)


def adagrad(p, g, memory, t, learning_rate, lr_decay, eps, weight_decay):
    """Adagrad: g is divided by the root of s, the sum of all g² so far."""
    (s,) = memory
    if weight_decay:
        g = g + weight_decay * p
    s = s + g * g
    rate = divide(learning_rate, 1.0 + (t - 1) * lr_decay)
    return p - rate * divide(g, sqrt(s) + eps), (s,)
