"""Changes of the network and of the data: neurons, connections, examples.

With an input or output, a column of the data is added (filled with 0) or deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nntui.model.activations import Activation
from nntui.model.changes.settings import Change, also
from nntui.model.dataset import Dataset, Target
from nntui.model.errors import NntuiError, SettingError, counted
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.model.network import Network, Neuron, Role
from nntui.model.wiring import Wiring

Vector = Sequence[float]


def add_neuron(
    experiment: Experiment,
    name: str,
    *,
    role: Role = "hidden",
    activation: str | Activation | None = None,
    bias: float | None = None,
    trainable: bool = True,
) -> Change:
    """Add a neuron after the others; a bias left out is drawn.

    Raises:
        NetworkError: see ``Network.add_neuron``.
        SettingError: an unknown activation, or data that cannot be made to fit.
    """
    net = experiment.network.copy()
    net.add_neuron(name, role=role, activation=activation, bias=bias, trainable=trainable)
    data, note = _with_column(experiment, net.wiring(), name, role)
    made = replace(experiment, network=net, data=data)
    what = role if role == "input" else str(made.network.neuron(name).activation)
    return Change(made, also(f"{escaped(name)} added ({what})", note))


def change_neuron(
    experiment: Experiment,
    name: str,
    *,
    new_name: str | None = None,
    activation: str | Activation | None = None,
    bias: float | None = None,
    trainable: bool | None = None,
) -> Change:
    """Change what is given of a neuron, and leave the rest.

    Raises:
        NetworkError: no such neuron, a bad or taken name, a bias that is not finite.
        SettingError: an unknown activation, or nothing to change.
    """
    net, before = experiment.network.copy(), experiment.network.neuron(name)
    said: list[str] = []
    if activation is not None and (chosen := Activation.of(activation)) != before.activation:
        net.set_activation(name, chosen)
        said.append(f"{escaped(name)} is {chosen} now")
    if bias is not None and not _same(bias, before.bias):
        net.set_bias(name, bias)
        said.append(f"b[{escaped(name)}] = {bias!r}")
    if trainable is not None and trainable != before.trainable:
        net.set_trainable(name, trainable)
        said.append(_trains(f"b[{escaped(name)}]", trainable))
    if new_name is not None and new_name != name:
        net.rename_neuron(name, new_name)
        said.append(f"{escaped(name)} is called {escaped(new_name)} now")
    change = _changed(experiment, net, said)
    if new_name is not None and new_name != name:
        change = replace(change, renamed=(name, new_name))
    return change


def delete_neuron(experiment: Experiment, name: str) -> Change:
    """Delete a neuron with its connections, and the data's column of an input or output.

    Raises:
        NetworkError: no such neuron, or a network without it that has no input or output.
        SettingError: data that cannot be made to fit.
    """
    net, neuron = experiment.network.copy(), experiment.network.neuron(name)
    before = net.wiring()
    net.remove_neuron(name)
    net.wiring()
    data, note = _without_column(experiment, before, neuron)
    gone = len(before.targets[name]) + len(before.sources.get(name, ()))
    lost = f" with {counted(gone, 'connection')}" if gone else ""
    made = replace(experiment, network=net, data=data)
    return Change(made, also(f"{escaped(name)} deleted{lost}", note))


def connect(
    experiment: Experiment,
    source: str,
    target: str,
    weight: float | None = None,
    *,
    trainable: bool = True,
) -> Change:
    """Connect two neurons; a weight left out is drawn.

    Raises:
        NetworkError: see ``Network.connect``; or a cycle, named by its neurons.
    """
    net = experiment.network.copy()
    net.connect(source, target, weight, trainable=trainable)
    made = replace(experiment, network=net)
    drawn = made.network.connection(source, target).weight
    return Change(made, f"{escaped(source)} → {escaped(target)} connected (w = {drawn:.4g})")


def change_connection(
    experiment: Experiment,
    source: str,
    target: str,
    *,
    weight: float | None = None,
    trainable: bool | None = None,
) -> Change:
    """Change what is given of a connection, and leave the rest.

    Raises:
        NetworkError: no such connection, or a weight that is not finite.
        SettingError: nothing to change.
    """
    net, before = experiment.network.copy(), experiment.network.connection(source, target)
    called = f"w[{escaped(source)},{escaped(target)}]"
    said: list[str] = []
    if weight is not None and not _same(weight, before.weight):
        net.set_weight(source, target, weight)
        said.append(f"{called} = {weight!r}")
    if trainable is not None and trainable != before.trainable:
        net.set_trainable((source, target), trainable)
        said.append(_trains(called, trainable))
    return _changed(experiment, net, said)


def disconnect(experiment: Experiment, source: str, target: str) -> Change:
    """Delete a connection.

    Raises:
        NetworkError: no such connection.
    """
    net = experiment.network.copy()
    net.disconnect(source, target)
    made = replace(experiment, network=net)
    return Change(made, f"{escaped(source)} → {escaped(target)} disconnected")


# ---- examples ------------------------------------------------------------------------------------


def add_row(experiment: Experiment, inputs: Vector, target: Vector | int) -> Change:
    """Add an example after the others.

    Raises:
        SettingError: a row that does not fit the network or the loss.
    """
    data = experiment.data
    return _with_rows(
        experiment,
        [*data.inputs, tuple(inputs)],
        [*data.targets, _target(target)],
        f"example {len(data) + 1} added",
    )


def change_row(experiment: Experiment, n: int, inputs: Vector, target: Vector | int) -> Change:
    """Change the example with index ``n`` (from 0).

    Raises:
        SettingError: no such row, a row that does not fit, or nothing to change.
    """
    _require(experiment, n)
    data = experiment.data
    rows, targets = list(data.inputs), list(data.targets)
    rows[n], targets[n] = tuple(inputs), _target(target)
    if (rows[n], targets[n]) == (data.inputs[n], data.targets[n]):
        raise SettingError("what is there already", "a change")
    return _with_rows(experiment, rows, targets, f"example {n + 1} changed")


def delete_row(experiment: Experiment, n: int) -> Change:
    """Delete the example with index ``n`` (from 0).

    Raises:
        SettingError: no such row, or the only one.
    """
    _require(experiment, n)
    data = experiment.data
    rows, targets = list(data.inputs), list(data.targets)
    del rows[n], targets[n]
    return _with_rows(experiment, rows, targets, f"example {n + 1} deleted")


# ---- renaming ------------------------------------------------------------------------------------


class GoneError(NntuiError):
    """The neuron was deleted, and another has its name now."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """The neurons' old and new names; those that are not in it have kept theirs.

    >>> renaming = Renaming().then("h1", "g").then("h2", "h1")
    >>> renaming.now("h1"), renaming.now("h2"), renaming.now("y")
    ('g', 'h1', 'y')
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether any neuron has another name."""
        return bool(self.names)

    def then(self, old: str, new: str) -> Renaming:
        """Add a renaming after the others."""
        names = {then: new if now == old else now for then, now in self.names.items()}
        if old not in self.names.values() and old not in self.names:
            names[old] = new
        return Renaming({then: now for then, now in names.items() if then != now})

    def now(self, name: str) -> str:
        """Return the neuron's name of now.

        Raises:
            GoneError: it was deleted, and another was given its name.
        """
        if name in self.names:
            return self.names[name]
        if name in self.names.values():
            raise GoneError(f'"{escaped(name)}" is gone: another neuron is called that now')
        return name


# ---- helpers -------------------------------------------------------------------------------------


def _changed(experiment: Experiment, net: Network, said: list[str]) -> Change:
    if not said:
        raise SettingError("what is there already", "a change")
    return Change(replace(experiment, network=net), also(*said))


def _same(new: float, old: float | None) -> bool:
    """Say whether two numbers are the same; −0.0 is not 0.0."""
    return old is not None and repr(float(new)) == repr(old)


def _trains(called: str, trainable: bool) -> str:
    return f"{called} is {'trained' if trainable else 'kept as it is'}"


def _with_column(experiment: Experiment, net: Wiring, name: str, role: Role) -> tuple[Dataset, str]:
    data = experiment.data
    if role == "input":
        at = net.inputs.index(name)
        rows = [(*row[:at], 0.0, *row[at:]) for row in data.inputs]
        return _own_rows(data, "its input is 0 in every row of the data", inputs=rows)
    if role == "output" and not any(isinstance(target, int) for target in data.targets):
        at, width = net.outputs.index(name), len(net.outputs)
        if any(len(row) != width - 1 for row in data.targets if isinstance(row, tuple)):
            return data, ""  # a column of class indices
        wanted = [(*row[:at], 0.0, *row[at:]) for row in data.targets if isinstance(row, tuple)]
        return _own_rows(data, "its target is 0 in every row of the data", targets=wanted)
    return data, ""


def _without_column(experiment: Experiment, net: Wiring, neuron: Neuron) -> tuple[Dataset, str]:
    data = experiment.data

    def cut(at: int) -> Callable[[tuple[float, ...]], tuple[float, ...]]:
        return lambda row: (*row[:at], *row[at + 1 :])

    if neuron.role == "input":
        without = cut(net.inputs.index(neuron.name))
        return _own_rows(data, "so is its column of the data", inputs=[*map(without, data.inputs)])
    if neuron.role == "output":
        width = len(net.outputs)
        without = cut(net.outputs.index(neuron.name))
        if all(isinstance(row, tuple) and len(row) == width for row in data.targets):
            rows = [without(row) for row in data.targets if isinstance(row, tuple)]
            return _own_rows(data, "so is its column of the data", targets=rows)
    return data, ""


def _own_rows(
    data: Dataset,
    sentence: str,
    *,
    inputs: Sequence[Vector] | None = None,
    targets: Sequence[Vector | int] | None = None,
) -> tuple[Dataset, str]:
    """Replace the rows of a data set, which are then in the document; extend the sentence by that.

    Raises:
        SettingError: no rows, or a number that is not finite.
    """
    inputs = data.inputs if inputs is None else inputs
    targets = data.targets if targets is None else targets
    made = Dataset.of(inputs, targets, data.test_fraction)
    moved = "the rows stand in the document itself now" if data.source is not None else ""
    return made, also(sentence, moved)


def _with_rows(
    experiment: Experiment, inputs: list[tuple[float, ...]], targets: list[Target], sentence: str
) -> Change:
    data, said = _own_rows(experiment.data, sentence, inputs=inputs, targets=targets)
    return Change(experiment.altered(data=data), said)


def _target(target: Vector | int) -> Target:
    return target if isinstance(target, int) else tuple(target)


def _require(experiment: Experiment, n: int) -> None:
    if not 0 <= n < len(experiment.data):
        expected = f"the number of an example, 1 to {len(experiment.data)}"
        raise SettingError(str(n + 1), expected)
