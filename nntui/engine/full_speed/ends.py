"""The values of a pass as an update leaves them: those of its batch's last example, by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nntui.model.names import parse_value_name, value_name

if TYPE_CHECKING:
    from nntui.engine.full_speed.passes import Passes
    from nntui.model.wiring import Wiring

OF_THE_PASSES: Final = frozenset({"z", "a", "da", "delta", "loss", "db", "dw"})


@dataclass(slots=True)
class Left:
    """What the last update that was done has left of some values (all ``OF_THE_PASSES``)."""

    names: tuple[str, ...]
    values: dict[str, float | None] = field(default_factory=dict)


class Ends:
    """Reads values from the passes of an update that was computed as a whole."""

    def __init__(self, net: Wiring) -> None:
        ends = {j for j in net.layer if not net.targets[j]}.difference(net.outputs)
        self._never = {value_name("da", j) for j in ends}  # nothing is passed back to them
        self._index = {parameter: n for n, parameter in enumerate(net.parameters)}

    def value(self, passes: Passes, name: str) -> float | None:
        """The value of that name (one of ``OF_THE_PASSES``); None where it is always blank."""
        symbol, neurons = parse_value_name(name)
        if name in self._never:
            return None
        if symbol == "loss":
            return float(passes.loss[-1])
        if symbol in ("db", "dw"):
            parameter = neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])
            return float(passes.dp()[self._index[parameter]])
        return float(getattr(passes, symbol)[passes.row[neurons[0]], -1])
