"""Verdicts on numbers of several kinds: what is said besides the name of a mistake."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments
from verify.by_hand import networks
from verify.by_hand.backward import gradients
from verify.by_hand.networks import judge
from verify.by_hand.updates import train

import nntui
from nntui.engine.full_speed.runner import FullSpeed
from nntui.model.experiment import Experiment
from nntui.samples import samples
from nntui.verify.given import Given, GivenArray
from nntui.verify.mistakes.table import candidates
from nntui.verify.passes import Passes
from nntui.verify.updates import Simulation

XOR = Path(__file__).parents[2] / "samples" / "xor.json"


def exact(numbers: Any, mask: Any = True) -> GivenArray:
    numbers = np.asarray(numbers, np.float64)
    mask = np.broadcast_to(np.asarray(mask), numbers.shape)
    size = np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0)
    return GivenArray(numbers, mask, 1e-6, 1e-9 * size)


def everything(experiment: Experiment, order: Any = slice(None)) -> Given:
    """All numbers of the first update; the examples in an order."""
    full, passes = FullSpeed(experiment), Passes(experiment)
    state = full.first()
    values = full.batch_values(state, full.schedule.batch(0))
    neurons = np.zeros((passes.layout.height, 1), np.bool_)
    for block in passes.blocks:
        neurons[block.rows] = True
    dp = experiment.training.reduced(values.dp, values.n)
    return Given(
        0,
        {
            **{
                kind: exact(getattr(values, kind)[:, order], neurons)
                for kind in ("z", "a", "da", "delta")
            },
            "loss": exact(values.loss[order]),
            "dp": exact(dp),
        },
    )


def test_all_numbers_of_the_run_are_right() -> None:
    verdict = judge(nntui.load(XOR), everything(nntui.load(XOR)))
    assert verdict.right
    assert verdict.compared == verdict.agree > 80
    assert {count.kind for count in verdict.counts} >= {"z1", "a2", "delta1", "dW2", "db1", "loss"}
    assert repr(verdict).startswith("Right: all ")


def test_examples_in_another_order_are_told() -> None:
    verdict = judge(nntui.load(XOR), everything(nntui.load(XOR), [2, 0, 3, 1]))
    assert verdict.verdict == "mistake"
    assert verdict.mistakes == (("other_order",),)


def test_a_difference_in_the_forward_pass_is_told_at_once() -> None:
    numbers = everything(nntui.load(XOR))
    z = numbers.of_batch["z"].values.copy()
    z[4, 1] += 0.25
    verdict = judge(
        nntui.load(XOR), replace(numbers, of_batch={**numbers.of_batch, "z": exact(z, z != 0)})
    )
    assert verdict.verdict == "unknown"
    assert verdict.first_difference is not None
    assert verdict.first_difference.name == "z[h1]"
    assert "the forward pass differs already, from z[h1] on" in repr(verdict)


def test_the_first_difference_is_at_the_step_that_writes_it() -> None:
    experiment, numbers = nntui.load(XOR), everything(nntui.load(XOR))
    debugger = nntui.Debugger(experiment)
    wrong = {kind: exact(n.values + 1.0, n.given) for kind, n in numbers.of_batch.items()}
    verdict = judge(experiment, Given(0, wrong))
    differences = [d for d in verdict.differences if d.name.startswith(("z", "a", "delta"))]
    assert len(differences) == 4 * 3 * 4
    for difference in differences:
        debugger.seek(difference.step)
        step = debugger.last
        assert step is not None
        assert step.writes[difference.name] == difference.expected


def test_two_mistakes_are_found_from_the_output_back() -> None:
    net = networks.probe()
    weights, biases = gradients(net, "no_derivative", 0)
    weights[2] = gradients(net, "own_a", 2)[0][2]
    verdict = judge(networks.experiment(net), networks.given_gradients(weights, biases))
    assert verdict.verdict == "mistake"
    assert verdict.mistakes[0] == ("own_a",)
    assert "no_derivative" in verdict.mistakes[1]
    assert len(verdict.mistakes) == len(verdict.formulas) == 2


def test_the_notebook_that_the_project_began_with_is_explained() -> None:
    diamond = nntui.load(samples()["notebook-diamond"])
    verdict = nntui.check_work(diamond, Path(__file__).with_name("notebook-diamond-mine.json"))
    assert sorted(verdict.mistakes) == [
        ("bias_gradient_of_targets",), ("divided_by_a",), ("passed_back_without_delta",),
    ]  # fmt: skip
    assert verdict.first_difference is not None
    assert (verdict.first_difference.name, verdict.first_difference.step) == ("db[z]", 24)


@pytest.mark.deep
def test_of_two_at_one_layer_those_that_fit_the_layers_before_are_named() -> None:
    net = networks.probe(l2=0.0)
    weights, biases = gradients(net, "passed_back_without_delta", 2)
    weights[1], biases[1] = weights[1] / 5, biases[1] / 5
    verdict = judge(networks.experiment(net), networks.given_gradients(weights, biases))
    assert verdict.verdict == "mistake", verdict
    assert "passed_back_without_delta" in verdict.mistakes[0]
    assert "divided_by_n_twice" in verdict.mistakes[1]


@pytest.mark.deep
@pytest.mark.parametrize("last", ["own_a", "bias_gradient_mean", "z_for_a"])
@pytest.mark.parametrize("first", ["no_derivative", "only_last_example", "no_bias_gradient"])
def test_a_mistake_behind_another_is_found(first: str, last: str) -> None:
    net = networks.probe()

    w2, b2 = gradients(net, last, 2)
    weights, biases = gradients(net, first, 0)
    weights[2], biases[2] = w2[2], b2[2]
    verdict = judge(networks.experiment(net), networks.given_gradients(weights, biases))
    assert verdict.verdict == "mistake"
    assert last in verdict.mistakes[0]
    assert first in verdict.mistakes[1]


@pytest.mark.parametrize("size", [pytest.param(1, marks=pytest.mark.deep), 2])
def test_updates_with_other_examples_are_told(size: int) -> None:
    net = networks.probe()
    experiment = networks.experiment(net)
    experiment = replace(experiment, training=replace(experiment.training, batch_size=size))
    full = FullSpeed(experiment)
    state, rows = full.first(), []
    for update, batch in enumerate([(2, 4), (3, 0), (1, 2)]):
        chosen = batch[: full.schedule.batch_length(update)]
        values = full.batch_values(state, chosen)
        state = full.update(state, values.dp, update, len(chosen))
        rows.append(state.p)
    verdict = judge(experiment, Given(0, {}, networks.rounded(rows, "float32")))
    assert verdict.mistakes == (("other_order",),), verdict


def test_a_factor_of_some_kinds_is_told_with_what_it_is() -> None:
    numbers = everything(nntui.load(XOR))
    delta = numbers.of_batch["delta"]
    scaled = {**numbers.of_batch, "delta": exact(delta.values / 4, delta.given)}
    verdict = judge(nntui.load(XOR), replace(numbers, of_batch=scaled))
    assert verdict.verdict == "factor"
    assert verdict.factor is not None
    assert verdict.factor.value == pytest.approx(0.25)
    assert "1/N (N = 4 examples)" in verdict.factor.meaning


@pytest.mark.parametrize("optimizer", [{"name": "sgd"}, {"name": "adam", "eps": 1e-3}])
def test_another_learning_rate_is_a_factor(optimizer: dict[str, Any]) -> None:
    net = networks.probe(optimizer=optimizer)
    rows = train(replace(net, rate=0.03), 3)
    verdict = judge(networks.experiment(net), networks.given_after(rows))
    assert verdict.verdict == "factor", verdict
    assert verdict.factor is not None
    assert verdict.factor.value == pytest.approx(0.3)
    assert "a learning rate of 0.03" in verdict.lines[0]


def test_an_eps_that_is_a_librarys_own_is_told() -> None:
    net = networks.probe(optimizer={"name": "adam", "eps": 1e-3})
    rows = train(replace(net, optimizer={"name": "adam", "eps": 1e-8}), 3)
    verdict = judge(networks.experiment(net), networks.given_after(rows))
    assert verdict.mistakes == (("other_setting",),)
    assert "eps is 1e-8, not 0.001" in verdict.lines[0]


def test_what_differs_behind_right_gradients_asks_for_no_more_of_the_passes() -> None:
    net = networks.probe(l2=0.0, optimizer={"name": "adam", "eps": 1e-3})
    rows = train(replace(net, optimizer={"name": "adam", "eps": 0.05}), 1)
    given, right = networks.given_after(rows), networks.given_gradients(*gradients(net))
    assert "z, a and delta" in " ".join(judge(networks.experiment(net), given).lines)
    both = judge(networks.experiment(net), replace(given, of_batch=right.of_batch))
    assert both.verdict == "unknown"
    assert "z, a and delta" not in " ".join(both.lines)


def test_a_factor_of_one_layer_is_a_mistake() -> None:
    net = networks.probe(l2=0.0)
    weights, biases = gradients(net)
    verdict = judge(
        networks.experiment(net), networks.given_gradients(weights, [biases[0] * 5, *biases[1:]])
    )
    assert verdict.mistakes == (("bias_gradient_sum",),)


def test_a_kink_is_no_mistake() -> None:
    net = networks.random_net((2, 3, 1), ("relu", "linear"))
    net.x[0], net.b[0][:] = 0.0, 0.0  # z = 0 for the first example
    weights, biases = gradients(net)
    for value in (0.5, 1.0):  # the mean of both sides, and the right one
        error = 2 * ((np.maximum(net.x @ net.W[0].T, 0) @ net.W[1].T + net.b[1]) - net.t)
        other = [biases[0] + value * error[0] * net.W[1][0] / len(net.x), biases[1]]
        verdict = judge(
            networks.experiment(net), networks.given_gradients(weights, other, "float64")
        )
        assert verdict.verdict == "kink", verdict


def test_what_is_none_of_these_is_unknown_and_says_where_it_begins() -> None:
    net = networks.probe()
    weights, biases = gradients(net)
    weights[1][2, 1] += 0.3
    verdict = judge(networks.experiment(net), networks.given_gradients(weights, biases))
    assert verdict.verdict == "unknown"
    assert verdict.plain()["first_difference"]["name"] == "dw[n1_2,n2_3]"
    assert verdict.agree == verdict.compared - 1


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_nothing_but_zeros_is_no_mistake_of_the_algorithm(zero: float) -> None:
    net = networks.probe()
    weights, biases = gradients(net)
    zeros = networks.given_gradients([zero * w for w in weights], [zero * b for b in biases])
    verdict = judge(networks.experiment(net), zeros)
    assert verdict.verdict == "unknown"
    assert verdict.lines[0] == "All 43 numbers are 0: has your code run?"


@pytest.mark.deep
def test_a_verdict_on_784_128_10_takes_a_few_seconds() -> None:
    net = networks.random_net((784, 128, 10), ("relu", "linear"), "cross_entropy", examples=32)
    net = replace(net, W=[w / 20 for w in net.W])
    numbers = networks.given_gradients(*gradients(net, "no_derivative"))
    begun = perf_counter()
    verdict = judge(networks.experiment(net), numbers)
    assert "no_derivative" in verdict.mistakes[0]
    assert perf_counter() - begun < 10


@given(experiments(most_neurons=5, most_examples=3), st.integers(0, 2**32))
def test_any_mistake_in_any_graph_is_named_or_does_not_show(
    experiment: Experiment, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    passes, reference = Passes(experiment), FullSpeed(experiment)
    start, schedule = reference.first(), reference.schedule
    simulation = Simulation(passes, schedule, start, 0, min(2, schedule.updates), 0, start)
    every = [c for c in candidates(passes) if not c.variation.networks]
    candidate = every[rng.integers(len(every))]
    with np.errstate(all="ignore"):
        made, right = simulation.run(candidate.variation), simulation.run()
    assert made.batch is not None
    assert right.batch is not None
    numbers = Given(0, {"dp": exact(made.batch.g)}, exact(made.after))
    verdict = judge(experiment, numbers)
    if verdict.right or not np.isfinite(made.after).all():
        return
    if "All" in verdict.lines[0] and "are 0" in verdict.lines[0]:
        return
    named = {name for names in verdict.mistakes for name in names}
    assert candidate.name in named or verdict.verdict in ("factor", "kink"), (candidate, verdict)


@given(experiments(most_neurons=5, most_examples=3), st.integers(0, 2**32))
def test_any_numbers_get_a_verdict(experiment: Experiment, seed: int) -> None:
    rng = np.random.default_rng(seed)
    passes, reference = Passes(experiment), FullSpeed(experiment)
    height, size, schedule = passes.layout.height, passes.layout.size, reference.schedule
    update = int(rng.integers(schedule.updates))
    n, memory = schedule.batch_length(update), len(reference.first().memory)
    rows = int(rng.integers(1, schedule.updates - update + 1))
    neurons = np.zeros((height, 1), np.bool_)
    for block in passes.blocks:
        neurons[block.rows] = True

    def some(*shape: int, where: Any = True) -> GivenArray:
        numbers = rng.choice([0.0, 1.0, np.nan, np.inf, 0.3], shape) * rng.normal(size=shape)
        return exact(numbers, (rng.random(shape) < 0.7) & where)

    every = {
        **{kind: some(height, n, where=neurons) for kind in ("z", "a", "da", "delta")},
        "loss": some(n), "batch_loss": some(1), "dp": some(size), "g": some(size), "p": some(size),
    }  # fmt: skip
    chosen = {kind: numbers for kind, numbers in every.items() if rng.random() < 0.4}
    after = some(rows, size) if rng.random() < 0.5 or not chosen else None
    kept = tuple(some(rows, size) for _ in range(memory)) if rng.random() < 0.3 else ()
    verdict = judge(experiment, Given(update, chosen, after, kept, first_after=update))
    assert verdict.lines
    assert verdict.agree <= verdict.compared
    assert verdict.plain()["verdict"] == verdict.verdict
