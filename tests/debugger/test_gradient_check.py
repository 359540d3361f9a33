"""The gradient check: what it calls right, what a kink, and that it finds what is wrong."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from support.experiments import experiments

import nntui
from nntui.debugger import gradient_check
from nntui.debugger.gradient_check import TrainingLoss
from nntui.model.activations import ACTIVATIONS
from nntui.model.losses import LOSSES
from nntui.model.names import parse_value_name

ROWS = [[0.7, -1.3], [-0.4, 0.9], [1.1, 0.2]]


def check_gradient(experiment, position=0):
    return TrainingLoss.at(experiment, position).check()


def irregular(activation="tanh", seed=1):
    """Two inputs, a skip connection, an output that feeds another neuron, something frozen."""
    net = nntui.Network(seed=seed)
    net.add_neuron("x1", role="input")
    net.add_neuron("x2", role="input")
    net.add_neuron("h1", activation=activation, bias=0.3)
    net.add_neuron("h2", activation=activation, bias=-0.2, trainable=False)
    net.add_neuron("y1", role="output", activation="sigmoid", bias=0.1)
    net.add_neuron("y2", role="output", activation="sigmoid")
    for source, target in [
        ("x1", "h1"), ("x2", "h1"), ("x1", "h2"), ("h1", "h2"), ("h1", "y1"), ("h2", "y1"),
        ("x2", "y1"), ("y1", "y2"), ("h2", "y2"),
    ]:  # fmt: skip
        net.connect(source, target, trainable=(source, target) != ("x1", "h2"))
    return net


def experiment(net, loss="mse", rows=ROWS, targets=None, **training):
    targets = targets or [[0.1, 0.8], [0.7, 0.3], [0.4, 0.6]][: len(rows)]
    return nntui.Experiment(
        net,
        nntui.Dataset.of(rows, targets),
        nntui.Training(loss=nntui.Loss.of(loss), **training),
    )


def single(activation, weight, x, loss="squared_error", y=0.0, bias=0.0):
    """One input, one output, one connection."""
    net = nntui.Network()
    net.add_neuron("x", role="input")
    net.add_neuron("y", role="output", activation=activation, bias=bias)
    net.connect("x", "y", weight)
    return experiment(net, loss, rows=[[x]], targets=[[y]])


def verdicts(found):
    return {parameter.name: parameter.verdict for parameter in found.parameters}


# ---- right -------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [*LOSSES])
@pytest.mark.parametrize("activation", [*ACTIVATIONS])
def test_every_derivative_of_every_activation_under_every_loss_is_found_right(activation, loss):
    targets = [[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]]
    found = check_gradient(experiment(irregular(activation), loss, targets=targets))
    assert found.ok
    assert set(verdicts(found).values()) == {"ok"}


def test_parameters_stand_in_canonical_order_and_frozen_ones_are_among_them():
    net = irregular()
    found = check_gradient(experiment(net))
    assert [parameter.name for parameter in found.parameters] == [
        "b[h1]", "w[x1,h1]", "w[x2,h1]",
        "b[h2]", "w[x1,h2]", "w[h1,h2]",
        "b[y1]", "w[x2,y1]", "w[h1,y1]", "w[h2,y1]",
        "b[y2]", "w[h2,y2]", "w[y1,y2]",
    ]  # fmt: skip
    by_name = {parameter.name: parameter for parameter in found.parameters}
    assert by_name["b[h2]"].analytic != 0.0
    assert by_name["w[x1,h2]"].analytic != 0.0


def test_the_gradient_is_that_of_the_mean_whatever_the_batches():
    net = irregular()
    whole = check_gradient(experiment(net))
    for training in ({"batch_size": 1}, {"batch_size": 2, "shuffle": True}, {"epochs": 7}):
        assert check_gradient(experiment(net, **training)) == whole


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("penalties", [{"l2": 0.5}, {"l1": 0.25}, {"l1": 0.1, "l2": 0.3}])
def test_the_loss_that_is_checked_is_the_one_that_updates_go_down(reduction, penalties):
    net = irregular()
    plain = check_gradient(experiment(net, reduction=reduction))
    found = check_gradient(experiment(net, reduction=reduction, **penalties))
    weights = list(net.weights.values())
    l1, l2 = penalties.get("l1", 0.0), penalties.get("l2", 0.0)
    penalty = sum(0.5 * l2 * w * w + l1 * abs(w) for w in weights)
    assert found.loss == pytest.approx(plain.loss + penalty)
    assert set(verdicts(found).values()) == {"ok"}
    for before, after in zip(plain.parameters, found.parameters, strict=True):
        w = net.weight(parse_value_name(after.name)[1]) if after.name[0] == "w" else 0.0
        added = l2 * w + l1 * math.copysign(w != 0.0, w)
        assert after.analytic == pytest.approx(before.analytic + added)


@settings(max_examples=40)
@given(experiments(), st.integers(1, 3))
def test_losses_that_are_computed_beside_each_other_have_the_bits_of_one_by_one(subject, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gradient_check, "FEWEST", 10**9)
        one_by_one = check_gradient(subject)
        patch.setattr(gradient_check, "FEWEST", 0)
        patch.setattr(gradient_check, "EXAMPLES", at_once)
        assert repr(check_gradient(subject)) == repr(one_by_one)  # repr: nan is nan


def test_with_the_reduction_sum_the_sum_is_checked():
    mean, total = (
        check_gradient(experiment(irregular(), "squared_error", reduction=reduction))
        for reduction in ("mean", "sum")
    )
    assert total.loss == pytest.approx(3 * mean.loss)
    assert set(verdicts(total).values()) == {"ok"}
    assert [p.analytic for p in total.parameters] == pytest.approx(
        [3 * p.analytic for p in mean.parameters]
    )


@pytest.mark.parametrize("position", [1, 40, 85, 100])
def test_the_gradient_can_be_checked_at_any_moment(position):
    subject = experiment(irregular(), optimizer=nntui.Optimizer.of("sgd", learning_rate=0.5))
    debugger = nntui.Debugger(subject)
    debugger.seek(position)
    net = subject.network.copy()
    for j in net.wiring().neurons:
        net.set_bias(j, debugger[f"b[{j}]"])
    for i, j in net.wiring().edges:
        net.set_weight(i, j, debugger[f"w[{i},{j}]"])
    moved = replace(subject, network=net)
    assert check_gradient(subject, position) == check_gradient(moved)
    with pytest.raises(IndexError):
        check_gradient(subject, debugger.training_run.schedule.total + 1)


@pytest.mark.parametrize(
    "loss",
    [
        nntui.Loss.of("bce", weight=[0.5, 3.0]),
        nntui.Loss.of("bce_with_logits", pos_weight=[0.5, 3.0]),
        nntui.Loss.of("cross_entropy", label_smoothing=0.2, weight=[0.5, 3.0]),
    ],
)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_derivatives_of_losses_with_settings_are_found_right(loss, reduction):
    targets = [[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]]
    subject = experiment(irregular(), loss, targets=targets, reduction=reduction)
    assert set(verdicts(check_gradient(subject)).values()) == {"ok"}


def test_a_network_with_everything_frozen_is_checked_all_the_same():
    net = nntui.Network()
    net.add_neuron("x", role="input")
    net.add_neuron("y", role="output", activation="tanh", bias=0.5, trainable=False)
    net.connect("x", "y", 0.5, trainable=False)
    found = check_gradient(experiment(net, rows=[[1.0], [2.0]], targets=[[0.0], [0.0]]))
    assert verdicts(found) == {"b[y]": "ok", "w[x,y]": "ok"}
    assert found.parameters[0].analytic != 0.0


def test_only_training_examples_count():
    data = nntui.Dataset.of(ROWS * 4, [[0.1, 0.8]] * 12, test_fraction=0.5)
    found = check_gradient(nntui.Experiment(irregular(), data))
    assert found.backpropagation == 6 * (9 + 9)
    assert found.central_differences == 6 * 2 * 13 * 9


def test_the_counts_are_edges_there_and_back_against_two_forward_passes_a_parameter():
    found = check_gradient(experiment(irregular()))
    assert found.backpropagation == 3 * (9 + 9)
    assert found.central_differences == 3 * 2 * 13 * 9


@pytest.mark.parametrize("x", [1e-6, 1e3, 1e5])
def test_a_sharp_bend_or_a_flat_one_is_no_mistake(x):
    assert check_gradient(single("tanh", 0.5 / x, x, y=0.3)).ok


@pytest.mark.parametrize("z", [5.0, 15.0, 20.0, 25.0, 27.0, 30.0, 36.0, 40.0, 700.0])
@pytest.mark.parametrize("loss", ["bce", "squared_error", "mae"])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_a_saturated_sigmoid_on_the_right_side_is_no_mistake(z, loss, y):
    found = check_gradient(single("sigmoid", z if y else -z, 1.0, loss, y))
    assert found.ok, found


@pytest.mark.parametrize("z", [5.0, 15.0, 20.0, 25.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_a_saturated_sigmoid_on_the_wrong_side_is_no_mistake(z, y):
    found = check_gradient(single("sigmoid", -z if y else z, 1.0, "bce", y))
    assert found.ok, found


def test_where_bce_clamps_its_gradient_the_clamp_is_found():
    """From a·(1 − a) = 1e-12 on, PyTorch's gradient (and so ours) is no longer the loss's slope."""
    found = check_gradient(single("sigmoid", -30.0, 1.0, "bce", 1.0))
    assert verdicts(found) == {"b[y]": "clamped", "w[x,y]": "clamped"}
    assert found.ok


@pytest.mark.parametrize("z", [-40.0, -12.0, -8.0, -5.0, 5.0, 8.0, 12.0, 19.0, 40.0])
@pytest.mark.parametrize("activation", [*ACTIVATIONS])
def test_far_out_on_an_activation_there_is_no_mistake(activation, z):
    assert check_gradient(single(activation, z, 1.0, y=0.3)).ok


@pytest.mark.parametrize("z", [[0.0, 30.0], [20.0, -20.0], [-400.0, 400.0]])
def test_a_class_that_is_certain_is_no_mistake(z):
    net = nntui.Network()
    net.add_neuron("x", role="input")
    for k, bias in zip(("y1", "y2"), z, strict=True):
        net.add_neuron(k, role="output", bias=bias)
        net.connect("x", k, 0.5)
    for target in ([1.0, 0.0], [0.0, 1.0]):
        assert check_gradient(experiment(net, "cross_entropy", [[1.0]], [target])).ok


@pytest.mark.parametrize("weight", [0.0, 1e-12, 1e8])
def test_parameters_of_any_size_are_checked(weight):
    assert check_gradient(single("linear", weight, 0.5, y=weight + 1.0)).ok


# ---- kinks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("activation", "z"),
    [("relu", 0.0), ("leaky_relu", 0.0), ("hard_tanh", 1.0), ("hard_tanh", -1.0), ("step", 0.0)],
)  # fmt: skip
def test_on_the_corner_of_an_activation_there_is_a_kink(activation, z):
    found = check_gradient(single(activation, z, 1.0, y=3.0))
    assert verdicts(found) == {"b[y]": "kink", "w[x,y]": "kink"}
    assert {parameter.corner for parameter in found.parameters} == {f"{activation} of y, example 1"}
    assert found.ok


def test_on_the_corner_of_a_loss_there_is_a_kink():
    found = check_gradient(single("linear", 2.0, 1.0, "mae", y=2.0))
    # sign(0) is 0, and so is the central difference over a corner that is the same on both sides
    assert found.ok
    net = irregular("linear")
    rows = [[1.0, 1.0], [1.0, 1.0]]
    a = net.predict(rows[0])
    found = check_gradient(experiment(net, "mae", rows, [a, [a[0], a[1] + 1.0]]))
    assert found.ok


@pytest.mark.parametrize(
    ("expression", "derivative", "z", "verdict"),
    [
        ("floor(z)", "numeric", 1.0, "kink"), ("abs(z)", "1", 0.0, "kink"),
        ("floor(z)", "numeric", 1.25, "ok"), ("z*z", "z", 1.0, "wrong"),
    ],
)  # fmt: skip
def test_where_an_expression_jumps_or_bends_there_is_a_kink(expression, derivative, z, verdict):
    activation = nntui.Activation.of_expression(expression, derivative)
    found = check_gradient(single(activation, z, 1.0, y=3.0))
    assert set(verdicts(found).values()) == {verdict}


def test_a_corner_close_by_is_looked_at_from_nearer():
    found = check_gradient(single("relu", 1e-6, 1.0, y=3.0))
    assert verdicts(found) == {"b[y]": "ok", "w[x,y]": "ok"}


def test_a_corner_is_found_before_noise_is_allowed():
    """The loss is so large that its rounding alone could make 0.125 out of 0."""
    net = nntui.Network()
    net.add_neuron("x", role="input")
    net.add_neuron("corner", activation="relu", bias=0.0)
    net.add_neuron("y", role="output", bias=0.0)
    net.connect("x", "corner", 0.0)
    net.connect("corner", "y", -0.25 / 6e4)
    net.connect("x", "y", 0.0)
    found = check_gradient(experiment(net, "squared_error", rows=[[1.0]], targets=[[3e4]]))
    corner = {p.name: p for p in found.parameters}["b[corner]"]
    assert (corner.analytic, corner.verdict) == (0.0, "kink")
    assert corner.numeric == pytest.approx(0.125, rel=0.5)
    assert found.ok


@pytest.mark.parametrize("l1", [0.1, 1e3])
def test_l1_has_its_corner_at_0(l1):
    subject = experiment(irregular(), l1=l1)
    net = subject.network.copy()
    net.set_weight("x1", "h1", 0.0)
    found = verdicts(check_gradient(replace(subject, network=net)))
    # sign(0) is 0, and so is the central difference over a corner that is the same on both sides
    assert found["w[x1,h1]"] in ("ok", "kink")


@pytest.mark.parametrize("y", [1e10, 1e14])
def test_where_rounding_is_as_large_as_the_difference_it_cannot_be_told(y):
    found = check_gradient(single("linear", 0.5, 1.0, y=y))
    assert verdicts(found) == {"b[y]": "noise", "w[x,y]": "noise"}
    assert found.ok


def test_a_function_that_turns_within_less_than_two_floats_cannot_be_told():
    found = check_gradient(single("sin", 1e150, 1.0, "squared_error", y=0.3, bias=1e120))
    assert set(verdicts(found).values()) == {"noise"}


def test_a_parameter_that_crosses_no_corner_is_not_excused_by_one(monkeypatch):
    row = structs.replace(ACTIVATIONS["tanh"], derivative=lambda z, a: 1.0)
    monkeypatch.setitem(ACTIVATIONS, "tanh", row)
    net = nntui.Network()
    net.add_neuron("x", role="input")
    net.add_neuron("corner", activation="relu", bias=0.0)
    net.add_neuron("y", role="output", activation="tanh", bias=0.5)
    net.connect("x", "corner", 0.0)
    net.connect("corner", "y", 1.0)
    net.connect("x", "y", 0.5)
    found = verdicts(check_gradient(experiment(net, rows=[[1.0]], targets=[[0.0]])))
    assert found["w[x,corner]"] == "kink"
    assert found["w[x,y]"] == found["b[y]"] == "wrong"


def test_short_of_the_clamp_nothing_is_excused_by_it(monkeypatch):
    row = structs.replace(ACTIVATIONS["sigmoid"], derivative=lambda z, a: a)
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", row)
    found = check_gradient(single("sigmoid", 3.0, 1.0, "bce", y=0.0))
    assert verdicts(found) == {"b[y]": "wrong", "w[x,y]": "wrong"}


# ---- wrong -------------------------------------------------------------------------------------

SLIPS = {
    "a tenth of a percent too much": lambda right: lambda z, a, **s: right(z, a, **s) * 1.001,
    "the wrong sign": lambda right: lambda z, a, **s: -right(z, a, **s),
    "a bit added": lambda right: lambda z, a, **s: right(z, a, **s) + 0.01,
    "taken at another place": lambda right: lambda z, a, **s: right(z + 0.5, a + 0.5, **s),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("activation", [*ACTIVATIONS])
def test_a_wrong_derivative_of_any_activation_is_found(monkeypatch, activation, slip):
    row = ACTIVATIONS[activation]
    wrong = structs.replace(row, derivative=SLIPS[slip](row.derivative))
    rights = [wrong.derivative(z, 0.6, **row.settings) for z in (0.7, -0.6)]
    if rights == [row.derivative(z, 0.6, **row.settings) for z in (0.7, -0.6)]:
        pytest.skip("this slip changes nothing here")
    net = nntui.Network()
    net.add_neuron("x", role="input")
    net.add_neuron("h", activation=activation, bias=0.05)
    net.add_neuron("y", role="output", activation=["linear", "tanh"][activation == "linear"])
    net.connect("x", "h", 1.0)
    net.connect("h", "y", 1.0)
    subject = experiment(net, rows=[[0.65], [-0.65]], targets=[[3.0], [-2.0]])
    assert check_gradient(subject).ok
    monkeypatch.setitem(ACTIVATIONS, activation, wrong)
    found = check_gradient(subject)
    assert not found.ok
    assert verdicts(found)["w[x,h]"] == "wrong"
    assert verdicts(found)["w[h,y]"] == "ok"


@pytest.mark.parametrize("loss", [*LOSSES])
def test_a_wrong_slope_of_any_loss_is_found(monkeypatch, loss):
    row = LOSSES[loss]

    def wrong(a, y, **settings):
        first, *others = row.gradient(a, y, **settings)
        return [first * 1.001, *others]

    subject = experiment(irregular(), loss, targets=[[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]])
    monkeypatch.setitem(LOSSES, loss, structs.replace(row, gradient=wrong))
    assert verdicts(check_gradient(subject))["b[y1]"] == "wrong"


def test_an_edge_whose_part_is_lost_on_the_way_back_is_found(monkeypatch):
    def forgetful(subject, state, first_update=0):
        for operation in train(subject, state, first_update):
            if operation == ("backward_edge", "h1", "h2"):
                state.da["h1"] = state.da["h1"] - state.w["h1", "h2"] * state.delta["h2"]
            yield operation

    train = gradient_check.train
    monkeypatch.setattr(gradient_check, "train", forgetful)
    found = verdicts(check_gradient(experiment(irregular())))
    assert {name for name, verdict in found.items() if verdict == "wrong"} == {
        "b[h1]", "w[x1,h1]", "w[x2,h1]",
    }  # fmt: skip


def test_the_notebooks_mistake_is_found(monkeypatch):
    """It summed bare weights where w·δ belongs."""

    def mistaken(subject, state, first_update=0):
        for operation in train(subject, state, first_update):
            if operation[0] == "backward_edge":
                _, i, j = operation
                state.da[i] = state.da[i] - state.w[i, j] * state.delta[j] + state.w[i, j]
            yield operation

    train = gradient_check.train
    monkeypatch.setattr(gradient_check, "train", mistaken)
    found = verdicts(check_gradient(experiment(irregular())))
    assert found["b[y2]"] == found["w[y1,y2]"] == "ok"
    assert found["b[h1]"] == found["w[x1,h1]"] == "wrong"


def test_where_there_are_no_numbers_nothing_is_called_right():
    found = check_gradient(single("square", 1.0, 1.0, bias=1e200))
    assert math.isinf(found.loss)
    assert verdicts(found) == {"b[y]": "not finite", "w[x,y]": "not finite"}
    assert not found.ok
