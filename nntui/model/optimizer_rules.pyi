"""The types of the optimizers' rules, apart from them so that their text stays a textbook's.

p and g are floats or arrays, so is what a rule keeps in its memory.
"""

from typing import Any, TypeAlias

Memory: TypeAlias = tuple[Any, ...]
Updated: TypeAlias = tuple[Any, Memory]

def sgd(
    p: Any, g: Any, memory: Memory, t: int,
    learning_rate: float, momentum: float, nesterov: bool, weight_decay: float,
) -> Updated: ...  # fmt: skip
def adam(
    p: Any, g: Any, memory: Memory, t: int,
    learning_rate: float, beta1: float, beta2: float, eps: float, weight_decay: float,
) -> Updated: ...  # fmt: skip
def adam_step(
    p: Any, g: Any, memory: Memory, t: int,
    learning_rate: float, beta1: float, beta2: float, eps: float,
) -> Updated: ...  # fmt: skip
def adamw(
    p: Any, g: Any, memory: Memory, t: int,
    learning_rate: float, beta1: float, beta2: float, eps: float, weight_decay: float,
) -> Updated: ...  # fmt: skip
def rmsprop(
    p: Any, g: Any, memory: Memory, t: int,
    learning_rate: float, alpha: float, eps: float, momentum: float, weight_decay: float,
) -> Updated: ...  # fmt: skip
def adagrad(
    p: Any, g: Any, memory: Memory, t: int,
    learning_rate: float, lr_decay: float, eps: float, weight_decay: float,
) -> Updated: ...  # fmt: skip
