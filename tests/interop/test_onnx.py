"""ONNX files: graphs that are a chain of layers, and what is said of others."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import nntui
from nntui.interop.files import open_model
from nntui.interop.sketch import Given
from nntui.text import harmless

RNG = np.random.default_rng(0)
W1, b1, W2, b2 = (RNG.standard_normal(s).astype(np.float32) for s in ((4, 3), 4, (4, 2), 2))
X = RNG.standard_normal((5, 3))
HIDDEN = np.maximum(X @ W1.T + b1, 0.0)
EXPECTED = HIDDEN @ W2 + b2
GIVEN = Given(loss="mse", data="0 1 0 > 1 0; 1 1 1 > 0 1")
CLASSES = Given(data="0 1 0 > 1; 1 1 1 > 0")

PLAIN = [
    ("Gemm", ["x", "W1", "b1"], "h", {"transB": 1}),
    ("Relu", ["h"], "r", {}),
    ("MatMul", ["r", "W2"], "o", {}),
    ("Add", ["b2", "o"], "y", {}),
]


@pytest.fixture
def model(onnx):
    """Makes the bytes of a model of nodes: kind, inputs, output, attributes."""

    def made(nodes, change=None, **more):
        helper, tensors = onnx.helper, {"W1": W1, "b1": b1, "W2": W2, "b2": b2} | more
        graph = helper.make_graph(
            [helper.make_node(kind, given, [out], **rest) for kind, given, out, rest in nodes],
            "graph",
            [helper.make_tensor_value_info("x", 1, ["N", 3])],
            [helper.make_tensor_value_info("y", 1, ["N", 2])],
            [onnx.numpy_helper.from_array(array, name) for name, array in tensors.items()],
        )
        if change:
            change(graph)
        return helper.make_model(graph).SerializeToString()

    return made


@pytest.fixture
def opened(tmp_path):
    def open_bytes(data, given=GIVEN):
        (tmp_path / "m.onnx").write_bytes(data)
        return open_model(tmp_path / "m.onnx", given)

    return open_bytes


def _answers(experiment):
    return [experiment.network.predict(row) for row in X.tolist()]


@pytest.mark.interop
def test_gemm_and_matmul_with_add_are_layers(model, opened):
    experiment = opened(model(PLAIN))
    np.testing.assert_allclose(_answers(experiment), EXPECTED, rtol=1e-6)
    assert experiment.network.weight(("x2", "h3")) == float(W1[2, 1])


@pytest.mark.interop
@pytest.mark.parametrize(
    ("activation", "nodes"),
    [
        ("gelu", [("Gelu", ["h"], "r", {})]),
        ("hard_tanh", [("Clip", ["h", "low", "high"], "r", {})]),
        ("silu", [("Sigmoid", ["h"], "s", {}), ("Mul", ["h", "s"], "r", {})]),
        ("sin", [("Sin", ["h"], "r", {})]),
        ("abs", [("Identity", ["low"], "l", {}), ("Abs", ["h"], "r", {})]),
    ],
)
def test_activations_of_one_operator_or_two_are_read(model, opened, activation, nodes):
    limits = {"low": np.float32(-1.0), "high": np.float32(1.0)}
    experiment = opened(model([PLAIN[0], *nodes, *PLAIN[2:]], **limits))
    assert experiment.network.neuron("h2").activation == nntui.Activation.of(activation)
    if activation == "hard_tanh":
        with pytest.raises(nntui.ConversionError, match="computes as Clip does"):
            opened(model([PLAIN[0], *nodes, *PLAIN[2:]], **limits | {"low": np.float32([1, 1])}))


@pytest.mark.interop
@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("Gelu", {"approximate": "tanh"}),
        ("Selu", {}),
        ("Selu", {"alpha": 0.5, "gamma": 2.0}),
        ("HardSwish", {}),
        ("HardSigmoid", {}),
        ("HardSigmoid", {"alpha": 0.4, "beta": 0.1}),
        ("Mish", {}),
        ("Softsign", {}),
        ("Exp", {}),
        ("Clip", {}),
    ],
)
def test_activations_that_are_expressions_compute_as_onnx_does(
    onnx, model, opened, tmp_path, kind, settings
):
    given = ["h", "low", "high"] if kind == "Clip" else ["h"]
    limits = {"low": np.float32(0.0), "high": np.float32(6.0)}
    data = model([PLAIN[0], (kind, given, "r", settings), *PLAIN[2:]], **limits)
    _computes_alike(onnx, data, opened(data))


def _computes_alike(onnx, data, experiment):
    evaluator = pytest.importorskip("onnx.reference").ReferenceEvaluator
    (expected,) = evaluator(onnx.load_from_string(data)).run(None, {"x": X.astype(np.float32)})
    np.testing.assert_allclose(_answers(experiment), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.interop
@pytest.mark.parametrize("at", [1, 2])
def test_a_batch_norm_is_neurons_that_scale(onnx, model, opened, at):
    numbers = {f"n{k}": RNG.uniform(0.5, 2.0, 4).astype(np.float32) for k in range(4)}
    nodes = [*PLAIN]
    source = nodes[at - 1][2]
    nodes.insert(at, ("BatchNormalization", [source, *numbers], "n", {"epsilon": 1e-3}))
    kind, given, out, settings = nodes[at + 1]
    nodes[at + 1] = (kind, ["n", *given[1:]], out, settings)
    data = model(nodes, **numbers)
    experiment = opened(data)
    _computes_alike(onnx, data, experiment)
    net = experiment.network.wiring()
    assert len(net.columns) == 5
    assert set(net.columns[2]) < net.frozen
    assert not set(net.columns[3]) & net.frozen
    with pytest.raises(nntui.ConversionError, match="for different counts of neurons"):
        opened(model(nodes, **numbers | {"n0": np.float32([1.0])}))


@pytest.mark.interop
def test_other_products_are_refused(model, opened):
    product = [("Relu", ["h"], "s", {}), ("Mul", ["h", "s"], "r", {})]
    with pytest.raises(nntui.ConversionError, match="Mul takes what two nodes compute"):
        opened(model([PLAIN[0], *product, *PLAIN[2:]]))


@pytest.mark.interop
def test_softmax_at_the_end_is_in_the_loss(model, opened):
    nodes = [*PLAIN[:-1], ("Add", ["o", "b2"], "l", {}), ("Softmax", ["l"], "y", {"axis": 1})]
    experiment = opened(model(nodes), CLASSES)
    assert experiment.training.loss.name == "cross_entropy"
    np.testing.assert_allclose(_answers(experiment), EXPECTED, rtol=1e-6)
    with pytest.raises(nntui.ConversionError, match="in the loss cross_entropy only"):
        opened(model(nodes), GIVEN)


@pytest.mark.interop
def test_what_changes_nothing_is_passed_over_and_alpha_counts(model, opened):
    nodes = [
        ("Flatten", ["x"], "f", {}),
        ("Identity", ["f"], "i", {}),
        ("Gemm", ["i", "W1", "b1"], "h", {"transB": 1, "alpha": 2.0, "beta": 0.5}),
        ("LeakyRelu", ["h"], "k", {"alpha": 0.25}),
        ("Tanh", ["k"], "r", {}),
        *PLAIN[2:],
    ]
    z = 2.0 * X @ W1.T + 0.5 * b1
    expected = np.tanh(np.where(z > 0, z, 0.25 * z)) @ W2 + b2
    np.testing.assert_allclose(_answers(opened(model(nodes))), expected, rtol=1e-6)


@pytest.mark.interop
@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([*PLAIN[:3], ("LSTM", ["o"], "y", {})], "as LSTM does: it reads Gemm, MatMul"),
        ([*PLAIN[:3], ("Loop", ["o"], "y", {})], "as Loop does"),
        ([PLAIN[0], ("Add", ["h", "x"], "y", {})], "Add takes what two nodes compute"),
        ([PLAIN[0], ("Relu", ["x"], "y", {})], "Relu does not take what the node before"),
        ([("Gemm", ["x", "W1"], "y", {"transA": 1})], "has transA"),
        ([("Gemm", ["x", "x"], "y", {})], "has no weights of its own"),
        ([("Gemm", ["x", "b1"], "y", {})], "weights that are no matrix"),
        ([PLAIN[0], ("Softmax", ["h"], "p", {}), ("Relu", ["p"], "y", {})], "after Softmax"),
        (PLAIN[:2], "not what its last node computes"),
        ([("Tanh", ["x"], "y", {})], "comes before any layer"),
    ],
)
def test_graphs_that_are_no_chain_of_layers_are_refused(model, opened, nodes, said):
    with pytest.raises(nntui.ConversionError, match=said):
        opened(model(nodes))


@pytest.mark.interop
def test_no_file_that_a_model_names_is_opened(model, opened, tmp_path):
    def outside(graph):
        tensor = graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = 1
        tensor.external_data.add(key="location", value="../../../etc/passwd")

    with pytest.raises(nntui.ConversionError, match="weights in another file, and nntui opens no"):
        opened(model(PLAIN, outside))


@pytest.mark.interop
def test_tensors_that_lie_about_their_size_are_refused(model, opened):
    def lying(graph):
        graph.initializer[0].dims[0] = 10**12

    with pytest.raises(nntui.ConversionError, match="weights that cannot be read"):
        opened(model(PLAIN, lying))


@pytest.mark.interop
@pytest.mark.parametrize("count", [40, pytest.param(1500, marks=pytest.mark.deep)])
def test_damaged_models_are_sentences(model, opened, count):
    data = model(PLAIN)
    for seed in range(count):
        random = Random(seed)
        broken = bytearray(data)
        for _ in range(random.randint(1, 5)):
            broken[random.randrange(len(broken))] = random.randrange(256)
        try:
            opened(bytes(broken[: random.choice([None, random.randrange(len(broken))])]))
        except nntui.NntuiError as error:
            said = str(error)
            assert harmless(said) == said


@pytest.mark.interop
@pytest.mark.parametrize("hidden", ["tanh", "leaky_relu slope 0.25", "elu", "linear", "softplus"])
def test_what_nntui_writes_computes_the_same_and_opens_as_it_was(onnx, tmp_path, hidden):
    evaluator = pytest.importorskip("onnx.reference").ReferenceEvaluator
    weights, biases = [W1.T, W2], [b1, None]
    data = (X.tolist(), EXPECTED.tolist())
    experiment = nntui.from_arrays(weights, biases, [hidden, "sigmoid"], *data, loss="mse")
    nntui.save_model(experiment, tmp_path / "out.onnx")
    onnx.checker.check_model(onnx.load(tmp_path / "out.onnx"), full_check=True)
    (found,) = evaluator(str(tmp_path / "out.onnx")).run(None, {"x": X})
    np.testing.assert_allclose(found, _answers(experiment), rtol=1e-12, atol=1e-14)
    assert open_model(tmp_path / "out.onnx") == experiment


@pytest.mark.interop
def test_activations_that_onnx_does_not_have_are_not_written(onnx, tmp_path):
    experiment = nntui.from_arrays([W1.T], [b1], "square", X, HIDDEN, loss="mse")
    with pytest.raises(
        nntui.ConversionError, match="layer 1 has square, which is no single operator"
    ):
        nntui.save_model(experiment, tmp_path / "out.onnx")


def test_without_the_library_the_sentence_says_what_to_install(opened, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(nntui.ConversionError, match=r"pip install 'nntui\[models\]'"):
        opened(b"")
