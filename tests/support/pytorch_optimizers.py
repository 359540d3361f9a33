"""PyTorch's update rules, transcribed from the algorithm boxes of its documentation.

https://docs.pytorch.org/docs/stable/optim.html, one class an optimizer, in the boxes' own order.
"""

from __future__ import annotations

import math
from typing import Any


class SGD:
    def __init__(
        self, learning_rate: float, momentum: float, nesterov: bool, weight_decay: float
    ) -> None:
        self.lr, self.mu, self.nesterov, self.buffer = learning_rate, momentum, nesterov, None
        self.decay = weight_decay

    def step(self, p: float, g: float, t: int) -> float:
        if self.decay != 0:
            g = g + self.decay * p
        if self.mu != 0:
            self.buffer = g if self.buffer is None else self.mu * self.buffer + g
            g = g + self.mu * self.buffer if self.nesterov else self.buffer
        return p - self.lr * g


class Adam:
    def __init__(
        self, learning_rate: float, beta1: float, beta2: float, eps: float, weight_decay: float
    ) -> None:
        self.lr, self.b1, self.b2, self.eps = learning_rate, beta1, beta2, eps
        self.decay, self.m, self.v = weight_decay, 0.0, 0.0

    def step(self, p: float, g: float, t: int) -> float:
        if self.decay != 0:
            g = g + self.decay * p
        return self.moved(p, g, t)

    def moved(self, p: float, g: float, t: int) -> float:
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g * g
        # As torch/optim/adam.py does it: the bias corrections go into the step size and the root.
        step_size = self.lr / (1 - self.b1**t)
        denominator = math.sqrt(self.v) / math.sqrt(1 - self.b2**t) + self.eps
        return p - step_size * (self.m / denominator)


class AdamW(Adam):
    def step(self, p: float, g: float, t: int) -> float:
        return self.moved(p - self.lr * self.decay * p, g, t)


class RMSprop:
    def __init__(
        self, learning_rate: float, alpha: float, eps: float, momentum: float, weight_decay: float
    ) -> None:
        self.lr, self.alpha, self.eps, self.mu = learning_rate, alpha, eps, momentum
        self.v, self.buffer, self.decay = 0.0, 0.0, weight_decay

    def step(self, p: float, g: float, t: int) -> float:
        if self.decay != 0:
            g = g + self.decay * p
        self.v = self.alpha * self.v + (1 - self.alpha) * g * g
        if self.mu > 0:
            self.buffer = self.mu * self.buffer + g / (math.sqrt(self.v) + self.eps)
            return p - self.lr * self.buffer
        return p - self.lr * g / (math.sqrt(self.v) + self.eps)


class Adagrad:
    def __init__(
        self, learning_rate: float, lr_decay: float, eps: float, weight_decay: float
    ) -> None:
        self.lr, self.lr_decay, self.eps, self.state_sum = learning_rate, lr_decay, eps, 0.0
        self.decay = weight_decay

    def step(self, p: float, g: float, t: int) -> float:
        rate = self.lr / (1 + (t - 1) * self.lr_decay)
        if self.decay != 0:
            g = g + self.decay * p
        self.state_sum = self.state_sum + g * g
        return p - rate * g / (math.sqrt(self.state_sum) + self.eps)


PYTORCH: dict[str, Any] = {
    "sgd": SGD, "adam": Adam, "adamw": AdamW, "rmsprop": RMSprop, "adagrad": Adagrad,
}  # fmt: skip
