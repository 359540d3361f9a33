"""The timeline: the whole run in a line, to see where it stands and to travel along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.message import Message

from nntui.debugger.branches import MAIN
from nntui.engine.schedule import Schedule
from nntui.model.names import escaped
from nntui.text import cut, padded
from nntui.tui.frame import Frame, Landmark
from nntui.tui.keys import TIMELINE, bindings
from nntui.tui.panes.pane import LinePane
from nntui.tui.panes.status import SIGNS, shortened

Period = Literal["run", "epoch", "update"]
PERIODS: Final[tuple[Period, ...]] = ("run", "epoch", "update")
MOST_NAME_CELLS: Final = 12
"""Cells of the name of a branch."""
_HERE: Final = "●"
_PAST: Final = "━"
_TO_COME: Final = "╌"
_NONFINITE: Final = "✗"
_LEAST_TRACK: Final = 16
"""Cells of the track, at least, before what stands beside it is left out."""


class Timeline(LinePane, can_focus=True):
    """The position, the track (the run, or the epoch or update at hand), and which of them it is.

    A click or a drag along the track travels, and so do the arrows while it has the keyboard; the
    wheel chooses the period. A message that has no line of its own covers it.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(TIMELINE)

    @dataclass
    class Travelled(Message):
        """The user chose a position; ``place`` is the name of what is there, if it has one."""

        position: int
        place: str = ""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__(title="", id="timeline")
        self._schedule = schedule
        self._frame: Frame | None = None
        self._period: Period = "run"
        self._message = ""
        self._dragged: int | None = None

    def show(self, frame: Frame) -> None:
        self._frame = frame
        self.changed()

    def cover(self, message: str) -> None:
        """Show a message over the right of the line; an empty one uncovers it."""
        if message != self._message:
            self._message = message
            self.changed()

    @property
    def position(self) -> str:
        """The position in words; a branch other than the first is named."""
        if self._frame is None:
            return ""
        snapshot = self._frame.snapshot
        return f"{self._branch}step {snapshot.position:,} of {snapshot.total:,}"

    def extent(self) -> tuple[int, int]:
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        if self._frame is None:
            return []
        position, width = self._frame.snapshot.position, self.size.width
        total = self._schedule.total
        before, cells = self._beside(width)
        here = f"{self._branch}step {position:,}"
        text = padded(f"{here} of {total:,}" if " of " in before else here, cell_len(before))
        after = padded(self._period_text, self._period_cells)
        strong = Style(bold=True) if self.has_focus else self.colours.faint
        ends = ("◀", "▶") if self.has_focus else ("├", "┤")
        found = [
            Segment(f" {text} "), Segment(ends[0], strong), *self._painted(cells, position),
            Segment(ends[1], strong), Segment(f" {after} ", self.colours.faint),
        ]  # fmt: skip
        return self._covered(found, here, width) if self._message else found

    def on_focus(self) -> None:
        self.changed()

    def on_blur(self) -> None:
        self.changed()

    # ---- the track -----------------------------------------------------------------------------

    def _beside(self, width: int) -> tuple[str, int]:
        """Return the longest text before the track that leaves it room, and the track's cells."""
        total = f"{self._schedule.total:,}"
        after = self._period_cells + 2
        for before in (f"{self._branch}step {total} of {total}", f"{self._branch}step {total}"):
            cells = width - cell_len(before) - after - 4
            if cells >= _LEAST_TRACK:
                return before, cells
        return before, max(cells, 1)

    @property
    def _track_at(self) -> int:
        """The column of the track's first cell."""
        return cell_len(self._beside(self.size.width)[0]) + 3

    @property
    def _track(self) -> Track:
        schedule, cells = self._schedule, self._beside(self.size.width)[1]
        last = max(self._here - 1, 0)
        if self._period == "run":
            return Track(range(schedule.total + 1), cells)
        if self._period == "epoch":
            start = last // schedule.steps_per_epoch * schedule.steps_per_epoch
            return Track(range(start, start + schedule.steps_per_epoch + 1), cells)
        update = schedule.updates_before(last)
        start, end = schedule.update_start(update), schedule.update_start(update + 1)
        return Track(range(start, end + 1), cells)

    def _painted(self, cells: int, position: int) -> list[Segment]:
        """Return the track: what was visited, what is to come, and the marks on both."""
        assert self._frame is not None
        colours, track = self.colours, self._track
        losses = self._frame.curves[-1].losses.known
        visited = max(self._schedule.update_start(losses.updates), position)
        ahead = min(track.cell(visited) + 1, cells)
        marks: dict[int, tuple[str, str]] = {
            track.cell(mark.position): (SIGNS[mark.kind], mark.kind)
            for mark in self._frame.landmarks
            if mark.position in track.span
        }
        if (nonfinite := losses.first_nonfinite) is not None:
            at = self._schedule.passes_end(nonfinite)
            if at in track.span:
                marks[track.cell(at)] = _NONFINITE, "stop"
        marks[track.cell(position)] = _HERE, "here"
        styles = {
            "here": colours.mark, "stop": colours.stop, "branch": Style(bold=True),
            "bookmark": Style(bold=True),
        }  # fmt: skip
        found: list[Segment] = []
        start = 0
        for cell in (*sorted(marks), cells):
            past = max(min(cell, ahead) - start, 0)
            found += [
                Segment(_PAST * past),
                Segment(_TO_COME * (cell - start - past), colours.line),
            ]
            if cell < cells:
                sign, kind = marks[cell]
                found.append(Segment(sign, styles[kind]))
            start = cell + 1
        return found

    @property
    def _here(self) -> int:
        return 0 if self._frame is None else self._frame.snapshot.position

    @property
    def _branch(self) -> str:
        name = MAIN if self._frame is None else self._frame.curves[-1].name
        return "" if name == MAIN else f"↳ {cut(escaped(name), MOST_NAME_CELLS)} · "

    @property
    def _period_text(self) -> str:
        last = max(self._here - 1, 0)
        if self._period == "epoch":
            return f"epoch {last // self._schedule.steps_per_epoch + 1:,}"
        if self._period == "update":
            return f"update {self._schedule.updates_before(last) + 1:,}"
        return "run"

    @property
    def _period_cells(self) -> int:
        count = {"run": 0, "epoch": self._schedule.epochs, "update": self._schedule.updates}
        number = count[self._period]
        return len(f"{self._period} {number:,}" if number else self._period)

    def _covered(self, found: list[Segment], here: str, width: int) -> list[Segment]:
        """Put the message over the right end of the line, and leave it the position."""
        kept = cell_len(here) + 1
        message = f"  {shortened(self._message, width - kept - 3)} "
        end = width - cell_len(message)
        if end < cell_len(found[0].text):  # of the total there would be a part
            found = [Segment(padded(f" {here}", end))]
        left, _ = Segment.divide(found, [end, width])
        return [*left, Segment(message)]

    # ---- travelling ----------------------------------------------------------------------------

    def action_travel(self, cells: int) -> None:
        """Travel along the track by cells; by a step at least."""
        here = self._track.cell(self._here)
        self._travel(here + cells, at_least=cells)

    def action_travel_to(self, end: bool) -> None:
        """Travel to an end of the track."""
        span = self._track.span
        self.post_message(self.Travelled(span[-1] if end else span[0]))

    def action_period(self, by: int) -> None:
        """Show a longer period, or a shorter one."""
        n = min(max(PERIODS.index(self._period) + by, 0), len(PERIODS) - 1)
        self._period = PERIODS[n]
        self.changed()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.action_period(1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.action_period(-1)

    def on_mouse_down(self, event: MouseDown) -> None:
        cell = event.x - self._track_at
        if event.button == 1 and 0 <= cell < self._track.cells:
            self.capture_mouse()
            self._drag_to(cell)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._dragged is not None:
            self._drag_to(min(max(event.x - self._track_at, 0), self._track.cells - 1))

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def on_click(self, event: Click) -> None:
        """Choose the next shorter period with a click on its name, the run after the update."""
        if event.x > self._track_at + self._track.cells:
            by = 1 if self._period != "update" else -2
            self.action_period(by)

    def _drag_to(self, cell: int) -> None:
        if cell != self._dragged:
            self._dragged = cell
            self._travel(cell)

    def _travel(self, cell: int, at_least: int = 0) -> None:
        """Travel to a cell: to the landmark there, if there is one."""
        track = self._track
        cell = min(max(cell, 0), track.cells - 1)
        landmark = self._landmark(cell)
        if landmark is not None and landmark.position != self._here:
            name = f"{landmark.kind} {escaped(landmark.name)}".strip()
            self.post_message(self.Travelled(landmark.position, name))
            return
        position = self._near_update(track.position(cell))
        if at_least and (position - self._here) * at_least <= 0:
            position = min(max(self._here + (1 if at_least > 0 else -1), 0), self._schedule.total)
        self.post_message(self.Travelled(position))

    def _landmark(self, cell: int) -> Landmark | None:
        landmarks = () if self._frame is None else self._frame.landmarks
        span = self._track.span
        found = (m for m in reversed(landmarks) if m.position in span)
        return next((m for m in found if self._track.cell(m.position) == cell), None)

    def _near_update(self, position: int) -> int:
        """Return the end of the update nearest to a position, where a cell has whole updates."""
        schedule, span = self._schedule, self._track.span
        update = schedule.updates_before(position)
        start, end = schedule.update_start(update), schedule.update_start(update + 1)
        if position in (span[0], span[-1]) or end - start > len(span) // self._track.cells:
            return position
        return start if position - start < end - position else end


class Track(Struct, frozen=True):
    """The positions ``span`` on so many cells; the ends of both are each other's."""

    span: range
    cells: int

    def cell(self, position: int) -> int:
        """Return the cell of a position; −1 before the track, ``cells`` after it."""
        if position < self.span[0]:
            return -1
        if position > self.span[-1]:
            return self.cells
        return round((position - self.span[0]) * (self.cells - 1) / max(len(self.span) - 1, 1))

    def position(self, cell: int) -> int:
        """Return the position in the middle of a cell."""
        return self.span[0] + round(cell * (len(self.span) - 1) / max(self.cells - 1, 1))
