"""Which values a network has: ``w[x1,h1]`` is one only where x1 is connected to h1."""

from __future__ import annotations

from nntui.model.names import ValueNameError, did_you_mean, escaped
from nntui.model.wiring import Wiring


def check_value(net: Wiring, symbol: str, neurons: tuple[str, ...]) -> None:
    """Make sure that a network has the value that a name, split into its parts, stands for.

    Raises:
        ValueNameError: it has not; the sentence says why, and names the nearest neuron.
    """
    for name in neurons:
        if name not in net.layer:
            hint = did_you_mean(name, net.layer)
            raise ValueNameError(
                f'there is no neuron called "{escaped(name)}"{hint and "; " + hint}'
            )
    if len(neurons) == 2:
        i, j = neurons
        if j not in net.sources or i not in net.sources[j]:
            raise ValueNameError(f'"{i}" is not connected to "{j}"')
    elif neurons and symbol not in ("a", "da"):
        (j,) = neurons
        owners = {"x": net.inputs, "y": net.outputs}.get(symbol)
        if j not in (net.activation if owners is None else owners):
            wrong = {"x": "is no input", "y": "is no output"}.get(
                symbol, "is an input: it has no " + symbol
            )
            raise ValueNameError(f'"{j}" {wrong}')
