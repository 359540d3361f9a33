"""The editable graph of a network: neurons and connections, added, changed and removed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nntui.model.activations import Activation
from nntui.model.coercion import described, plain, real
from nntui.model.errors import NetworkError, SettingError, counted
from nntui.model.graph import NeuronRecord
from nntui.model.names import did_you_mean, escaped, fault_in_name, near_or_all
from nntui.model.settings import Choice
from nntui.model.wiring import ROLES, Role, Wiring

if TYPE_CHECKING:
    import networkx as nx


class EditableGraph:
    """Neurons and connections, in the order of adding; a number may be left out until it is needed.

    A record may be that of a copy, too: it is copied before it is changed. Methods raise a
    ``NetworkError`` for a neuron or connection that does not exist.
    """

    def __init__(self) -> None:
        self._records: dict[str, NeuronRecord] = {}
        self._own: set[str] = set()  # the neurons whose records no copy knows
        # What is known of the network as it is now; None, and False, after it was changed.
        self._wiring: Wiring | None = None
        self._graph: nx.DiGraph[str] | None = None
        self._is_complete = False  # whether every bias and weight is known to have its number

    def add_neuron(
        self,
        name: str,
        *,
        role: Role = "hidden",
        activation: Activation | Choice | None = None,
        bias: float | None = None,
        trainable: bool = True,
    ) -> None:
        """Add a neuron after those that stand already.

        ``activation`` is a name of the table of activations (``linear`` when left out); updates
        touch the bias if it is ``trainable``.

        Raises:
            NetworkError: a bad or taken name, an unknown role, an input with a bias or activation,
                or a bias that is not finite.
            SettingError: an unknown activation.
        """
        self._require_free(name)
        if role not in ROLES:
            hint = did_you_mean(str(role), ROLES)
            found = f'"{escaped(str(role))}"'
            raise SettingError(found, "input, hidden or output", "role", hint)
        if role == "input" and (activation is not None or bias is not None):
            what = "an activation" if activation is not None else "a bias"
            raise NetworkError(f'the input neuron "{name}" cannot have {what}', name)
        function = None if role == "input" else Activation.of(activation or "linear")
        number = None if bias is None else _finite(bias, f'the bias of "{name}"', name)
        self._records[name] = NeuronRecord(role, function, number, trainable, {}, set())
        self._own.add(name)
        self._changed(complete=role == "input" or bias is not None)

    def connect(
        self, source: str, target: str, weight: float | None = None, *, trainable: bool = True
    ) -> None:
        """Connect two neurons that stand already.

        Raises:
            NetworkError: an unknown neuron, a connection that stands already, into an input, from
                a neuron to itself, or a weight that is not finite. (A longer cycle is found by
                ``wiring``.)
        """
        pair = (source, target)
        for name in pair:
            self._require(name)
        if source == target:
            raise NetworkError(f'"{source}" cannot be connected to itself', pair)
        if source in self._records[target].weights:
            raise NetworkError(f'"{source}" and "{target}" are already connected', pair)
        if self._records[target].role == "input":
            raise NetworkError(f'"{target}" is an input: nothing can lead into it', pair)
        if weight is not None:
            weight = _finite(weight, f'the weight from "{source}" to "{target}"', pair)
        record = self._changeable(target)
        record.weights[source] = weight
        if not trainable:
            record.frozen.add(source)
        self._changed(complete=weight is not None)

    def connect_all(
        self,
        sources: Sequence[str],
        targets: Sequence[str],
        weights: Sequence[Sequence[float]] | None = None,
        *,
        trainable: bool = True,
    ) -> None:
        """Connect every source to every target: a dense layer.

        ``weights`` has a row for each target with a number for each source; without it they are
        drawn.

        Raises:
            NetworkError: as ``connect``, or another number of weights.
        """
        blank: dict[str, float | None] = dict.fromkeys(sources)
        known = self._records.keys() >= blank.keys()
        drawn = weights is None
        rows: Any = [[None] * len(sources)] * len(targets) if drawn else plain(weights)
        if [*map(len, rows)] != [len(sources)] * len(targets):
            wanted = f"{counted(len(targets), 'row')} of {counted(len(sources), 'number')}"
            raise NetworkError(f"found weights of another shape, expected {wanted}")
        for target, row in zip(targets, rows, strict=True):
            record = self._records.get(target)
            if (
                not (known and record and sources)
                or record.role == "input"
                or target in blank
                or not record.weights.keys().isdisjoint(blank.keys())
                or not (drawn or (set(map(type, row)) == {float} and all(map(math.isfinite, row))))
            ):
                for source, weight in zip(sources, row, strict=True):
                    self.connect(source, target, weight, trainable=trainable)
                continue
            record = self._changeable(target)
            new = blank.copy() if drawn else dict(zip(sources, row, strict=True))
            record.weights = record.weights | new if record.weights else new
            if not trainable:
                record.frozen.update(sources)
            self._changed(complete=not drawn)

    def remove_neuron(self, name: str) -> None:
        """Remove a neuron with every connection from and to it."""
        self._require(name)
        del self._records[name]
        self._own.discard(name)
        for target in self._targets(name):
            self._drop(name, target)
        self._changed()

    def disconnect(self, source: str, target: str) -> None:
        """Remove a connection."""
        self._require_connection(source, target)
        self._drop(source, target)
        self._changed()

    def set_bias(self, name: str, bias: float) -> None:
        """Change the bias of a neuron that is no input."""
        self._require_computing(name, "cannot have a bias")
        self._changeable(name).bias = _finite(bias, f'the bias of "{name}"', name)

    def set_weight(self, source: str, target: str, weight: float) -> None:
        """Change the weight of a connection."""
        self._require_connection(source, target)
        what = f'the weight from "{source}" to "{target}"'
        self._changeable(target).weights[source] = _finite(weight, what, (source, target))

    def set_activation(self, name: str, activation: Activation | Choice) -> None:
        """Change the activation function of a neuron that is no input."""
        self._require_computing(name, "cannot have an activation")
        self._changeable(name).activation = Activation.of(activation)
        self._changed()

    def set_trainable(self, parameter: str | tuple[str, str], trainable: bool) -> None:
        """Let updates touch a bias (a neuron's name) or a weight (a pair), or keep them off it."""
        if isinstance(parameter, str):
            self._require_computing(parameter, "has nothing to train")
            self._changeable(parameter).trainable = trainable
        else:
            self._require_connection(*parameter)
            source, target = parameter
            frozen = self._changeable(target).frozen
            (frozen.discard if trainable else frozen.add)(source)
        self._changed()

    def rename_neuron(self, name: str, new: str) -> None:
        """Give a neuron another name; its place, its numbers and its connections stay.

        Raises:
            NetworkError: no such neuron, or a bad or taken name.
        """
        self._require(name)
        self._require_free(new)
        self._records = {new if j == name else j: record for j, record in self._records.items()}
        if name in self._own:
            self._own.remove(name)
            self._own.add(new)
        for target in self._targets(name):
            record = self._changeable(target)
            record.weights = {new if i == name else i: w for i, w in record.weights.items()}
            record.frozen = {new if i == name else i for i in record.frozen}
        self._changed()

    def __len__(self) -> int:
        """The number of neurons, inputs included."""
        return len(self._records)

    def __contains__(self, name: object) -> bool:
        return name in self._records

    def __iter__(self) -> Iterator[str]:
        """The neurons' names, in the order of adding."""
        return iter(self._records)

    @property
    def names(self) -> tuple[str, ...]:
        """The neurons' names in the order in which they were added (the document's order)."""
        return tuple(self._records)

    def _changed(self, complete: bool = True) -> None:
        """Other neurons or connections; ``complete``: those that are new have their numbers."""
        self._wiring = self._graph = None
        self._is_complete = self._is_complete and complete

    def _changeable(self, name: str) -> NeuronRecord:
        """The record of a neuron, for changing it: another one if a copy knows it."""
        self._graph = None
        if name not in self._own:
            self._records[name] = self._records[name].copy()
            self._own.add(name)
        return self._records[name]

    def _targets(self, name: str) -> list[str]:
        return [j for j, record in self._records.items() if name in record.weights]

    def _drop(self, source: str, target: str) -> None:
        record = self._changeable(target)
        del record.weights[source]
        record.frozen.discard(source)

    def _require_free(self, name: str) -> None:
        _require_text(name)
        if fault := fault_in_name(name):
            raise NetworkError(f'"{escaped(name)}" cannot be a neuron’s name: {fault}', name)
        if name in self._records:
            raise NetworkError(f'there is already a neuron called "{name}"', name)

    def _require(self, name: str) -> None:
        _require_text(name)
        if name not in self._records:
            hint = near_or_all(name, self._records)
            raise NetworkError(
                f"there is no neuron called “{escaped(name)}”{hint and '; ' + hint}", name
            )

    def _require_computing(self, name: str, lacking: str) -> None:
        self._require(name)
        if self._records[name].role == "input":
            raise NetworkError(f'the input neuron "{name}" {lacking}', name)

    def _require_connection(self, source: str, target: str) -> None:
        self._require(source)
        self._require(target)
        if source not in self._records[target].weights:
            message = f'"{source}" is not connected to "{target}"'
            raise NetworkError(message, (source, target))


def _require_text(name: object) -> None:
    if not isinstance(name, str):
        raise NetworkError(f"found {described(name)}, expected a neuron’s name")


def _finite(number: float, what: str, culprit: str | tuple[str, str]) -> float:
    """A bias or weight as a float; a ``NetworkError`` if no finite float can hold it."""
    value = real(number)
    if value is None:
        raise NetworkError(f"{what} must be a number, not {described(number)}", culprit)
    if not math.isfinite(value):
        raise NetworkError(f"{what} must be a finite number, not {value}", culprit)
    return value
