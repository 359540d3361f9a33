"""Branches: timelines made by edits, each with its own future."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from nntui.debugger.compare import BranchComparison, Difference, common
from nntui.engine.edits import Edit, edit_of, value_in, written_value
from nntui.engine.run import Run
from nntui.engine.timeline import Timeline
from nntui.model.errors import NntuiError
from nntui.model.names import escaped, fault_in_name, near_or_all

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper

MAIN: Final = "main"
MAX_BRANCHES: Final = 500
"""Each has checkpoints and losses of its own, and a row on the screen."""
MOST_OF_A_NAME: Final = 40
"""Characters in a branch’s name, at most."""
_NUMBERED: Final = re.compile(r" \([0-9]+\)$")
_SHORT: Final = {"learning_rate": "η"}
"""Settings that have a sign of their own."""


class BranchError(NntuiError, ValueError):
    """There is no such branch, or it cannot be named, switched to or deleted."""


class Branch(Struct, frozen=True):
    """A timeline with a name: the position where it leaves its parent, and by which edits.

    ``main`` has no parent, begins at 0 and has no edits. ``timeline`` holds
    all edits, those of its parents too.
    """

    name: str
    parent: str | None
    start: int
    edits: tuple[Edit, ...]
    timeline: Timeline

    @property
    def text(self) -> str:
        """Describe it in a line: ``as main, after step 120: w[x1,h1] = 0.3``."""
        if self.parent is None:
            return "the run as the document has it"
        changes = "; ".join(edit.text for edit in self.edits)
        where = f"after step {self.start:,}" if self.start else "from the start on"
        return f"as {self.parent}, {where}: {changes}"


class BranchPosition(Struct, frozen=True):
    """A position on a branch (by its name)."""

    position: int
    branch: str


class Branches:
    """The branches of a stepper, in the order in which they were made.

    A name that none of them has is a BranchError.
    """

    def __init__(self, stepper: Stepper) -> None:
        self._stepper = stepper
        main = Branch(MAIN, None, 0, (), stepper.training_run.timeline)
        self._branches: dict[str, Branch] = {MAIN: main}
        self._current = MAIN
        self.followers: list[Callable[[str, str], None]] = []
        """Called with the old and the new name of a branch that is renamed."""

    @property
    def current(self) -> Branch:
        return self._branches[self._current]

    @property
    def here(self) -> BranchPosition:
        """The stepper's position, with its branch."""
        return BranchPosition(self._stepper.position, self._current)

    def go(self, to: BranchPosition) -> None:
        """Go to a position of a branch; an IndexError where the run has none such."""
        self.switch(to.branch)
        self._stepper.seek(to.position)

    @property
    def of_main(self) -> str:
        """What ``main`` has of the setting that all others change, as they are named: ``η 0.4``.

        "" without others, and where they change different things, or a value of a neuron.
        """
        targets = {edit.target for branch in self for edit in branch.edits}
        if len(targets) != 1 or "[" in (target := targets.pop()):
            return ""
        return _said({target: value_in(self._branches[MAIN].timeline.first, target)})

    def __contains__(self, name: object) -> bool:
        return name in self._branches

    def __iter__(self) -> Iterator[Branch]:
        """Iterate over every branch, ``main`` first."""
        return iter(tuple(self._branches.values()))

    def __len__(self) -> int:
        return len(self._branches)

    def __getitem__(self, name: str) -> Branch:
        if name not in self._branches:
            hint = near_or_all(name, self._branches)
            raise BranchError(f"there is no branch called “{escaped(name)}”{hint and '; ' + hint}")
        return self._branches[name]

    def edit(self, target: str, value: float | str, name: str | None = None) -> Branch:
        """Change something from the current position on, and go to the branch this makes.

        Several edits at one position make one branch, as long as nothing of its future was
        computed. A branch without a name given is named by what its edits set (see ``name_of``).

        Raises:
            EditError: an unknown target, or a value that it cannot have.
            BranchError: the name is taken or no name, or there are too many branches.
        """
        stepper, here = self._stepper, self.current
        edit = edit_of(stepper.experiment, stepper.schedule, stepper.position, target, value)
        joins = (
            here.parent is not None
            and here.start == edit.position == here.timeline.reached
            and name in (None, here.name)
        )
        if not joins:
            self._require_room()
            name = self._free((edit,)) if name is None else self._checked(name)
        timeline = here.timeline.fork(edit)
        if joins:
            branch = replace(here, edits=(*here.edits, edit), timeline=timeline)
        else:
            assert name is not None
            branch = Branch(name, here.name, edit.position, (edit,), timeline)
        self._go(branch)
        if joins and _NUMBERED.sub("", here.name) == name_of(here.edits):
            return self.rename(here.name, self._free(branch.edits, but=here.name))
        return branch

    def rename(self, name: str, to: str) -> Branch:
        """Rename a branch.

        Raises:
            BranchError: it is ``main``, or the new name cannot be.
        """
        self[name]  # raises when there is none
        if name == MAIN:
            raise BranchError(f"“{MAIN}” keeps its name")
        if to != name:
            self._checked(to)
        names = {name: to}
        renamed = [
            replace(b, name=names.get(b.name, b.name), parent=names.get(b.parent or "", b.parent))
            for b in self
        ]
        self._branches = {b.name: b for b in renamed}
        self._current = names.get(self._current, self._current)
        for follow in self.followers:
            follow(name, to)
        return self._branches[to]

    def lengthen(self, epochs: int) -> None:
        """Give the runs of all branches so many epochs, more than they have."""
        self._branches = {b.name: replace(b, timeline=b.timeline.lengthened(epochs)) for b in self}
        self._go(self.current)

    def switch(self, name: str) -> Branch:
        """Go to the same position on another branch."""
        branch = self[name]
        if branch.name != self._current:
            self._go(branch)
        return branch

    def delete(self, name: str) -> None:
        """Delete a branch; its children become those of its parent.

        Raises:
            BranchError: it is ``main``, or the stepper stands on it.
        """
        branch = self[name]
        if name == MAIN:
            raise BranchError(f"“{MAIN}” cannot be deleted: every branch grows from it")
        if name == self._current:
            raise BranchError(
                f"“{escaped(name)}” cannot be deleted while the run stands on it: "
                "switch to another branch first"
            )
        del self._branches[name]
        assert branch.parent is not None
        parent = self[branch.parent]
        for child in self:
            if child.parent == name:  # its own edits are those that its new parent lacks
                edits = child.timeline.edits
                own = edits[len(common(edits, parent.timeline.edits)) :]
                self._branches[child.name] = replace(
                    child, parent=parent.name, start=own[0].position, edits=own
                )

    def difference(self, a: str, b: str) -> Difference | None:
        """Find the first position where two branches differ in any value; None without one."""
        comparison = self.comparison(a, b)
        while not comparison.burst(1.0):
            pass
        return comparison.found

    def comparison(self, a: str, b: str) -> BranchComparison:
        """Search in bursts, for a screen that stays responsive."""
        return BranchComparison(self[a].timeline, self[b].timeline)

    def plain(self) -> list[dict[str, Any]]:
        """The branches beside ``main`` as plain values, the current one marked."""
        return [
            {
                "name": branch.name,
                "parent": branch.parent,
                "current": branch.name == self._current,
                "edits": [
                    {"position": e.position, "target": e.target, "value": e.value}
                    for e in branch.edits
                ],
            }
            for branch in self
            if branch.parent is not None
        ]

    def restore(self, plain: list[dict[str, Any]]) -> None:
        """Make the branches that ``plain`` wrote, where there are none yet.

        Raises:
            NntuiError: an edit, a name or a parent that cannot be.
        """
        stepper, current = self._stepper, self._current
        for row in plain:
            self._require_room()
            name, parent = self._checked(str(row["name"])), self[str(row["parent"])]
            timeline, edits = parent.timeline, []
            for written in row["edits"]:
                position = int(written["position"])
                target, value = str(written["target"]), written["value"]
                before = timeline.experiment_at(position)
                edits.append(edit_of(before, stepper.schedule, position, target, value))
                timeline = timeline.fork(edits[-1])
            if not edits:
                raise BranchError(f"“{escaped(name)}” has no edit that makes it a branch")
            start = edits[0].position
            self._branches[name] = Branch(name, parent.name, start, tuple(edits), timeline)
            current = name if row.get("current") else current
        self.switch(current)

    def _go(self, branch: Branch) -> None:
        """Go to the same position of a branch."""
        stepper = self._stepper
        before, position = stepper.training_run, stepper.position
        stepper.training_run = Run(branch.timeline)
        try:
            stepper.seek(position)
        except BaseException:
            stepper.training_run = before
            raise
        self._branches[branch.name] = branch
        self._current = branch.name

    def _require_room(self) -> None:
        if len(self) >= MAX_BRANCHES:
            raise BranchError(f"there are {MAX_BRANCHES} branches: delete some first")

    def _free(self, edits: Sequence[Edit], but: str | None = None) -> str:
        """Return a name for some edits that no branch has, ``but`` one."""
        name = name_of(edits)
        numbered = (_cut(name, f" ({n})" if n > 1 else "") for n in count(1))
        return next(each for each in numbered if each == but or each not in self)

    def _checked(self, name: str) -> str:
        fault = fault_in_name(name) or ("a quotation mark" if '"' in name else None)
        if fault is None and len(name) > MOST_OF_A_NAME:
            fault = f"{len(name)} characters"
        if fault is not None:
            raise BranchError(
                f"“{escaped(name)}” cannot be a branch’s name: found {fault}, expected up to "
                f"{MOST_OF_A_NAME} characters, no quotation mark, no blank at an end"
            )
        if name in self._branches:
            raise BranchError(f"there is already a branch called “{name}”")
        return name


def name_of(edits: Sequence[Edit]) -> str:
    """Name a branch by what its edits set: ``η 0.1``, ``w[x1,h1] 0.3, momentum 0.9``."""
    return _cut(_said({edit.target: edit.value for edit in edits}).replace('"', ""))


def _said(values: Mapping[str, float | str]) -> str:
    return ", ".join(f"{_SHORT.get(name, name)} {_brief(value)}" for name, value in values.items())


def _cut(name: str, ending: str = "") -> str:
    room = MOST_OF_A_NAME - len(ending)
    return (name if len(name) <= room else f"{name[: room - 1].rstrip()}…") + ending


def _brief(value: float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else written_value(value)
