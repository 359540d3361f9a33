"""Mutants of the algorithm: each is noticed by the oracle, the gradient check and full speed."""

import inspect
from collections import deque
from typing import Any

import pytest
from support.bits import bits_of
from support.check import worst_error
from support.experiments import layered
from support.stepped import steps_of

from nntui.debugger import gradient_check
from nntui.engine import algorithm
from nntui.engine.full_speed.runner import FullSpeed
from nntui.engine.loss_history import LossHistory
from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.network import Network

MUTANTS = {
    "the weight is missing on the way back": ("w[i, j] * delta[j]", "delta[j]"),
    "the bare weight is passed back": ("w[i, j] * delta[j]", "w[i, j]"),
    "da is passed back instead of delta": ("w[i, j] * delta[j]", "w[i, j] * da[j]"),
    "the input is passed back": ("w[i, j] * delta[j]", "a[i] * delta[j]"),
    "only the last path counts": ("da[i] = da.get(i, 0.0) + w", "da[i] = w"),
    "delta without f′": ("model.f_prime[j](z[j], a[j])", "1.0"),
    "f instead of f′": ("model.f_prime[j](z[j], a[j])", "model.f[j](z[j])"),
    "f′ of a": ("f_prime[j](z[j], a[j])", "f_prime[j](a[j], a[j])"),
    "divided by the activation": ("f_prime[j](z[j], a[j])", "f_prime[j](z[j], a[j]) / a[j]"),
    "the weight’s gradient without a": ("dw[i, j] + delta[j] * a[i]", "dw[i, j] + delta[j]"),
    "the weight’s gradient without delta": ("dw[i, j] + delta[j] * a[i]", "dw[i, j] + a[i]"),
    "the weight’s gradient with da": ("delta[j] * a[i]", "da[j] * a[i]"),
    "the weight’s gradient with z": ("delta[j] * a[i]", "delta[j] * z.get(i, a[i])"),
    "a weight forgets the batch": ("dw[i, j] = dw[i, j] + delta", "dw[i, j] = delta"),
    "a bias forgets the batch": ("db[j] = db[j] + delta[j]", "db[j] = delta[j]"),
    "a bias gathers da": ("db[j] = db[j] + delta[j]", "db[j] = db[j] + da[j]"),
    "the bias is ignored": ("z[j] = b[j]", "z[j] = 0.0"),
    "backwards in forward order": ("reversed(model.neurons)", "model.neurons"),
    "gradients of the batch before": ("state.zero_gradients()", "pass"),
    "leftovers of the example before": ("state.clear_example()", "pass"),
    "examples scaled by the batch size": ("delta[j] * a[i]", "delta[j] * a[i] / 2"),
}  # fmt: skip

BEYOND_ONE_BATCH = {"gradients of the batch before"}
"""What the gradient check cannot see: it computes the gradient of a single batch."""


def _with_skips() -> Experiment:
    """An output that feeds another, a skip connection and two paths to one neuron."""
    net = Network()
    for name in ("x1", "x2"):
        net.add_neuron(name, role="input")
    net.add_neuron("h", activation="sigmoid", bias=0.3)
    net.add_neuron("k", role="output", activation="tanh", bias=-0.2)
    net.add_neuron("y", role="output", activation="softplus", bias=0.1)
    for n, pair in enumerate(["x1 h", "x2 h", "h k", "x1 k", "h y", "k y", "x2 y"]):
        i, j = pair.split()
        net.connect(i, j, 0.4 + 0.3 * n * (-1) ** n)
    data = Dataset.of([[0.5, -0.7], [-0.4, 0.9], [0.8, 0.2]], [[1, 0], [0, 1], [0.5, 0.5]])
    return Experiment(net, data, Training(batch_size=2, epochs=2))


EXPERIMENTS = [_with_skips(), layered(2, 3, 2, batch_size=2, epochs=2)]


def _mutant(old: str, new: str) -> Any:
    source = inspect.getsource(algorithm)
    assert source.count(old) == 1, f"the algorithm has {source.count(old)} × {old!r}"
    room: dict[str, Any] = {"__name__": "a mutant"}
    exec(compile(source.replace(old, new), "a mutant", "exec"), room)
    return room["train"]


def _worst(train: Any) -> float:
    return max(worst_error(experiment, train) for experiment in EXPERIMENTS)


def _found_wrong(train: Any, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(gradient_check, "train", train)
    return not all(
        gradient_check.TrainingLoss.at(experiment).check().ok for experiment in EXPERIMENTS
    )


def _same_bits(train: Any) -> bool:
    """Whether full speed comes to the parameters and the memory of a mutant."""
    for experiment in EXPERIMENTS:
        schedule, state = Schedule(experiment), State.first(experiment)
        engine, history = FullSpeed(experiment), LossHistory()
        deque(steps_of(experiment, state, train), maxlen=0)
        reached, _ = engine.run(engine.first(), 0, schedule.updates, history)
        expected = engine.training_state(state)
        if bits_of(reached.p) != bits_of(expected.p):
            return False
        if bits_of(reached.memory.ravel()) != bits_of(expected.memory.ravel()):
            return False
    return True


@pytest.mark.deep
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_chain_rule_is_noticed_by_the_oracle(mutant) -> None:
    assert _worst(_mutant(*MUTANTS[mutant])) > 1e-3


@pytest.mark.deep
@pytest.mark.parametrize("mutant", sorted(MUTANTS.keys() - BEYOND_ONE_BATCH))
def test_a_wrong_chain_rule_is_noticed_by_the_gradient_check(mutant, monkeypatch) -> None:
    assert _found_wrong(_mutant(*MUTANTS[mutant]), monkeypatch)


@pytest.mark.deep
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_chain_rule_is_noticed_by_full_speed(mutant) -> None:
    assert not _same_bits(_mutant(*MUTANTS[mutant]))


def test_the_algorithm_itself_passes_where_its_mutants_fail(monkeypatch) -> None:
    assert _worst(algorithm.train) < 1e-13
    assert not _found_wrong(algorithm.train, monkeypatch)
    assert _same_bits(algorithm.train)
