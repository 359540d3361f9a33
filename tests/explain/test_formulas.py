"""The text of a step: as the manual shows it, and true: computed again, it gives the result."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.arithmetic import evaluate
from support.experiments import OPTIMIZERS_WITH_OPTIONS, experiments, layered, table_activations

from nntui.debugger.debugger import Debugger
from nntui.debugger.step import Step
from nntui.explain.formulas import formula, substituted
from nntui.explain.numbers import bracketed, exact, rounded
from nntui.explain.source import intention, method, place
from nntui.explain.symbols import math_name
from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import LOSSES, Loss
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer


def steps_of(experiment: Experiment, limit: int = 10**9):
    debugger = Debugger(experiment)
    for _ in range(min(limit, debugger.total)):
        yield debugger.step()


def functions(step: Step) -> dict[str, object]:
    """What huber, clamp and log mean in this experiment."""
    delta = dict(step.experiment.training.loss.settings).get("delta", 1.0)
    return {
        "huber": lambda d: 0.5 * d * d if abs(d) <= delta else delta * (abs(d) - 0.5 * delta),
        "clamp": lambda d: min(delta, max(-delta, d)),
        # In bce alone, and there the formula says nothing of it.
        "log": lambda x: max(-100.0, math.log(x)) if x > 0 else -100.0,
    }


def saturated(step: Step) -> bool:
    """Whether bce divides by its 1e-12 instead of a·(1 − a), which its formula leaves unsaid."""
    if step.kind != "loss" or step.experiment.training.loss.name != "bce":
        return False
    return any(n[0] == "a" and a * (1.0 - a) < 1e-12 for n, a in step.reads.items())


def one(*, x=1.0, weight=0.5, bias=0.1, target=0.0, activation="linear", **training) -> Experiment:
    net = Network()
    net.add_neuron("x1", role="input")
    net.add_neuron("h1", role="output", activation=activation, bias=bias)
    net.connect("x1", "h1", weight)
    targets = [target] if isinstance(target, int) else [[target]]
    return Experiment(net, Dataset.of([[x]], targets), Training(epochs=1, **training))


def texts(experiment: Experiment) -> list[str]:
    return [step.text for step in steps_of(experiment)]


def test_the_texts_of_the_manual() -> None:
    assert texts(one(loss=Loss.of("mse"), optimizer=Optimizer.of("sgd", learning_rate=0.5))) == [
        "a[x1] = 1",
        "z[h1] = 0.1 + 0.5 · 1 = 0.6",
        "a[h1] = 0.6",
        "loss = (0.6 − 0)² = 0.36; da[h1] = 2 · (0.6 − 0) = 1.2",
        "delta[h1] = 1.2 · 1 = 1.2; db[h1] = 0 + 1.2 = 1.2",
        "dw[x1,h1] = 0 + 1.2 · 1 = 1.2; da[x1] = 0 + 0.5 · 1.2 = 0.6",
        "b[h1] = 0.1 − 0.5 · 1.2 = -0.5",
        "w[x1,h1] = 0.5 − 0.5 · 1.2 = -0.09999999999999998",
    ]


def test_negative_numbers_stand_in_brackets_behind_an_operator() -> None:
    found = texts(one(x=-1.0, weight=-0.5, bias=-0.25, target=1.0, activation="square"))
    assert found[:6] == [
        "a[x1] = -1",
        "z[h1] = -0.25 + (-0.5) · (-1) = 0.25",
        "a[h1] = 0.25² = 0.0625",
        "loss = (0.0625 − 1)² = 0.87890625; da[h1] = 2 · (0.0625 − 1) = -1.875",
        "delta[h1] = -1.875 · (2·0.25) = -0.9375; db[h1] = 0 + (-0.9375) = -0.9375",
        "dw[x1,h1] = 0 + (-0.9375) · (-1) = 0.9375; da[x1] = 0 + (-0.5) · (-0.9375) = 0.46875",
    ]
    assert texts(one(x=-3.0, bias=0.0, activation="square"))[2] == "a[h1] = (-1.5)² = 2.25"


def test_names_that_are_no_identifiers_are_quoted() -> None:
    net = Network()
    net.add_neuron("my input", role="input")
    net.add_neuron("h1", role="output", bias=0.0)
    net.connect("my input", "h1", 2.0)
    found = texts(Experiment(net, Dataset.of([[3.0]], [[6.0]]), Training(epochs=1)))
    assert found[0] == 'a["my input"] = 3'
    assert found[1] == "z[h1] = 0 + 2 · 3 = 6"
    assert found[5].startswith('dw["my input",h1] = 0 + 0 · 3 = 0; da["my input"] = ')


def test_an_update_shows_the_mean_and_the_penalty() -> None:
    experiment = layered(
        1, 1, examples=3, epochs=1, l1=0.25, l2=0.5, optimizer=Optimizer.of("sgd")
    )  # fmt: skip
    *_, bias, weight = steps_of(experiment)
    assert [(line.target, line.symbols) for line in weight.lines()] == [
        ("g", "dw[x1,y1] / N + λ₂ · w[x1,y1] + λ₁ · sign(w[x1,y1])"),
        ("w[x1,y1]", "w[x1,y1] − η · g"),
    ]
    assert [(line.target, line.symbols) for line in bias.lines()] == [
        ("g", "db[y1] / N"),
        ("b[y1]", "b[y1] − η · g"),
    ]


def test_adam_shows_its_working() -> None:
    *_, step = steps_of(one(optimizer=Optimizer.of("adam")))
    assert [(line.target, line.symbols) for line in step.lines()] == [
        ("m", "β₁ · m + (1 − β₁) · dw[x1,h1]"),
        ("v", "β₂ · v + (1 − β₂) · dw[x1,h1]²"),
        ("m̂", "m / (1 − β₁^t)"),
        ("v̂", "v / (1 − β₂^t)"),
        ("w[x1,h1]", "w[x1,h1] − η · m̂ / (√v̂ + ε)"),
    ]


def test_of_many_inputs_the_first_few_are_spelled() -> None:
    net = Network()
    for n in range(20):
        net.add_neuron(f"x{n}", role="input")
    net.add_neuron("y", role="output", bias=0.0)
    net.connect("x3", "y", 1.0)
    experiment = Experiment(net, Dataset.of([[0.5] * 20], [[0.0]]), Training(epochs=1))
    first = next(steps_of(experiment))
    assert first.text.startswith("a[x0] = 0.5; ")
    assert first.text.endswith("; … (20 inputs)")
    assert len(first.lines()) == 20


@given(experiment=experiments())
def test_a_sentence_is_the_lines_of_the_formula(experiment) -> None:
    for step in steps_of(experiment, 300):
        lines = [
            [line.target, *dict.fromkeys([line.numbers, line.result])] for line in formula(step)
        ]
        assert step.text == "; ".join(" = ".join(line) for line in lines)


@given(experiment=experiments())
def test_sums_of_products_compute_to_exactly_their_result(experiment) -> None:
    for step in steps_of(experiment, 300):
        if step.kind in ("load", "forward_edge", "backward_edge"):
            for line in step.lines():
                assert evaluate(line.numbers) == float(line.result)
                assert float(line.result).hex() == step.writes[line.target].hex()


@given(experiment=experiments(most_neurons=4, activation=table_activations))
def test_every_formula_computes_to_its_result(experiment) -> None:
    for step in steps_of(experiment, 400):
        for line in step.lines():
            result = float(line.result)
            if math.isfinite(result) and not saturated(step):
                numbers = evaluate(line.numbers, functions(step))
                assert numbers == pytest.approx(result, rel=1e-8, abs=1e-8), step.text


@given(experiment=experiments(most_neurons=4, activation=table_activations, odd_names=False))
def test_the_formula_in_symbols_computes_to_the_same(experiment) -> None:
    loss = experiment.training.loss
    spelled = loss.is_plain or not loss.row.classes  # else it is the formula with Σ q
    short = spelled and len(experiment.network.wiring().outputs) <= 2
    for step in steps_of(experiment, 300):
        known = {**step.writes, **step.reads, **functions(step)}
        if step.neuron:
            chosen = experiment.network.neuron(step.neuron).activation
            known |= {{"alpha": "α"}.get(setting, setting): v for setting, v in chosen.settings}
            if step.kind == "backward_neuron":
                known[f"a[{step.neuron}]"] = chosen.f(step.reads[f"z[{step.neuron}]"])
        if step.kind == "update" or (step.kind == "loss" and not short):
            continue
        for line in step.lines():
            result = float(line.result)
            if math.isfinite(result) and not saturated(step):
                found = evaluate(line.symbols, known)
                assert found == pytest.approx(result, rel=1e-8, abs=1e-8), line


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_activations_formula_is_true_on_both_sides_of_0(name) -> None:
    for z in (-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 2.5, 25.0):
        experiment = one(x=z, weight=1.0, bias=0.0, activation=name, target=0.5)
        for step in steps_of(experiment, 5):
            for line in step.lines():
                assert evaluate(line.numbers) == pytest.approx(float(line.result), 1e-8, 1e-8), line


@pytest.mark.parametrize("slope", [0.2, -0.5])
def test_an_activations_settings_are_shown(slope) -> None:
    experiment = one(x=-2.0, activation=Activation.of("leaky_relu", slope=slope), target=0.5)
    for step in steps_of(experiment, 5):
        for line in step.lines():
            assert evaluate(line.numbers) == pytest.approx(float(line.result)), line


LOSSES_WITH_SETTINGS = [
    *map(Loss.of, LOSSES),
    Loss.of("bce", weight=2.0),
    Loss.of("bce_with_logits", pos_weight=2.5),
    Loss.of("cross_entropy", weight=0.5),
    Loss.of("cross_entropy", label_smoothing=0.2),
]


@pytest.mark.parametrize("loss", LOSSES_WITH_SETTINGS, ids=lambda o: f"{o.name}{o.settings}")
@pytest.mark.parametrize("outputs", [1, 2, 3])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_each_losss_formula_is_true(loss, outputs, reduction) -> None:
    name = loss.name
    output = "sigmoid" if name == "bce" else "linear"
    like = layered(2, outputs, output=output, examples=5)
    targets = [0] * 5 if name == "cross_entropy" else [[0.3, 1.0, 0.0][:outputs]] * 5
    experiment = Experiment(
        like.network,
        Dataset.of([[3.0 * x for x in row] for row in like.data.inputs], targets),
        Training(loss=loss, epochs=1, reduction=reduction),
    )
    met = 0
    for step in steps_of(experiment):
        if step.kind == "loss":
            met += 1
            assert len(step.lines()) == 1 + outputs
            for line in step.lines():
                found = evaluate(line.numbers, functions(step))
                assert found == pytest.approx(float(line.result), 1e-9, 1e-12), line
    assert met == 5


@pytest.mark.parametrize(
    "optimizer", OPTIMIZERS_WITH_OPTIONS, ids=lambda o: f"{o.name}{o.settings}"
)
def test_each_optimizers_formula_is_true_from_the_first_update_on(optimizer) -> None:
    experiment = layered(
        2, 2, 1, examples=3, batch_size=2, epochs=3, optimizer=optimizer, l1=0.01, l2=0.1
    )
    for step in steps_of(experiment):
        if step.kind == "update":
            for line in step.lines():
                found = evaluate(line.numbers)
                assert found == pytest.approx(float(line.result), rel=1e-9, abs=1e-12), line
                # A minus of a number never stands behind an operator.
                assert not re.search(r"[+−·/^√] *-", line.numbers), line


@given(experiment=experiments(most_neurons=4))
def test_no_number_behind_an_operator_is_a_bare_negative(experiment) -> None:
    for step in steps_of(experiment, 300):
        for line in step.lines():
            assert not re.search(r"[+−·/^√] *-", line.numbers), line


@given(st.floats())
def test_exact_numbers_read_back_as_the_same_float(x) -> None:
    text = exact(x)
    assert float(text).hex() == x.hex()
    assert not text.endswith(".0")


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (1.0, "1"), (-0.0, "-0"), (0.1, "0.1"), (1e22, "1e+22"), (1e-7, "1e-07"),
        (math.inf, "Infinity"), (-math.inf, "-Infinity"), (math.nan, "NaN"),
    ],
)  # fmt: skip
def test_exact_numbers(x, text) -> None:
    assert exact(x) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.123456, "0.123"), (-1234.5, "-1.23e3"), (1e-10, "1e-10"), (2.0, "2"),
        (math.inf, "Infinity"), (math.nan, "NaN"),
    ],
)  # fmt: skip
def test_rounded_numbers(x, text) -> None:
    assert rounded(3)(x) == text


def test_brackets() -> None:
    assert bracketed("-0.5") == "(-0.5)"
    assert bracketed("0.5") == "0.5"
    assert bracketed("-Infinity") == "(-Infinity)"
    assert substituted("½·z·(1 + erf(z/√2))", {"z": "-2"}) == "½·(-2)·(1 + erf((-2)/√2))"
    assert substituted("tanh(z)", {"z": "-2"}) == "tanh(-2)"
    assert substituted("1 / (1 + e^−z)", {"z": "-2"}) == "1 / (1 + e^−(-2))"


@given(experiment=experiments())
def test_every_step_has_a_place_and_an_intention(experiment) -> None:
    wiring = experiment.network.wiring()
    for step in steps_of(experiment, 200):
        assert place(step.operation, wiring)
        assert intention(step.operation, experiment)


def test_places_and_intentions() -> None:
    experiment = layered(2, 3, 1, optimizer=Optimizer.of("sgd"))
    wiring = experiment.network.wiring()
    assert place(("forward_edge", "x2", "h1_1"), wiring) == "adding the 2nd of 2 inputs of h1_1"
    assert place(("backward_edge", "h1_3", "y1"), wiring) == "back to the 3rd of 3 inputs of y1"
    assert place(("forward_neuron", "h1_2"), wiring) == "a of h1_2 (the 2nd of 4 neurons), tanh"
    assert place(("backward_neuron", "h1_2"), wiring) == "δ of h1_2 (the 3rd of 4 neurons)"
    alone = layered(1, 1).network.wiring()
    assert place(("forward_edge", "x1", "y1"), alone) == "adding the only input of y1"
    assert place(("update", "h1_2"), wiring) == "the bias of h1_2"
    assert place(("update", "x1", "h1_2"), wiring) == "the weight x1→h1_2"
    said = {
        ("load",): "load example 2",
        ("forward_edge", "x2", "h1_1"): "add w[x2,h1_1] · a[x2] to z[h1_1]",
        ("forward_neuron", "h1_1"): "tanh turns z[h1_1] into a[h1_1]",
        ("loss",): "the loss: compare the answer with the target",
        ("backward_neuron", "y1"): "δ[y1] = ∂L/∂a[y1] · sigmoid′(z[y1])",
        ("backward_edge", "h1_1", "y1"): "take δ[y1] back to h1_1: ∂L/∂w += δ·a, ∂L/∂a += w·δ",
        ("update", "y1"): "change the bias of y1: b − η · g",
    }
    for operation, words in said.items():
        assert intention(operation, experiment, 2) == words
    weight = ("update", "h1_1", "y1")
    alone = layered(2, 3, 1, optimizer=Optimizer.of("sgd"), batch_size=1)
    assert intention(weight, alone) == "change the weight h1_1→y1: w − η · ∂L/∂w"
    adam = layered(2, 3, 1, optimizer=Optimizer.of("adam"))
    assert intention(weight, adam) == "change the weight h1_1→y1 by adam"


def test_a_line_knows_what_the_value_was_and_how_it_changed() -> None:
    found = list(steps_of(one(loss=Loss.of("mse"), optimizer=Optimizer.of("sgd"))))
    z, bias = found[1].lines()[0], found[-2].lines()[-1]
    assert (z.before, z.result, z.change) == ("0.1", "0.6", "+0.5")
    assert (bias.before, bias.result, bias.change) == ("0.1", "0.0988", "-0.0012000000000000066")
    activation = found[2].lines()[0]
    assert (activation.before, activation.change) == ("", "")


def test_of_many_outputs_the_first_and_the_last_few_are_written() -> None:
    experiment = layered(1, 40, loss=Loss.of("mse"))
    step = next(step for step in steps_of(experiment) if step.kind == "loss")
    few = formula(step, exact, math_name, 12)
    assert [line.target for line in few] == [
        "L", *(f"∂L/∂a[y{n}]" for n in range(1, 9)), "…",
        *(f"∂L/∂a[y{n}]" for n in range(37, 41)),
    ]  # fmt: skip
    gap = few[9]
    assert (gap.symbols, gap.result) == ("28 more outputs", "")
    assert " + … + " in few[0].numbers
    assert len(few[0].numbers) < 400
    assert len(formula(step)) == 41


@pytest.mark.parametrize(
    ("loss", "symbols", "numbers"),
    [
        (
            Loss.of("bce", weight=[2.0, 1.0]),
            "−1/2·(2·t[y1]·log a[y1] + 2·(1 − t[y1])·log(1 − a[y1]) + t[y2]·log a[y2] + …",
            "−1/2·(2·0·log 0.5 + 2·(1 − 0)·log(1 − 0.5) + 1·log 0.5 + …",
        ),
        (
            Loss.of("cross_entropy", weight=[2.0, 3.0]),
            "−Σ q·log softmax(a)",
            "−3·log(e^0.5 / (e^0.5 + e^0.5))",
        ),
        (
            Loss.of("cross_entropy", label_smoothing=0.5),
            "−Σ q·log softmax(a)",
            "−0.25·log(e^0.5 / (e^0.5 + e^0.5)) − 0.75·log(e^0.5 / (e^0.5 + e^0.5))",
        ),
    ],
)
def test_the_settings_of_a_loss_stand_in_its_formula(loss, symbols, numbers) -> None:
    net = Network("zeros")
    net.add_neuron("x1", role="input")
    for name in ("y1", "y2"):
        net.add_neuron(name, role="output", bias=0.5)
        net.connect("x1", name, 0.0)
    experiment = Experiment(net, Dataset.of([[1.0]], [[0.0, 1.0]]), Training(loss=loss, epochs=1))
    step = next(step for step in steps_of(experiment) if step.kind == "loss")
    line = step.lines()[0]
    assert line.symbols.startswith(symbols.rstrip("…"))
    assert line.numbers.startswith(numbers.rstrip("…"))


def test_a_loss_with_a_setting_says_what_it_is() -> None:
    experiment = one(loss=Loss.of("huber", delta=0.5))
    assert method(experiment, "loss") == "huber, δ = 0.5"
    assert method(experiment, "update") == "sgd"
    assert method(experiment, "forward_edge") == ""
    step = next(step for step in steps_of(experiment) if step.kind == "loss")
    remark = formula(step, few=12)[-1]
    assert (remark.symbols, remark.result) == ("huber(d) = ½d² if |d| ≤ δ else δ·(|d| − ½δ)", "")
    assert all(line.result for line in step.lines())


def test_a_quoted_name_alone_is_a_factor_without_brackets() -> None:
    net = Network()
    net.add_neuron("x1", role="input")
    net.add_neuron("h (1)", role="output", activation="abs", bias=0.5)
    net.connect("x1", "h (1)", 2.0)
    experiment = Experiment(net, Dataset.of([[3.0]], [[6.0]]), Training(epochs=1))
    delta = next(step for step in steps_of(experiment) if step.kind == "backward_neuron")
    (line, _) = formula(delta)
    assert line.symbols == 'da["h (1)"] · sign(z["h (1)"])'
