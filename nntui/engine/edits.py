"""Edits: what the user changes in the middle of a run, checked before it takes effect."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from msgspec import Struct

from nntui.engine.schedule import Schedule
from nntui.model.activations import EXPRESSION, Activation
from nntui.model.errors import NntuiError, SettingError
from nntui.model.experiment import Experiment
from nntui.model.losses import Loss
from nntui.model.names import ValueNameError, did_you_mean, escaped, parse_value_name, value_name
from nntui.model.optimizers import Optimizer
from nntui.model.settings import function_named, written
from nntui.model.wiring import Parameter, check_value, parameter_key

_PENALTIES: Final = ("l1", "l2")
_TRUTH: Final = {"true": True, "false": False}


class EditError(NntuiError, ValueError):
    """An edit of something that cannot be edited, or to a value that it cannot have."""


class Edit(Struct, frozen=True):
    """One change, made before step number ``position``: the state there already has it.

    ``target`` is canonical: a parameter's value name (``w[x1,h1]``, ``b[h1]``), ``x[x1]`` or
    ``t[y1]`` (of the example shown there), ``activation[h1]``, ``loss``, an optimizer's setting or
    ``l1``, ``l2``. ``value`` is a number, or a function's text such as ``leaky_relu(slope=0.2)``.
    """

    position: int
    target: str
    value: float | str

    @property
    def parameter(self) -> Parameter | None:
        """The parameter that is changed; None when it is no parameter."""
        if not self.target.startswith(("w[", "b[")):
            return None
        _, neurons = parse_value_name(self.target)
        return parameter_key(neurons)

    @property
    def text(self) -> str:
        """The edit as one line: ``w[x1,h1] = 0.3``."""
        return f"{self.target} = {written_value(self.value)}"


def edit_of(
    experiment: Experiment, schedule: Schedule, position: int, target: str, value: float | str
) -> Edit:
    """Check an edit at a position, where ``experiment`` is in force.

    Raises:
        EditError: an unknown target, or a value that it cannot have.
    """
    schedule.check(position)
    name = _canonical(experiment, target)
    kind = _kind(name)
    edit = Edit(position, name, kind.read(name, value))
    if edit.parameter is None:
        edited(experiment, schedule, edit)  # raises where the experiment cannot have the value
    return edit


def edited(experiment: Experiment, schedule: Schedule, edit: Edit) -> Experiment:
    """Return the experiment in force after an edit; the same one if that changes a parameter.

    Raises:
        EditError: the experiment cannot have the value.
    """
    try:
        return _kind(edit.target).change(experiment, schedule, edit)
    except SettingError as error:
        raise _refused(edit.target, edit.value, error) from None


def targets(experiment: Experiment) -> tuple[str, ...]:
    """List everything that can be edited, except for weights and biases."""
    net, settings = experiment.network.wiring(), experiment.training.optimizer.row.settings
    return (
        *settings,
        *_PENALTIES,
        "loss",
        *(value_name("activation", j) for j in net.neurons),
        *(value_name("x", i) for i in net.inputs),
        *(value_name("t", k) for k in net.outputs),
    )


def value_in(experiment: Experiment, target: str) -> float | str:
    """Return what is in force of a canonical target: a setting, ``loss`` or an activation."""
    training = experiment.training
    if target == "loss":
        return _function_text(training.loss)
    if target.startswith("activation["):
        return _function_text(experiment.network.wiring().activation[_neurons(target)[0]])
    value: float = (dict(training.optimizer.settings) | {"l1": training.l1, "l2": training.l2})[
        target
    ]
    return value


def _number_or_truth(target: str, value: float | str) -> float:
    """Read a finite number, or a setting's truth value (``nesterov``), from it or its text."""
    if isinstance(value, str) and value.strip().lower() in _TRUTH:
        value = _TRUTH[value.strip().lower()]
    if isinstance(value, bool):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _no_number(target, str(value))
    return number


def _number(target: str, value: float | str) -> float:
    """Read a finite number, from it or its text."""
    number = _number_or_truth(target, value)
    if isinstance(number, bool):
        raise _no_number(target, written_value(number))
    return number


def _no_number(target: str, value: str) -> EditError:
    return EditError(f"{escaped(target)} cannot be {escaped(value)}: expected a finite number")


def _function(target: str, value: float | str) -> str:
    """Read a function's text and write it as ``leaky_relu(slope=0.2)``, defaults left out."""
    return _function_text(_chosen(target, value))


def _function_text(chosen: Any) -> str:
    if chosen.name == EXPRESSION:
        return str(chosen.text)
    defaults = chosen.row.settings
    changed = [
        f"{name}={written(value)}" for name, value in chosen.settings if value != defaults[name]
    ]
    return f"{chosen.name}({', '.join(changed)})" if changed else chosen.name


def _chosen(target: str, text: float | str) -> Any:
    try:
        if target == "loss":
            return function_named(Loss.of, str(text))
        return Activation.named(str(text))
    except SettingError as error:
        raise _refused(target, text, error) from None


def _refused(target: str, value: float | str, error: SettingError) -> EditError:
    hint = f" ({error.hint})" if error.hint else ""
    return EditError(
        f"{escaped(target)} cannot be {escaped(written_value(value))}: "
        f"found {error.found}, expected {error.expected}{hint}"
    )


def written_value(value: float | str) -> str:
    """Write a value as it is typed: ``0.3``, ``true``, ``leaky_relu(slope=0.2)``."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value!r}".removesuffix(".0")


class _Kind(Struct, frozen=True):
    """A kind of target: how its value is read, and how an experiment is changed."""

    read: Callable[[str, float | str], float | str]
    change: Callable[[Experiment, Schedule, Edit], Experiment]


def _with_optimizer(experiment: Experiment, schedule: Schedule, edit: Edit) -> Experiment:
    training = experiment.training
    settings: dict[str, Any] = dict(training.optimizer.settings) | {edit.target: edit.value}
    optimizer = Optimizer.of(training.optimizer.name, **settings)
    return experiment.altered(training=replace(training, optimizer=optimizer))


def _with_training(experiment: Experiment, schedule: Schedule, edit: Edit) -> Experiment:
    value: Any = _chosen("loss", edit.value) if edit.target == "loss" else edit.value
    return experiment.altered(training=replace(experiment.training, **{edit.target: value}))


def _with_activation(experiment: Experiment, schedule: Schedule, edit: Edit) -> Experiment:
    (j,) = _neurons(edit.target)
    network = experiment.network.copy()
    network.set_activation(j, _chosen(edit.target, edit.value))
    return experiment.altered(network=network)


def _with_x(experiment: Experiment, schedule: Schedule, edit: Edit) -> Experiment:
    at = experiment.network.wiring().inputs.index(_neurons(edit.target)[0])
    example, data = schedule.example_shown(edit.position), experiment.data
    row = _replaced(data.inputs[example], at, edit.value)
    return experiment.altered(data=data.with_rows(inputs=_replaced(data.inputs, example, row)))


def _with_target(experiment: Experiment, schedule: Schedule, edit: Edit) -> Experiment:
    at = experiment.network.wiring().outputs.index(_neurons(edit.target)[0])
    example, data = schedule.example_shown(edit.position), experiment.data
    row: Any = _replaced(experiment.y(example), at, edit.value)
    was = data.targets[example]
    if edit.value == 1.0 and (isinstance(was, int) or len(was) < len(row)):
        row = at  # the target is a class: it becomes another one
    return experiment.altered(data=data.with_rows(targets=_replaced(data.targets, example, row)))


def _replaced(row: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    return (*row[:at], value, *row[at + 1 :])


_PARAMETER: Final = _Kind(_number, lambda experiment, schedule, edit: experiment)
_KINDS: Final[dict[str, _Kind]] = {
    "w": _PARAMETER,
    "b": _PARAMETER,
    "x": _Kind(_number, _with_x),
    "t": _Kind(_number, _with_target),
    "activation": _Kind(_function, _with_activation),
    "loss": _Kind(_function, _with_training),
    **dict.fromkeys(_PENALTIES, _Kind(_number, _with_training)),
}
_SETTING_KIND: Final = _Kind(_number_or_truth, _with_optimizer)


def _kind(target: str) -> _Kind:
    return _KINDS.get(target.partition("[")[0], _SETTING_KIND)


def _canonical(experiment: Experiment, target: str) -> str:
    """Write a target in its canonical form.

    Raises:
        EditError: there is no such target; the sentence names the nearest.
    """
    word, _, inside = str(target).strip().partition("[")
    word = "t" if word.strip() == "y" else word.strip()
    settings = experiment.training.optimizer.row.settings
    if not inside and (word in settings or word == "loss" or word in _PENALTIES):
        return word
    if word not in ("w", "b", "x", "t", "activation"):
        known = ["w[…]", "b[…]", "x[…]", "t[…]", "activation[…]", "loss", *settings, *_PENALTIES]
        hint = did_you_mean(word, [name.partition("[")[0] for name in known])
        raise EditError(
            f"“{escaped(target)}” cannot be set; what can is {', '.join(known)}"
            f"{hint and '; ' + hint}"
        )
    net, of_activation = experiment.network.wiring(), word == "activation"
    if not inside.endswith("]"):
        of = {"w": net.edges[:1], "x": net.inputs, "t": net.outputs}.get(word, net.neurons)
        first = of[0] if of else ("source", "target")
        example = value_name(word, *([first] if isinstance(first, str) else first))
        raise EditError(f"“{escaped(target)}” should look like {example}")
    try:
        symbol, neurons = parse_value_name(("a" if of_activation else word) + "[" + inside)
        check_value(net, symbol, neurons)
    except ValueNameError as error:
        raise EditError(str(error)) from None
    if of_activation and neurons[0] in net.inputs:
        raise EditError(f"“{neurons[0]}” is an input: it has no activation function")
    return value_name(word, *neurons)


def _neurons(target: str) -> tuple[str, ...]:
    return parse_value_name("b" + target[target.index("[") :])[1]
