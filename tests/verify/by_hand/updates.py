"""The parameters of a layered network after updates, with one mistake by its name."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np
from verify.by_hand.backward import Net, gradients


def train(
    net: Net,
    updates: int,
    mistake: str = "",
    back: str = "",
    *,
    size: int = 0,
    rates: Sequence[float] = (),
) -> list[tuple[list, list]]:
    """(W, b) after each update; ``back``: a mistake in the gradients, too.

    ``size``: of a batch, 0: all examples. ``rates``: a learning rate for each update.
    """
    begun = net
    net = replace(net, W=deepcopy(net.W), b=deepcopy(net.b))
    o = {"momentum": 0, "nesterov": False, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    o |= {"alpha": 0.99, "weight_decay": 0, "lr_decay": 0} | net.optimizer
    kind, N = o["name"], len(net.x)
    if kind == "adamw" and "weight_decay" not in net.optimizer:
        o["weight_decay"] = 0.01
    if kind == "adagrad" and "eps" not in net.optimizer:
        o["eps"] = 1e-10
    rate = {"learning_rate_sign": -1, "learning_rate_over_n": 1 / N}.get(mistake, 1) * net.rate
    b1, b2 = o["beta1"], o["beta2"]
    if mistake == "betas_swapped":
        b1, b2 = b2, b1
    count = 2 * len(net.W)
    memory = [[0.0, 0.0] for _ in range(count)]
    piled = [0.0] * count
    found = []
    size = size or N
    per_epoch = N // size if mistake == "last_batch_dropped" else -(-N // size)
    for u in range(updates):
        part = slice(u % per_epoch * size, (u % per_epoch + 1) * size)
        batches = [replace(net, x=net.x[part], t=net.t[part])]
        rate = rates[u] if rates else rate
        if mistake == "update_after_each_example":
            batches = [replace(net, x=net.x[n : n + 1], t=net.t[n : n + 1]) for n in range(N)]
        for batch in batches:
            at = begun if mistake == "first_parameters" else net
            dW, db = gradients(replace(batch, W=at.W, b=at.b, rate=rate), back or mistake)
            params = [p for pair in zip(net.W, net.b, strict=True) for p in pair]
            grads = [g for pair in zip(dW, db, strict=True) for g in pair]
            for q, (p, g) in enumerate(zip(params, grads, strict=True)):
                is_weight = q % 2 == 0
                if mistake == "not_zeroed":
                    piled[q] = piled[q] + g
                    g = piled[q]
                if mistake == "l2_as_decay" and is_weight:
                    g = g - net.l2 * p
                    p *= 1 - net.rate * net.l2
                decay = 0 if mistake == "no_weight_decay" else o["weight_decay"]
                spares_biases = mistake == "no_weight_decay_of_biases"
                if not o.get("decay_biases", True):
                    spares_biases = mistake != "weight_decay_of_biases"
                if spares_biases and not is_weight:
                    decay = 0
                if mistake == "decay_beside_gradient":
                    p *= 1 - rate * decay
                elif mistake == "decay_without_rate":
                    p *= 1 - decay
                elif kind != "adamw":
                    g = g + decay * p
                m, v = [0.0, 0.0] if mistake == "memory_lost" else memory[q]
                t = u + 1
                if mistake == "t_from_0":
                    t = u
                if mistake == "t_from_2":
                    t = u + 2
                if mistake == "t_not_counted":
                    t = 1
                if mistake == "t_per_epoch":
                    t = u // per_epoch + 1
                if mistake == "t_per_parameter":
                    t = u * count + q + 1
                if mistake == "plain_descent":
                    step = g
                elif kind == "sgd":
                    mu = 0 if mistake == "no_momentum" else o["momentum"]
                    share = 1 - mu if mistake == "momentum_one_minus" else 1
                    v = mu * v + share * g
                    ahead = o["nesterov"]
                    ahead = {"no_look_ahead": False, "look_ahead": True}.get(mistake, ahead)
                    step = share * g + mu * v if ahead else v
                elif kind in ("adam", "adamw"):
                    if kind == "adamw":
                        if mistake == "decay_as_l2":
                            g = g + decay * p
                        elif mistake != "decay_without_rate":
                            p *= 1 - rate * decay
                    m = b1 * m + (1 - b1) * g
                    v = b2 * v + (1 - b2) * (m if mistake == "square_of_mean" else g) ** 2
                    with np.errstate(all="ignore"):
                        c1, c2 = np.float64(1 - b1**t), np.float64(1 - b2**t)
                        if mistake == "no_bias_correction":
                            c1, c2 = 1, 1
                        if mistake == "correction_multiplied":
                            c1, c2 = 1 / c1, 1 / c2
                        m_hat, v_hat = m / c1, v / c2
                    if mistake == "correction_in_place":
                        m, v = m_hat, v_hat
                    scale = np.sqrt(v_hat) + o["eps"]
                    if mistake == "eps_inside_root":
                        scale = np.sqrt(v_hat + o["eps"])
                    if mistake == "eps_before_correction":
                        scale = (np.sqrt(v) + o["eps"]) / np.sqrt(c2)
                    if mistake == "no_root":
                        scale = v_hat + o["eps"]
                    if mistake == "no_mean_square":
                        scale = 1
                    step = m_hat / scale
                else:
                    m = o["alpha"] * m + (1 - o["alpha"]) * g**2 if kind == "rmsprop" else m + g**2
                    scale = np.sqrt(m) + o["eps"]
                    if mistake == "eps_inside_root":
                        scale = np.sqrt(m + o["eps"])
                    if mistake == "no_root":
                        scale = m + o["eps"]
                    step = g / scale
                    if kind == "rmsprop" and o["momentum"] and mistake != "no_momentum":
                        v = o["momentum"] * v + step
                        step = v
                memory[q] = [m, v]
                p -= rate * step
        found.append((deepcopy(net.W), deepcopy(net.b)))
    return found
