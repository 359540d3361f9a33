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
        self._heat = Heated((), ())

    def __call__(self, layout: Layout, moment: Moment, view: View) -> Heated:
        """The maps in a view."""
        if not layout.heats:
            return Heated((), ())
        snapshot = moment.snapshot
        table = {"w": snapshot.w, "∂L/∂w": snapshot.dw}.get(view.lines)
        before = None if moment.before is None or table is not None else moment.before.p
        of = (layout, view.name, snapshot.w if table is None else table, before)
        if len(self._of) != len(of) or any(map(_differ, self._of, of)):
            numbers = partial(view.edge, moment) if table is None else table.__getitem__
            self._of, self._heat = of, heated(layout, numbers)
        return self._heat


def _differ(one: object, other: object) -> bool:
    return one is not other
