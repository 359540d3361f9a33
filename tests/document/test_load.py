"""Valid documents: what each form means, and what is taken when something is left out."""

import json

import pytest

import nntui
from nntui.model.dataset import CsvSource, GeneratorSource
from nntui.model.experiment import Training
from nntui.samples import samples


def test_an_explicit_network_is_read_as_it_stands(loaded, explicit):
    experiment = loaded(explicit)
    network = experiment.network
    assert network.names == ("x1", "x2", "h1", "y")
    assert network.connection("x1", "h1").weight == 0.5
    assert not network.connection("x2", "h1").trainable
    assert network.neuron("h1").bias == 0.1
    assert network.neuron("y").activation == nntui.Activation.of("leaky_relu", slope=0.2)
    assert network.initializer == nntui.Initializer.of("uniform", 7, low=-1.0)
    assert experiment.name == "Tiny"
    assert experiment.description.splitlines()[1] == "one *hidden* neuron."
    assert experiment.debugger == explicit["debugger"]


def test_the_training_section_is_read_as_it_stands(loaded, explicit):
    explicit["training"] |= {"shuffle": True, "reduction": "sum", "seed": 5}
    assert loaded(explicit).training == Training(
        loss=nntui.Loss.of("huber", delta=2.0),
        optimizer=nntui.Optimizer.of("sgd", learning_rate=0.5),
        batch_size=2,
        shuffle=True,
        reduction="sum",
        l2=0.01,
        epochs=3,
        seed=5,
    )


def test_what_training_leaves_out_keeps_its_default(loaded, generated):
    assert loaded(generated).training == Training()
    assert loaded(generated | {"training": {"epochs": 7}}).training == Training(epochs=7)


def test_the_smallest_document_has_no_name_and_no_debugger(loaded, generated):
    experiment = loaded(generated)
    assert (experiment.name, experiment.description, experiment.debugger) == ("", "", None)


def test_missing_and_null_parameters_come_from_the_initializer(loaded, explicit):
    first = loaded(explicit).network.connection("h1", "y").weight
    explicit["network"]["connections"][2]["weight"] = None
    assert loaded(explicit).network.connection("h1", "y").weight == first
    explicit["network"]["initializer"]["seed"] = 8
    assert loaded(explicit).network.connection("h1", "y").weight != first


def test_layers_are_fully_connected_and_named(loaded, generated):
    generated["network"] = {"layers": [2, {"size": 2, "activation": "tanh"}, 3, 1]}
    network = loaded(generated).network
    assert network.names == ("x1", "x2", "h1_1", "h1_2", "h2_1", "h2_2", "h2_3", "y1")
    assert len(network.connections) == 2 * 2 + 2 * 3 + 3 * 1
    assert [n.activation and n.activation.name for n in network.layer(0)] == [None, None]
    assert [n.activation.name for n in network.layer(1)] == ["tanh", "tanh"]
    assert [n.activation.name for n in network.layer(3)] == ["linear"]
    assert network.neuron("y1").role == "output"
    assert network.initializer == nntui.Initializer.of("xavier_uniform", 0)


def test_a_layer_may_name_its_neurons_and_stand_still(loaded, generated):
    hidden = {"size": 2, "names": ["left", "[red]right[/red]"], "trainable": False}
    generated["network"] = {"layers": [2, hidden, 1]}
    network = loaded(generated).network
    assert network.names[2:4] == ("left", "[red]right[/red]")
    assert not network.neuron("left").trainable
    assert not network.connection("x1", "left").trainable
    assert network.connection("left", "y1").trainable


@pytest.mark.parametrize("targets", [[0, 2, 1], [[0], [2], [1]], [[0.0], [2.0], [1]]])
def test_class_indices_may_be_bare_or_in_lists_of_one(loaded, classifier, targets):
    classifier["data"]["targets"] = targets
    experiment = loaded(classifier)
    assert [experiment.y(n) for n in range(3)] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]
    assert experiment.data.test_fraction == 0.25


@pytest.mark.parametrize("cells", ["2", "2.0", "+2", "20e-1"])
def test_one_csv_column_may_hold_class_indices(loaded, classifier, folder, cells):
    (folder / "rows.csv").write_text(f"a,b,kind\n0,0,0\n0,1,{cells}\n")
    classifier["data"] = {"csv": "rows.csv", "inputs": ["a", "b"], "targets": ["kind"]}
    assert loaded(classifier).y(1) == (0, 0, 1)


def test_csv_columns_are_chosen_by_name_and_remembered(loaded, from_csv, folder):
    from_csv["data"]["inputs"] = ["b", "a"]
    data = loaded(from_csv).data
    assert data.inputs == ((2.0, 1.0), (0.4, -1.0))
    assert data.targets == ((0.5,), (1.0,))
    assert data.source == CsvSource(folder.resolve() / "rows.csv", ("b", "a"), ("t",))


def test_a_csv_path_may_be_absolute(loaded, from_csv, folder):
    expected = loaded(from_csv)
    from_csv["data"]["csv"] = str(folder / "rows.csv")
    assert loaded(from_csv) == expected


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffa,b,t\r\n1,2,0.5\r\n-1,.4,1.\r\n",
        '"a","b","t"\n"1","2","0.5"\n\n"-1","0.4","1"',
        "note, a , b,t\nx, 1,2 ,0.5\ny,-1,4e-1,1\n",
    ],
    ids=["byte-order mark and CRLF", "quotes and a blank line", "blanks and another column"],
)
def test_csv_files_may_be_written_in_several_ways(loaded, from_csv, folder, text):
    (folder / "rows.csv").write_bytes(text.encode())
    assert loaded(from_csv).data.inputs == ((1.0, 2.0), (-1.0, 0.4))


def test_a_generator_keeps_its_settings(loaded, generated):
    generated["data"]["test_fraction"] = 0.5
    data = loaded(generated).data
    assert data.source == GeneratorSource("circle", 10, 0.1, 3, labels=True)
    assert len(data) == 10
    assert data.test_fraction == 0.5


def test_a_byte_order_mark_is_accepted(loaded, explicit):
    assert loaded(b"\xef\xbb\xbf" + json.dumps(explicit).encode()) == loaded(explicit)


def test_a_path_object_is_accepted(loaded, explicit, folder):
    assert loaded(explicit) == nntui.load(folder / "doc.json")


@pytest.mark.parametrize("name", ["[red]x[/red]", "my input", "日本", "é", "e\u0301", "a→b", "0"])
def test_markup_wide_and_combining_characters_are_ordinary_names(loaded, explicit, name):
    explicit["network"]["neurons"][2]["name"] = name
    explicit["network"]["connections"][0]["target"] = name
    explicit["network"]["connections"][1]["target"] = name
    explicit["network"]["connections"][2]["source"] = name
    assert name in loaded(explicit).network


def test_a_sample_is_loaded_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert nntui.load("xor") == nntui.load(samples()["xor"])
    with pytest.raises(nntui.DocumentError, match='did you mean "xor"'):
        nntui.load("xro")
    (tmp_path / "xor").write_text("{")  # a file that is there comes first
    with pytest.raises(nntui.DocumentError, match="xor: line 1"):
        nntui.load("xor")
