"""The gradient check at a moment of a run: of its example, and of its batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from nntui.debugger.gradient_check import (
    MEANING,
    GradientCheck,
    ParameterCheck,
    TrainingLoss,
    Verdict,
)
from nntui.explain.numbers import evenly_spread, rounded
from nntui.model.errors import counted
from nntui.text import cells, padded

if TYPE_CHECKING:
    from nntui.debugger.snapshot import Snapshot
    from nntui.engine.schedule import Schedule
    from nntui.model.experiment import Experiment, Training
    from nntui.model.wiring import Parameter

MOST_EDGES: Final = 10_000_000
"""Connection steps that central differences may take: some seconds."""
_PARAMETERS: Final = 10
"""Of a large network, so many parameters are checked rather than more examples."""

_SAID: Final[dict[Verdict, str]] = {
    "wrong": "WRONG", "not finite": "not finite", "kink": "at a kink", "clamped": "clamped",
    "noise": "lost in noise",
}  # fmt: skip

Pair = tuple[ParameterCheck, ...]
"""The checks of one parameter: of the example's loss, and of the batch's unless it is the same."""


class Part(Struct, frozen=True):
    """One of the losses that are checked: its name, what it is, and so many of its examples.

    ``short`` says in few cells what it is.
    """

    name: str
    words: str
    short: str
    loss: TrainingLoss
    shown: int
    examples: int


class GradientHere:
    """The losses of a moment, at its parameters: of the example shown, and of the batch.

    There is one ``part`` alone where the batch is that example, without penalties. When all takes
    more than ``most`` connection steps, some parameters are checked, evenly spread, ``wanted``
    among them, and some examples of the batch.
    """

    def __init__(
        self,
        experiment: Experiment,
        snapshot: Snapshot,
        schedule: Schedule,
        wanted: Parameter | None = None,
        most: int = MOST_EDGES,
    ) -> None:
        net, training = experiment.network.wiring(), experiment.training
        update = snapshot.last.position.update if snapshot.last else 0
        example, batch = schedule.example_shown(snapshot.position), schedule.batch(update)
        edges, examples = max(net.connection_count, 1), batch
        self.all = net.parameters
        self.parameters: Sequence[Parameter] = self.all
        if 2 * edges * len(batch) * len(self.all) > most:
            examples = batch[: max(most // (2 * edges * _PARAMETERS), 1)]
            count = max(most // (2 * edges * len(examples)), _PARAMETERS)
            places = set(evenly_spread(0, len(self.all) - 1, count))
            places |= {self.all.index(wanted)} if wanted is not None else set()
            self.parameters = [self.all[place] for place in sorted(places)]
        b, w = snapshot.b, snapshot.w
        alone = TrainingLoss(experiment, b, w, (example,), self.parameters, penalized=False)
        said = f"example {example + 1}"
        self.parts = [Part("example", said, said, alone, 1, 1)]
        if len(batch) > 1 or training.l1 or training.l2:
            whole = TrainingLoss(experiment, b, w, examples, self.parameters)
            words = f"batch of update {update + 1:,} ({_reduced(training, len(batch))})"
            short = f"batch of {len(batch):,}"
            self.parts.append(Part("batch", words, short, whole, len(examples), len(batch)))

    def checks(self) -> Iterator[Pair]:
        """Check one parameter after the other, of all parts: many take a while."""
        return zip(*(part.loss.parameter_checks() for part in self.parts), strict=True)

    def found(self, pairs: Sequence[Pair]) -> list[GradientCheck]:
        """Put the checks of the parameters together, for each part."""
        columns = zip(*pairs, strict=True)
        return [part.loss.check(iter(c)) for part, c in zip(self.parts, columns, strict=True)]

    def lines(self, found: Sequence[GradientCheck]) -> tuple[str, ...]:
        """Write the checks as a table, and what they come to."""
        write = rounded(8)
        heading = ["parameter"]
        for part in self.parts:
            heading += [f" {part.name}", " differences"]
        rows = [heading]
        for pair in zip(*(check.parameters for check in found), strict=True):
            texts = (write(x) for p in pair for x in p.numbers)
            numbers = [text if text.startswith("-") else f" {text}" for text in texts]
            rows.append([pair[0].name, *numbers, remark(self.parts, pair)])
        widths = [max(cells(row[n]) for row in rows) for n in range(len(heading))]
        table = [
            "  ".join([*map(padded, row, widths), *row[len(widths) :]]).rstrip() for row in rows
        ]
        said = " and of the ".join(part.words for part in self.parts)
        title = f"Gradient of {said} at the parameters here, "
        met = {p.verdict for check in found for p in check.parameters}
        meanings = (f"{verdict}: {MEANING[verdict]}" for verdict in MEANING if verdict in met)
        title += "by backpropagation, and beside it by differences:"
        return (title, *table, *self.summary(found), *meanings)

    def summary(self, found: Sequence[GradientCheck]) -> tuple[str, ...]:
        """Say how many derivatives were checked, what was found, and what each way costs."""
        columns = (check.parameters for check in found)
        verdicts = [{p.verdict for p in pair} for pair in zip(*columns, strict=True)]
        counts = {kind: sum(kind in each for each in verdicts) for kind in _SAID}
        parts = [f"{n:,} {_SAID[kind]}" for kind, n in counts.items() if n]
        if not (counts["wrong"] or counts["not finite"]):
            parts = ["both ways agree" if not parts else "nothing is wrong", *parts]
        few = f"{len(verdicts):,} of " if len(verdicts) < len(self.all) else ""
        lines = [f"{few}{counted(len(self.all), 'parameter')}: {', '.join(parts)}."]
        lines += [
            f"Of the batch, {part.shown:,} of {part.examples:,} examples were taken."
            for part in self.parts
            if part.shown < part.examples
        ]
        back = " and ".join(f"{check.backpropagation:,}" for check in found)
        differences = " and ".join(f"{check.central_differences:,}" for check in found)
        costs = f"Connection steps: backpropagation {back}, differences {differences}."
        return (*lines, costs)

    def plain(self, found: Sequence[GradientCheck]) -> dict[str, Any]:
        """Return the checks as plain values, by the names of the parts."""
        return {
            part.name: {
                "ok": check.ok,
                "loss": check.loss,
                "parameters": [asdict(parameter) for parameter in check.parameters],
                "edge_calculations": {
                    "backpropagation": check.backpropagation,
                    "central_differences": check.central_differences,
                },
            }
            for part, check in zip(self.parts, found, strict=True)
        }


def remark(parts: Sequence[Part], pair: Pair) -> str:
    """Say what is odd about the checks of a parameter; "" where both ways agree."""
    said = [f"{p.verdict}: {p.corner}" if p.corner else p.verdict for p in pair]
    said = ["WRONG" if each == "wrong" else each for each in said]
    if len(set(said)) == 1:
        return said[0].removeprefix("ok")
    named = (f"{part.name} {each}" for part, each in zip(parts, said, strict=True) if each != "ok")
    return "; ".join(named)


def _reduced(training: Training, examples: int) -> str:
    """Say what the loss of a batch is: ``the mean of 4 examples + l2``."""
    penalties = "".join(f" + {name}" for name in ("l1", "l2") if getattr(training, name))
    return f"the {training.reduction} of {counted(examples, 'example')}{penalties}"
