"""Changes of the network and of the data: neurons, connections, examples.

With an input or output, a column of the data is added (filled with 0) or deleted. With another
structure the optimizer starts anew: what it remembers belongs to the parameters that there were.

Each function raises a ``NetworkError`` or ``SettingError`` (see ``Network`` and ``Dataset``) when
the changed experiment would be invalid, and when there is nothing to change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from msgspec import Struct, structs

from nntui.model.activations import Activation
from nntui.model.changes.settings import Change
from nntui.model.dataset import Dataset
from nntui.model.errors import NntuiError, SettingError, counted
from nntui.model.experiment import Experiment, Training
from nntui.model.names import escaped
from nntui.model.network import Network, Role
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
    """Add a neuron after the others; a bias left out is drawn."""
    net = experiment.network.copy()
    net.add_neuron(name, role=role, activation=activation, bias=bias, trainable=trainable)
    what = role if role == "input" else str(net.neuron(name).activation)
    data, said = _fitted(experiment.data, net.wiring(), name, f"{escaped(name)} added ({what})")
    training = _fitted_loss(experiment.training, net.wiring(), name)
    made = replace(experiment, network=net, data=data, training=training, optimizer_state=None)
    return Change(made, said)


def add_beside(
    experiment: Experiment,
    sibling: str,
    name: str,
    *,
    activation: str | Activation | None = None,
    bias: float | None = None,
) -> Change:
    """Add a neuron to the layer of another: with its role, its activation and its connections.

    A weight or bias that is not given is drawn by the network's initializer.
    """
    like, net = experiment.network.neuron(sibling), experiment.network.wiring()
    added = add_neuron(
        experiment, name, role=like.role, activation=activation or like.activation, bias=bias
    )
    network = added.experiment.network.copy()
    sources, targets = net.sources.get(sibling, ()), net.targets[sibling]
    for source in sources:
        network.connect(source, name)
    for target in targets:
        network.connect(name, target)
    made = replace(added.experiment, network=network)
    drawn = experiment.network.initializer
    said = (
        f"{added.sentence} beside {escaped(sibling)}, with {len(sources)} + {len(targets)} "
        f"connections; weights drawn by {drawn.name}, seed {drawn.seed}"
    )
    return Change(made, said if sources or targets else added.sentence)


def change_neuron(
    experiment: Experiment,
    name: str,
    *,
    new_name: str | None = None,
    activation: str | Activation | None = None,
    bias: float | None = None,
    trainable: bool | None = None,
) -> Change:
    """Change what is given of a neuron, and leave the rest."""
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
    if new_name is None or new_name == name:
        return _changed(experiment, net, said)
    net.rename_neuron(name, new_name)
    said.append(f"{escaped(name)} is called {escaped(new_name)} now")
    return structs.replace(_changed(experiment, net, said), renamed=(name, new_name))


def delete_neuron(experiment: Experiment, name: str) -> Change:
    """Delete a neuron with its connections, and the data's column of an input or output."""
    net, before = experiment.network.copy(), experiment.network.wiring()
    net.remove_neuron(name)
    net.wiring()
    gone = len(before.targets[name]) + len(before.sources.get(name, ()))
    lost = f" with {counted(gone, 'connection')}" if gone else ""
    data, said = _fitted(
        experiment.data, before, name, f"{escaped(name)} deleted{lost}", deleted=True
    )
    training = _fitted_loss(experiment.training, before, name, deleted=True)
    made = replace(experiment, network=net, data=data, training=training, optimizer_state=None)
    return Change(made, said)


def connect(
    experiment: Experiment,
    source: str,
    target: str,
    weight: float | None = None,
    *,
    trainable: bool = True,
) -> Change:
    """Connect two neurons; a weight left out is drawn."""
    net = experiment.network.copy()
    net.connect(source, target, weight, trainable=trainable)
    made = replace(experiment, network=net, optimizer_state=None)
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
    """Change what is given of a connection, and leave the rest."""
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
    """Delete a connection."""
    net = experiment.network.copy()
    net.disconnect(source, target)
    sentence = f"{escaped(source)} → {escaped(target)} disconnected"
    return Change(replace(experiment, network=net, optimizer_state=None), sentence)


def add_row(experiment: Experiment, inputs: Vector, target: Vector | int) -> Change:
    """Add an example after the others."""
    n = len(experiment.data)
    return _with_rows(experiment, slice(n, n), [inputs], [target], f"example {n + 1} added")


def change_row(experiment: Experiment, n: int, inputs: Vector, target: Vector | int) -> Change:
    """Change the example with index ``n`` (from 0)."""
    _require(experiment, n)
    inputs, target = tuple(inputs), target if isinstance(target, int) else tuple(target)
    if (inputs, target) == (experiment.data.inputs[n], experiment.data.targets[n]):
        raise SettingError("what is there already", "a change")
    said = f"example {n + 1} changed"
    return _with_rows(experiment, slice(n, n + 1), [inputs], [target], said)


def delete_row(experiment: Experiment, n: int) -> Change:
    """Delete the example with index ``n`` (from 0)."""
    _require(experiment, n)
    return _with_rows(experiment, slice(n, n + 1), [], [], f"example {n + 1} deleted")


class GoneError(NntuiError):
    """The neuron was deleted, and another has its name now."""


class Renaming(Struct, frozen=True):
    """The neurons' old and new names; those that are not in it have kept theirs.

    >>> renaming = Renaming().then(("h1", "g")).then(("h2", "h1"))
    >>> renaming.now("h1"), renaming.now("h2"), renaming.now("y")
    ('g', 'h1', 'y')
    """

    names: Mapping[str, str] = {}

    def __bool__(self) -> bool:
        """Whether any neuron has another name."""
        return bool(self.names)

    def then(self, renamed: tuple[str, ...]) -> Renaming:
        """Add a renaming, (old, new), after the others; none at all if it is empty."""
        if not renamed:
            return self
        old, new = renamed
        names = {then: new if now == old else now for then, now in self.names.items()}
        if old not in self.names.values() and old not in self.names:
            names[old] = new
        return Renaming({then: now for then, now in names.items() if then != now})

    def now(self, name: str) -> str:
        """Return the neuron's name of now; a ``GoneError`` if another neuron was given its name."""
        if name in self.names:
            return self.names[name]
        if name in self.names.values():
            raise GoneError(f'"{escaped(name)}" is gone: another neuron is called that now')
        return name


def _changed(experiment: Experiment, net: Network, said: list[str]) -> Change:
    if not said:
        raise SettingError("what is there already", "a change")
    return Change(replace(experiment, network=net), "; ".join(said))


def _same(new: float, old: float | None) -> bool:
    """Say whether two numbers are the same; −0.0 is not 0.0."""
    return old is not None and repr(float(new)) == repr(old)


def _trains(called: str, trainable: bool) -> str:
    return f"{called} is {'trained' if trainable else 'kept as it is'}"


def _fitted(
    data: Dataset, net: Wiring, name: str, sentence: str, deleted: bool = False
) -> tuple[Dataset, str]:
    """Add (as 0) or delete the column of a neuron, if it has one; extend the sentence by that.

    ``net``: the wiring that has the neuron.
    """
    is_input = name in net.inputs
    neurons = net.inputs if is_input else net.outputs
    if name not in neurons:
        return data, sentence
    at, width = neurons.index(name), len(neurons) if deleted else len(neurons) - 1
    zero, after = ((), at + 1) if deleted else ((0.0,), at)
    rows = data.inputs if is_input else data.targets
    fitted = [
        (*row[:at], *zero, *row[after:])
        for row in rows
        if isinstance(row, tuple) and len(row) == width
    ]
    if len(fitted) < len(rows):
        return data, sentence  # class indices
    if deleted:
        sentence += "; so is its column of the data"
    else:
        sentence += f"; its {'input' if is_input else 'target'} is 0 in every row of the data"
    if is_input:
        return _own_rows(data, sentence, fitted, data.targets)
    return _own_rows(data, sentence, data.inputs, fitted)


def _fitted_loss(training: Training, net: Wiring, name: str, deleted: bool = False) -> Training:
    """Add (as 1) or delete an output's number in settings of the loss that are lists."""
    if name not in net.outputs:
        return training
    return replace(
        training, loss=training.loss.with_output(net.outputs.index(name), deleted=deleted)
    )


def _own_rows(
    data: Dataset, sentence: str, inputs: Sequence[Vector], targets: Sequence[Vector | int]
) -> tuple[Dataset, str]:
    """Replace the rows of a data set: they are in the document now, as the sentence then says."""
    made = Dataset.of(inputs, targets, data.test_fraction)
    moved = "" if data.source is None else "; the rows stand in the document itself now"
    return made, sentence + moved


def _with_rows(
    experiment: Experiment,
    at: slice,
    inputs: Sequence[Vector],
    targets: Sequence[Vector | int],
    sentence: str,
) -> Change:
    rows: list[Vector] = list(experiment.data.inputs)
    wanted: list[Vector | int] = list(experiment.data.targets)
    rows[at], wanted[at] = inputs, targets
    data, said = _own_rows(experiment.data, sentence, rows, wanted)
    return Change(experiment.altered(data=data), said)


def _require(experiment: Experiment, n: int) -> None:
    if not 0 <= n < len(experiment.data):
        expected = f"the number of an example, 1 to {len(experiment.data)}"
        raise SettingError(str(n + 1), expected)
