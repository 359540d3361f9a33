"""The actions of the loss chart: how it is shown, and travelling to a moment in it."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from nntui.model.names import quoted
from nntui.tui.panes.loss import LossPane
from nntui.tui.panes.loss_chart import ChartOptions
from nntui.tui.panes.timeline import Timeline
from nntui.tui.stepping.base import SteppingBase, at_rest

ZOOMS: Final = (None, 10_000, 3_000, 1_000, 300, 100, 30, 10)
"""How many of the last updates or epochs the chart shows; None: all."""


class ChartActions(SteppingBase):
    """Shows the losses otherwise, and goes to what is chosen in them.

    ``chart``: how the losses are shown.
    """

    chart = ChartOptions()

    @at_rest
    def on_loss_pane_travel(self, event: LossPane.Travel) -> None:
        """Go to the branch that was chosen, or to where so many updates are finished."""
        if event.branch is not None:
            self.run_command(f"branch switch {quoted(event.branch)}")
        else:
            self._travel_to(event.updates)

    def move_sideways(self, by: int) -> bool:
        """Go to the end of the next epoch, or update, while the chart is turned to."""
        layout = self.pane_layout  # on a terminal that is too small nothing is seen
        if not layout.is_turned_to("loss") or "loss" not in layout.seen:
            return super().move_sideways(by)
        self._travel_to(self.loss_pane.moved(by))
        return True

    def _travel_to(self, updates: int) -> None:
        position = self.debugger.schedule.update_start(updates)
        self.post_message(Timeline.Travelled(position))

    def action_chart_log(self) -> None:
        self._show_chart(replace(self.chart, log=not self.chart.log))
        self.say(f"loss: {'a logarithmic' if self.chart.log else 'a plain'} scale")

    def action_chart_epochs(self) -> None:
        self._show_chart(replace(self.chart, per_epoch=not self.chart.per_epoch))
        self.say(f"loss: per {'epoch' if self.chart.per_epoch else 'update'}")

    def action_chart_zoom(self, by: int) -> None:
        shown, losses = self.chart.last, self.latest.curves[-1].losses
        known = losses.epochs if self.loss_pane.per_epoch else losses.updates
        zooms = [last for last in ZOOMS if last is None or last < known or last == shown]
        last = zooms[min(max(zooms.index(shown) + by, 0), len(zooms) - 1)]
        self._show_chart(replace(self.chart, last=last))
        self.say(f"loss: {f'the last {last:,}' if last else 'all'} {self._chart_unit}s")

    @property
    def _chart_unit(self) -> str:
        return "epoch" if self.loss_pane.per_epoch else "update"

    def _show_chart(self, options: ChartOptions) -> None:
        self.chart = options
        if "loss" not in self.pane_layout.seen:
            self.open_pane("loss")
        self.loss_pane.set_options(options)
