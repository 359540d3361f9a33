"""Each row of the table is named from the numbers that it makes, written by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from verify.by_hand import networks
from verify.by_hand.backward import Net, gradients
from verify.by_hand.networks import judge
from verify.by_hand.updates import train

from nntui.verify.mistakes.table import MISTAKES

ON_THE_PROBE = (
    "no_output_derivative", "no_derivative", "derivative_twice", "derivative_of_a",
    "derivative_on_z", "activation_for_derivative", "divided_by_a", "passed_back_without_delta",
    "bias_gradient_of_targets", "other_layers_derivative", "sign",
    "loss_doubled", "loss_halved", "k_forgotten", "k_twice", "other_loss", "no_loss_slope",
    "updated_weights", "raw_error_passed_back", "raw_error_in_gradient", "w_not_transposed",
    "passed_back_without_w", "one_path", "z_for_a", "input_for_a", "own_a", "gradient_transposed",
    "no_weight_gradient", "sum_for_mean", "divided_by_n_twice", "only_last_example",
    "only_first_example", "no_bias_gradient", "bias_gradient_total", "bias_gradient_mean",
    "bias_gradient_sum", "bias_regularized", "no_l2", "l2_halved", "l2_doubled",
    "l2_divided_by_n", "l2_scaled", "derivative_elsewhere", "other_targets", "error_averaged",
    "bias_passed_back", "passed_back_divided", "product_of_means", "no_gradient", "gradient_sign",
    "other_layers_gradient",
)  # fmt: skip
ELSEWHERE = {
    "mean_for_sum": networks.probe(reduction="sum"),
    "no_l1": networks.probe(l1=0.1),
    "l1_without_sign": networks.probe(l1=0.1),
    "softmax_again": networks.logits("cross_entropy"),
    "softmax_diagonal": networks.logits("cross_entropy"),
    "sigmoid_again": networks.logits("bce_with_logits"),
}
A_FACTOR = {"sign", "loss_doubled", "loss_halved", "k_forgotten", "k_twice", "sum_for_mean",
            "mean_for_sum", "divided_by_n_twice"}  # fmt: skip
SEVERAL_WAYS = {"other_loss"}
"""By hand in one way only: others may tie, too."""
OF_UPDATES = {
    "sgd": (
        "not_zeroed", "update_after_each_example", "learning_rate_sign", "learning_rate_over_n",
        "first_parameters",
    ),
    "momentum": ("momentum_one_minus", "no_momentum", "look_ahead", "memory_lost", "l2_as_decay"),
    "nesterov": ("no_look_ahead",),
    "adam": (
        "no_bias_correction", "correction_multiplied", "correction_in_place", "t_from_0",
        "t_from_2", "t_not_counted", "t_per_parameter", "betas_swapped", "eps_inside_root",
        "eps_before_correction", "square_of_mean", "l2_as_decay", "memory_lost", "plain_descent",
        "no_root", "no_mean_square",
    ),
    "adamw": (
        "decay_as_l2", "no_weight_decay", "no_weight_decay_of_biases", "decay_without_rate",
    ),
    "adamw_weights": ("weight_decay_of_biases", "decay_as_l2", "no_weight_decay", "t_from_2"),
    "rmsprop": ("eps_inside_root", "no_root", "memory_lost", "no_momentum"),
    "adagrad": ("eps_inside_root", "no_root", "memory_lost"),
    "decay": ("no_momentum", "memory_lost", "no_weight_decay_of_biases", "decay_beside_gradient"),
    "adam_decay": (
        "eps_inside_root", "no_weight_decay", "no_weight_decay_of_biases", "decay_beside_gradient",
    ),
}  # fmt: skip
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgd": {"name": "sgd"},
    "momentum": {"name": "sgd", "momentum": 0.9},
    "nesterov": {"name": "sgd", "momentum": 0.9, "nesterov": True},
    "adam": {"name": "adam", "eps": 1e-3},
    "adamw": {"name": "adamw", "eps": 1e-3, "weight_decay": 0.1},
    "adamw_weights": {
        "name": "adamw",
        "eps": 1e-3,
        "weight_decay": 0.1,
        "decay_biases": False,
    },
    "rmsprop": {"name": "rmsprop", "eps": 1e-3, "momentum": 0.9},
    "adagrad": {"name": "adagrad", "eps": 1e-3},
    "decay": {"name": "sgd", "momentum": 0.9, "weight_decay": 0.1},
    "adam_decay": {"name": "adam", "eps": 1e-3, "weight_decay": 0.1},
}
UPDATE_CASES = [(optimizer, name) for optimizer, names in OF_UPDATES.items() for name in names]
QUICK_UPDATES = [
    ("sgd", "not_zeroed"), ("adam", "t_per_parameter"), ("decay", "no_weight_decay_of_biases"),
    ("adamw_weights", "weight_decay_of_biases"),
]  # fmt: skip


@cache
def by_hand(name: str, of_xor: int = 0) -> Any:
    net = networks.xor(of_xor) if of_xor else ELSEWHERE.get(name, networks.probe())
    return networks.flat(*gradients(net, name))


def check_named(net: Net, name: str, how: str) -> None:
    verdict = judge(networks.experiment(net), networks.given_gradients(*gradients(net, name), how))
    assert any(name in names for names in verdict.mistakes), verdict
    assert len(verdict.mistakes) == 1
    expected = "factor" if name in A_FACTOR else "right" if name == "no_l2" else "mistake"
    assert verdict.verdict == expected, verdict
    for other in set(verdict.mistakes[0]) & set(ON_THE_PROBE) - SEVERAL_WAYS:
        if net.loss == "mse" and name in ON_THE_PROBE:
            check_equal(by_hand(other), by_hand(name))


def check_equal(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ON_THE_PROBE[::3])
def test_a_mistake_is_named_alone_or_with_its_equals(name: str) -> None:
    check_named(networks.probe(), name, "float32")


@pytest.mark.parametrize("name", ["mean_for_sum", "softmax_again"])
def test_a_mistake_of_another_loss_is_named(name: str) -> None:
    check_named(ELSEWHERE[name], name, "float32")


@pytest.mark.parametrize(
    ("written", "name"),
    [("w_reshaped", "w_not_transposed"), ("gradient_reshaped", "gradient_transposed")],
)
def test_a_reshape_in_place_of_a_transpose_is_told(written: str, name: str) -> None:
    net = networks.probe()
    given = networks.given_gradients(*gradients(net, written))
    verdict = judge(networks.experiment(net), given)
    assert verdict.mistakes == ((name,),), verdict
    assert "reshaped" in verdict.lines[0]


def test_targets_of_other_examples_are_told_in_any_order() -> None:
    net = networks.probe()
    mixed = replace(net, t=net.t[[2, 0, 4, 1, 3]])
    verdict = judge(networks.experiment(net), networks.given_gradients(*gradients(mixed)))
    assert verdict.mistakes == (("other_targets",),), verdict
    assert "the targets of the examples 3, 1, 5, 2, 4" in verdict.lines[0]


@pytest.mark.deep
@pytest.mark.parametrize("how", ["float64", "float32", "6 digits"])
@pytest.mark.parametrize("name", [*ON_THE_PROBE, *ELSEWHERE])
def test_each_mistake_is_named_however_it_is_rounded(name: str, how: str) -> None:
    check_named(ELSEWHERE.get(name, networks.probe()), name, how)


@pytest.mark.deep
@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("name", ON_THE_PROBE)
def test_each_mistake_in_one_layer_is_named(name: str, layer: int) -> None:
    net = networks.probe()
    numbers = networks.flat(*gradients(net, name, layer))
    right = networks.flat(*gradients(net))
    if np.allclose(numbers, right, rtol=1e-9, atol=1e-12):
        return
    verdict = judge(
        networks.experiment(net), networks.given_gradients(*gradients(net, name, layer))
    )
    assert name in verdict.mistakes[0], verdict


def check_update(optimizer: str, name: str, how: str) -> None:
    net = networks.probe(optimizer=OPTIMIZERS[optimizer])
    verdict = judge(networks.experiment(net), networks.given_after(train(net, 3, name), how))
    assert name in verdict.mistakes[0], verdict


@pytest.mark.parametrize(("optimizer", "name"), QUICK_UPDATES)
def test_a_mistake_of_an_update_is_named(optimizer: str, name: str) -> None:
    check_update(optimizer, name, "float32")


@pytest.mark.deep
@pytest.mark.parametrize("how", ["float64", "float32", "6 digits"])
@pytest.mark.parametrize(("optimizer", "name"), UPDATE_CASES)
def test_each_mistake_of_an_update_is_named(optimizer: str, name: str, how: str) -> None:
    check_update(optimizer, name, how)


def check_batches(net: Net, said: str, **mistake: Any) -> None:
    rows = networks.given_after(train(net, 4, size=2, **mistake), "float32")
    verdict = judge(networks.in_batches(net, 2), rows)
    assert verdict.verdict == "mistake", verdict
    assert len(verdict.mistakes) == 1, verdict
    assert said in verdict.lines[0]


def test_t_that_goes_up_at_every_epoch_is_told() -> None:
    net = networks.probe(optimizer=OPTIMIZERS["adam"])
    check_batches(net, "t goes up at every epoch", mistake="t_per_epoch")


def test_a_last_batch_that_is_dropped_is_told() -> None:
    said = "the examples come without the last, smaller batch"
    check_batches(networks.probe(), said, mistake="last_batch_dropped")


@pytest.mark.parametrize(
    "optimizer", ["sgd", *(pytest.param(o, marks=pytest.mark.deep) for o in ("nesterov", "adamw"))]
)
def test_a_learning_rate_that_falls_is_measured(optimizer: str) -> None:
    net = networks.probe(optimizer=OPTIMIZERS[optimizer])
    rates = (0.1, 0.1, 0.1, 0.1 / 1.1)
    check_batches(net, "from update to update: 0.1, 0.1, 0.1, 0.09091", rates=rates)


def check_pair(optimizer: str, back: str, name: str) -> None:
    net = networks.probe(optimizer=OPTIMIZERS[optimizer])
    numbers = networks.given_after(train(net, 3, name, back), "float64")
    verdict = judge(networks.experiment(net), numbers)
    assert [name in names or back in names for names in verdict.mistakes] == [True, True], verdict
    assert {name, back} <= {each for names in verdict.mistakes for each in names}


@pytest.mark.deep
def test_weights_that_go_back_updated_are_updated_by_the_mistaken_rule() -> None:
    check_pair("sgd", "updated_weights", "learning_rate_sign")


@pytest.mark.deep
@pytest.mark.parametrize("back", ["only_last_example", "no_derivative", "gradient_transposed"])
@pytest.mark.parametrize(
    "name", ["no_bias_correction", "t_per_parameter", "betas_swapped", "eps_before_correction"]
)
def test_a_mistake_on_the_way_back_is_named_beside_one_of_adam(back: str, name: str) -> None:
    check_pair("adam", back, name)


def test_every_row_of_the_table_is_tested() -> None:
    tested = {*ON_THE_PROBE, *ELSEWHERE, *(name for _, name in UPDATE_CASES)}
    elsewhere = {
        "full_batch_size", "other_order", "error_clipped",
        "softmax_before_loss", "sigmoid_before_loss", "softmax_over_batch", "targets_broadcast",
        "other_activation", "no_biases", "other_setting", "softmax_overflow", "division_by_0",
        "t_per_epoch", "other_rates", "gradient_clipped",
    }  # fmt: skip
    assert {mistake.name for mistake in MISTAKES} == tested | elsewhere


@pytest.mark.parametrize("optimizer", ["adamw"])
def test_right_updates_are_right(optimizer: str) -> None:
    net = networks.probe(optimizer=OPTIMIZERS[optimizer])
    verdict = judge(networks.experiment(net), networks.given_after(train(net, 3)))
    assert verdict.right, verdict


@pytest.mark.parametrize(
    ("examples", "name"), [(4, "loss_doubled"), (4, "no_derivative"), (1, "no_derivative"),
                           (1, "bias_gradient_mean")]
)  # fmt: skip
def test_on_xor_all_that_give_the_same_numbers_are_named(examples: int, name: str) -> None:
    net = networks.xor(examples)
    numbers = by_hand(name, examples)
    equal = {
        other
        for other in set(ON_THE_PROBE) - {"bias_regularized", "l2_halved", "l2_doubled", "no_l2"}
        if np.allclose(by_hand(other, examples), numbers, rtol=1e-9, atol=1e-12)
    }
    right = np.allclose(by_hand("", examples), numbers, rtol=1e-9, atol=1e-12)
    verdict = judge(
        networks.experiment(net), networks.given_gradients(*gradients(net, name), "float32")
    )
    assert verdict.right == right
    assert right or equal <= set(verdict.mistakes[0]), verdict


def clipped_each(weights: list[Any], biases: list[Any], clip: Any) -> Any:
    return networks.given_gradients(*([clip(g) for g in grads] for grads in (weights, biases)))


def to_length(g: Any, most: float) -> Any:
    return g * min(1.0, most / np.linalg.norm(g))


@pytest.mark.parametrize(
    ("clip", "said"),
    [
        (lambda g: np.clip(g, -0.05, 0.05), "the gradient is clipped, each number to ±0.05"),
        (lambda g: to_length(g, 0.05), "the gradient is clipped, each array to the length 0.05"),
    ],
)
def test_a_clipped_gradient_is_told_with_where_it_is_clipped(clip: Any, said: str) -> None:
    net = networks.probe()
    verdict = judge(networks.experiment(net), clipped_each(*gradients(net), clip))
    assert verdict.mistakes == (("gradient_clipped",),), verdict
    assert said in verdict.lines[0]


def test_a_gradient_whose_norm_is_clipped_is_right_up_to_a_factor() -> None:
    net = networks.probe()
    given = gradients(net)
    whole = np.linalg.norm(networks.flat(*given))
    verdict = judge(networks.experiment(net), clipped_each(*given, lambda g: g * 0.1 / whole))
    assert verdict.verdict == "factor"
    assert "makes the whole gradient 0.1 long, as clipping its norm does" in verdict.lines[0]


def test_a_mistake_beside_a_factor_is_told_with_it() -> None:
    net = networks.probe(l2=0.0)
    weights, biases = gradients(net, "other_targets")
    given = networks.given_gradients([5 * g for g in weights], [5 * g for g in biases])
    verdict = judge(networks.experiment(net), given)
    assert verdict.mistakes == (("other_targets",),), verdict
    assert verdict.factor is not None
    assert verdict.factor.value == 5
    assert "and the gradients have the factor N (N = 5 examples)" in verdict.lines[0]
