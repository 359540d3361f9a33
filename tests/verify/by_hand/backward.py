"""The gradients of a layered network, with one mistake by its name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = Any

F = {
    "sigmoid": lambda z: np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z))),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "linear": lambda z: z,
}
SLOPE = {  # of z
    "sigmoid": lambda z: F["sigmoid"](z) * F["sigmoid"](-z),
    "tanh": lambda z: 1 / np.cosh(z) ** 2,
    "relu": lambda z: (z > 0) * 1.0,
    "linear": lambda z: np.ones_like(z),
}
SLOPE_IN_A = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2}


@dataclass
class Net:
    """W[l] (out, in), b[l] (out,), x and t (N, …), what they are trained with."""

    W: list[Array]
    b: list[Array]
    f: list[str]
    x: Array
    t: Array
    loss: str = "mse"
    reduction: str = "mean"
    l1: float = 0.0
    l2: float = 0.0
    rate: float = 0.1
    optimizer: dict[str, Any] = field(default_factory=lambda: {"name": "sgd"})


def gradients(net: Net, mistake: str = "", layer: int | None = None) -> tuple[list, list]:
    """dW[l] (out, in) and db[l] (out,), reduced, with the penalty.

    ``layer``: where the mistake is made (0 is the first one), if not everywhere.
    """

    def wrong(name: str, at: int) -> bool:
        return mistake == name and layer in (None, at)

    W, b, f, L = net.W, net.b, net.f, len(net.W)
    N, K = net.t.shape
    a, z = [net.x], []
    for n in range(L):
        z.append(a[n] @ W[n].T + b[n])
        a.append(F[f[n]](z[n]))
    out, t = a[-1], np.roll(net.t, 1, axis=0) if mistake == "other_targets" else net.t
    e = error(net.loss, out, t, N if net.reduction == "sum" else 0)
    p = np.exp(out - out.max(1, keepdims=True))
    p = p / p.sum(1, keepdims=True)
    if mistake == "sign" and layer is None:
        e = -e
    if mistake == "loss_doubled":
        e = 2 * e
    if mistake == "loss_halved":
        e = e / 2
    if mistake == "k_forgotten":
        e = e * K
    if mistake == "k_twice":
        e = e / K
    if mistake == "no_loss_slope":
        e = np.ones_like(e)
    if mistake == "other_loss":
        e = (out - t) / (out * (1 - out)) / K if net.loss == "mse" else out - t
    if mistake == "softmax_again":
        e = (p - t) * p * (1 - p)
    if mistake == "softmax_diagonal":
        e = -t / p * p * (1 - p)
    if mistake == "sigmoid_again":
        s = F["sigmoid"](out)
        e = e * s * (1 - s)
    if mistake == "error_averaged":
        e = np.tile(e.mean(0), (N, 1))
    divide = N if net.reduction == "mean" else 1
    dW, db, behind = [None] * L, [None] * L, e
    for n in reversed(range(L)):
        slope = SLOPE[f[n]](z[n])
        if mistake == "no_output_derivative" and n == L - 1:
            slope = np.ones_like(slope)
        if wrong("no_derivative", n) and n < L - 1:
            slope = np.ones_like(slope)
        if wrong("derivative_twice", n):
            slope = slope**2
        if wrong("derivative_of_a", n):
            slope = SLOPE[f[n]](a[n + 1])
        if wrong("derivative_on_z", n):
            slope = SLOPE_IN_A[f[n]](z[n])
        if wrong("activation_for_derivative", n):
            slope = a[n + 1]
        if wrong("derivative_elsewhere", n):
            slope = SLOPE[f[n]](a[n] @ W[n].T)
        if wrong("divided_by_a", n):
            slope = 1 / a[n + 1]
        if wrong("other_layers_derivative", n):
            slope = SLOPE_IN_A["tanh" if f[n] == "sigmoid" else "sigmoid"](a[n + 1])
        d = e * slope
        if mistake == "sign" and layer == n:
            d = -d
        source = a[n]
        if wrong("z_for_a", n) and n:
            source = z[n - 1]
        if wrong("input_for_a", n) and net.x.shape[1] == a[n].shape[1]:
            source = net.x
        if wrong("own_a", n) and a[n + 1].shape == a[n].shape:
            source = a[n + 1]
        d_w = e if wrong("raw_error_in_gradient", n) else d
        d_b = d_w
        if wrong("only_last_example", n):
            d_w, d_b, source_w = d_w[-1:], d_b[-1:], source[-1:]
        elif wrong("only_first_example", n):
            d_w, d_b, source_w = d_w[:1], d_b[:1], source[:1]
        else:
            source_w = source
        dW[n] = d_w.T @ source_w / divide
        db[n] = d_b.sum(0) / divide
        if wrong("sum_for_mean", n):
            dW[n], db[n] = dW[n] * N, db[n] * N
        if wrong("divided_by_n_twice", n) or wrong("mean_for_sum", n):
            dW[n], db[n] = dW[n] / N, db[n] / N
        if wrong("product_of_means", n):
            dW[n] = np.outer(d.mean(0), source.mean(0))
        if wrong("gradient_reshaped", n):
            dW[n] = dW[n].reshape(W[n].T.shape).T
        if wrong("no_gradient", n) and n < L - 1:
            dW[n], db[n] = 0 * dW[n], 0 * db[n]
        if wrong("gradient_sign", n):
            db[n] = -db[n]
        if wrong("other_layers_gradient", n) and n + 1 < L and len(db[n]) == len(db[n + 1]):
            db[n] = db[n + 1]
        if wrong("gradient_transposed", n) and W[n].shape[0] == W[n].shape[1]:
            dW[n] = dW[n].T
        if wrong("no_weight_gradient", n):
            dW[n] = 0 * dW[n]
        if wrong("no_bias_gradient", n):
            db[n] = 0 * db[n]
        if wrong("bias_gradient_total", n):
            db[n] = np.full_like(db[n], db[n].sum())
        if wrong("bias_gradient_of_targets", n) and n < L - 1:
            db[n] = np.full_like(db[n], behind.sum() / divide)
        if wrong("bias_gradient_mean", n):
            db[n] = db[n] / N
        if wrong("bias_gradient_sum", n):
            db[n] = db[n] * N
        if wrong("bias_regularized", n):
            db[n] = db[n] + net.l2 * b[n] + net.l1 * np.sign(b[n])
        l2 = net.l2 * {"no_l2": 0, "l2_halved": 0.5, "l2_doubled": 2, "l2_scaled": 2 / N}.get(
            mistake if wrong(mistake, n) else "", 1
        )
        l1 = 0 if wrong("no_l1", n) else net.l1
        if wrong("no_gradient", n) and n < L - 1:
            l1 = l2 = 0
        penalty = l2 * W[n] + l1 * (np.abs(W[n]) if wrong("l1_without_sign", n) else np.sign(W[n]))
        dW[n] = dW[n] + (penalty / N if wrong("l2_divided_by_n", n) else penalty)
        back = W[n]
        if wrong("updated_weights", n):
            back = W[n] - net.rate * dW[n]
        if wrong("w_not_transposed", n) and W[n].shape[0] == W[n].shape[1]:
            back = W[n].T
        if wrong("w_reshaped", n):
            back = W[n].T.reshape(W[n].shape)
        if wrong("bias_passed_back", n):
            back = np.column_stack((b[n], W[n]))[:, :-1]
        if wrong("passed_back_without_w", n):
            back = np.ones_like(W[n])
        if wrong("one_path", n):
            back = np.vstack((W[n][:1], 0 * W[n][1:]))
        if wrong("passed_back_without_delta", n):
            e = np.ones_like(d) @ back
        else:
            e = (e if wrong("raw_error_passed_back", n) else d) @ back
        if wrong("passed_back_divided", n):
            e = e / len(W[n])
        behind = d
    return dW, db


def error(loss: str, out: Array, t: Array, summed: int) -> Array:
    K = 1 if summed else t.shape[1]
    if loss == "mse":
        return 2 * (out - t) / K
    if loss == "bce":
        return (out - t) / np.maximum(out * (1 - out), 1e-12) / K
    if loss == "bce_with_logits":
        return (F["sigmoid"](out) - t) / K
    assert loss == "cross_entropy"
    p = np.exp(out - out.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True) - t
