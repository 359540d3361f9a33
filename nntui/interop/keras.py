"""``from_keras``: a Keras model of Dense layers and activations → an ``Experiment``.

The model is in the user's process, and answers there to some examples. Keras is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nntui.interop.activations import (
    EXP,
    HARD_SWISH,
    LOG_SIGMOID,
    MISH,
    SOFTSIGN,
    hard_sigmoid,
    hard_tanh,
    scaled_elu,
)
from nntui.interop.arrays import array_of, compare_answers, normalized, rows_of
from nntui.interop.chain import Layer, answers, copying, experiment_of, flat
from nntui.interop.errors import ConversionError, said_by
from nntui.model.activations import Activation
from nntui.model.errors import counted
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.names import escaped, listed
from nntui.model.numerics import Array
from nntui.model.optimizers import Optimizer, OptimizerState

_FUNCTIONS: Final[Mapping[str, Activation]] = {
    "linear": Activation.of("linear"),
    "relu": Activation.of("relu"),
    "leaky_relu": Activation.of("leaky_relu", slope=0.2),
    "elu": Activation.of("elu"),
    "softplus": Activation.of("softplus"),
    "sigmoid": Activation.of("sigmoid"),
    "tanh": Activation.of("tanh"),
    "hard_tanh": Activation.of("hard_tanh"),
    "silu": Activation.of("silu"),
    "swish": Activation.of("silu"),
    "gelu": Activation.of("gelu"),
    "selu": scaled_elu(1.6732632423543772, 1.0507009873554805),
    "relu6": hard_tanh(0.0, 6.0),
    "hard_sigmoid": hard_sigmoid(1.0 / 6.0),
    "hard_silu": Activation.of_expression(*HARD_SWISH),
    "hard_swish": Activation.of_expression(*HARD_SWISH),
    "mish": Activation.of_expression(*MISH),
    "log_sigmoid": Activation.of_expression(*LOG_SIGMOID),
    "softsign": Activation.of_expression(*SOFTSIGN),
    "exponential": Activation.of_expression(*EXP),
}
_UNSUPPORTED: Final = (
    "a kernel_constraint", "a bias_constraint", "a bias_regularizer", "an activity_regularizer",
)  # fmt: skip
"""What a Dense layer may have and nntui has not."""
_PASSING: Final = ("InputLayer", "Flatten", "Dropout", "Identity")
_KNOWN: Final = ("Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", *_PASSING)
_PROBES: Final = 16
_TOLERANCE: Final = 1e-4  # Keras computes in float32

_CLIPPED: Final = "Keras keeps probabilities 1e-7 away from 0 and 1 in the loss, nntui does not."


def from_keras(
    model: Any,
    X: Any,  # noqa: N803 (the field's name)
    y: Any,
    *,
    loss: Any = None,
    optimizer: Any = None,
    batch_size: int | None = None,
    shuffle: bool = False,
    epochs: int = 100,
    name: str = "",
) -> Experiment:
    """Make the experiment of a Keras model of Dense layers and activations, one after the other.

    Args:
        model: a Sequential model, or another whose layers are one chain.
        X: the examples (N, inputs).
        y: the targets as ``fit`` takes them.
        loss: nntui's to use instead of the one that the model was compiled with.
        optimizer: the same; of the model's, SGD, Adam and AdamW are taken with what they remember.
        batch_size: examples in a batch; None: all.
        shuffle: whether each epoch has another order (nntui's own).
        epochs: how long the run is.
        name: what the network is called on the screen.

    Raises:
        ConversionError: the model does something that nntui cannot represent exactly.
        SettingError, NetworkError: numbers or settings that cannot be.
    """
    if not hasattr(model, "layers") or not hasattr(model, "trainable_variables"):
        raise ConversionError(f"found {escaped(type(model).__name__)}, expected a Keras model")
    read = _read(model)
    _check_answers(model, X, read)
    of_loss = _loss(model, read) if loss is None else Loss.of(loss)
    if read.softmax and not of_loss.row.classes:
        raise ConversionError("the model ends in softmax, which is in the loss cross_entropy only")
    chosen = _optimizer(model, read) if optimizer is None else (Optimizer.of(optimizer), None)
    training = Training(
        of_loss,
        chosen[0],
        batch_size=batch_size,
        shuffle=shuffle,
        l1=read.l1,
        l2=read.l2,
        epochs=epochs,
    )
    notes = ["A model of Keras.", *_notes(of_loss, training.optimizer)]
    return experiment_of(
        read.layers,
        X,
        y,
        training,
        name=name or escaped(str(getattr(model, "name", "")), 60),
        description="\n\n".join(notes),
        state=chosen[1],
    )


class _Read(Struct, frozen=True):
    """The layers of a model; ``softmax``: whether it ends in one.

    ``variables``: the ids of each layer's own kernel and bias, None where it has none.
    """

    layers: list[Layer]
    variables: list[tuple[int | None, int | None]]
    softmax: bool
    l1: float = 0.0
    l2: float = 0.0


def _read(model: Any) -> _Read:
    layers: list[Layer] = []
    variables: list[tuple[int | None, int | None]] = []
    penalties: set[tuple[float, float]] = set()
    open_end, softmax = False, False
    for module in model.layers:
        kind, config = type(module).__name__, module.get_config()
        called = f"{escaped(kind)} “{escaped(str(module.name))}”"
        if softmax:
            raise ConversionError(f"{called} comes after softmax, which must be last")
        if kind in _PASSING:
            if config.get("rate"):
                raise ConversionError(f"{called} is random while it trains: leave it out")
            continue
        function = _function(kind, config, called)
        softmax = function is None
        activation = function or Activation.of("linear")
        if kind == "Dense":
            layers.append(_dense(module, activation, called))
            bias = id(module.bias) if config["use_bias"] else None
            variables.append((id(module.kernel), bias))
            if module.trainable:
                penalties.add(_penalty(config, called))
        elif open_end:
            layers[-1] = replace(layers[-1], activation=activation)
        elif not layers:
            raise ConversionError(f"{called} comes before any layer")
        elif not softmax:
            layers.append(copying(layers[-1].outputs, activation))
            variables.append((None, None))
        open_end = kind == "Dense" and activation.name == "linear"
    if not layers:
        raise ConversionError("the model has no Dense layer")
    if len(penalties) > 1:
        raise ConversionError("the layers have different penalties, and nntui has one for all")
    l1, l2 = penalties.pop() if penalties else (0.0, 0.0)
    return _Read(layers, variables, softmax, l1, l2)


def _function(kind: str, config: Mapping[str, Any], called: str) -> Activation | None:
    """Choose a layer's activation; None: softmax, which is in the loss."""
    if kind == "ReLU":
        plain = not (config.get("max_value") or config.get("negative_slope"))
        if plain and not config.get("threshold"):
            return Activation.of("relu")
    elif kind == "LeakyReLU":
        slope = config.get("negative_slope", config.get("alpha"))
        return Activation.of("leaky_relu", slope=float(slope or 0.0))
    elif kind == "ELU":
        return Activation.of("elu", alpha=float(config.get("alpha", 1.0)))
    elif kind == "Softmax":
        return None
    elif kind in ("Dense", "Activation"):
        given = config.get("activation") or "linear"
        if given == "softmax":
            return None
        if isinstance(given, str) and given in _FUNCTIONS:
            return _FUNCTIONS[given]
        own = "an activation of its own"
        what = f"the activation {escaped(given, 40)}" if isinstance(given, str) else own
        raise ConversionError(f"{called} has {what}: nntui knows {listed(_FUNCTIONS)}")
    raise ConversionError(
        f"nntui has nothing that computes as {called} does: it knows {listed(_KNOWN)}"
    )


def _dense(module: Any, activation: Activation, called: str) -> Layer:
    for words in _UNSUPPORTED:
        if module.get_config().get(words.split()[1]):
            raise ConversionError(f"{called} has {words.replace('_', ' ')}, which nntui has not")
    weights = [array_of(w, called) for w in module.get_weights()]
    if not weights:
        raise ConversionError(f"{called} has no weights yet: call the model once, as model(X)")
    frozen = not module.trainable
    bias = weights[1] if len(weights) > 1 else None
    return Layer(weights[0].T, bias, activation, frozen, bias is not None and frozen)


def _penalty(config: Mapping[str, Any], called: str) -> tuple[float, float]:
    """Convert a kernel's penalty l2·Σw², which has no ½ in Keras, and l1·Σ|w|."""
    given = config.get("kernel_regularizer")
    if not given:
        return 0.0, 0.0
    if not isinstance(given, Mapping) or given.get("class_name") not in ("L1", "L2", "L1L2"):
        raise ConversionError(f"{called} has a kernel regularizer that is neither L1 nor L2")
    settings = given["config"]
    return float(settings.get("l1") or 0.0), 2.0 * float(settings.get("l2") or 0.0)


def _check_answers(model: Any, X: Any, read: _Read) -> None:  # noqa: N803
    """Make sure that the layers, one after the other, compute what the model does."""
    examples = array_of(X, "X")[:_PROBES]
    found, expected = rows_of(examples).shape[1], read.layers[0].inputs
    if found != expected:
        raise ConversionError(
            f"X: found {counted(found, 'number')} an example, expected {expected}"
        )
    random = np.random.RandomState(0).standard_normal(examples.shape)
    for x in (examples, random):
        try:
            given = rows_of(model(x.astype(np.float32), training=False), "the answers")
        except ConversionError:
            raise
        except Exception as error:
            raise ConversionError(f"the model cannot compute X: {said_by(error)}") from None
        own = answers(read.layers, rows_of(x.astype(np.float32)))
        compare_answers(normalized(own) if read.softmax else own, given, _TOLERANCE)


def _crossentropy(settings: Mapping[str, Any]) -> Loss:
    smoothing = float(settings.get("label_smoothing") or 0.0)
    return Loss.of("cross_entropy", label_smoothing=smoothing)


def _binary(settings: Mapping[str, Any]) -> Loss:
    return Loss.of("bce_with_logits" if settings.get("from_logits") else "bce")


_LOSSES: Final[Mapping[str, Callable[[Mapping[str, Any]], Loss]]] = {
    **dict.fromkeys(("mse", "meansquarederror"), lambda settings: Loss.of("mse")),
    **dict.fromkeys(("mae", "meanabsoluteerror"), lambda settings: Loss.of("mae")),
    "huber": lambda settings: Loss.of("huber", delta=float(settings.get("delta", 1.0))),
    "binarycrossentropy": _binary,
    "categoricalcrossentropy": _crossentropy,
    "sparsecategoricalcrossentropy": _crossentropy,
}


def _loss(model: Any, read: _Read) -> Loss:
    """Convert the loss that the model was compiled with.

    Raises:
        ConversionError: it has none, or one that nntui does not have.
    """
    given = getattr(model, "loss", None)
    if given is None:
        raise ConversionError('the model is not compiled: say the loss, such as loss="mse"')
    settings = given.get_config() if hasattr(given, "get_config") else {}
    name = given if isinstance(given, str) else getattr(given, "__name__", type(given).__name__)
    key = str(name).replace("_", "").lower()
    if key not in _LOSSES:
        raise ConversionError(f"nntui has no loss that is Keras’s {escaped(str(name))}: say loss=…")
    if settings.get("reduction", "sum_over_batch_size") not in ("sum_over_batch_size", "auto"):
        raise ConversionError(f"the loss has the reduction {settings['reduction']}, nntui the mean")
    loss = _LOSSES[key](settings)
    if loss.name == "bce" and settings.get("label_smoothing"):
        raise ConversionError("the loss has a label_smoothing, and nntui’s bce has none")
    if loss.row.classes and read.softmax == bool(settings.get("from_logits")):
        found = "softmax at its end" if read.softmax else "no softmax at its end"
        raise ConversionError(
            f"the model has {found}, and its loss from_logits={bool(settings.get('from_logits'))}: "
            "that applies softmax twice, or never"
        )
    return loss


def _optimizer(model: Any, read: _Read) -> tuple[Optimizer, OptimizerState | None]:
    """Convert the optimizer that the model was compiled with.

    Raises:
        ConversionError: it has none, or one that nntui does not have.
    """
    given = getattr(model, "optimizer", None)
    if given is None:
        raise ConversionError('the model is not compiled: say the optimizer, as optimizer="sgd"')
    kind, settings = type(given).__name__, given.get_config()
    other = ("clipnorm", "global_clipnorm", "clipvalue", "use_ema", "amsgrad")
    unlike = [key for key in other if settings.get(key)]
    rate, decay = settings.get("learning_rate"), float(settings.get("weight_decay") or 0.0)
    if decay and kind == "SGD":
        unlike.append("weight_decay")
    known = ("SGD", "Adam", "AdamW")
    if kind not in known or unlike or not isinstance(rate, float) or not rate:
        what = f" with {listed(unlike)}" if unlike else ""
        raise ConversionError(
            f"the optimizer is {escaped(kind)}{what}, expected {listed(known)} with one learning "
            'rate: say another, such as optimizer="adam"'
        )
    if kind != "SGD":
        # Keras's weight decay shrinks parameters beside the step, with Adam, too.
        more = {"decay_biases": _decays_biases(model, read, given)} if decay else {}
        optimizer = Optimizer.of(
            "adamw" if decay else "adam",
            learning_rate=rate,
            beta1=settings["beta_1"],
            beta2=settings["beta_2"],
            eps=settings["epsilon"],
            weight_decay=decay,
            **more,
        )
        names: tuple[str, ...] = ("_momentums", "_velocities")
        factor = 1.0
    else:
        momentum = float(settings.get("momentum") or 0.0)
        nesterov = bool(settings.get("nesterov")) and momentum > 0.0
        optimizer = Optimizer.of("sgd", learning_rate=rate, momentum=momentum, nesterov=nesterov)
        # Its velocity is what is added to the parameters; nntui's is what they go against.
        names = ("momentums",)
        factor = -1.0 / rate
    return optimizer, _state(model, read, given, optimizer, names, factor)


def _decays_biases(model: Any, read: _Read, given: Any) -> bool:
    """Whether the optimizer's weight decay is of biases, too (``exclude_from_weight_decay``).

    Raises:
        ConversionError: it spares some of the weights, or some of the biases alone.
    """
    biases = {bias for _, bias in read.variables}
    decays: dict[bool, set[bool]] = {True: set(), False: set()}
    for variable in model.trainable_variables:
        decays[id(variable) in biases].add(bool(given._use_weight_decay(variable)))
    if decays[False] != {True} or len(decays[True]) > 1:
        raise ConversionError(
            "the optimizer’s weight_decay excludes some variables, and nntui’s is of all weights, "
            "and of all biases or none"
        )
    return decays[True] != {False}


def _state(
    model: Any, read: _Read, given: Any, optimizer: Optimizer, names: Sequence[str], factor: float
) -> OptimizerState | None:
    """Convert what the optimizer remembers; None before its first update."""
    updates = int(array_of(getattr(given, "iterations", 0), "iterations").item())
    rows = [getattr(given, name, None) for name in names]
    if not updates or not all(rows):
        return None
    places = {id(variable): n for n, variable in enumerate(model.trainable_variables)}

    def remembered(row: Any, variable: int | None, shape: tuple[int, ...]) -> Array:
        if variable not in places:
            return np.zeros(shape)
        array = array_of(row[places[variable]], "what the optimizer remembers")
        return factor * (array.T if array.ndim == 2 else array)

    memory = tuple(
        tuple(
            flat(
                read.layers,
                [
                    (
                        remembered(row, kernel, layer.weights.shape),
                        remembered(row, bias, (layer.outputs,)),
                    )
                    for layer, (kernel, bias) in zip(read.layers, read.variables, strict=True)
                ],
            )
        )
        for row in rows
    )
    return OptimizerState(optimizer.name, updates, 0, memory)


def _notes(loss: Loss, optimizer: Optimizer) -> list[str]:
    """Say what Keras does otherwise."""
    notes = [_CLIPPED] if loss.name in ("bce", "cross_entropy") else []
    if optimizer.name in ("adam", "adamw"):
        notes.append("Keras adds epsilon before the bias correction of v, nntui after it.")
    return notes
