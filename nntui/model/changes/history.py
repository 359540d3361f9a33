"""Edited: a document as it was changed, change by change, with the way back and forth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from nntui.model.changes.settings import Change
from nntui.model.changes.structure import Renaming
from nntui.model.experiment import Experiment

MOST_VERSIONS: Final = 200
MOST_CONNECTIONS: Final = 2_000_000
"""Connections in all the networks that are kept: a large one has a shorter past."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A history of an experiment: values only, so that undo is an index.

    ``versions`` begin with the oldest known; each says what led to it (the first: nothing).
    ``index`` is the one in force. ``saved`` is the experiment that the file holds. ``renaming`` is
    what has become of the neurons' names since the experiment was last run.
    """

    versions: tuple[Change, ...]
    index: int
    saved: Experiment
    renaming: Renaming = field(default_factory=Renaming)

    @classmethod
    def of(cls, experiment: Experiment) -> Edited:
        """The history of a document that was just opened."""
        return cls((Change(experiment, ""),), 0, experiment)

    @property
    def experiment(self) -> Experiment:
        """The experiment as it is now."""
        return self.versions[self.index].experiment

    @property
    def unsaved(self) -> bool:
        """Whether the file holds another experiment."""
        return self.experiment is not self.saved

    @property
    def undoes(self) -> Change | None:
        """What undo would take back."""
        return self.versions[self.index] if self.index else None

    @property
    def redoes(self) -> Change | None:
        """What redo would make again."""
        return self.versions[self.index + 1] if self.index + 1 < len(self.versions) else None

    def after(self, change: Change) -> Edited:
        """The history with another change, in place of those that were undone."""
        versions = (*self.versions[: self.index + 1], change)
        each = max(change.experiment.network.wiring().connection_count, 1)
        most = max(2, min(MOST_VERSIONS, MOST_CONNECTIONS // each))
        versions = versions[-most:]
        renaming = _after(self.renaming, change)
        return replace(self, versions=versions, index=len(versions) - 1, renaming=renaming)

    def undone(self) -> Edited:
        """One change back; the same when there is none."""
        if self.undoes is None:
            return self
        renaming = _before(self.renaming, self.undoes)
        return replace(self, index=self.index - 1, renaming=renaming)

    def redone(self) -> Edited:
        """One change forth; the same when there is none."""
        if self.redoes is None:
            return self
        return replace(self, index=self.index + 1, renaming=_after(self.renaming, self.redoes))

    def as_saved(self) -> Edited:
        """What is here now is what the file holds."""
        return replace(self, saved=self.experiment)

    def as_run(self) -> Edited:
        """What is here now is what runs."""
        return replace(self, renaming=Renaming())


def _after(renaming: Renaming, change: Change) -> Renaming:
    return renaming.then(*change.renamed) if change.renamed else renaming


def _before(renaming: Renaming, change: Change) -> Renaming:
    return renaming.then(*reversed(change.renamed)) if change.renamed else renaming
