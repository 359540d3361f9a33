"""Each bundled sample trains to what its description promises."""

from __future__ import annotations

import re
from functools import cache

import pytest

import nntui
from nntui.debugger.gradient_check import TrainingLoss
from nntui.samples import sample_called, samples

NAMES = [
    "sample", "classifier", "mazur", "notebook-chain", "notebook-diamond", "skip", "xor",
]  # fmt: skip


@cache
def loaded(name):
    return nntui.load(samples()[name])


@cache
def at_end(name):
    debugger = nntui.Debugger(loaded(name))
    debugger.seek(debugger.total)
    return debugger.snapshot()


@cache
def trained(name):
    network, end = loaded(name).network.copy(), at_end(name)
    for j, bias in end.b.items():
        network.set_bias(j, bias)
    for (i, j), weight in end.w.items():
        network.set_weight(i, j, weight)
    return network


def answers(network, name):
    return [network.predict(x) for x in loaded(name).data.inputs]


def mean_loss(name):
    experiment, network = loaded(name), trained(name)
    losses = [
        experiment.training.loss.value(network.predict(experiment.x(n)), experiment.y(n))
        for n in experiment.train_examples
    ]
    return sum(losses) / len(losses)


def stepped(name):
    debugger = nntui.Debugger(loaded(name))
    while not debugger.at_end:
        yield debugger.step(), debugger


# ---- all of them -------------------------------------------------------------------------------


def test_these_are_the_samples_and_the_one_to_begin_with_comes_first():
    assert list(samples()) == NAMES


@pytest.mark.parametrize(
    ("words", "name"),
    [("xor", "xor"), ("xor.json", "xor"), ("samples/xor", "xor"), ("samples/xor.json", "xor"),
     ("./xor", None), ("xor.csv", None), ("", None), ("samples/", None), ("classifier.csv", None)],
)  # fmt: skip
def test_a_sample_is_called_by_its_name_or_its_file(words, name):
    assert sample_called(words) == name


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_a_name_and_a_story_that_names_keys(name):
    experiment = loaded(name)
    assert 0 < len(experiment.name) <= 40
    assert 200 < len(experiment.description) < 1200
    words = re.findall(r"`(\d*[a-zA-Z])`", experiment.description)
    keys = [word for word in words if word not in experiment.network]
    assert "c" in keys
    assert set("".join(keys)) <= set("sSnNfFeEuUcr0123456789")


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_readable_numbers_and_no_warnings(name):
    text = samples()[name].read_text("utf-8")
    assert not loaded(name).network.check()
    assert all(len(number) <= 7 for number in re.findall(r"-?\d+\.\d+", text.split('"network"')[1]))


@pytest.mark.parametrize("name", NAMES)
def test_a_samples_gradient_is_right(name):
    assert {p.verdict for p in TrainingLoss.at(loaded(name)).check().parameters} == {"ok"}


@pytest.mark.parametrize("name", NAMES)
def test_a_samples_loss_falls(name):
    epochs = at_end(name).losses.epoch
    assert epochs[-1] < epochs[0] / 5


# ---- one by one --------------------------------------------------------------------------------


def test_sample_tells_the_greater_of_two_numbers():
    right = [y for (y,) in loaded("sample").data.targets]
    before = [a for (a,) in answers(loaded("sample").network, "sample")]
    after = [a for (a,) in answers(trained("sample"), "sample")]
    assert all(abs(a - 0.5) < 0.06 for a in before)
    assert all(abs(a - y) < 0.1 for a, y in zip(after, right, strict=True))
    assert loaded("sample").training.epochs == 100


def test_sample_learns_to_subtract():
    before, after = loaded("sample").network.weights, trained("sample").weights
    assert before["x2", "h1"] == 0.3
    assert after["x2", "h1"] < -1
    assert after["x1", "h1"] > before["x1", "h1"] > 0


def test_the_first_steps_of_sample_are_the_packages_example():
    debugger = nntui.Debugger(loaded("sample"))
    assert debugger.step().text == "a[x1] = 1; a[x2] = 0.5"
    assert debugger.step().text == "z[h1] = 0.1 + 0.6 · 1 = 0.7"


def test_xor_gets_all_four_right():
    after = [a for (a,) in answers(trained("xor"), "xor")]
    assert [round(a) for a in after] == [0, 1, 1, 0]
    assert all(abs(a - round(a)) < 0.01 for a in after)
    assert mean_loss("xor") < 0.01


def test_xor_hesitates_before_it_learns():
    epochs = at_end("xor").losses.epoch
    assert all(abs(loss - 0.7) < 0.04 for loss in epochs[:20])
    assert epochs[100] < 0.1


def test_the_examples_of_xor_pull_in_opposite_directions():
    debugger = nntui.Debugger(loaded("xor"))
    debugger.move("update", 30)
    debugger.move("example", 4)  # the fourth is loaded: three have been through the backward pass
    before = debugger["dw[x1,h2]"]
    debugger.move("pass", 3)
    assert (round(before, 2), round(debugger["dw[x1,h2]"], 2)) == (-0.24, -0.06)


def test_notebook_chain_ends_at_2():
    (before,), (after,) = (
        answers(net, "notebook-chain")[0]
        for net in (loaded("notebook-chain").network, trained("notebook-chain"))
    )
    assert before == 0.625
    assert f"{after:.3f}" == "2.000"
    assert at_end("notebook-chain").losses.updates == 200


def test_notebook_chain_has_the_notebooks_settings():
    experiment = loaded("notebook-chain")
    assert experiment.training.optimizer.learning_rate == 0.001
    assert experiment.training.loss.name == "squared_error"
    assert list(experiment.network.weights) == [("In", "x"), ("x", "y"), ("y", "z"), ("z", "Out")]


def test_notebook_diamond_ends_at_10_twice():
    (after,) = answers(trained("notebook-diamond"), "notebook-diamond")
    assert [f"{a:.3f}" for a in after] == ["10.000", "10.000"]
    assert at_end("notebook-diamond").losses.updates == 150


def test_in_notebook_diamond_two_paths_back_meet_where_the_story_says():
    parts = dict.fromkeys(("z", "x", "a"), 0)
    for step, debugger in stepped("notebook-diamond"):
        if step.kind == "backward_edge" and step.source in parts:
            parts[step.source] += 1
        if debugger.position == debugger.schedule.steps_per_example:
            break
    assert parts == {"z": 2, "x": 2, "a": 2}


@pytest.mark.parametrize("name", ["notebook-chain", "notebook-diamond"])
def test_no_relu_of_the_notebooks_dies(name):
    for step, debugger in stepped(name):
        if step.kind == "forward_neuron":
            assert debugger[f"a[{step.neuron}]"] > 0


# Matt Mazur, "A Step by Step Backpropagation Example", 17 March 2015.
MAZUR_FORWARD = {
    "z[h1]": 0.3775, "a[h1]": 0.593269992, "a[h2]": 0.596884378, "z[o1]": 1.105905967,
    "a[o1]": 0.75136507, "a[o2]": 0.772928465, "loss": 0.298371109,
}  # fmt: skip
MAZUR_BACKWARD = {
    "da[o1]": 0.74136507, "delta[o1]": 0.138498562, "dw[h1,o1]": 0.082167041,
    "da[h1]": 0.036350306, "dw[i1,h1]": 0.000438568,
}  # fmt: skip
MAZUR_UPDATED = {
    "w[h1,o1]": 0.35891648, "w[h2,o1]": 0.408666186, "w[h1,o2]": 0.511301270,
    "w[h2,o2]": 0.561370121, "w[i1,h1]": 0.149780716, "w[i2,h1]": 0.19956143,
    "w[i1,h2]": 0.24975114, "w[i2,h2]": 0.29950229,
}  # fmt: skip


@pytest.mark.parametrize(
    ("passes", "published"), [(2, MAZUR_FORWARD), (3, MAZUR_BACKWARD), (4, MAZUR_UPDATED)]
)
def test_mazur_gives_the_articles_numbers(passes, published):
    debugger = nntui.Debugger(loaded("mazur"))
    debugger.move("pass", passes)
    for name, value in published.items():
        assert debugger[name] == pytest.approx(value, abs=5e-9), name


def test_mazur_ends_below_the_articles_loss_because_its_biases_learn():
    assert mean_loss("mazur") < 0.0000351085
    assert at_end("mazur").losses.epoch[-1] < 0.0000351085
    assert trained("mazur").neuron("h1").bias != trained("mazur").neuron("h2").bias
    assert loaded("mazur").training.epochs == 10_000


def test_skip_fits_its_curve_and_leaves_the_frozen_bias_alone():
    assert mean_loss("skip") < 0.001
    assert at_end("skip").losses.epoch[-1] < 0.001
    assert trained("skip").neuron("y").bias == 0.0
    debugger = nntui.Debugger(loaded("skip"))
    debugger.move("pass", 3)
    assert debugger["db[y]"] != 0.0


def test_skip_has_the_connections_that_its_story_follows():
    targets = loaded("skip").network.wiring().targets
    assert targets["h1"] == ("h2", "h3")
    assert targets["x"] == ("h1", "h2", "y")


def test_classifier_tells_more_than_nine_in_ten_right_in_both_sets():
    experiment, network = loaded("classifier"), trained("classifier")
    assert (len(experiment.train_examples), len(experiment.test_examples)) == (90, 30)
    for examples in (experiment.train_examples, experiment.test_examples):
        right = [
            max(range(3), key=network.predict(experiment.x(n)).__getitem__)
            == experiment.y(n).index(1.0)
            for n in examples
        ]
        assert sum(right) / len(right) > 0.9


def test_the_slopes_of_classifiers_loss_add_up_to_0():
    debugger = nntui.Debugger(loaded("classifier"))
    debugger.move("pass", 2)
    slopes = [debugger[f"da[{fruit}]"] for fruit in ("lemon", "apple", "banana")]
    assert sum(slopes) == pytest.approx(0.0, abs=1e-15)
