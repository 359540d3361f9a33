"""The columns of both tables: what a frame holds of a neuron, or of a connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from nntui.debugger.snapshot import is_passed_back
from nntui.model.names import value_name
from nntui.model.wiring import Wiring
from nntui.tui.frame import Frame

Key = str | tuple[str, str]
"""What a row is about: a neuron by its name, a connection by (source, target)."""
Number = Callable[[Frame, Key], float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its number in a row (None: blank), and which of them are shown first.

    ``symbol``: what its values are called where a step writes them; ``words``: what a filter may
    call it; ``rank``: the least important columns, those of the highest rank, are left out first.
    ``of_inputs``: inputs have one, too. ``compares``: it needs the parameters of before the update.
    """

    heading: str
    number: Number
    symbol: str = ""
    words: tuple[str, ...] = ()
    rank: int = 0
    of_inputs: bool = False
    compares: bool = False

    def is_written(self, frame: Frame, key: Key) -> bool:
        """Whether the last step wrote the value of a row."""
        last = frame.snapshot.last
        if last is None or not self.symbol:
            return False
        return value_name(self.symbol, *_names(key)) in last.writes


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, what its rows are, and its columns from left to right."""

    title: str
    noun: str
    """What a row is."""
    rows: Callable[[Wiring], tuple[Key, ...]]
    label: Callable[[Key], str]
    owner: Callable[[Key], str]
    """The neuron whose layer a row belongs to."""
    heading: str
    """Of the first column."""
    group: str
    """What stands above the rows of a layer."""
    core: int
    """So many of the most important columns are shown with few digits rather than left out."""
    columns: tuple[Column, ...]
    about: Callable[[Wiring, str], tuple[Key, ...]] | None = None
    """The rows that are about one neuron, in a table that has no others."""


def _names(key: Key) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key


def _kept(symbol: str) -> Number:
    """What the snapshot has under that symbol."""

    def number(frame: Frame, key: Key) -> float | None:
        found: float | None = getattr(frame.snapshot, symbol).get(key)
        return found

    return number


def _slope(frame: Frame, key: Key) -> float | None:
    """f′(z), once there is an activation."""
    s = frame.snapshot
    assert isinstance(key, str)
    if key not in s.a or key not in s.z:
        return None
    return float(s.net.activation[key].derivative(s.z[key], s.a[key]))


def _gradient(frame: Frame, key: Key) -> float | None:
    """∂L/∂w of the example shown: δ·a, once the backward pass has been through."""
    s = frame.snapshot
    assert isinstance(key, tuple)
    i, j = key
    return s.delta[j] * s.a[i] if is_passed_back(s, i, j) else None


def _change(frame: Frame, key: Key) -> float | None:
    """By how much the last update changed a parameter; blank where it has not come to it yet."""
    before, s = frame.before, frame.snapshot
    if before is None:
        return None
    match s.next_operation:
        case ("update", *names):
            following = names[0] if len(names) == 1 else (names[0], names[1])
            if before.index[following] <= before.index[key]:
                return None
    return (s.b[key] if isinstance(key, str) else s.w[key]) - before[key]


def _signal(frame: Frame, key: Key) -> float | None:
    """What the connection's source gives."""
    return frame.snapshot.a.get(key[0])


NEURONS: Final = Table(
    title="Neurons",
    noun="neuron",
    rows=lambda net: (*net.inputs, *net.neurons),
    label=str,
    owner=str,
    heading="neuron",
    group="layer {}",
    core=6,
    columns=(
        Column("z", _kept("z"), "z", ("z",), rank=1),
        Column("a", _kept("a"), "a", ("a",), rank=0, of_inputs=True),
        Column("f′(z)", _slope, "", ("f′", "slope"), rank=6),
        Column("∂L/∂a", _kept("da"), "da", ("da", "∂L/∂a"), rank=4, of_inputs=True),
        Column("δ", _kept("delta"), "delta", ("delta", "δ"), rank=2),
        Column("b", _kept("b"), "b", ("b",), rank=3),
        Column("∂L/∂b", _kept("db"), "db", ("db", "∂L/∂b"), rank=5),
        Column("Δb", _change, "b", ("Δb", "change"), rank=7, compares=True),
    ),
)
CONNECTIONS: Final = Table(
    title="Connections",
    noun="connection",
    rows=lambda net: tuple((i, j) for j in net.neurons for i in net.sources[j]),
    label=" → ".join,
    owner=lambda key: key[1],
    heading="edge",
    group="into layer {}",
    core=4,
    columns=(
        Column("w", _kept("w"), "w", ("w",), rank=0),
        Column("a", _signal, "", ("a",), rank=4),
        Column("∂L/∂w", _gradient, "dw", ("g", "∂L/∂w"), rank=1),
        Column("Σ ∂L/∂w", _kept("dw"), "dw", ("dw", "Σ"), rank=2),
        Column("Δw", _change, "w", ("Δw", "change"), rank=3, compares=True),
    ),
)
OF_ONE: Final = replace(
    CONNECTIONS,
    title="Connections of",
    about=lambda net, j: (
        *((i, j) for i in net.sources.get(j, ())), *((j, k) for k in net.targets.get(j, ()))
    ),
)  # fmt: skip
"""Those of one neuron: where there are thousands, no others are looked at together."""

TABLES: Final = (NEURONS, CONNECTIONS, OF_ONE)
"""In the order in which a key goes through them."""
