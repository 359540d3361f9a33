"""Read a model in the format ONNX with the library onnx (the extra ``nntui[models]``).

Only what the graph says is read: no file beside it is opened, and nothing is run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from msgspec.structs import replace

from nntui.interop.activations import (
    EXP,
    HARD_SWISH,
    MISH,
    SOFTSIGN,
    gelu,
    hard_sigmoid,
    hard_tanh,
    scaled_elu,
)
from nntui.interop.chain import Layer, copying
from nntui.interop.errors import ConversionError
from nntui.interop.sketch import Sketch
from nntui.model.activations import Activation
from nntui.model.experiment import Training
from nntui.model.losses import Loss
from nntui.model.names import escaped, listed
from nntui.model.numerics import Array

_ACTIVATIONS: Final[Mapping[str, Callable[[Mapping[str, Any]], Activation]]] = {
    "Relu": lambda settings: Activation.of("relu"),
    "Tanh": lambda settings: Activation.of("tanh"),
    "Sigmoid": lambda settings: Activation.of("sigmoid"),
    "Softplus": lambda settings: Activation.of("softplus"),
    "LeakyRelu": lambda s: Activation.of("leaky_relu", slope=float(s.get("alpha", 0.01))),
    "Elu": lambda s: Activation.of("elu", alpha=float(s.get("alpha", 1.0))),
    "Gelu": lambda s: gelu(by_tanh=s.get("approximate") == b"tanh"),
    "Selu": lambda s: scaled_elu(
        float(s.get("alpha", 1.6732631921768188)), float(s.get("gamma", 1.0507010221481323))
    ),
    "HardSwish": lambda settings: Activation.of_expression(*HARD_SWISH),
    "HardSigmoid": lambda s: hard_sigmoid(float(s.get("alpha", 0.2)), float(s.get("beta", 0.5))),
    "Mish": lambda settings: Activation.of_expression(*MISH),
    "Softsign": lambda settings: Activation.of_expression(*SOFTSIGN),
    "Exp": lambda settings: Activation.of_expression(*EXP),
    "Abs": lambda settings: Activation.of("abs"),
    "Sin": lambda settings: Activation.of("sin"),
}
_LAST: Final = ("Softmax", "LogSoftmax")
_PASSING: Final = ("Identity", "Dropout", "Flatten")
_KNOWN: Final = (
    "Gemm",
    "MatMul",
    "Add",
    *_ACTIVATIONS,
    "Clip",
    "x · Sigmoid(x)",
    "BatchNormalization",
    *_PASSING,
    "Softmax at the end",
)
_EXTERNAL: Final = 1  # TensorProto.EXTERNAL
_MOST_NODES: Final = 10_000


def library() -> Any:
    """Return the library onnx.

    Raises:
        ConversionError: it is not installed.
    """
    try:
        import onnx
        import onnx.numpy_helper
    except ImportError:
        raise ConversionError(
            "ONNX files need the library onnx, which is not installed: pip install 'nntui[models]'"
        ) from None
    return onnx


def read(data: bytes, own: str) -> tuple[Sketch, str | None]:
    """Read the layers of a model; ONNX has no loss and no data.

    Returns also the text called ``own`` among what is noted of the model, None if there is none.

    Raises:
        ConversionError: the library is not installed, or the model does something else.
    """
    onnx = library()
    try:
        model = onnx.load_model_from_string(data)  # does not look for external data
    except Exception:  # protobuf's own errors, of several kinds
        raise ConversionError("found no ONNX model, or a damaged one") from None
    count = len(model.graph.node)
    if count > _MOST_NODES:
        raise ConversionError(f"found {count:,} nodes, expected at most {_MOST_NODES:,}")
    sketch = _Reader(model.graph, onnx.numpy_helper.to_array).sketch()
    notes = {_text(note.key): _text(note.value) for note in model.metadata_props}
    return sketch, notes.get(own)


class _Reader:
    """Follows the one path through a graph, node by node."""

    def __init__(self, graph: Any, to_array: Callable[[Any], Any]) -> None:
        self._to_array = to_array
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}
        self._nodes: Sequence[Any] = graph.node
        inputs = [value.name for value in graph.input if value.name not in self._tensors]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise ConversionError(
                f"the model has {len(inputs)} inputs and {len(graph.output)} outputs, expected one "
                "of each"
            )
        if graph.sparse_initializer:
            raise ConversionError("the model has sparse tensors, which nntui does not read")
        self._value = inputs[0]
        self._output = graph.output[0].name
        self._layers: list[Layer] = []
        self._open = ""  # what the last layer can still take: "bias", "activation" or nothing
        self._sigmoid_of = ""  # what the last layer applies sigmoid to: times that, it is silu
        self._classes = False

    def sketch(self) -> Sketch:
        """Read all nodes."""
        for node in self._nodes:
            if node.op_type == "Constant":
                self._note_constant(node)
                continue
            if node.op_type == "Identity" and self._is_tensor(node):
                self._tensors[node.output[0]] = self._tensors[node.input[0]]
                continue
            if self._classes:
                raise ConversionError(f"{_called(node)} comes after Softmax, which must be last")
            self._read(node)
        if self._value != self._output:
            raise ConversionError("the model’s output is not what its last node computes")
        training = Training(Loss.of("cross_entropy")) if self._classes else None
        said = "The model ends in softmax, which is in the loss cross_entropy." * self._classes
        return Sketch(self._layers, training=training, description=said)

    def _is_tensor(self, node: Any) -> bool:
        return len(node.input) == len(node.output) == 1 and node.input[0] in self._tensors

    def _note_constant(self, node: Any) -> None:
        for attribute in node.attribute:
            if attribute.name == "value":
                self._tensors[node.output[0]] = attribute.t

    def _read(self, node: Any) -> None:
        op, inputs = node.op_type, list(node.input)
        if node.domain not in ("", "ai.onnx") or not inputs or len(node.output) < 1:
            raise self._unknown(node)
        if op in ("Add", "Mul") and inputs[1:] == [self._value]:
            inputs.reverse()
        if inputs[0] != self._value:
            raise ConversionError(
                f"{_called(node)} does not take what the node before it computes: nntui reads one "
                "chain of layers"
            )
        settings = {a.name: _setting(a) for a in node.attribute}
        if op in ("Gemm", "MatMul"):
            self._add_layer(node, op, inputs, settings)
        elif op == "Add" and self._open == "bias" and len(inputs) == 2:
            bias = self._array(inputs[1], node).ravel()
            last = self._layers[-1]
            if bias.size not in (1, last.outputs):
                raise ConversionError(f"{_called(node)} adds {bias.size} numbers to {last.outputs}")
            self._layers[-1] = replace(last, biases=np.broadcast_to(bias, (last.outputs,)).copy())
            self._open = "activation"
        elif op == "Mul" and inputs[1:] == [self._sigmoid_of]:
            self._layers[-1] = replace(self._layers[-1], activation=Activation.of("silu"))
            self._sigmoid_of = ""
        elif op == "Clip" and len(limits := self._limits(node, inputs, settings)) == 2:
            self._apply(hard_tanh(*limits), node)
        elif op == "BatchNormalization" and len(inputs) == 5 and len(node.output) == 1:
            self._normalize(node, inputs[1:], float(settings.get("epsilon", 1e-5)))
        elif op in _ACTIVATIONS:
            self._apply(_ACTIVATIONS[op](settings), node)
        elif op in _LAST:
            if settings.get("axis", -1) not in (1, -1):
                raise ConversionError(f"{_called(node)} is over axis {settings['axis']}")
            self._classes = True
        elif op in ("Add", "Mul", "Sub") and inputs[1:] and inputs[1] not in self._tensors:
            raise ConversionError(
                f"{_called(node)} takes what two nodes compute: nntui reads one chain of layers "
                "from ONNX (nntui.from_torch takes others)"
            )
        elif op not in _PASSING or settings.get("axis", 1) != 1 or len(inputs) > 2:
            raise self._unknown(node)
        self._value = node.output[0]

    def _add_layer(
        self, node: Any, op: str, inputs: Sequence[str], settings: Mapping[str, Any]
    ) -> None:
        if len(inputs) < 2:
            raise self._unknown(node)
        weights = self._array(inputs[1], node)
        if weights.ndim != 2 or not weights.size:
            raise ConversionError(f"{_called(node)} has weights that are no matrix")
        biases = None
        if op == "Gemm":
            if settings.get("transA", 0):
                raise ConversionError(f"{_called(node)} has transA, expected examples in rows")
            if not settings.get("transB", 0):
                weights = weights.T
            weights = weights * float(settings.get("alpha", 1.0))
            if len(inputs) > 2 and inputs[2]:
                given = self._array(inputs[2], node).ravel() * float(settings.get("beta", 1.0))
                if given.size not in (1, len(weights)):
                    found = f"{given.size} biases for {len(weights)} outputs"
                    raise ConversionError(f"{_called(node)} has {found}")
                biases = np.broadcast_to(given, (len(weights),)).copy()
        else:
            weights = weights.T
        self._layers.append(Layer(weights, biases))
        self._sigmoid_of = ""
        self._open = "activation" if op == "Gemm" else "bias"

    def _normalize(self, node: Any, inputs: Sequence[str], epsilon: float) -> None:
        """Add what a batch norm in inference is: neurons that scale, which learn as in PyTorch."""
        scale, shift, mean, variance = (self._array(name, node).ravel() for name in inputs)
        if not scale.size == shift.size == mean.size == variance.size:
            raise ConversionError(f"{_called(node)} has numbers for different counts of neurons")
        with np.errstate(all="ignore"):  # a number that is not finite is named with its neuron
            normal = 1.0 / np.sqrt(variance + epsilon)
        frozen = Layer(normal, -mean * normal, frozen_weights=True, frozen_biases=True)
        self._layers += [frozen, Layer(scale, shift)]
        self._open, self._sigmoid_of = "activation", ""

    def _limits(
        self, node: Any, inputs: Sequence[str], settings: Mapping[str, Any]
    ) -> tuple[float, ...]:
        """Return the limits of a Clip: inputs, or settings as in old versions."""
        if len(inputs) == 3 and all(inputs):
            arrays = [self._array(name, node) for name in inputs[1:]]
            return tuple(float(a.item()) for a in arrays if a.size == 1)
        return tuple(settings[key] for key in ("min", "max") if key in settings)

    def _apply(self, activation: Activation, node: Any) -> None:
        if self._open:
            self._layers[-1] = replace(self._layers[-1], activation=activation)
        elif self._layers:
            self._layers.append(copying(self._layers[-1].outputs, activation))
        else:
            raise ConversionError(f"{_called(node)} comes before any layer")
        self._open = ""
        self._sigmoid_of = self._value if activation.name == "sigmoid" else ""

    def _array(self, name: str, node: Any) -> Array:
        """Read a tensor of the file.

        Raises:
            ConversionError: it is not there, or not as large as it says.
        """
        tensor = self._tensors.get(name)
        if tensor is None:
            raise ConversionError(f"{_called(node)} has no weights of its own in the file")
        if tensor.data_location == _EXTERNAL or tensor.external_data:
            raise ConversionError(
                f"{_called(node)} has its weights in another file, and nntui opens no file that a "
                "model names: onnx.save_model(model, path, save_as_external_data=False)"
            )
        try:
            array = np.asarray(self._to_array(tensor))
            if array.dtype.kind not in "fiu":
                raise ValueError
            return array.astype(np.float64)
        except Exception:  # whatever a tensor that lies about itself gives
            raise ConversionError(f"{_called(node)} has weights that cannot be read") from None

    def _unknown(self, node: Any) -> ConversionError:
        return ConversionError(
            f"nntui has nothing that computes as {_called(node)} does: it reads {listed(_KNOWN)}"
        )


def _called(node: Any) -> str:
    kind, name = (_text(text) for text in (node.op_type, node.name))
    kind = escaped(kind or "a node", 40)
    return f"{kind} “{escaped(name, 60)}”" if name else kind


def _text(value: str | bytes) -> str:
    """Decode a text of a damaged file, which protobuf leaves as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _setting(attribute: Any) -> Any:
    """Return the value of an attribute that is one number, or the bytes of a text; else None."""
    return {1: attribute.f, 2: attribute.i, 3: attribute.s}.get(attribute.type)


_WRITTEN: Final = {
    "relu": "Relu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "softplus": "Softplus",
    "leaky_relu": "LeakyRelu",
    "elu": "Elu",
    "abs": "Abs",
    "sin": "Sin",
}
_OPSET: Final = 13
"""The version of the operators, which all runtimes of today have."""


def check_writable(layers: Sequence[Layer]) -> None:
    """Make sure that layers can be written as a graph.

    Raises:
        ConversionError: an activation that ONNX has no operator of, or the library is missing.
    """
    library()
    for n, layer in enumerate(layers, 1):
        name = layer.activation.name
        if name not in ("linear", *_WRITTEN):
            called = layer.activation.called
            raise ConversionError(f"layer {n} has {called}, which is no single operator of ONNX")


def model_bytes(layers: Sequence[Layer], own: str, text: str) -> bytes:
    """Write layers as a graph of Gemm and activations in float64, with a text noted beside it."""
    onnx = library()
    helper = onnx.helper
    nodes, tensors, value = [], [], "x"
    for n, layer in enumerate(layers, 1):
        last = n == len(layers)
        linear = layer.activation.name == "linear"
        result = "y" if last and linear else f"z{n}"
        given = [value, f"W{n}"]
        tensors.append(onnx.numpy_helper.from_array(np.array(layer.weights), f"W{n}"))
        if layer.biases is not None:
            given.append(f"b{n}")
            tensors.append(onnx.numpy_helper.from_array(np.array(layer.biases), f"b{n}"))
        nodes.append(helper.make_node("Gemm", given, [result], transB=1))
        if not linear:
            value, result = result, "y" if last else f"a{n}"
            values = [number for _, number in layer.activation.settings]  # float32 in ONNX
            settings = {"alpha": values[0]} if values else {}
            kind = _WRITTEN[layer.activation.name]
            nodes.append(helper.make_node(kind, [value], [result], **settings))
        value = result
    double = onnx.TensorProto.DOUBLE
    graph = helper.make_graph(
        nodes,
        "nntui",
        [helper.make_tensor_value_info("x", double, ["N", layers[0].inputs])],
        [helper.make_tensor_value_info("y", double, ["N", layers[-1].outputs])],
        tensors,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8, producer_name="nntui"
    )
    helper.set_model_props(model, {own: text})
    result_bytes: bytes = model.SerializeToString()
    return result_bytes
