"""``from_torch``: a PyTorch module of linear layers and activations → an ``Experiment``.

The module is in the user's process and is run there, on some examples. PyTorch is not imported.
"""

from __future__ import annotations

from typing import Any

from nntui.interop.arrays import array_of, rows_of, shape_text
from nntui.interop.errors import ConversionError
from nntui.interop.layers import experiment_of
from nntui.interop.torch_layers import Traced, trace
from nntui.interop.torch_training import LossOfTorch, loss_of, optimizer_of
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.names import escaped


def from_torch(
    model: Any,
    X: Any,  # noqa: N803 (the field's name)
    y: Any,
    *,
    loss: Any,
    optimizer: Any = "sgd",
    batch_size: int | None = None,
    shuffle: bool = False,
    epochs: int = 100,
    name: str = "",
) -> Experiment:
    """Make the experiment of a PyTorch model, its data and how it is trained.

    The model is an ``nn.Sequential``, or any module that calls ``nn.Linear`` and activations one
    after the other, in modules within modules. In which order, is found by running it on one
    example; then the layers must answer as the model does on some more. Numbers are widened to
    float64, which changes none. Parameters that require no gradient, or that the optimizer does not
    have, are frozen. ``Dropout`` and ``BatchNorm1d`` are taken in eval mode only, the latter only
    where its own parameters are frozen.

    Args:
        model: an ``nn.Module``.
        X: the examples (N, …): a tensor, an array, a DataFrame or lists.
        y: the targets: as many numbers as outputs, or class indices for a loss over classes.
        loss: a loss object (``nn.CrossEntropyLoss()``), a function of ``nn.functional``, or the
            name of nntui's.
        optimizer: a torch optimizer, taken with its settings and with what it remembers, or the
            name of nntui's.
        batch_size: examples in a batch; None: all.
        shuffle: whether each epoch has another order (nntui's own).
        epochs: how long the run is.
        name: what the network is called on the screen.

    Raises:
        ConversionError: the model does something that nntui cannot represent exactly.
        SettingError, NetworkError: numbers or settings that cannot be.
    """
    traced = trace(model, X)
    of_loss = loss_of(loss, log_softmax=traced.log_softmax, logits_of=traced.ends_in)
    _check_targets(traced, X, y, of_loss.loss)
    chosen = optimizer_of(optimizer, traced.layers, traced.parameters)
    training = Training(
        of_loss.loss,
        chosen.optimizer,
        batch_size=batch_size,
        shuffle=shuffle,
        reduction=of_loss.reduction,
        l2=chosen.l2,
        epochs=epochs,
    )
    _check_weighted_mean(of_loss, y)
    return experiment_of(
        chosen.layers, X, y, training, name=name or _name_of(model), state=chosen.state
    )


def _name_of(model: Any) -> str:
    name = type(model).__name__
    return "" if name == "Sequential" else escaped(name)


def _check_targets(traced: Traced, X: Any, y: Any, loss: Loss) -> None:  # noqa: N803
    """Refuse targets that PyTorch would spread over the outputs, which is hardly ever meant.

    Raises:
        ConversionError: says how to write them.
    """
    count = len(rows_of(X))
    given = array_of(y, "y").shape
    shape = (count, *traced.shape[1:])
    if loss.row.classes and len(given) == 1:
        return
    if given != shape and len(given) and given[0] == count:
        hint = ": y.unsqueeze(1)" if (*given, 1) == shape else ""
        hint = ": y.squeeze(1)" if given == (*shape, 1) else hint
        raise ConversionError(
            f"y has the shape {shape_text(given)}, the model’s answers {shape_text(shape)}, and "
            f"PyTorch would compare each with every other: give them the same shape{hint}"
        )


def _check_weighted_mean(of_loss: LossOfTorch, y: Any) -> None:
    """Refuse a mean that PyTorch weighs by the classes in the batch."""
    weight = dict(of_loss.loss.settings).get("weight")
    plain = not isinstance(weight, tuple) or set(weight) == {1.0}
    classes = of_loss.loss.row.classes and array_of(y, "y").ndim == 1
    if classes and not plain and of_loss.reduction == "mean":
        raise ConversionError(
            "with weights for the classes PyTorch divides a batch’s loss by the weights of its "
            'targets, nntui by their number: only reduction="sum" is the same in both'
        )
