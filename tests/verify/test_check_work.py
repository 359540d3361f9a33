"""Numbers of every form, at every moment, held against the run."""

import math
from dataclasses import replace

import numpy as np
import pytest

import nntui
from nntui.model.errors import NntuiError
from nntui.samples import samples
from nntui.verify.check_work import check_work
from nntui.verify.files import Numbers
from nntui.verify.places import layers_of
from nntui.verify.right_run import RightRun

pytestmark = pytest.mark.usefixtures("no_search")


def experiment_of(layers, n, **training):
    """Random data for a network of layers, all tanh."""
    numbers = np.random.default_rng(len(layers) + n)
    network = nntui.Network.layered(layers, "tanh", "tanh", seed=1)
    data = nntui.Dataset.of(
        numbers.normal(size=(n, layers[0])).tolist(), numbers.normal(size=(n, layers[-1])).tolist()
    )
    settings = {"optimizer": nntui.Optimizer.of("sgd", learning_rate=0.3), "epochs": 5}
    return nntui.Experiment(network, data, nntui.Training(**(settings | training)))


def arrays_of(experiment, update=0):
    """The right arrays of an update: weights (in, out), examples in rows."""
    run = RightRun(experiment)
    right, found = run.of_batch(update), {}
    for layer in layers_of(run.net, run.layout):
        for name, at in (("W", layer.weights), ("b", layer.biases)):
            found[f"d{name}{layer.number}"] = right["g"][at]
            found[f"{name}{layer.number}"] = right["p"][at]
        for kind in ("z", "a", "da", "delta"):
            found[f"{kind}{layer.number}"] = right[kind][layer.rows].T
    return found | {"X": right["x"].T, "Y": right["t"].T, "loss": right["loss"]}


def after(experiment, updates):
    """The right parameters after each number of updates, as arrays with a leading axis."""
    run = RightRun(experiment)
    states = [run.start(k).p for k in updates]
    return {
        f"{name}{layer.number}": np.array([p[at] for p in states])
        for layer in layers_of(run.net, run.layout)
        for name, at in (("W", layer.weights), ("b", layer.biases))
    }


@pytest.fixture(scope="module")
def experiment():
    return experiment_of([2, 4, 3], 5)


@pytest.fixture(scope="module")
def arrays(experiment):
    return arrays_of(experiment)


@pytest.fixture
def refusal(experiment):
    def sentence(numbers, of=experiment, **options):
        with pytest.raises(NntuiError) as caught:
            check_work(of, numbers, **options)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return sentence


class TestForms:
    def test_all_arrays_of_a_batch_are_right(self, experiment, arrays):
        verdict = check_work(experiment, arrays)
        assert verdict.right
        assert verdict.compared == verdict.agree == 5 * 7 * 4 + 5 + 2 * (2 * 4 + 4 + 4 * 3 + 3)
        assert {count.kind for count in verdict.counts} >= {"dW1", "db2", "z1", "delta2", "W1"}

    @pytest.mark.parametrize(
        "written",
        [
            lambda a: a.T,
            lambda a: a.astype(np.float32),
            lambda a: a.astype(">f8"),
            lambda a: np.asfortranarray(a),
            lambda a: a.tolist(),
            lambda a: np.vectorize(lambda x: float(f"{x:.6g}"))(a),
        ],
        ids=["transposed", "float32", "big-endian", "fortran", "lists", "6 digits"],
    )
    def test_they_are_right_in_any_layout_and_precision(self, experiment, arrays, written):
        assert check_work(experiment, {name: written(a) for name, a in arrays.items()}).right

    def test_biases_may_be_columns_or_rows(self, experiment, arrays):
        for turned in (arrays["db1"][:, None], arrays["db1"][None]):
            assert check_work(experiment, {"db1": turned}).right

    def test_capital_letters_and_dz_are_other_names(self, experiment, arrays):
        names = {"Z1": arrays["z1"], "A2": arrays["a2"], "dZ2": arrays["delta2"]}
        assert check_work(experiment, names | {"dw_1": arrays["dW1"], "a0": arrays["X"]}).right

    def test_what_has_an_array_is_one(self, experiment, arrays):
        class Tensor:
            def __init__(self, array):
                self.array = array

            def __array__(self, dtype=None, copy=None):
                return self.array

        assert check_work(experiment, {"dW1": Tensor(arrays["dW1"])}).right

    def test_values_by_name_are_numbers_and_lists_with_one_for_each_example(self, experiment):
        run = RightRun(experiment)
        right, row = run.of_batch(0), run.layout.row
        verdict = check_work(
            experiment,
            {
                "dw[x1,h1]": right["g"][1],
                "g[h1]": right["g"][0],
                "b[h1]": right["p"][0],
                "z[h2]": right["z"][row["h2"]].tolist(),
                "x[x2]": right["x"][1],
                "y[y1]": right["t"][0],
                "loss": right["loss"],
                "batch_loss": right["batch_loss"][0],
            },
        )
        assert (verdict.right, verdict.compared) == (True, 3 + 5 + 5 + 1)

    def test_one_example_needs_no_list(self):
        experiment = experiment_of([2, 3, 1], 1)
        arrays = arrays_of(experiment)
        flat = {name: np.squeeze(array) for name, array in arrays.items()}
        assert check_work(experiment, flat).right
        assert check_work(experiment, {"z[h1]": float(arrays["z1"][0, 0])}).right

    def test_nan_agrees_with_nan_only(self, experiment, arrays):
        wrong = arrays["dW1"].copy()
        wrong[1, 2] = np.nan
        verdict = check_work(experiment, {"dW1": wrong})
        assert not verdict.right
        assert verdict.first_difference.name == "dw[x2,h3]"
        sgd = nntui.Optimizer.of("sgd", learning_rate=1e308)
        diverging = experiment_of([2, 2], 3, optimizer=sgd, loss=nntui.Loss.of("mse"), epochs=9)
        diverging = replace(diverging, network=nntui.Network.layered([2, 2], output="linear"))
        last = RightRun(diverging).schedule.updates - 1
        assert np.isnan(RightRun(diverging).of_batch(last)["p"]).any()
        assert check_work(diverging, arrays_of(diverging, last), last).right

    def test_class_indices_may_stand_for_the_targets(self):
        experiment = experiment_of([2, 3], 4)
        data = nntui.Dataset.of(experiment.data.inputs, [2, 0, 1, 1])
        training = replace(experiment.training, loss=nntui.Loss.of("cross_entropy"))
        experiment = nntui.Experiment(experiment.network, data, training)
        gradient = arrays_of(experiment)["dW1"]
        assert check_work(experiment, {"Y": [2, 0, 1, 1], "dW1": gradient}).right
        with pytest.raises(
            NntuiError, match=r"Y: example 2 of the batch of update 1 is \(0, 1, 0\)"
        ):
            check_work(experiment, {"Y": [2, 1, 1, 1], "dW1": gradient})


class TestSquareArrays:
    def test_alone_they_are_tried_both_ways_and_it_is_said_which_fits(self):
        experiment = experiment_of([3, 3], 4)
        gradient = arrays_of(experiment)["dW1"]
        for array, way in ((gradient, "(in, out)"), (gradient.T, "(out, in)")):
            verdict = check_work(experiment, {"dW1": array})
            assert verdict.right
            assert verdict.notes == (f"Square arrays, read as dW1: {way}, which fits best.",)
            assert repr(verdict).endswith(verdict.notes[0])

    def test_as_many_examples_as_neurons_are_tried_both_ways(self):
        experiment = experiment_of([4, 4], 4)
        arrays = arrays_of(experiment)
        for turned in (False, True):
            found = {n: arrays[n].T if turned else arrays[n] for n in ("X", "z1", "delta1")}
            verdict = check_work(experiment, found)
            assert verdict.right
            assert ("columns" if turned else "rows") in verdict.notes[0]

    def test_arrays_whose_shape_says_how_they_lie_speak_for_them(self):
        experiment = experiment_of([2, 3, 3], 4)
        arrays = arrays_of(experiment)
        verdict = check_work(experiment, {"dW1": arrays["dW1"], "dW2": arrays["dW2"].T})
        assert not verdict.right
        assert verdict.notes == ()
        assert verdict.first_difference.name.startswith("dw[h")


class TestMoments:
    def test_gradients_of_another_update_are_those_of_its_batch(self):
        experiment = experiment_of([2, 3, 1], 5, batch_size=2, shuffle=True)
        for update in (1, 2, 7):  # the third batch has one example
            assert check_work(experiment, arrays_of(experiment, update), update).right
        assert not check_work(experiment, {"dW1": arrays_of(experiment, 1)["dW1"]}, 3).right

    def test_w_and_b_are_those_before_or_after_the_update_or_after_the_one_named(self, experiment):
        for updates, options in ((0, {}), (1, {}), (4, {"after": 4}), (3, {"update": 2})):
            now = {name: rows[0] for name, rows in after(experiment, [updates]).items()}
            assert check_work(experiment, now, **options).right
        assert not check_work(experiment, now, after=2).right

    def test_a_leading_axis_of_updates_may_begin_at_the_start_or_after_the_first(self, experiment):
        for updates in (range(1, 5), range(5)):
            verdict = check_work(experiment, after(experiment, updates))
            assert (verdict.right, verdict.compared) == (True, 4 * 27)

    def test_it_may_be_one_of_epochs(self):
        experiment = experiment_of([2, 3, 1], 5, batch_size=2)
        for epochs in (range(1, 5), range(5)):
            rows = after(experiment, [3 * epoch for epoch in epochs])
            verdict = check_work(experiment, rows)
            assert (verdict.right, verdict.compared) == (True, 4 * 13)
            assert "after each epoch, not update" in verdict.notes[0]
        rows["W1"][3] += 0.1
        assert check_work(experiment, rows).update == 8  # the last of epoch 3

    def test_of_one_update_a_leading_axis_of_one_is_read_as_such(self, experiment):
        assert check_work(experiment, after(experiment, [1])).right

    def test_the_first_update_that_differs_is_named(self, experiment):
        rows = after(experiment, range(1, 6))
        rows["W2"][3:] += 0.01
        verdict = check_work(experiment, rows)
        assert (verdict.right, verdict.update) == (False, 3)
        assert verdict.first_difference.name == "w[h1,y1]"
        position = RightRun(experiment).schedule.position(verdict.first_difference.step - 1)
        assert (position.update, position.phase) == (3, "update")

    def test_of_a_longer_series_it_is_said_which_updates_were_looked_into(self, experiment):
        faster = replace(experiment.training, optimizer=nntui.Optimizer.of("sgd", learning_rate=2))
        rows = after(replace(experiment, training=faster), range(1, 9))
        verdict = check_work(experiment, {name: rows[name][:5] for name in rows})
        assert verdict.verdict == "factor"
        assert verdict.lines[1].startswith("All numbers of updates 1 to 4 agree with that")
        verdict = check_work(experiment, {name: rows[name][:2] for name in rows})
        assert verdict.lines[1].startswith("All 54 numbers agree with that")

    def test_gradients_of_the_first_update_go_with_a_series(self, experiment, arrays):
        rows = after(experiment, range(1, 4))
        found = rows | {"dW1": arrays["dW1"]}
        assert check_work(experiment, found).compared == 3 * 27 + 8
        wrong = check_work(experiment, rows | {"dW1": arrays["dW1"] * 2})
        assert (wrong.right, wrong.update) == (False, 0)

    @pytest.mark.parametrize(("loss", "right"), [(math.inf, True), (-math.inf, False)])
    def test_what_is_too_large_for_a_float32_is_infinite_there(self, loss, right):
        network = nntui.Network.from_arrays([([[1e20]], [0.0], "linear")])
        experiment = nntui.Experiment(network, ([[1.0]], [[0.0]]), loss="squared_error")
        numbers = {"batch_loss": np.float32(loss), "dW1": np.array([[2e20]], np.float32)}
        assert check_work(experiment, numbers).right is right

    def test_a_run_in_float32_that_drifts_away_is_right(self):
        experiment = experiment_of(
            [2, 6, 1], 4, optimizer=nntui.Optimizer.of("sgd", learning_rate=3.0), epochs=60
        )
        x, y = (
            np.array(rows, np.float32) for rows in (experiment.data.inputs, experiment.data.targets)
        )
        start = {name: rows[0].astype(np.float32) for name, rows in after(experiment, [0]).items()}
        w1, b1, w2, b2 = (start[name] for name in ("W1", "b1", "W2", "b2"))
        history = {name: [] for name in start}
        for _ in range(60):
            a1 = np.tanh(x @ w1 + b1)
            a2 = np.tanh(a1 @ w2 + b2)
            d2 = np.float32(2) * (a2 - y) * (1 - a2 * a2) / np.float32(len(x))
            d1 = d2 @ w2.T * (1 - a1 * a1)
            rate = np.float32(3)
            w2, b2 = w2 - rate * a1.T @ d2, b2 - rate * d2.sum(0)
            w1, b1 = w1 - rate * x.T @ d1, b1 - rate * d1.sum(0)
            for name, array in zip(history, (w1, b1, w2, b2), strict=True):
                history[name].append(array)
        found = {name: np.array(rows) for name, rows in history.items()}
        assert found["W1"].dtype == np.float32
        right = after(experiment, range(1, 61))
        assert not np.allclose(found["W1"][-1], right["W1"][-1], 1e-4)  # chaos
        assert check_work(experiment, found).right
        found["b2"][40:] *= np.float32(1.01)
        assert check_work(experiment, found).update == 40

    def test_what_the_optimizer_remembers_is_compared_too(self):
        experiment = experiment_of([2, 3], 4, optimizer=nntui.Optimizer.of("adam"))
        memory = RightRun(experiment).start(1).memory
        found = {"m[y1]": memory[0][0], "v[y1]": memory[1][0]}
        assert check_work(experiment, found).right
        assert not check_work(experiment, found | {"v[y1]": 2 * memory[1][0]}).right

    def test_numbers_by_update_are_those_of_csv(self, experiment):
        run = RightRun(experiment)
        found = {k: {"w[x1,h1]": np.array(run.start(k).p[1])} for k in (0, 2, 5)}
        found[3] = {"dw[x1,h1]": np.array(run.of_batch(2)["dp"][1])}
        verdict = check_work(experiment, Numbers(by_update=found))
        assert (verdict.right, verdict.compared) == (True, 3)
        found[3] = {"dw[x1,h1]": np.array(0.0)}
        assert check_work(experiment, Numbers(by_update=found)).update == 2


class TestTolerances:
    @pytest.mark.parametrize(
        ("off", "options", "right"),
        [
            (1e-7, {}, True),
            (1e-5, {}, False),
            (1e-5, {"rtol": 1e-4}, True),
            (1e-7, {"rtol": 1e-9}, False),
            (1e-5, {"atol": 1.0}, True),
        ],
    )
    def test_numbers_agree_within_them(self, experiment, arrays, off, options, right):
        found = {"dW1": arrays["dW1"] * (1 + off)}
        assert check_work(experiment, found, **options).right is right

    @pytest.mark.parametrize("off", [1e-9, 1e-7])
    def test_what_rounds_to_the_factor_1_is_none(self, experiment, arrays, off):
        found = {"dW1": arrays["dW1"] * (1 + off), "db1": arrays["db1"] * (1 + off)}
        verdict = check_work(experiment, found, rtol=1e-12, atol=0)
        assert verdict.verdict == "unknown"
        assert verdict.notes == ("With the usual rtol and atol they all agree.",)
        first = verdict.lines[1].partition(" is ")[2].split()
        assert first[0].rstrip(",") != first[2].rstrip(".")

    def test_more_digits_than_float32_has_are_wanted_of_float32_too(self, experiment, arrays):
        found = {"dW1": arrays["dW1"].astype(np.float32)}
        assert not check_work(experiment, found, rtol=1e-12).right

    def test_few_digits_of_all_numbers_of_a_kind_make_them_wider(self, experiment, arrays):
        rough = np.vectorize(lambda x: float(f"{x:.5g}"))(arrays["dW1"])
        assert check_work(experiment, {"dW1": rough}).right
        mixed = rough.copy()
        mixed[0, 0] = arrays["dW1"][0, 0]
        assert not check_work(experiment, {"dW1": mixed}).right

    def test_a_zero_that_is_only_nearly_one_agrees(self, experiment, arrays):
        found = arrays["delta1"].copy()
        found += 1e-12
        assert check_work(experiment, {"delta1": found}).right

    @pytest.mark.parametrize(("decimals", "said"), [(3, "0.0005"), (4, "5e-05")])
    def test_few_decimals_are_told_if_they_are_all_that_differs(
        self, experiment, arrays, decimals, said
    ):
        rounded = {"dW1": np.round(arrays["dW1"], decimals)}
        verdict = check_work(experiment, rounded)
        assert not verdict.right
        assert verdict.notes == (
            f"With atol {said}, half a unit of their last decimal, they all agree.",
        )
        assert check_work(experiment, rounded, atol=float(said)).right
        rounded["dW1"][0, 0] += 10.0**-decimals * 2
        assert check_work(experiment, rounded).notes == ()


class TestBadInput:
    @pytest.mark.parametrize(
        ("numbers", "said"),
        [
            ({"fc.weight": 1.0}, "“fc.weight”: a parameter is called W1, its gradient dW1 (there"),
            ({"dV1": 1.0}, "there is no value called “dV1”; did you mean dW1? (there are W1 b1"),
            ({"foo\x1b[2J": 1.0}, "“foo\\u001b[2J”"),
            ({"z[h9]": 1.0}, "z[h9]: there is no neuron called “h9”; it may be "),
            (
                {"w[h1,x1]": 1.0},
                'w[h1,x1]: "h1" is not connected to "x1"; the connection goes from x1 to h1',
            ),
            ({"dW9": [1.0]}, "there is no dW9: the network has 2 layers, up to dW2"),
            ({"dW1": np.ones((3, 3))}, "dW1: found the shape (3, 3), expected (2, 4) or (4, 2)"),
            ({"dW1": np.ones((4, 3))}, "expected (2, 4) or (4, 2) (it would fit dW2)"),
            ({"dW1": np.ones((6, 2, 4))}, "(there are 6 of these; give those of one update)"),
            ({"W1": np.ones((2, 4, 6))}, "(transposed, with the axis of the updates first, it wo"),
            (
                {"z1": np.ones((5, 3))},
                "z1: found the shape (5, 3), expected (5, 4) or (4, 5), with",
            ),
            ({"z[h1]": 0.5}, "z[h1]: found a single number, expected a list of 5 numbers, one for"),
            ({"loss": 0.5}, "(their mean is called batch_loss)"),
            ({"dw[x1,h1]": [1.0, 2.0]}, "dw[x1,h1]: found 2 numbers, expected one number"),
            ({"epoch": 1}, "epoch is held against no run, only z a da delta loss"),
            ({"m[h1]": 1.0}, "m[h1]: the optimizer sgd has no m"),
            ({"dW1": np.ones((2, 4)), "dw[x1,h1]": 1.0}, "dw[x1,h1] is given twice"),
            ({"dW1": None}, "dW1: found None, expected numbers"),
            ({"dW1": "many"}, "dW1: found 'many', expected numbers"),
            ({"dW1": []}, "dW1: found no numbers, expected numbers"),
            (
                {"dW1": [[1.0, 2.0], [3.0]]},
                "dW1: found [[1.0, 2.0], [3.0]], expected numbers, in rows of one length",
            ),
            ({}, "there is nothing to compare"),
            ({3: 1.0}, "there is no value called “3”"),
            ([1.0], "found a list, expected numbers by name, such as a dict"),
            ("none.npz", "none.npz: found no such file"),
            ({"W1": np.ones((9, 2, 4)), "b1": np.ones((3, 4))}, "b1: found 3 updates, expected 9"),
            ({"W1": np.ones((9, 2, 4))}, "W1: found 9 updates, expected at most 5, as the run has"),
        ],
    )
    def test_a_sentence_says_where_and_what(self, refusal, numbers, said):
        assert said in refusal(numbers)

    def test_data_of_other_examples_are_named(self, refusal, arrays):
        x = arrays["X"].copy()
        x[2, 1] = 7.0
        said = refusal({"X": x, "dW1": arrays["dW1"]})
        assert said.startswith("X: example 3 of the batch of update 1 is (")
        assert ", 7), the document has (" in said
        said = refusal({"X": arrays["X"][::-1], "dW1": arrays["dW1"]})
        assert said.endswith("(row 1 of its data) (the same examples in another order)")
        assert "there is nothing to compare" in refusal({"X": arrays["X"]})

    def test_arrays_of_layers_need_a_network_of_layers(self, refusal):
        diamond = nntui.load(samples()["skip"])
        said = refusal({"dW1": [[1.0]]}, of=diamond)
        assert "this network is none of layers (" in said
        assert "name each value, such as dw[" in said

    def test_moments_that_the_run_does_not_have_are_refused(self, refusal, arrays):
        assert refusal(arrays, update=5) == "there is no update 6: the run has 5 updates"
        assert "after 6 updates" in refusal(arrays, after=6)
        one = {"w[x1,h1]": np.array(0.5)}
        assert "there is no update 9" in refusal(Numbers(by_update={9: one}))
        said = refusal(Numbers(by_update={0: {"dw[x1,h1]": np.array(0.5)}}))
        assert said == "dw[x1,h1]: before the first update (0) there are only w and b"
        said = refusal(Numbers(by_update={1: {"w[x1,h1]": np.array([0.5, 1])}}))
        assert said == "w[x1,h1]: found several numbers for update 1, expected one"

    def test_a_run_from_other_weights_is_told(self, refusal):
        said = refusal(Numbers(by_update={0: {"w[x1,h1]": np.array(9.0)}, 1: {}}))
        assert said.startswith("before the first update w[x1,h1] is 9, the document has ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"rtol": float("inf")}, "rtol: found inf, expected a finite number of at least 0"),
        ({"rtol": float("nan")}, "rtol: found nan, expected a finite number of at least 0"),
        ({"atol": -1}, "atol: found -1, expected a finite number of at least 0"),
        ({"atol": "a"}, "atol: found 'a', expected a finite number of at least 0"),
        ({"update": "a"}, "update: found 'a', expected a whole number"),
        ({"after": 1.5}, "after: found 1.5, expected a whole number"),
        ({"experiment": "xor"}, "experiment: found 'xor', expected an Experiment (nntui.load"),
    ],
)
def test_an_argument_that_is_of_no_use_is_refused(experiment, arrays, arguments, sentence):
    with pytest.raises(NntuiError) as caught:
        check_work(**{"experiment": experiment, "numbers": arrays, **arguments})
    assert str(caught.value).startswith(sentence)


def test_a_verdict_reads_well_in_an_assertion(experiment, arrays):
    verdict = nntui.check_work(experiment, {"dW1": 3 * arrays["dW1"], "db1": arrays["db1"]})
    with pytest.raises(AssertionError) as caught:
        assert verdict.right, verdict
    assert verdict.lines[0] in str(caught.value)
    assert repr(verdict).splitlines() == [*verdict.lines, *verdict.notes]


def test_gradients_with_the_penalty_agree_beside_parameters_that_differ_later():
    experiment = experiment_of([2, 3, 1], 4, l2=0.1)
    numbers = {name: array for name, array in arrays_of(experiment).items() if name[0] == "d"}
    parameters = after(experiment, (1, 2))
    for array in parameters.values():
        array[1] += 0.01
    verdict = check_work(experiment, numbers | parameters)
    assert verdict.update == 1
    gradients = [count for count in verdict.counts if count.kind.startswith("dW")]
    assert [count.agree for count in gradients] == [6, 3]


@pytest.mark.parametrize("name", ["xor", "skip"])
def test_what_the_debugger_gives_can_be_checked(name):
    experiment = nntui.load(name)
    debugger = nntui.Debugger(experiment)
    debugger.until("phase update")
    gradients = debugger.gradients(mean=True, penalty=True)
    assert nntui.check_work(experiment, gradients).right
    wrong = {key: 3.0 * array for key, array in gradients.items()}
    assert not nntui.check_work(experiment, wrong).right
    debugger.goto("update 3")
    assert nntui.check_work(experiment, debugger.parameters(), after=2).right
