"""Drawing: which view of the network is seen, how large, which layers are folded; finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.model.names import did_you_mean, escaped

if TYPE_CHECKING:
    from nntui.tui.control.looking import Looking
    from nntui.tui.control.stage import Stage
    from nntui.tui.control.travel import Travel

FIND = "/"
"""With this a line begins that names a neuron to be found."""


class Drawing:
    """What the keys do to the drawing. Nothing here moves the run."""

    def __init__(self, stage: Stage, travel: Travel, looking: Looking) -> None:
        self._stage, self._travel, self._looking = stage, travel, looking

    def view(self, direction: int) -> None:
        """Turn to the next view, or to the one before."""
        view = self._stage.drawing.turn(direction)
        if view is None:
            said = "the drawing follows the run: activations, gradients, changes"
        else:
            said = f"the drawing keeps to {view.name}: {view.boxes} and {view.lines}"
        if self._travel.running:
            self._stage.repaint(said)
        else:
            self._stage.show(said)  # a view may show what no frame had so far

    def fold(self) -> None:
        """Fold the layer of the focused neuron, or unfold it."""
        neuron = self._looking.focus.neuron
        if neuron is None:
            self._stage.say("choose a neuron first: its layer is folded or unfolded")
        else:
            folded = self._stage.drawing.fold(neuron)
            self._stage.say(f"the layer of {escaped(neuron)} is {'' if folded else 'un'}folded")

    def fold_all(self) -> None:
        """Fold all layers, or unfold them."""
        folded = self._stage.drawing.fold_all()
        self._stage.say(f"every layer is {'' if folded else 'un'}folded")

    def zoom(self, by: int) -> None:
        """Draw larger or smaller."""
        times = self._stage.drawing.zoom(by)
        if times < 1:
            self._stage.say("the drawing without numbers on its lines")
        elif times == 1:
            self._stage.say("the drawing as it fits")
        else:
            self._stage.say(f"the drawing {times:g} times as large")

    def fit(self) -> None:
        """Draw it so that it fits."""
        self._stage.drawing.fit()
        self._stage.say("the drawing fits")

    # ---- finding -------------------------------------------------------------------------------

    def ask(self) -> None:
        """Let the person type a neuron's name."""
        self._stage.command_line.ask(FIND)

    def complete(self, line: str) -> list[str]:
        """The lines that a line may become: neurons' names that begin so, or have it inside."""
        typed = line.removeprefix(FIND)
        names = self._names()
        first = [name for name in names if name.startswith(typed)]
        return [FIND + name for name in first or [name for name in names if typed in name]]

    def find(self, line: str) -> str | None:
        """Give the focus to the neuron that a line names; else say why not."""
        typed = line.removeprefix(FIND).strip()
        names = self._names()
        found = [name for name in names if name == typed] or [n for n in names if typed in n]
        if typed and found:
            self._looking.choose(found[0])
            return None
        hint = did_you_mean(typed, names)
        return f"no neuron is called “{escaped(typed)}”{hint and '; ' + hint}"

    def _names(self) -> tuple[str, ...]:
        net = self._stage.latest.snapshot.net
        return (*net.inputs, *net.neurons)
