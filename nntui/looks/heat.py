"""Heat: the numbers of all connections, for where there are too many to give looks to."""

from __future__ import annotations

from functools import partial

from nntui.draw import Heated, Layout, heated
from nntui.looks.moment import Moment
from nntui.looks.views import View


class Heating:
    """Fills in the heat maps of a layout, anew only when their numbers are others.

    A snapshot shares with the one before it the tables that the step has not touched.
    """

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._window: range | None = None
        self._heat = Heated((), ())

    def __call__(
        self, layout: Layout, moment: Moment, view: View, window: range | None = None
    ) -> Heated:
        """The maps in a view; with a ``window`` only its rows."""
        if not layout.heats:
            return Heated((), ())
        snapshot = moment.snapshot
        table = {"w": snapshot.w, "∂L/∂w": snapshot.dw}.get(view.lines)
        before = None if moment.before is None or table is not None else moment.before.p
        of = (layout, view.name, snapshot.w if table is None else table, before)
        if window != self._window or len(self._of) != len(of) or any(map(_differ, self._of, of)):
            numbers = partial(view.edge, moment) if table is None else table.__getitem__
            self._of, self._window = of, window
            self._heat = heated(layout, numbers, window)
        return self._heat


def _differ(one: object, other: object) -> bool:
    return one is not other
