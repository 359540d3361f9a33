"""Models in files: what is read, what is asked for, what is refused; and how they are written."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from msgspec import structs

import nntui
from nntui.interop.files import open_model
from nntui.interop.saving import save_model
from nntui.interop.sketch import Given
from nntui.model.optimizers import OptimizerState
from nntui.samples import samples
from nntui.text import harmless

RNG = np.random.default_rng(0)
W1, b1, W2, b2 = (RNG.standard_normal(shape) for shape in ((2, 3), 3, (3, 1), 1))
X = RNG.standard_normal((4, 2))
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
EXPECTED = np.tanh(X @ W1 + b1) @ W2 + b2
ALL = Given(activations="tanh,linear", loss="mse", data="0 1 > 1; 1 1 > 0")
TORCH = {"0.weight": W1.T, "0.bias": b1, "2.weight": W2.T, "2.bias": b2}


def _safetensors(arrays, metadata=None):
    """Lay arrays out as the library safetensors does."""
    header, parts, at = {}, [], 0
    for name, array in arrays.items():
        parts.append(np.ascontiguousarray(array, dtype="<f4").tobytes())
        place = [at, at := at + len(parts[-1])]
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": place}
    if metadata:
        header["__metadata__"] = metadata
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def _npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.fixture
def file(tmp_path):
    """Writes bytes into a file of that name, and opens it."""

    def opened(name, data, given=ALL):
        path = tmp_path / name
        path.write_bytes(data)
        return open_model(path, given)

    return opened


def _answers(experiment):
    return [experiment.network.predict(row) for row in X.tolist()]


@pytest.mark.parametrize(
    "arrays",
    [
        {"W1": W1, "b1": b1, "W2": W2, "b2": b2},
        {"W1": W1.T, "b1": b1[:, None], "W2": W2.T, "b2": b2[:, None]},
        {"coefs_0": W1, "intercepts_0": b1, "coefs_1": W2, "intercepts_1": b2},
        {"arr_0": W1, "arr_1": b1, "arr_2": W2, "arr_3": b2},
        {"W0": W1, "b1": b1, "W1": W2, "b2": b2},
        {"W1": W1, "b0": b1, "W2": W2, "b1": b2},
        TORCH,
        {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "dW1": W1, "z1": b1, "loss": np.array([1.0])},
    ],
)
def test_weights_are_found_by_the_usual_names(file, arrays):
    np.testing.assert_allclose(_answers(file("w.npz", _npz(**arrays))), EXPECTED)


def test_safetensors_are_read_without_their_library(file):
    experiment = file("w.safetensors", _safetensors(TORCH))
    np.testing.assert_allclose(_answers(experiment), EXPECTED, rtol=1e-5)


HALVES = np.array([0.1, -65504.0, 6e-8, 3.0], np.float16)


def _of_16_bits(kind):
    """A file of one layer in half precision, and its weights as they are in double."""
    if kind == "F16":
        bits, values = HALVES, HALVES.astype(float)
    else:  # the first half of a float32
        floats = np.array([0.1, 1e38, -1e-40, 3.0], np.float32)
        bits = (floats.view(np.uint32) >> 16).astype(np.uint16)
        values = (bits.astype(np.uint32) << 16).view(np.float32).astype(float)
    offsets = {"dtype": kind, "shape": [2, 2], "data_offsets": [0, 8]}
    header = json.dumps({"0.weight": offsets}).encode()
    return len(header).to_bytes(8, "little") + header + bits.tobytes(), values


@pytest.mark.parametrize("kind", ["F16", "BF16"])
def test_weights_of_16_bits_are_widened_exactly(file, kind):
    data, values = _of_16_bits(kind)
    weights = file(
        "w.safetensors", data, structs.replace(ALL, activations="linear", data="0 1 > 1 1")
    )
    assert list(weights.network.weights.values()) == values.tolist()
    given = Given("linear", "mse", data="0 1 > 1 1", order="out, in")
    npz = file("w.npz", _npz(W1=HALVES.reshape(2, 2)), given)
    assert list(npz.network.weights.values()) == HALVES.astype(float).tolist()


def test_modules_without_numbers_are_ordered_by_their_shapes_or_by_the_user(file):
    named = {"head.weight": W2.T, "head.bias": b2, "body.weight": W1.T, "body.bias": b1}
    np.testing.assert_allclose(_answers(file("w.npz", _npz(**named))), EXPECTED)
    square = {"a.weight": np.eye(2), "b.weight": np.ones((2, 2))}
    said = "in which order its layers are run: say it by --layers a,b"
    with pytest.raises(nntui.ConversionError, match=said):
        file("w.npz", _npz(**square), structs.replace(ALL, data="0 1 > 1 1"))
    given = structs.replace(ALL, layers="b,a", data="0 1 > 1 1")
    assert file("w.npz", _npz(**square), given).network.weight(("x1", "h2")) == 1.0


@pytest.mark.parametrize("turned", [False, True])
def test_examples_in_the_file_are_used(file, turned):
    examples = {"X": X.T, "Y": Y.T} if turned else {"X": X, "Y": Y}
    experiment = file(
        "w.npz", _npz(W1=W1, b1=b1, W2=W2, b2=b2, **examples), structs.replace(ALL, data="")
    )
    assert experiment.data.inputs == tuple(map(tuple, X.tolist()))
    assert experiment.data.targets == ((0.0,), (1.0,), (1.0,), (0.0,))


def test_python_says_the_rest_with_what_other_functions_take(tmp_path):
    (tmp_path / "w.npz").write_bytes(_npz(W1=W1, b1=b1, W2=W2, b2=b2))
    said = {
        "activations": ["tanh", nntui.Activation.of("leaky_relu", slope=0.2)],
        "loss": nntui.Loss.of("huber", delta=0.5),
        "optimizer": ("adam", {"learning_rate": 0.1}),
        "data": (X, [0, 1, 1, 0]),
    }
    experiment = nntui.from_file(tmp_path / "w.npz", **said)
    assert experiment.data.inputs == tuple(map(tuple, X.tolist()))
    assert experiment.training.loss == said["loss"]
    assert experiment.training.optimizer == nntui.Optimizer.of("adam", learning_rate=0.1)
    assert experiment.network.neuron("y1").activation == said["activations"][1]
    with pytest.raises(nntui.ConversionError, match=r'by loss="bce", data=\(X, Y\)'):
        nntui.from_file(tmp_path / "w.npz", activations="tanh, linear")
    for wrong in (X, (X,), (X, "a"), 3):
        with pytest.raises(nntui.SettingError, match=r"data: found .*, expected a pair \(X, Y\)"):
            nntui.from_file(tmp_path / "w.npz", **(said | {"data": wrong}))


def test_python_opens_and_writes_files_of_weights(tmp_path):
    (tmp_path / "w.npz").write_bytes(_npz(W1=W1, b1=b1, X=X, Y=Y.repeat(3, axis=1)))
    experiment = nntui.from_file(tmp_path / "w.npz", activations="tanh", loss="mse")
    debugger = nntui.Debugger(experiment)
    debugger.save(tmp_path / "out.safetensors")
    assert nntui.from_file(tmp_path / "out.safetensors").network == experiment.network


def test_the_examples_say_how_a_square_matrix_lies(file):
    given = Given(activations="linear", loss="mse")
    experiment = file("w.npz", _npz(W1=np.array([[1.0], [2.0]]), X=X, Y=Y), given)
    assert experiment.network.predict([1.0, 1.0]) == [3.0]
    with pytest.raises(nntui.ConversionError, match="fit both ways: say the order"):
        file("w.npz", _npz(W1=np.eye(2), X=X, Y=X), given)


def test_data_can_be_an_npz_file_of_their_own(file, tmp_path):
    (tmp_path / "xy.npz").write_bytes(_npz(X=X, y=np.array([0, 2, 1, 0])))
    given = Given("linear", "cross_entropy", data=str(tmp_path / "xy.npz"))
    assert file("w.npz", _npz(W1=W1, b1=b1), given).data.targets == (0, 2, 1, 0)
    (tmp_path / "xy.npz").write_bytes(_npz(A=X))
    with pytest.raises(nntui.DocumentError, match=r"xy.npz: found the arrays A, expected X and Y"):
        file("w.npz", _npz(W1=W1, b1=b1), given)


def test_what_a_file_of_weights_does_not_say_is_asked_for(file):
    data = _npz(W1=W1, b1=b1)
    said = "no activations, loss or data: say the rest by --activations tanh,sigmoid --loss bce"
    with pytest.raises(nntui.ConversionError, match=said):
        file("w.npz", data, Given())
    with pytest.raises(nntui.ConversionError, match=r"no data: say the rest by --data FILE.csv"):
        file("w.npz", data, Given(activations="relu", loss="mse"))


@pytest.mark.parametrize("name", ["xor", "mazur", "classifier"])
@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_what_nntui_writes_it_opens_as_it_was(tmp_path, name, ending):
    experiment = nntui.load(samples()[name])
    size = len(experiment.network.wiring().parameters)
    if experiment.training.optimizer.name == "sgd":
        memory = ((0.25,) * size,)
        experiment = replace(experiment, optimizer_state=OptimizerState("sgd", 3, 1, memory))
    save_model(experiment, tmp_path / f"out{ending}")
    assert open_model(tmp_path / f"out{ending}") == experiment
    with pytest.raises(nntui.DocumentError, match="there already"):
        save_model(experiment, tmp_path / f"out{ending}")


def test_functions_that_the_user_names_go_before_those_in_a_file_of_nntui(tmp_path):
    save_model(nntui.load(samples()["xor"]), tmp_path / "out.npz")
    found = open_model(tmp_path / "out.npz", Given(activations="relu, linear", loss="mse"))
    assert found.network.wiring().activation["h1"].name == "relu"
    assert found.training.loss.name == "mse"


def test_numpy_reads_what_nntui_writes(tmp_path):
    experiment = nntui.load(samples()["xor"])
    save_model(experiment, tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as found:
        assert found["W1"][1, 2] == experiment.network.weight(("x2", "h3"))
        assert found["X"].tolist() == [list(row) for row in experiment.data.inputs]


def test_networks_that_are_no_chain_cannot_be_written_as_weights(tmp_path):
    skip = nntui.load(samples()["skip"])
    with pytest.raises(nntui.ConversionError, match=r"out.npz: .*it is no chain of layers"):
        save_model(skip, tmp_path / "out.npz")
    with pytest.raises(nntui.ConversionError, match=r"nntui writes documents \(.json\), .npz"):
        save_model(skip, tmp_path / "out.pt")
    save_model(skip, tmp_path / "out.json")
    assert nntui.load(tmp_path / "out.json") == skip


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("m.pkl", r"a pickle, .*nntui.from_sklearn"),
        ("m.keras", r"a file of Keras, .*get_weights"),
        ("m.npy", "a single array"),
        ("nothing.npz", "no such file"),
    ],
)
def test_files_that_could_run_programs_are_never_opened(tmp_path, name, said):
    if name != "nothing.npz":
        (tmp_path / name).write_bytes(b"cos\nsystem\n(S'touch it'\ntR.")
    with pytest.raises(nntui.DocumentError, match=said):
        open_model(tmp_path / name)


def test_objects_in_an_archive_are_refused(file):
    with pytest.raises(nntui.DocumentError, match="never opens a pickle"):
        file("w.npz", _npz(W1=np.array([{}], dtype=object)))


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"conv.weight": np.ones((2, 2, 3, 3))}, "conv.weight: no linear layer"),
        ({"0.weight": W1.T, "1.weight": b1, "1.running_mean": b1}, "no linear layer"),
        ({"foo": W1}, "found the arrays foo, expected W1 b1"),
        ({"W1": W1, "W2": W2, "b0": b1}, "found the biases b0 beside the weights W1, W2, expected"),
        (
            {"W1": W1, "W2": W2, "b0": X[0], "b1": b1, "b2": b2},
            "found the biases b0, b1, b2 beside",
        ),
        ({"W1": W1[None]}, r"W1: found the shape \(1, 2, 3\), expected a matrix"),
        ({"W1": W1, "W2": W1}, "W2: found weights of 2 × 3 behind 3 neurons"),
        ({"W1": W1 * np.inf, "b1": b1, "W2": W2}, "must be a finite number"),
        ({"W1": np.eye(2), "b1": b2}, "W1: found weights of 2 × 2 and biases of 1, expected 2"),
        ({"W1": W1, "w_01": W1}, "found W1 and w_01, expected one array of number 01"),
        ({"W" + "1" * 5000: W1}, "found the arrays W111"),
        ({"W\x1b[2J1": W1}, r"found the arrays W\\u001b\[2J1"),
    ],
)
def test_arrays_that_are_no_chain_of_layers_are_refused(file, arrays, said):
    with pytest.raises(nntui.NntuiError, match=said) as caught:
        file("w.npz", _npz(**arrays))
    assert "w.npz" in str(caught.value)
    assert str(caught.value).isprintable()


BRAIN = {
    "sizes": [2, 2, 1],
    "layers": [
        {"weights": [], "biases": []},
        {"weights": [[1, 2], [3, 4]], "biases": [0.1, 0.2]},
        {"weights": [[1, -1]], "biases": [0]},
    ],
    "inputLookup": None,
    "inputLookupLength": 0,
    "outputLookup": {"dark": 0},
    "options": {"inputSize": 2, "outputSize": 1, "binaryThresh": 0.5},
    "trainOpts": {
        "activation": "leaky-relu", "leakyReluAlpha": 0.1, "learningRate": 0.2, "momentum": 0.1,
        "timeout": "Infinity",
    },
}  # fmt: skip


def test_networks_of_brain_js_are_read_with_their_training(file):
    experiment = file("brain.json", json.dumps(BRAIN).encode(), Given(data="0 1 > 1"))
    h1, h2 = 0.1 * (1 - 2 + 0.1), 0.1 * (3 - 4 + 0.2)
    assert experiment.network.predict([1, -1]) == pytest.approx([0.1 * (h1 - h2)])
    assert experiment.network.names[-1] == "dark"
    training = experiment.training
    assert (training.loss.name, training.batch_size) == ("half_squared_error", 1)
    assert dict(training.optimizer.settings)["momentum"] == 0.1
    assert "without momentum" in experiment.description


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("layers", 1, "weights", 1), [3], r"layers\[1\].weights\[1\]: found 1, expected 2"),
        (("layers", 1, "weights", 1, 0), None, r"layers\[1\].weights\[1\]\[0\]: found null"),
        (("layers", 2), {"0": {}}, r"layers\[2\]: .*before 2.0 are not read"),
        (("trainOpts", "activation"), "softsign", 'found "softsign", expected sigmoid or relu'),
        (("trainOpts", "learningRate"), "fast", "trainOpts.learningRate"),
        (("sizes",), [2], None),
    ],
)
def test_what_brain_js_would_not_write_is_refused(file, path, value, said):
    network = json.loads(json.dumps(BRAIN))
    *way, last = path
    at = network
    for key in way:
        at = at[key]
    at[last] = value
    if said is None:
        file("brain.json", json.dumps(network).encode(), Given(data="0 1 > 1"))
        return
    with pytest.raises(nntui.DocumentError, match=said):
        file("brain.json", json.dumps(network).encode(), Given(data="0 1 > 1"))


PLAYGROUND = "https://playground.tensorflow.org/#"


def test_an_address_of_the_playground_is_its_settings():
    experiment = open_model(
        PLAYGROUND + "activation=relu&batchSize=7&dataset=spiral&regDataset=reg-plane&noise=10"
        "&learningRate=0.1&regularization=L2&regularizationRate=0.003&networkShape=4,2"
        "&seed=0.59704&percTrainData=70&x=true&y=true&xTimesY=true&sinX=false&problem="
        "classification&initZero=false&hideText=false&discretize_hide=true"
    )
    net, training = experiment.network, experiment.training
    assert [len(net.layer(n)) for n in range(4)] == [3, 4, 2, 1]
    assert [str(net.layer(n)[0].activation) for n in (1, 3)] == ["relu", "tanh"]
    assert net.neuron("h2_1").bias == 0.1
    assert (training.batch_size, training.l2, len(experiment.data)) == (7, 0.003, 500)
    assert len(experiment.test_examples) == 150
    x1, x2, product = experiment.data.inputs[0]
    assert product == x1 * x2
    assert "no weights and no points" in experiment.description


def test_the_playgrounds_regression_has_a_linear_output():
    experiment = open_model(PLAYGROUND + "problem=regression&regDataset=reg-gauss&networkShape=")
    assert str(experiment.network.neuron("y1").activation) == "linear"
    assert experiment.data.origin.startswith("gauss_regression")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "no settings in the address"),
        ("activation=selu", 'activation: found "selu"'),
        ("noise=abc", 'noise: found "abc"'),
        ("networkShape=4,-2", "networkShape"),
        ("networkShape=" + "9," * 200, "networkShape"),
        ("networkShape=999999,999999", "found 999999"),
        ("x=false&y=false", "no input that is on"),
        ("batchSize=0", "batch_size"),
        ("learningRate=nan", "learningRate"),
    ],
)
def test_addresses_that_the_playground_would_not_make_are_refused(query, said):
    with pytest.raises(nntui.DocumentError, match=said):
        open_model(PLAYGROUND + query)


def _mangled(data, random):
    """Change bytes, cut, or repeat a part."""
    data = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data))
        match random.randrange(4):
            case 0:
                data[at] = random.randrange(256)
            case 1:
                del data[at : at + random.randint(1, 40)]
            case 2:
                data[at:at] = data[at : at + random.randint(1, 40)]
            case _:
                data[at : at + 8] = random.choice([b"\xff" * 8, b"\0" * 8, b"99999999"])
        if not data:
            return b""
    return bytes(data)


def _said(path, given):
    """What is said of a file; nothing where it can be opened."""
    try:
        open_model(path, given)
    except nntui.NntuiError as error:
        return str(error)
    return ""


def _fuzz(tmp_path, seeds):
    experiment = nntui.load(samples()["mazur"])
    save_model(experiment, tmp_path / "own.npz")
    save_model(experiment, tmp_path / "own.safetensors")
    files = {
        "npz": _npz(W1=W1, b1=b1, W2=W2, b2=b2, X=X, Y=Y),
        "safetensors": _safetensors(TORCH, {"format": "pt"}),
        "json": json.dumps(BRAIN).encode(),
        "own.npz": (tmp_path / "own.npz").read_bytes(),
        "own.safetensors": (tmp_path / "own.safetensors").read_bytes(),
    }
    address = (
        PLAYGROUND + "activation=tanh&noise=5&networkShape=4,2&seed=0.5&xTimesY=true"
    ).encode()
    for seed in seeds:
        random = Random(seed)
        for name, data in files.items():
            path = tmp_path / f"fuzzed.{name}"
            path.write_bytes(_mangled(data, random))
            said = _said(path, random.choice([ALL, Given()]))
            assert harmless(said) == said, (seed, name)
        start = len(PLAYGROUND)
        query = _mangled(address[start:], random).decode("latin-1")
        said = _said(PLAYGROUND + query, Given())
        assert harmless(said) == said, seed


def test_damaged_files_are_sentences(tmp_path):
    _fuzz(tmp_path, range(15))


@pytest.mark.deep
def test_many_damaged_files_are_sentences(tmp_path):
    _fuzz(tmp_path, range(100, 1000))
