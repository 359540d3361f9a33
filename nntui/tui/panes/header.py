"""The header: the name of the network, the phase, epoch and example, and the settings."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click

from nntui.engine.schedule import MOVES
from nntui.explain.numbers import ordinal, rounded
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.text import cut, padded
from nntui.tui.frame import Frame
from nntui.tui.panes.pane import LinePane

PHASES: Final = {
    "backpropagation": ("load", "forward", "loss", "backward", "update"),
    "central_differences": ("load", "forward", "loss", "difference", "update"),
}
_SHORT: Final = {"forward": "fwd", "backward": "back", "difference": "diff", "update": "upd"}
EDITED: Final = "● edited "
"""Begins the line while the document has unsaved edits."""
_BETWEEN: Final = " · "
_GAP: Final = 2
"""Cells between two parts, at least."""
_LEAST_NAME: Final = 12
_LONG_NAME: Final = 24
"""Cells of a name that it gets before totals and the settings beside the learning rate."""
_NUMBER: Final = rounded(4)

_Parts = list[Segment]


class Header(LinePane):
    """One line: name, phases as a row of steps, epoch and example, settings.

    Each part has the longest form that all of them have room for. Nothing in it moves from step to
    step. A click on the settings is for changing them.
    """

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="", id="header")
        self._experiment = experiment
        self._words = HeaderWords(experiment)
        self._frame: Frame | None = None
        self._edited = False
        self._settings_at = range(0)

    def mark_edited(self, edited: bool) -> None:
        """Show whether the document has unsaved edits."""
        if edited != self._edited:
            self._edited = edited
            self.changed()

    def show(self, frame: Frame) -> None:
        if frame.experiment is not self._experiment:
            self._experiment = frame.experiment
            self._words = HeaderWords(frame.experiment)
        self._frame = frame
        self.changed()

    @property
    def text(self) -> str:
        """The whole line, whatever the width of the screen."""
        if self._frame is None:
            return ""
        parts = self._words.name, self._words.places(self._frame)[0], self._words.settings[0]
        return (EDITED if self._edited else "") + "  ".join(part for part in parts if part)

    def extent(self) -> tuple[int, int]:
        return self.size.width, 1

    def source(self, row: int) -> Hashable | None:
        frame = self._frame
        if frame is None:
            return None
        phase, places = _phase_of(frame), self._words.places(frame)
        return self._words, phase, places, self._edited, self.size.width

    def segments(self, row: int) -> list[Segment]:
        frame, width = self._frame, self.size.width
        if frame is None:
            return []
        edited = EDITED if self._edited else ""
        room = width - 2 - cell_len(edited)
        phases, place, settings = self._fitting(frame, room)
        used = _cells(phases) + cell_len(place) + cell_len(settings)
        name = self._words.name
        if room - used < 3 * _GAP + _LEAST_NAME:  # no name: two gaps are enough
            name = ""
        name = cut(name, max(room - used - 3 * _GAP, 0))
        parts: list[_Parts] = [
            [Segment(name, Style(bold=True))] if name else [],
            phases,
            [Segment(place)],
            [Segment(settings, self.colours.faint)],
        ]
        parts = [part for part in parts if _cells(part)]
        spare = room - sum(map(_cells, parts))
        found = [Segment(" "), Segment(edited, self.colours.stop)]
        for n, part in enumerate(parts):
            found += part
            left = len(parts) - 1 - n
            gap = -(-spare // left) if left else spare + 1
            spare -= gap
            found.append(Segment(" " * max(gap, 0)))
        end = width - 1
        self._settings_at = range(end - cell_len(settings), end)
        return found

    async def on_click(self, event: Click) -> None:
        if event.x in self._settings_at:
            await self.run_action("screen.assign('learning_rate')")

    def _fitting(self, frame: Frame, room: int) -> tuple[_Parts, str, str]:
        """Return the longest forms of phases, place and settings that fit beside each other."""
        words, phase = self._words, _phase_of(frame)
        places, phases_of = words.places(frame), PHASES[frame.experiment.training.gradient]
        long, short = (form(phases_of, phase, self.colours.mark) for form in (_stepper, _list))
        every, first = words.settings[0], words.settings[-1]
        forms = (
            (long, places[0], every), (long, places[0], first), (long, places[1], first),
            (short, places[1], first),
        )  # fmt: skip
        long_name = min(cell_len(words.name), _LONG_NAME)
        for phases, place, settings in forms:
            used = _cells(phases) + cell_len(place) + cell_len(settings)
            name = long_name if place is places[0] else _LEAST_NAME
            if used + 3 * _GAP + name <= room:
                return phases, place, settings
        for place in places[1:]:
            if _cells(short) + cell_len(place) + cell_len(first) + 2 * _GAP <= room:
                return short, place, first
        return short, places[-1], ""


class HeaderWords:
    """The texts of an experiment's header."""

    def __init__(self, experiment: Experiment) -> None:
        training = experiment.training
        self._trained = examples = len(experiment.train_examples)
        self._batch = training.batch_size or examples
        self._per_epoch = -(-examples // self._batch)
        updates = training.epochs * self._per_epoch
        self._totals = {"example": len(experiment.data), "update": updates}
        self._shuffled = training.shuffle
        self._epochs = training.epochs
        self._parameters = experiment.network.wiring().trainable_count
        self._moves = training.gradient == "central_differences"
        self.name = escaped(experiment.name)
        self.settings = _settings(experiment)
        self._place_cells = self._most_cells()

    def _most_cells(self) -> tuple[int, int]:
        """Return the cells of the longest place of the run: with the totals, and without."""
        epochs, totals = self._epochs, self._totals
        widest = [
            f"epoch {epochs:,}/{epochs:,}{_BETWEEN}{name} {self._of(name, n, self._trained)}"
            for name, n in totals.items()
        ]
        brief = [f"epoch {epochs:,}{_BETWEEN}{name} {n:,}" for name, n in totals.items()]
        moved = self._moved(len(MOVES) * self._parameters - 1) if self._moves else ""
        return max(map(cell_len, widest)) + cell_len(moved), max(map(cell_len, brief))

    def places(self, frame: Frame) -> tuple[str, str, str]:
        """Return epoch and example, or update: with the totals, without, and in short."""
        last, epochs, cells = frame.snapshot.last, self._epochs, self._place_cells
        if last is None:
            return padded("start", cells[0]), padded("start", cells[1]), "start"
        position = last.position
        name: Literal["update", "example"] = "update" if position.example is None else "example"
        epoch, number = position.number("epoch"), position.number(name)
        done = position.update % self._per_epoch * self._batch + (position.place or 0) + 1
        of = self._of(name, number or 0, done)
        full = f"epoch {epoch:,}/{epochs:,}{_BETWEEN}{name} {of}"
        short = f"epoch {epoch:,}{_BETWEEN}{name} {number:,}"
        if position.move is not None:
            full += self._moved(position.move)
        return padded(full, cells[0]), padded(short, cells[1]), f"epoch {epoch:,}"

    def _of(self, name: str, number: int, which: int) -> str:
        """Write a number of so many; of shuffled examples also which one of the epoch it is."""
        if name == "example" and self._shuffled:
            return f"{number:,}{_BETWEEN}{ordinal(which)} of {self._trained:,}"
        return f"{number:,}/{self._totals[name]:,}"

    def _moved(self, move: int) -> str:
        """Which parameter is moved, and which way: `` · parameter 3/9 +h``."""
        number, kind = divmod(move, len(MOVES))
        way = ("+h", "−h", "  ")[kind]
        return f"{_BETWEEN}parameter {number + 1:,}/{self._parameters:,} {way}"


def _settings(experiment: Experiment) -> tuple[str, ...]:
    """Return the settings with their values, and the learning rate alone."""
    training = experiment.training
    optimizer = training.optimizer
    rate = f"η {_NUMBER(optimizer.learning_rate)}"
    found = [rate]
    if momentum := dict(optimizer.settings).get("momentum"):
        found.append(f"momentum {_NUMBER(momentum)}")
    if optimizer.name != "sgd":
        found.append(optimizer.name)
    if decay := optimizer.gradient_decay:
        found.append(f"weight decay {_NUMBER(decay)}")
    size = training.batch_size or len(experiment.train_examples)
    if size > 1:
        found.append(f"batch {size:,}")
    found += [f"{name} {_NUMBER(v)}" for name, v in (("l1", training.l1), ("l2", training.l2)) if v]
    return "  ".join(found), rate


def _phase_of(frame: Frame) -> str | None:
    last = frame.snapshot.last
    if last is None:
        return None
    return "load" if last.operation[0] == "load" else last.position.phase


def _stepper(phases: Sequence[str], phase: str | None, now: Style) -> _Parts:
    """The phases one after the other, an arrow before the present one."""
    found: _Parts = []
    for n, name in enumerate(phases):
        if n:
            found.append(
                Segment(" ─▶ " if name == phase else " ── ", now if name == phase else None)
            )
        found.append(_word(name, phase, now))
    return found


def _list(phases: Sequence[str], phase: str | None, now: Style) -> _Parts:
    found: _Parts = []
    for n, name in enumerate(phases):
        found += [Segment("·")] if n else []
        found.append(_word(_SHORT.get(name, name), _SHORT.get(phase or "", phase), now))
    return found


def _word(name: str, phase: str | None, now: Style) -> Segment:
    return Segment(name.upper(), now) if name == phase else Segment(name)


def _cells(parts: _Parts) -> int:
    return sum(part.cell_length for part in parts)
