"""The networks of the tests, as plain arrays and as an experiment; numbers laid out by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from verify.by_hand.backward import Net

from nntui.model.activations import Activation
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer
from nntui.verify import judge as judging
from nntui.verify.given import FLOAT32, FLOAT64, Given, GivenArray
from nntui.verify.right_run import RightRun
from nntui.verify.verdict import Verdict


def random_net(
    sizes: tuple[int, ...],
    f: tuple[str, ...],
    loss: str = "mse",
    *,
    examples: int = 5,
    seed: int = 1,
    **settings: Any,
) -> Net:
    rng = np.random.default_rng(seed)
    W = [rng.normal(0, 1, (j, i)) for i, j in pairwise(sizes)]
    b = [rng.normal(0, 0.5, j) for j in sizes[1:]]
    x = rng.normal(0, 1, (examples, sizes[0]))
    t = rng.uniform(0.1, 0.9, (examples, sizes[-1]))
    if loss in ("cross_entropy", "bce_with_logits", "bce"):
        t = np.eye(sizes[-1])[rng.integers(0, sizes[-1], examples)]
    return Net(W, b, list(f), x, t, loss, **settings)


def probe(**settings: Any) -> Net:
    """Unequal layers and a square one, two activations, K = 3, N = 5, a penalty."""
    settings = {"l2": 0.1} | settings
    return random_net((3, 4, 3, 3), ("sigmoid", "tanh", "sigmoid"), **settings)


def logits(loss: str) -> Net:
    return random_net((3, 4, 3, 3), ("tanh", "sigmoid", "linear"), loss, l2=0.1)


def xor(examples: int = 4) -> Net:
    net = random_net((2, 2, 1), ("sigmoid", "sigmoid"))
    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])[-examples:]
    return replace(net, x=x, t=(x.sum(1, keepdims=True) == 1) * 1.0)


def experiment(net: Net) -> Experiment:
    network = Network()
    names = [[f"x{n + 1}" for n in range(net.x.shape[1])]]
    for name in names[0]:
        network.add_neuron(name, role="input")
    for layer, (b, f) in enumerate(zip(net.b, net.f, strict=True), 1):
        role: Any = "output" if layer == len(net.b) else "hidden"
        names.append([f"n{layer}_{n + 1}" for n in range(len(b))])
        for name, bias in zip(names[-1], b, strict=True):
            network.add_neuron(name, role=role, activation=Activation.of(f), bias=float(bias))
        for j, name in enumerate(names[-1]):
            for i, source in enumerate(names[-2]):
                network.connect(source, name, float(net.W[layer - 1][j, i]))
    settings = {key: value for key, value in net.optimizer.items() if key != "name"}
    training = Training(
        loss=Loss.of(net.loss),
        optimizer=Optimizer.of(net.optimizer["name"], learning_rate=net.rate, **settings),
        reduction=net.reduction,  # type: ignore[arg-type]
        l1=net.l1,
        l2=net.l2,
    )
    return Experiment(network, Dataset.of(net.x.tolist(), net.t.tolist()), training)


def flat(weights: list[Any], biases: list[Any]) -> Any:
    """All parameters in the canonical order: of each neuron its bias, then its weights."""
    pairs = zip(weights, biases, strict=True)
    return np.concatenate([np.column_stack((b, w)).ravel() for w, b in pairs])


def rounded(numbers: Any, how: str) -> GivenArray:
    """The numbers as float64, as float32, or printed with 6 digits."""
    numbers = np.asarray(numbers, np.float64)
    if how == "float32":
        numbers = numbers.astype(np.float32).astype(np.float64)
    if how == "6 digits":
        numbers = np.vectorize(lambda x: float(f"{x:.6g}"))(numbers)
    size = np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0)
    exact = how == "float64"
    given = np.ones(numbers.shape, np.bool_)
    return GivenArray(
        numbers, given, 1e-6 if exact else 1e-4, 1e-9 * size, FLOAT64 if exact else FLOAT32
    )


def given_gradients(weights: list[Any], biases: list[Any], how: str = "float32") -> Given:
    return Given(0, {"dp": rounded(flat(weights, biases), how)})


def in_batches(net: Net, size: int) -> Experiment:
    made = experiment(net)
    return replace(made, training=replace(made.training, batch_size=size))


def given_after(rows: list[tuple[list[Any], list[Any]]], how: str = "float32") -> Given:
    return Given(0, {}, rounded([flat(w, b) for w, b in rows], how))


def judge(experiment: Experiment, given: Given) -> Verdict:
    """Hold numbers against the run of an experiment."""
    return judging.judge(RightRun(experiment), given)
