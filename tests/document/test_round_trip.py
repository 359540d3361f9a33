"""load → save → load is the identity, wherever the document is saved."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nntui
from nntui.model.activations import ACTIVATIONS
from nntui.model.initializers import INITIALIZERS
from nntui.model.losses import LOSSES
from nntui.model.names import fault_in_name
from nntui.model.optimizers import OPTIMIZERS

finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(min_size=1, max_size=12).filter(lambda name: fault_in_name(name) is None)
texts = st.text(st.characters(exclude_categories=("C", "Z")), max_size=40)
seeds = st.integers(0, 2**63 - 1)
plain = st.recursive(
    st.none() | st.booleans() | finite | st.integers(-(2**70), 2**70) | texts,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(texts, inside, max_size=3),
    max_leaves=12,
)


@st.composite
def networks(draw):
    initializer = nntui.Initializer.of(draw(st.sampled_from(list(INITIALIZERS))), draw(seeds))
    network = nntui.Network(initializer)
    chosen = draw(st.lists(names, min_size=2, max_size=7, unique=True))
    roles = ["input", "output", *draw(st.lists(st.sampled_from(["input", "hidden", "output"])))]
    for name, role in zip(chosen, [*roles, *["hidden"] * len(chosen)], strict=False):
        is_input = role == "input"
        network.add_neuron(
            name,
            role=role,
            activation=None if is_input else draw(activations),
            bias=None if is_input else draw(st.none() | finite),
            trainable=draw(st.booleans()),
        )
    roles_of = dict(zip(chosen, roles, strict=False))
    for at, target in enumerate(chosen):
        for source in chosen[:at]:
            if roles_of.get(target) != "input" and draw(st.booleans()):
                weight = draw(st.none() | finite)
                network.connect(source, target, weight, trainable=draw(st.booleans()))
    return network


@st.composite
def activation_functions(draw):
    name = draw(st.sampled_from(list(ACTIVATIONS)))
    settings = {key: draw(finite) for key in ACTIVATIONS[name].settings}
    return nntui.Activation.of(name, **settings)


activations = activation_functions() | st.sampled_from(
    [
        nntui.Activation.of_expression("floor(z) if z > 0 else 0.1*z", "1 if z > 0 else 0.1"),
        nntui.Activation.of_expression(" max(0, z)**2 ", "numeric"),
    ]
)


@st.composite
def experiments(draw):
    network = draw(networks())
    wiring = network.wiring()
    k = len(wiring.outputs)
    name = draw(st.sampled_from(list(LOSSES)))
    positive = st.floats(0, 1e300)
    weights = positive | st.lists(positive, min_size=k, max_size=k)
    of = {"delta": st.floats(0.01, 9), "label_smoothing": st.floats(0, 1)}
    settings = {key: draw(of.get(key, weights)) for key in LOSSES[name].settings}
    loss = nntui.Loss.of(name, **settings)
    rows = draw(st.integers(1, 4))
    vectors = st.lists(finite, min_size=k, max_size=k)
    target = st.integers(0, k - 1) if loss.row.classes else vectors
    x = st.lists(finite, min_size=len(wiring.inputs), max_size=len(wiring.inputs))
    data = nntui.Dataset.of(
        draw(st.lists(x, min_size=rows, max_size=rows)),
        draw(st.lists(target, min_size=rows, max_size=rows)),
        draw(st.floats(0, 1, exclude_max=True)),
    )
    penalties = st.floats(0, 1e300)
    training = nntui.Training(
        loss=loss,
        optimizer=nntui.Optimizer.of(
            draw(st.sampled_from(list(OPTIMIZERS))), learning_rate=draw(penalties)
        ),
        batch_size=draw(st.none() | st.integers(1, 10**9)),
        shuffle=draw(st.booleans()),
        reduction=draw(st.sampled_from(["mean", "sum"])),
        l1=draw(penalties),
        l2=draw(penalties),
        epochs=draw(st.integers(1, 10**9)),
        seed=draw(seeds),
    )
    debugger = draw(st.none() | st.dictionaries(texts, plain, max_size=3))
    return nntui.Experiment(network, data, training, draw(texts), draw(texts), debugger)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("saved") / "experiment.json"


def bits(experiment):
    """Every float of an experiment, spelled so that −0.0 and 0.0 differ."""
    network = experiment.network
    rows = [repr(row) for row in experiment.data.inputs + experiment.data.targets]
    return rows, repr(network.neurons), repr(network.connections), repr(experiment.training)


@given(experiment=experiments())
def test_what_is_saved_is_loaded_again_bit_for_bit(place, experiment):
    nntui.save(experiment, place, overwrite=True)
    again = nntui.load(place)
    assert again == experiment
    assert bits(again) == bits(experiment)
    first = place.read_bytes()
    nntui.save(again, place, overwrite=True)
    assert place.read_bytes() == first


def test_loading_saving_and_loading_is_the_identity(document, loaded, folder):
    experiment = loaded(document)
    nntui.save(experiment, "again.json")
    assert nntui.load("again.json") == experiment


def test_a_document_saved_in_another_folder_still_finds_its_csv_file(
    from_csv, loaded, folder, monkeypatch
):
    experiment = loaded(from_csv)
    (folder / "other" / "deep").mkdir(parents=True)
    nntui.save(experiment, folder / "other" / "deep" / "again.json")
    text = (folder / "other" / "deep" / "again.json").read_text(encoding="utf-8")
    assert json.loads(text)["data"]["csv"] == "../../rows.csv"
    monkeypatch.chdir("other")
    assert nntui.load("deep/again.json") == experiment


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX")
def test_a_csv_file_is_beside_the_document_that_a_link_leads_to(from_csv, loaded, folder):
    experiment = loaded(from_csv)
    (folder / "links").mkdir()
    os.symlink("../doc.json", "links/doc.json")
    assert nntui.load("links/doc.json") == experiment
    nntui.save(experiment, "links/doc.json", overwrite=True)
    assert nntui.load("doc.json") == experiment


def test_a_network_saved_after_training_holds_its_numbers(explicit, loaded):
    experiment = loaded(explicit)
    network = experiment.network.copy()
    network.set_weight("x1", "h1", 0.1 + 0.2)
    network.set_bias("y", -0.0)
    nntui.save(nntui.Experiment(network, experiment.data, experiment.training), "trained.json")
    again = nntui.load("trained.json").network
    assert again.connection("x1", "h1").weight == 0.1 + 0.2
    assert str(again.neuron("y").bias) == "-0.0"


def test_a_saved_document_is_made_for_reading(explicit, loaded, folder):
    nntui.save(loaded(explicit), "out.json")
    text = (folder / "out.json").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert text.endswith("}\n")
    assert '      {"name": "h1", "activation": "tanh", "bias": 0.1},' in lines
    assert '      {"source": "x1", "target": "h1", "weight": 0.5},' in lines
    assert "      [0, 1]," in lines
    assert '    "optimizer": {"name": "sgd", "learning_rate": 0.5, "momentum": 0, ' in text
    assert max(map(len, lines)) <= 110
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]


def test_long_lists_of_class_indices_are_wrapped(loaded, classifier, folder):
    classifier["data"] = {"inputs": [[0, 0]] * 500, "targets": [n % 3 for n in range(500)]}
    experiment = loaded(classifier)
    nntui.save(experiment, "out.json")
    lines = (folder / "out.json").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 110
    assert nntui.load("out.json") == experiment
