"""What the network answers at the parameters of a frame, computed in a thread after the paint.

A frame's parameters do not change, so the thread needs nothing of the run. Only the newest frame
counts: one that comes while another is computed is next, and those between are left out.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from textual.screen import Screen
from textual.timer import Timer

from nntui.tui.frame import Frame

if TYPE_CHECKING:
    from nntui.engine.predictions import Judge
    from nntui.engine.surface import AnswerComputer, Answers, InputRanges
    from nntui.model.experiment import Experiment
    from nntui.model.numerics import Array
    from nntui.model.wiring import Wiring

_Key = tuple[int, bytes, tuple[int, ...], tuple[int, int]]
"""The experiment's id, the parameters, the inputs of the plane and its size."""

AFTER_THE_PAINT: Final = 0.02
"""Seconds from a frame to its answers at rest: the paint comes first."""
ON_THE_WAY: Final = 0.1
"""Seconds between two answers while a run is under way."""
THUMBNAIL: Final = (24, 20)
"""Columns and rows of points, where nobody wants more."""
MOST_EXAMPLES: Final = 10_000
"""How many examples are answered, at most."""
MOST_WORK: Final = 200_000_000
"""Multiplications for all the examples, at most: fewer examples are answered by a large network."""
MOST_KEPT: Final = 500_000
"""How many numbers are kept (4 MB), so that going back shows them at once."""


class AnswerSource:
    """Gives the panes the network's answers for the frame that they show.

    ``shown`` is called in the screen's thread with new answers; ``is_behind`` says whether the
    terminal has still to take what was sent, which answers do not add to. ``inputs`` are the
    indices of the one or two inputs of the plane: all of them where there are no more, else those
    chosen, or none.
    """

    def __init__(
        self,
        screen: Screen[Any],
        inputs: int,
        shown: Callable[[Answers], None],
        is_behind: Callable[[], bool],
    ) -> None:
        self._screen, self._shown, self._is_behind = screen, shown, is_behind
        self.inputs: tuple[int, ...] = tuple(range(inputs)) if inputs <= 2 else ()
        self.latest: Answers | None = None
        self._size = THUMBNAIL
        self._wanted: Frame | None = None
        self._answered: Frame | None = None
        self._timer: Timer | None = None
        self._busy = False
        self._kept: OrderedDict[_Key, Answers] = OrderedDict()
        # The thread's: what it needs of the network and of the data, made once.
        self._computer: tuple[Wiring, AnswerComputer] | None = None
        self._data: tuple[Experiment, Array, InputRanges, Judge] | None = None

    def want(self, frame: Frame | None) -> None:
        """Show the answers at a frame's parameters soon; None: nobody looks at any."""
        self._wanted = frame
        if frame is not None and not self.is_waiting and not _alike(self._answered, frame):
            seconds = ON_THE_WAY if frame.on_the_way else AFTER_THE_PAINT
            self._timer = self._screen.set_timer(seconds, self._begin)

    def choose(self, inputs: tuple[int, ...]) -> None:
        """Make the plane of other inputs: one or two, or none."""
        self.inputs = inputs
        self._again()

    def resize(self, columns: int, rows: int) -> None:
        """Compute a plane of so many points, or of a thumbnail's if those are more."""
        size = max(columns, THUMBNAIL[0]), max(rows, THUMBNAIL[1])
        if size != self._size:
            self._size = size
            self._again()

    @property
    def is_waiting(self) -> bool:
        """Whether answers are being computed, or will be."""
        return self._busy or self._timer is not None

    def _again(self) -> None:
        self._answered = None
        self.want(self._wanted)

    def _begin(self) -> None:
        """Show the answers if they are known; else compute them in a thread."""
        from nntui.engine.parameter_index import flat_parameters

        self._timer = None
        frame = self._wanted
        if frame is None or not self._screen.is_attached:
            return
        if self._screen.app.message_queue_size or self._is_behind():  # keys come first
            self.want(frame)
            return
        self._answered = frame
        snapshot, experiment = frame.snapshot, frame.experiment
        p = flat_parameters(snapshot.net, snapshot.b, snapshot.w)
        inputs, size = self.inputs, self._size
        key = id(experiment), p.tobytes(), inputs, size
        if key in self._kept:
            self._kept.move_to_end(key)
            self._show(self._kept[key])
            return
        self._busy = True
        # No partial: Textual writes it down, with every number in its arguments.
        self._screen.run_worker(
            lambda: self._compute(key, experiment, p), thread=True, group="answers"
        )

    def _compute(self, key: _Key, experiment: Experiment, p: Array) -> None:
        """Compute answers (in the thread)."""
        from nntui.engine.surface import Answers

        answers: Answers | None = None
        try:
            computer = self._computer_of(experiment)
            x, ranges, judge = self._data_of(experiment)
            _, _, inputs, size = key
            plane = computer.surfaces(p, ranges.grid(inputs, *size)) if inputs else None
            predictions = judge.predictions(experiment, computer.outputs(p, x))
            answers = Answers(experiment, p, plane, predictions)
        finally:
            self._screen.call_later(self._found, key, answers)

    def _computer_of(self, experiment: Experiment) -> AnswerComputer:
        from nntui.engine.surface import AnswerComputer

        net = experiment.network.wiring()
        if self._computer is None or self._computer[0] is not net:
            self._computer = net, AnswerComputer(net)
        return self._computer[1]

    def _data_of(self, experiment: Experiment) -> tuple[Array, InputRanges, Judge]:
        """Return the inputs of the examples that are answered, the ranges of all, their judge."""
        import numpy as np

        from nntui.engine.predictions import Judge
        from nntui.engine.surface import InputRanges

        if self._data is None or self._data[0] is not experiment:
            work = experiment.network.wiring().parameter_count
            most = min(MOST_EXAMPLES, max(MOST_WORK // work, 1))
            x = np.array(experiment.data.inputs[:most], np.float64)
            ranges, judge = InputRanges.of(experiment), Judge.of(experiment, most)
            self._data = experiment, x, ranges, judge
        return self._data[1:]

    def _found(self, key: _Key, answers: Answers | None) -> None:
        """Keep what was computed, show it, and go on with the newest frame."""
        self._busy = False
        if answers is not None:
            self._kept[key] = answers
            while len(self._kept) > 1 and sum(a.size for a in self._kept.values()) > MOST_KEPT:
                self._kept.popitem(last=False)
            self._show(answers)
        self.want(self._wanted)

    def _show(self, answers: Answers) -> None:
        if answers is not self.latest:
            self.latest = answers
            self._shown(answers)


def _alike(one: Frame | None, other: Frame) -> bool:
    """Whether two frames have the same parameters and data; a snapshot keeps what is equal."""
    return (
        one is not None
        and one.experiment is other.experiment
        and one.snapshot.b is other.snapshot.b
        and one.snapshot.w is other.snapshot.w
    )
