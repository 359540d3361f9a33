"""Undo and redo: the versions of an experiment that is edited."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from nntui.model.changes.settings import Change
from nntui.model.changes.structure import Renaming
from nntui.model.experiment import Experiment

MOST_VERSIONS: Final = 200
MOST_CONNECTIONS: Final = 2_000_000
"""Connections of all kept versions together: fewer versions of a large network are kept."""


class Edited(Struct, frozen=True):
    """The versions of an experiment: values only, so that undo is an index.

    ``versions`` begin with the oldest kept; each says what led to it (the first: nothing).
    ``index`` is that of the current one. ``saved`` is the experiment in the file (None: there is
    none). ``renaming`` has the neurons' new names since the experiment was last run.
    """

    versions: tuple[Change, ...]
    index: int
    saved: Experiment | None
    renaming: Renaming = field(default_factory=Renaming)

    @classmethod
    def of(cls, experiment: Experiment) -> Edited:
        """Begin with a document that was just opened."""
        return cls((Change(experiment, ""),), 0, experiment)

    @classmethod
    def new(cls, experiment: Experiment) -> Edited:
        """Begin with an experiment that no file holds."""
        return cls((Change(experiment, ""),), 0, None)

    @property
    def experiment(self) -> Experiment:
        """The current version."""
        return self.versions[self.index].experiment

    @property
    def unsaved(self) -> bool:
        """Whether the current version is not the one in the file."""
        return self.experiment is not self.saved

    @property
    def undoes(self) -> Change | None:
        """The change that undo takes back; None when there is none."""
        return self.versions[self.index] if self.index else None

    @property
    def redoes(self) -> Change | None:
        """The change that redo makes again; None when there is none."""
        return self.versions[self.index + 1] if self.index + 1 < len(self.versions) else None

    def after(self, change: Change) -> Edited:
        """Add a change, in place of those that were undone."""
        versions = (*self.versions[: self.index + 1], change)
        each = max(change.experiment.network.wiring().connection_count, 1)
        most = max(2, min(MOST_VERSIONS, MOST_CONNECTIONS // each))
        versions = versions[-most:]
        renaming = self.renaming.then(change.renamed)
        return replace(self, versions=versions, index=len(versions) - 1, renaming=renaming)

    def undone(self) -> Edited:
        """Go one change back, if there is one."""
        if self.undoes is None:
            return self
        renaming = self.renaming.then(self.undoes.renamed[::-1])
        return replace(self, index=self.index - 1, renaming=renaming)

    def redone(self) -> Edited:
        """Go one change forth, if there is one."""
        if self.redoes is None:
            return self
        renaming = self.renaming.then(self.redoes.renamed)
        return replace(self, index=self.index + 1, renaming=renaming)

    def as_saved(self, version: Experiment | None = None) -> Edited:
        """Note that a version, the current one if not said, is in the file."""
        return replace(self, saved=version or self.experiment)

    def as_run(self) -> Edited:
        """Note that the current version is the one that runs."""
        return replace(self, renaming=Renaming())
