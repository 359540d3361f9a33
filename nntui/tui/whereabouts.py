"""Where a run stands, in words: the same facts in ever fewer cells.

What changes from step to step is as wide as the widest it can become in this run, so that nothing
moves while the steps go by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from nntui.debugger.branches import MAIN
from nntui.model.names import escaped
from nntui.text import padded

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment
    from nntui.tui.frame import Frame

LONGEST_NAME: Final = 12
"""Cells for the name of a neuron or a branch, at most."""
MADE: Final = "branch-"
"""How the names begin that branches are given."""
_BETWEEN: Final = " · "


class Whereabouts:
    """Says where the runs of one experiment stand."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        net, epochs = experiment.network.wiring(), f"{experiment.training.epochs:,}"
        self._totals = {"example": len(experiment.data), "update": _updates(experiment)}
        self._epochs = f"/{epochs}"
        # The examples may come in any order, so their numbers keep their width.
        self._example = len(f"example {self._totals['example']:,}")
        self._doing = len("backward · →") + 2 * max(cell_len(_cut(j)) for j in net.layer)

    def forms(self, frame: Frame) -> tuple[str, ...]:
        """Where the run of a frame stands: the longest form first, the step's number last.

        What gives way: first the totals, then the phase with its edge (the step pane shows it
        too), then epoch and example. A branch other than the first is named in all of them.
        """
        snapshot, branch = frame.snapshot, frame.curves[-1].name
        named = [] if branch == MAIN else [_branch(branch)]
        step, most = f"step {snapshot.position:,}", f"step {snapshot.total:,}"
        of = f" of {snapshot.total:,}"
        alone, spelled = padded(step, len(most)), padded(step + of, len(most + of))
        if snapshot.last is None:
            forms = [["start", spelled], ["start", alone], [alone]]
        else:
            position = snapshot.last.position
            epoch = f"epoch {position.epoch + 1:,}"
            if position.example is None:
                name, number = "update", position.update
            else:
                name, number = "example", position.example
            unit, of_all = f"{name} {number + 1:,}", f"/{self._totals[name]:,}"
            width = self._example if name == "example" else len(unit)
            doing = padded(_doing(snapshot.last.operation, position.phase), self._doing)
            full = [epoch + self._epochs, padded(unit + of_all, width + len(of_all)), doing]
            brief = [epoch, padded(unit, width)]
            forms = [
                [*full, spelled],
                [*full, alone],
                [*brief, doing, alone],
                [*brief, alone],
                [alone],
            ]
        return tuple(_BETWEEN.join([*named, *form]) for form in forms)


def _updates(experiment: Experiment) -> int:
    training, examples = experiment.training, len(experiment.train_examples)
    return training.epochs * -(-examples // (training.batch_size or examples))


def _doing(operation: tuple[str, ...], phase: str) -> str:
    """The phase and what of the network the step is about: ``backward · h2→y``."""
    kind, *neurons = operation
    place = "→".join(_cut(j) for j in neurons)
    if kind == "update" and len(neurons) == 1:
        place = f"bias of {place}"
    elif kind == "load":
        place = "load"
    words = [place] if kind == "update" else [phase, place]
    return _BETWEEN.join(word for word in words if word)


def _branch(name: str) -> str:
    """A branch by its name; the names it is given say that it is one."""
    return _cut(name) if name.startswith(MADE) else f"branch {_cut(name)}"


def _cut(name: str) -> str:
    name = escaped(name)
    return padded(name, min(cell_len(name), LONGEST_NAME))
