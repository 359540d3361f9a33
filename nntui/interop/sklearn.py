"""``from_sklearn``: a fitted MLPClassifier or MLPRegressor → an ``Experiment``.

scikit-learn is not imported: the estimator's own attributes are read. What it computes otherwise
than nntui is said in the experiment's description, or refused. Source of both: its functions
``_backprop`` and ``_compute_loss_grad``, and its module ``_stochastic_optimizers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct

from nntui.interop.arrays import array_of, rows_of
from nntui.interop.chain import Layer, experiment_of, flat
from nntui.interop.errors import ConversionError
from nntui.interop.numpy import layers_of_arrays
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.names import escaped
from nntui.model.numerics import Array
from nntui.model.optimizers import Optimizer, OptimizerState

_ACTIVATIONS: Final = {
    "identity": "linear",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "softmax": "linear",  # cross_entropy has it
}
_LARGEST_BATCH: Final = 200  # what batch_size="auto" means


def from_sklearn(
    fitted: Any,
    X: Any,  # noqa: N803 (the field's name)
    y: Any,
    *,
    optimizer: Any = None,
    epochs: int | None = None,
    name: str = "",
) -> Experiment:
    """Make the experiment of a fitted MLPClassifier or MLPRegressor, which goes on training it.

    The optimizer (adam or sgd with a constant learning rate) is taken with what it remembers. The
    penalty alpha becomes l2: scikit-learn divides it by the examples of the batch.

    Args:
        fitted: the estimator.
        X: the examples (N, features).
        y: the targets as ``fit`` takes them.
        optimizer: nntui's to use instead of the estimator's, such as ``"adam"``.
        epochs: how long the run is; None: the estimator's ``max_iter``.
        name: what the network is called on the screen.

    Raises:
        ConversionError: an estimator that is not fitted, or trains in a way that nntui does not.
    """
    kind = escaped(type(fitted).__name__)
    if not hasattr(fitted, "coefs_"):
        known = hasattr(fitted, "hidden_layer_sizes")
        found = f"{kind}, which is not fitted" if known else kind
        hint = "; its best_estimator_ may be one" * hasattr(fitted, "best_estimator_")
        if hasattr(fitted, "steps"):
            hint = "; of a pipeline: from_sklearn(pipeline[-1], pipeline[:-1].transform(X), y)"
        raise ConversionError(
            f"found {found}, expected a fitted MLPClassifier or MLPRegressor{hint}"
        )
    layers = _layers(fitted)
    targets = _targets(fitted, y)
    examples = len(rows_of(X))
    batch = fitted.batch_size
    batch = min(_LARGEST_BATCH if batch == "auto" else int(batch), examples)
    if optimizer is None:
        chosen, state = _optimizer(fitted, layers, kind)
    else:
        chosen, state = Optimizer.of(optimizer), None
    training = Training(
        targets.loss,
        chosen,
        batch_size=None if batch == examples else batch,
        shuffle=bool(fitted.shuffle) and batch < examples,
        l2=float(fitted.alpha) / batch,
        epochs=epochs or max(int(fitted.max_iter), 1),
    )
    notes = [*targets.notes, *_notes(fitted, training, examples, batch)]
    return experiment_of(
        layers,
        X,
        targets.y,
        training,
        inputs=[*getattr(fitted, "feature_names_in_", ())],
        outputs=targets.names,
        name=name or kind,
        description="\n\n".join([f"A fitted {kind} of scikit-learn.", *notes]),
        state=state,
    )


def _layers(fitted: Any) -> list[Layer]:
    layers = layers_of_arrays(fitted.coefs_, fitted.intercepts_, order="in, out")
    last = len(layers) - 1
    made = []
    for n, layer in enumerate(layers):
        name = fitted.out_activation_ if n == last else fitted.activation
        if name not in _ACTIVATIONS:
            found = escaped(str(name))
            raise ConversionError(f'nntui has no activation that is scikit-learn’s "{found}"')
        made.append(Layer(layer.weights, layer.biases, Activation.of(_ACTIVATIONS[name])))
    return made


class _Targets(Struct, frozen=True):
    """Targets as nntui has them; ``names``: what the outputs are called."""

    loss: Loss
    y: Any
    names: Sequence[str]
    notes: Sequence[str]


def _targets(fitted: Any, y: Any) -> _Targets:
    """Choose the loss, and convert classes to indices.

    Raises:
        ConversionError: a loss that nntui does not have, or a class that was not fitted.
    """
    outputs = int(fitted.n_outputs_)
    classes = getattr(fitted, "classes_", None)
    if classes is None:
        if getattr(fitted, "loss", "squared_error") != "squared_error":
            raise ConversionError(f'nntui has no loss that is scikit-learn’s "{fitted.loss}"')
        several = "scikit-learn reports the mean over the outputs instead of the sum."
        notes = (
            [] if outputs == 1 else [f"The loss is ½·Σ(a − t)², whose gradient it uses; {several}"]
        )
        return _Targets(Loss.of("half_squared_error"), y, (), notes)
    if np.ndim(y) == 2 and np.shape(y)[1] > 1:  # several labels at once
        loss = Loss.of("bce", weight=float(outputs))  # the sum over the labels, not the mean
        return _Targets(loss, y, [str(c) for c in classes], ())
    known = {label: n for n, label in enumerate(np.asarray(classes).tolist())}
    if len(known) < 2:
        raise ConversionError("it was fitted to one class only, expected two or more")
    try:
        indices = [known[label] for label in np.ravel(np.asarray(y)).tolist()]
    except KeyError as error:
        label = escaped(str(error.args[0]))
        raise ConversionError(f"y: found the class {label}, which was not fitted") from None
    names = [str(label) for label in known]
    if outputs == 1:
        one = [f"The output is the probability of the class {escaped(names[1])}."]
        return _Targets(Loss.of("bce"), np.reshape(indices, (-1, 1)), (), one)
    return _Targets(Loss.of("cross_entropy"), np.array(indices), names, ())


def _optimizer(
    fitted: Any, layers: Sequence[Layer], kind: str
) -> tuple[Optimizer, OptimizerState | None]:
    """Convert the estimator's solver with what it remembers.

    Raises:
        ConversionError: one that nntui does not have.
    """
    solver, schedule = fitted.solver, fitted.learning_rate
    if solver == "sgd" and schedule != "constant":
        solver = f"sgd with the learning rate {schedule}"
    rate = float(fitted.learning_rate_init)
    remembered = getattr(fitted, "_optimizer", None)
    if solver == "adam":
        optimizer = Optimizer.of(
            "adam",
            learning_rate=rate,
            beta1=float(fitted.beta_1),
            beta2=float(fitted.beta_2),
            eps=float(fitted.epsilon),
        )
        if remembered is None:
            return optimizer, None
        memory = [_in_order(layers, getattr(remembered, key)) for key in ("ms", "vs")]
        return optimizer, OptimizerState("adam", int(remembered.t), 0, tuple(memory))
    if solver == "sgd":
        momentum = float(fitted.momentum)
        nesterov = bool(fitted.nesterovs_momentum) and momentum > 0.0
        optimizer = Optimizer.of("sgd", learning_rate=rate, momentum=momentum, nesterov=nesterov)
        if remembered is None or not rate:
            return optimizer, None
        # Its velocity is what is added to the parameters; nntui's is what they go against.
        velocity = [-array_of(v, "the velocities") / rate for v in remembered.velocities]
        memory = [_in_order(layers, velocity)]
        return optimizer, OptimizerState("sgd", 0, 0, tuple(memory))
    raise ConversionError(
        f"{kind} was trained by {escaped(str(solver))}, which nntui does not have: choose how it "
        'goes on, such as optimizer="adam"'
    )


def _in_order(layers: Sequence[Layer], arrays: Sequence[Any]) -> tuple[float, ...]:
    """Put arrays of all weights (in, out), then all biases, in nntui's order."""
    found: list[Array] = [array_of(a, "what the optimizer remembers") for a in arrays]
    count = len(layers)
    pairs = [(w.T, b) for w, b in zip(found[:count], found[count:], strict=True)]
    return tuple(flat(layers, list(pairs)))


def _notes(fitted: Any, training: Training, examples: int, batch: int) -> list[str]:
    """Say what scikit-learn would do otherwise."""
    notes = []
    if training.l2 and examples % batch:
        rest = examples % batch
        notes.append(
            f"The penalty is alpha / {batch}; scikit-learn divides it by {rest} in the last batch "
            "of an epoch, which is smaller."
        )
    if training.optimizer.name == "adam":
        notes.append("scikit-learn adds epsilon before the bias correction of v, nntui after it.")
    if training.shuffle:
        notes.append("The order of the examples in each epoch is nntui’s own.")
    return notes
