"""A new document from a few words: what is chosen to fit, and what is refused."""

from __future__ import annotations

import pytest

from nntui.document.load import load
from nntui.document.new import LayersError, Words, chosen, new_experiment
from nntui.document.save import save
from nntui.model.errors import SettingError
from nntui.model.fit import warnings
from nntui.model.settings import spelled

FILES = {
    "kinds.csv": "a,b,kind\n1,2,lemon\n2,2,apple\n3,2,banana\n4,1,lemon\n",
    "two.csv": "a,b,ok\n1,2,no\n2,2,yes\n3,2,no\n",
    "values.csv": "a b y\n1 2 3.5\n2 2 4.5\n3 2 1.25\n",
    "bare.csv": "1,2,0\n2,2,1\n3,2,2\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return str(tmp_path)


# What is typed (layers, data), and what is chosen: layers, loss and the outputs' activation.
FITTING = [
    ("", "", "2-4-1", "bce", "sigmoid"),
    ("2 3 1", "circle", "2-3-1", "bce", "sigmoid"),
    ("2-8-8-2", "spiral noise 0.1", "2-8-8-2", "cross_entropy", "linear"),
    ("2, 3, 1", "plane samples 20", "2-3-1", "mse", "linear"),
    ("2 3 1", "0 0 > 0; 0 1 > 1; 1 0 > 1; 1 1 > 0", "2-3-1", "bce", "sigmoid"),
    ("2 3 1", "0 0 0\n0 1 1", "2-3-1", "bce", "sigmoid"),
    ("", "1 2 -> -1; 2 1 -> 1", "2-4-1", "mse", "tanh"),
    ("", "1 > 2.5; 2 > 3", "1-4-1", "mse", "linear"),
    ("", "[0, 0] > [1, 0]; [1, 1] > [0, 1]", "2-4-2", "cross_entropy", "linear"),
    ("", "0 > 1 1; 1 > 0 1", "1-4-2", "bce", "sigmoid"),
    ("2 5 3", "0 0 2; 1 0 0", "2-5-3", "cross_entropy", "linear"),
    ("", "kinds.csv", "2-4-3", "cross_entropy", "linear"),
    ("1 2 3", "kinds.csv b > kind", "1-2-3", "cross_entropy", "linear"),
    ("", "two.csv", "2-4-1", "bce", "sigmoid"),
    ("2 3 2", "two.csv", "2-3-2", "cross_entropy", "linear"),
    ("", "values.csv", "2-4-1", "mse", "linear"),
    ("1 3 2", "values.csv", "1-3-2", "mse", "linear"),
    ("", "bare.csv 2 1 > 3", "2-4-3", "cross_entropy", "linear"),
    ("2 3 1", "bare.csv", "2-3-1", "mse", "linear"),
]


@pytest.mark.parametrize(("layers", "data", "shape", "loss", "output"), FITTING)
def test_loss_outputs_and_layers_are_chosen_to_fit_the_data(
    folder, tmp_path, layers, data, shape, loss, output
):
    words = Words(layers=layers, data=data)
    choice = chosen(words, folder)
    assert (choice.shape, choice.loss.name, spelled(choice.output)) == (shape, loss, output)
    experiment = new_experiment(words, folder)
    assert warnings(experiment) == []
    save(experiment, tmp_path / "saved.json")
    assert load(tmp_path / "saved.json") == experiment


def test_what_is_named_is_taken():
    experiment = new_experiment(
        Words("2 3 1", "relu", "xor", "mse", "tanh", "adam beta1 0.8", "0.02", "7", "3")
    )
    training = experiment.training
    assert spelled(training.loss) == "mse"
    assert spelled(training.optimizer) == "adam learning_rate 0.02 beta1 0.8"
    assert (training.epochs, training.seed, experiment.network.initializer.seed) == (7, 3, 3)
    assert [str(n.activation) for n in experiment.network.neurons[2:]] == [*["relu"] * 3, "tanh"]
    assert set(experiment.data.targets) == {(-1.0,), (1.0,)}


def test_the_activation_of_the_outputs_decides_the_loss_where_none_is_named():
    assert chosen(Words(output="linear")).loss.name == "bce_with_logits"
    assert chosen(Words(output="tanh")).loss.name == "mse"
    assert chosen(Words(loss="huber")).output.name == "tanh"


def test_one_number_is_the_size_of_the_hidden_layer(folder):
    assert chosen(Words("3")).sizes == (2, 3, 1)
    assert chosen(Words(" 7 ", data="kinds.csv"), folder).sizes == (2, 7, 3)


def test_neurons_are_called_as_the_columns_and_classes_are(folder):
    names = new_experiment(Words("2 2 3", data="kinds.csv"), folder).network.names
    assert names == ("a", "b", "h1", "h2", "lemon", "apple", "banana")
    assert new_experiment(Words("2 2 2 1")).network.names[-3:] == ("h2_1", "h2_2", "out")


WRONG = [
    ({"layers": "2 0 1"}, "layers", "0"),
    ({"layers": "2 3.5 1"}, "layers", "3.5"),
    ({"layers": "0"}, "layers", "from 1"),
    ({"layers": "2 9999999999999 1"}, "layers", "100,000"),
    ({"layers": "2 60000 60000 1"}, "layers", "at most 100,000"),
    ({"layers": "2 2000 2000 1"}, "layers", "at most 1,000,000"),
    ({"layers": "3 4 1"}, "data", "for 3 inputs and 1 output"),
    ({"activation": "rely"}, "activation", "relu"),
    ({"loss": "mes"}, "loss", "mse"),
    ({"output": "sigmoyd"}, "output", "sigmoid"),
    ({"optimizer": "adan"}, "optimizer", "adam"),
    ({"learning_rate": "fast"}, "learning_rate", "a number"),
    ({"learning_rate": "-1"}, "learning_rate", "at least 0"),
    ({"epochs": "0"}, "epochs", "from 1"),
    ({"seed": "x"}, "seed", "whole number"),
    ({"data": "cirle"}, "data", "circle"),
    ({"data": "xor nois 1"}, "data", "noise"),
    ({"data": "xor noise 9"}, "data", "0.5"),
    ({"data": "xor samples many"}, "data", "samples"),
    ({"data": "0 0 > 0; 1 x > 1"}, "data", "in row 2"),
    ({"data": "0 0 > 0; 1 > 1"}, "data", "2 inputs, as in row 1"),
    ({"data": "0 > 1 > 2"}, "data", "inputs > target"),
    ({"data": "1e999 > 1"}, "data", "finite"),
    ({"data": "kind.csv"}, "data", "kinds.csv"),
    ({"data": "kinds.csv a > kid"}, "data", "kind"),
    ({"data": "kinds.csv a b"}, "data", "inputs > targets"),
    ({"data": "'kinds.csv"}, "data", "quote"),
    ({"data": "far/away.csv"}, "data", "no such file at far/away.csv"),
    ({"data": "'my own.csv'"}, "data", "no such file at my own.csv"),
]


@pytest.mark.parametrize(("words", "field", "said"), WRONG)
def test_what_cannot_be_is_told_with_the_field_it_is_about(folder, words, field, said):
    with pytest.raises(SettingError, match=r".") as caught:
        new_experiment(Words(**words), folder)
    assert caught.value.place.partition(".")[0] == field
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("words", "fitting"),
    [
        ({"layers": "3 5 1", "data": "xor"}, "2 5 1"),
        ({"layers": "2 5 2", "data": "plane"}, "2 5 1"),
        ({"layers": "2 5 1", "loss": "cross_entropy"}, "2 5 2"),
        ({"layers": "4 5 1", "data": "0 > 0; 1 > 1"}, "1 5 1"),
        ({"layers": "2 4 1", "data": "kinds.csv"}, "2 4 3"),
        ({"layers": "5 4 2", "data": "values.csv"}, "2 4 1"),
    ],
)
def test_layers_that_do_not_fit_are_told_with_those_that_do(folder, words, fitting):
    with pytest.raises(LayersError) as caught:
        new_experiment(Words(**words), folder)
    assert caught.value.fitting == fitting
    assert new_experiment(Words(**words | {"layers": fitting}), folder)
