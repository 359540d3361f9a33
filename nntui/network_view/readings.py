"""What stands in a neuron's box: its numbers, and of an output what it says and what is wanted."""

from __future__ import annotations

import math
from typing import Final

from msgspec.structs import replace

from nntui.debugger.snapshot import Snapshot
from nntui.draw.layout import Content
from nntui.draw.picture import NodeLook, Reading
from nntui.engine.evaluate import answers_of, tolerance, verdicts
from nntui.explain.numbers import fitted, rounded
from nntui.model.experiment import Experiment
from nntui.network_view.thumbnails import PLANE
from nntui.network_view.views import Moment, View

_short: Final = rounded(3)
NOT_YET: Final = "·"
"""Stands for a number that is not computed yet."""
_SAYS: Final = "says"
_WANT: Final = "want"
_LOGITS: Final = {"cross_entropy": "softmax", "bce_with_logits": "sigmoid"}
"""By losses on logits, the function that makes probabilities of the outputs."""


class BoxReader:
    """Chooses the numbers for the boxes of an experiment's network."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._net = net = experiment.network.wiring()
        self._within = tolerance(experiment)
        self._outputs = frozenset(net.outputs)
        self._captions = {j: net.activation[j].name for j in net.neurons}
        squashed = _LOGITS.get(experiment.training.loss.name)
        if squashed is not None:
            for k in net.outputs:
                if self._captions[k] == "linear":
                    self._captions[k] = squashed

    def contents(self, *, thumbnails: bool) -> dict[str, Content]:
        """Say what each box is to hold."""
        inputs = self._net.inputs
        contents = dict.fromkeys(
            inputs, Content(symbol=1, thumbnail=thumbnails and len(inputs) <= PLANE)
        )
        for j in self._net.neurons:
            output = j in self._outputs
            contents[j] = Content(
                self._captions[j],
                rows=5 if output else 4,
                symbol=len(_SAYS) if output else 2,
                sign=2 if output else 0,
                thumbnail=thumbnails,
            )
        return contents

    def verdicts(self, snapshot: Snapshot) -> dict[str, bool]:
        """Say which outputs are right; none before all of them are computed."""
        outputs = self._net.outputs
        if not all(k in snapshot.a for k in outputs):
            return {}
        answers = [snapshot.a[k] for k in outputs]
        wanted = [snapshot.t[k] for k in outputs]
        found = verdicts(self._experiment, answers, wanted, self._within)
        return dict(zip(outputs, found, strict=True))

    def filled(
        self, look: NodeLook, name: str, moment: Moment, view: View, rows: int, width: int
    ) -> NodeLook:
        """Add the readings that have room in so many rows, each ``width`` cells wide."""
        snapshot = moment.snapshot
        if name not in self._net.activation:
            number = _written(snapshot.a.get(name), width)
            return replace(look, readings=(Reading("a", number, view.boxes == "a"),))
        look = replace(look, caption=self._captions[name])
        own = Reading(view.boxes, look.value, leads=True)
        if name in self._outputs:
            return self._answering(look, own, name, moment, rows, width)
        z = Reading("z", _written(snapshot.z.get(name), width))
        a = Reading("a", _written(snapshot.a.get(name), width))
        delta = Reading("δ", _written(snapshot.delta.get(name), width))
        bias = Reading("b", _written(snapshot.b.get(name), width))
        if rows == 1:
            return replace(look, readings=(own,))
        if rows == 2:
            others = {"a": (own, delta), "δ": (a, own)}
            return replace(look, readings=others.get(view.boxes, (a, own)))
        three = {"a": (own, delta, bias), "δ": (a, own, bias)}
        readings = three.get(view.boxes, (a, delta, own))
        return replace(look, readings=readings if rows == 3 else (z, *readings))

    def _answering(
        self, look: NodeLook, own: Reading, name: str, moment: Moment, rows: int, width: int
    ) -> NodeLook:
        """Write what an output says beside what is wanted."""
        snapshot = moment.snapshot
        wanted = snapshot.t[name]
        said: float | None = None
        if all(k in snapshot.a for k in self._net.outputs):
            outputs = [snapshot.a[k] for k in self._net.outputs]
            said = answers_of(self._experiment, outputs)[self._net.outputs.index(name)]
        elif self._experiment.training.loss.name not in _LOGITS:
            said = snapshot.a.get(name)
        says = Reading(_SAYS, _answer(said, width), leads=own.symbol == "a")
        want = Reading(_WANT, _answer(wanted, width))
        verdict = ""
        if look.right is not None and said is not None:
            way = "low" if said < wanted else "high"
            near = abs(said - wanted) <= self._within
            verdict = f"too {way}" if not look.right else "right" if near else f"but {way}"
        delta = Reading("δ", _written(snapshot.delta.get(name), width))
        third, fourth = own, delta
        if own.symbol == "δ":
            fourth = Reading("b", _written(snapshot.b.get(name), width))
        elif own.symbol == "a":
            third, fourth = delta, Reading("b", _written(snapshot.b.get(name), width))
            if self._experiment.training.loss.name in _LOGITS:
                third, fourth = replace(own, leads=False), delta
        if rows > 3 and look.right is not None:
            readings = (says, want, third, fourth)[: rows - 1]
            last = Reading("", verdict, right=look.right)
            return replace(look, readings=(*readings, last), right=None)
        if rows > 2:
            readings = (says, want, third, fourth)[: max(rows - 1, 3)]
            return replace(look, readings=readings, foot=verdict)
        if rows == 2:
            first = (says, want) if own.symbol == "a" else (says, own)
            foot = verdict if own.symbol == "a" else f"{_WANT} {_short(wanted)}"
            return replace(look, readings=first, foot=foot)
        return replace(
            look,
            readings=(says if own.symbol == "a" else own,),
            foot=f"{_WANT} {_short(wanted)}",
        )


def _written(number: float | None, width: int) -> str:
    return NOT_YET if number is None else fitted(number, width, sign=True)


def _answer(number: float | None, width: int) -> str:
    """Write an answer or a target: both with as many decimals, and without a plus."""
    if number is None:
        return NOT_YET
    if math.isfinite(number) and abs(number) < 100 and width >= 6:
        text = f"{number:.3f}"
        if len(text.removeprefix("-")) > len("9.999"):  # 9.9996, too, is 10.00
            text = f"{number:.2f}"
        return text.removeprefix("-") if float(text) == 0 else text
    return fitted(number, width)
