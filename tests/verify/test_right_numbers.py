"""Right numbers are never called wrong: random networks by hand, in float32 and float64."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from verify.by_hand import networks
from verify.by_hand.backward import Net, gradients
from verify.by_hand.networks import judge
from verify.by_hand.updates import train

from nntui.verify.given import FLOAT32, FLOAT64, Given, GivenArray

HIDDEN = ("sigmoid", "tanh", "relu", "linear")
OUTPUTS = {
    "mse": HIDDEN,
    "bce": ("sigmoid",),
    "bce_with_logits": ("linear",),
    "cross_entropy": ("linear",),
}
OPTIMIZERS: tuple[dict[str, Any], ...] = (
    {"name": "sgd"},
    {"name": "sgd", "momentum": 0.9},
    {"name": "sgd", "momentum": 0.9, "nesterov": True},
    {"name": "adam"},
    {"name": "adamw"},
    {"name": "rmsprop", "momentum": 0.5},
    {"name": "adagrad"},
)


def random_net(seed: int) -> Net:
    rng = np.random.default_rng(seed)
    loss = rng.choice([*OUTPUTS])
    depth = int(rng.integers(1, 4))
    sizes = tuple(int(n) for n in rng.integers(1, 7, depth + 1))
    f = (*rng.choice(HIDDEN, depth - 1), rng.choice(OUTPUTS[loss]))
    net = networks.random_net(
        sizes, f, loss, examples=int(rng.integers(1, 9)), seed=seed,
        l2=float(rng.choice([0.0, 0.1])), l1=float(rng.choice([0.0, 0.01])),
        reduction=str(rng.choice(["mean", "sum"])),
        optimizer=OPTIMIZERS[int(rng.integers(len(OPTIMIZERS)))],
    )  # fmt: skip
    scale = float(rng.choice([0.3, 1.0, 3.0]))
    if loss == "bce":  # a saturated sigmoid under a logarithm is beyond float32
        return replace(net, W=[0.3 * w for w in net.W])
    net = replace(net, W=[scale * w for w in net.W])
    return net if rng.random() < 0.8 else rounded(net)


def rounded(net: Net) -> Net:
    """Coarse numbers, so that z and differences are often exactly 0."""
    return replace(
        net, W=[np.round(w) for w in net.W], b=[np.round(b) for b in net.b],
        x=np.round(net.x), t=net.t,
    )  # fmt: skip


def as_type(net: Net, dtype: Any) -> Net:
    return replace(
        net, W=[w.astype(dtype) for w in net.W], b=[b.astype(dtype) for b in net.b],
        x=net.x.astype(dtype), t=net.t.astype(dtype),
    )  # fmt: skip


def given(numbers: Any, dtype: Any) -> GivenArray:
    numbers = np.asarray(numbers, np.float64)
    size = np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0)
    single = dtype == np.float32
    return GivenArray(
        numbers, np.ones(numbers.shape, np.bool_), 1e-4 if single else 1e-6, 1e-9 * size,
        FLOAT32 if single else FLOAT64,
    )  # fmt: skip


def check_right(seed: int) -> None:
    net = as_type(random_net(seed), np.float32)  # the document holds what float32 can
    experiment = networks.experiment(net)
    for dtype in (np.float32, np.float64):
        mine = as_type(net, dtype)
        with np.errstate(all="ignore"):
            dp = networks.flat(*gradients(mine))
            bare = networks.flat(*gradients(replace(mine, l1=0.0, l2=0.0)))
            after = [networks.flat(*row) for row in train(mine, 2)]
        for numbers in (
            Given(0, {"dp": given(dp, dtype)}),
            Given(0, {"dp": given(bare, dtype)}),
            Given(0, {}, given(after, dtype)),
        ):
            verdict = judge(experiment, numbers)
            assert verdict.right, (seed, dtype, numbers, verdict)


def test_right_numbers_are_right() -> None:
    for seed in range(6):
        check_right(seed)


@pytest.mark.deep
@pytest.mark.parametrize("start", range(1000, 1500, 50))
def test_right_numbers_of_many_networks_are_right(start: int) -> None:
    for seed in range(start, start + 50):
        check_right(seed)
