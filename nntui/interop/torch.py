"""``from_torch`` and ``compare``: PyTorch modules of linear layers and activations.

The module is in the user's process and is run there, on some examples. PyTorch is not imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from msgspec import structs

from nntui.interop.arrays import array_of, dataset_of, rows_of, shape_text
from nntui.interop.errors import ConversionError
from nntui.interop.torch_model import Traced, gradients_of, numpy_of, trace
from nntui.interop.torch_origins import Parameters
from nntui.interop.torch_training import LossOfTorch, loss_of, optimizer_of
from nntui.interop.units import Integers
from nntui.model.experiment import Experiment, Training
from nntui.model.layers import arrays_of, columns_of
from nntui.model.losses import Loss
from nntui.model.names import escaped, parameter_name
from nntui.verify.check_work import check_work
from nntui.verify.verdict import FILE_AT, Verdict

_NOT_ZEROED: Final = (
    "Does .grad hold earlier batches, too? optimizer.zero_grad() before backward() clears it."
)


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

    The model is any module that computes with linear layers, activations, sums, ``torch.cat`` and
    batch norm, as modules or as functions; what it does is found by running it on one example. Its
    neurons must answer as the model does on some more, and have its gradient. Numbers are widened
    to float64, which changes none. What one neuron cannot do becomes several: in ``x + f(x)``,
    neurons whose weights are 1, frozen. Parameters that require no gradient, that none reaches, or
    that the optimizer does not have, are frozen. ``Dropout`` and ``BatchNorm1d`` are taken in eval
    mode only.

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
    options = {"batch_size": batch_size, "shuffle": shuffle, "epochs": epochs}
    name = name or _name_of(model)
    return _experiment(trace(model, X), X, y, loss, optimizer, name, **options)[0]


def _experiment(
    traced: Traced,
    X: Any,  # noqa: N803
    y: Any,
    loss: Any,
    optimizer: Any = "sgd",
    name: str = "",
    **options: Any,
) -> tuple[Experiment, Integers]:
    """Make the experiment of a traced model; return also the entry of each of its parameters."""
    of_loss = loss_of(loss, ends_in=traced.ends_in)
    _check_targets(traced, X, y, of_loss.loss)
    chosen = optimizer_of(optimizer, traced)
    training = Training(
        of_loss.loss, chosen.optimizer, reduction=of_loss.reduction, l2=chosen.l2, **options
    )
    _check_weighted_mean(of_loss, y)
    network, entries = structs.replace(traced, frozen=chosen.frozen).network(X, y)
    data = dataset_of(X, y, training.loss, len(traced.units.outputs))
    state = chosen.state(entries)
    return Experiment(network, data, training, name, optimizer_state=state), entries


def _name_of(model: Any) -> str:
    model = getattr(model, "_orig_mod", model)  # of torch.compile
    name = getattr(model, "original_name", type(model).__name__)
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


def compare(
    model: Any,
    X: Any,  # noqa: N803
    y: Any,
    loss_fn: Any,
    *,
    loss: Any = None,
    left: bool = False,
    rtol: float | None = None,
    atol: float | None = None,
) -> Verdict:
    """Hold the gradients of a PyTorch model against nntui's, for a test: ``assert …right``.

    Args:
        model: as ``from_torch`` takes it; its parameters and their ``.grad`` are left as they are.
        X: the examples of a batch, as a tensor, an array or lists.
        y: their targets.
        loss_fn: a loss object or function; it is called with the model's answers and y.
        loss: what it is for nntui, where it is a function of your own: ``nn.MSELoss()``, ``"mse"``.
        left: whether to take the ``.grad`` that your own ``backward()`` has left, instead of
            computing the gradients anew: then what was not zeroed shows.
        rtol: how near two numbers must be, relatively (see ``check_work``).
        atol: the same, absolutely.

    Returns:
        ``verdict.right``, and printed what is wrong.

    Raises:
        ConversionError: the model does something that nntui cannot represent, or has no gradients.
    """
    traced = trace(model, X)
    experiment, entries = _experiment(traced, X, y, loss_fn if loss is None else loss, epochs=1)
    parameters = traced.used
    if not left:
        gradients = gradients_of(model, X, y, loss_fn, parameters)
    elif all(p.grad is None for p in parameters):
        raise ConversionError("no parameter has a .grad: call loss.backward() before")
    else:
        gradients = {id(p): p.grad for p in parameters if p.grad is not None}
    numbers = _named_gradients(experiment, entries, traced.parameters, gradients)
    verdict = check_work(experiment, numbers, rtol=rtol, atol=atol)
    look = r"nntui.breakpoint(model, X, y, loss_fn), then goto \1"
    lines = tuple(FILE_AT.sub(look, line) for line in verdict.lines)
    verdict = replace(verdict, lines=lines)
    if left and verdict.verdict in ("factor", "unknown"):
        verdict = replace(verdict, notes=(*verdict.notes, _NOT_ZEROED))
    return verdict


def _named_gradients(
    experiment: Experiment, entries: Integers, own: Parameters, gradients: Mapping[int, Any]
) -> dict[str, Any]:
    """Name gradients by layer, or one by one where the network has other layers than dense ones."""
    values, there = own.by_tensor(gradients)
    # In float32 they show how exact they are.
    kind = np.result_type(*(numpy_of(gradient) for gradient in gradients.values()))
    found, given = values.astype(kind)[entries], there[entries] & (entries >= 0)
    net = experiment.network.wiring()
    if columns_of(net) is not None:
        named = {}
        masks = arrays_of(net, given.astype(np.float64))
        for name, array in arrays_of(net, found).items():
            layer, parameter = name.removeprefix("layer").split(".")
            if masks[name].all():
                named[f"d{'W' if parameter == 'weight' else 'b'}{layer}"] = array
            elif masks[name].any():
                break
        else:
            return named
    numbers = zip(net.parameters, found, given, strict=True)
    return {parameter_name(p, "d"): number for p, number, is_given in numbers if is_given}
