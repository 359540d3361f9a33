"""Whatever is done to a document, reading it gives an experiment or one DocumentError."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nntui

# What stands in a document where something else should: of every kind, and near the edges.
strange = st.sampled_from(
    [
        None, True, False, 0, 1, -1, 2, 3, 0.5, 1.5, -0.0, 2**31, 2**63, 2**64, 10**300, 1e308,
        -1e308, 5e-324, float("nan"), float("inf"), "", "x1", "h1", "y", "x", "\0", "\x1b[2J",
        "\ud800", "é", "[red]", "a\u0301", "\u202e", "n" * 70, "input", "relu", "sgd", "huber",
        "circle", "xor", "rows.csv", ".", "/", "a\0b", "nntui/1", "nntui/9", [], {}, [[]], [{}],
        [1], [1, 2], [2, 1], [2, 3, 3], ["a", "b"], [0.5], [[1, 2], [3]], {"name": "relu"},
        {"name": "huber", "delta": -1}, {"name": None}, {"name": []}, {"name": "zeros", "cls": 1},
        {"name": "uniform", "low": -1e308, "high": 1e308}, {"name": "normal", "std": 1e308},
        {"name": "adam", "beta1": 1}, {"self": 1}, {"": 0}, {"$.x` - at `$[0]": 1}, {"size": 2},
        {"size": 10**12},
    ]
)  # fmt: skip
keys = st.sampled_from(
    [
        "format", "name", "description", "network", "data", "training", "debugger", "neurons",
        "layers", "connections", "initializer", "source", "target", "weight", "bias", "role",
        "activation", "trainable", "size", "names", "inputs", "targets", "csv", "generator",
        "samples", "noise", "seed", "test_fraction", "loss", "optimizer", "batch_size", "epochs",
        "regularization", "l1", "reduction", "slope", "delta", "learning_rate", "nesterov",
        "momentum", "std", "x", "$[0]", "`", "\x1b", "",
    ]
)  # fmt: skip


def result_of(file):
    """Load a file; give the experiment, or the error."""
    try:
        return nntui.load(file)
    except nntui.DocumentError as error:
        return error


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Load bytes; give the experiment, or None where they are refused as they should be."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "rows.csv").write_text("a,b,t\n1,2,0.5\n-1,4e-1,1\n", encoding="utf-8")

    def load(data, name="doc.json"):
        (folder / name).write_bytes(data)
        result = result_of(folder / "doc.json")
        if isinstance(result, nntui.Experiment):
            return result
        assert str(result).isprintable()
        assert str(result).startswith(str(folder))
        assert result.found
        assert result.expected
        assert len(str(result)) < 1500
        return None

    return load


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """Where an experiment is saved again."""
    return tmp_path_factory.mktemp("again") / "doc.json"


def containers(value):
    """Every list and object of a document, itself included."""
    found = [value]
    for container in found:
        inside = container.values() if isinstance(container, dict) else container
        found.extend(child for child in inside if isinstance(child, (dict, list)))
    return found


def spoiled(draw, document):
    """Replace, remove, add, repeat or swap something, somewhere."""
    for _ in range(draw(st.integers(1, 3))):
        container = draw(st.sampled_from(containers(document)))
        places = list(container) if isinstance(container, dict) else list(range(len(container)))
        action = draw(st.sampled_from(["replace", "remove", "add", "copy"]))
        if action == "add" or not places:
            key, value = draw(keys), copy.deepcopy(draw(strange))
            if isinstance(container, dict):
                container[key] = value
            else:
                container.append(value)
        elif action == "replace":
            container[draw(st.sampled_from(places))] = copy.deepcopy(draw(strange))
        elif action == "remove":
            del container[draw(st.sampled_from(places))]
        else:
            other = container[draw(st.sampled_from(places))]
            container[draw(st.sampled_from(places))] = copy.deepcopy(other)
    return document


@pytest.mark.parametrize("form", ["explicit", "classifier", "csv", "generator"])
@given(data=st.data())
def test_a_spoiled_document_is_refused_or_read_and_kept(read, again, documents, data, form):
    document = copy.deepcopy(documents[form])
    experiment = read(json.dumps(spoiled(data.draw, document)).encode())
    if experiment is not None:
        assert len(experiment.network.predict(experiment.x(0))) == len(experiment.y(0))
        nntui.save(experiment, again, overwrite=True)
        assert nntui.load(again) == experiment


@given(data=st.data())
def test_a_document_with_spoiled_bytes_is_read_or_refused(read, documents, data):
    text = json.dumps(data.draw(st.sampled_from(list(documents.values())))).encode()
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, min(len(text), at + 9)))
    read(text[:at] + data.draw(st.binary(max_size=6)) + text[end:])


@given(junk=st.binary(max_size=60))
def test_bytes_of_any_kind_are_refused(read, junk):
    assert read(junk) is None


@given(data=st.data())
def test_a_csv_file_of_any_kind_is_read_or_refused(read, documents, data):
    words = ["1", "2.5", "-1e3", "", " ", "x", "nan", '"', '""', '"1"', "1,", "\x1b", "٣"]
    row = st.lists(st.sampled_from(words), min_size=2, max_size=4).map(",".join)
    header = data.draw(st.sampled_from(["a,b,t", "a,b", "a;b", "", "a,b,t,t"]))
    text = "\n".join([header, *data.draw(st.lists(row, max_size=4))]).encode()
    document = documents["csv"] | {"data": documents["csv"]["data"] | {"csv": "any.csv"}}
    read(text + data.draw(st.binary(max_size=2)), "any.csv")
    read(json.dumps(document).encode())
