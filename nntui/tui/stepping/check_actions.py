"""The actions that check: the gradient of this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.model.names import parse_value_name
from nntui.tui.frame import NeuronFocus
from nntui.tui.stepping.base import at_rest
from nntui.tui.stepping.focus_actions import FocusActions

if TYPE_CHECKING:
    from nntui.debugger.gradient_here import GradientHere


class CheckActions(FocusActions):
    """Holds the gradient of here against differences."""

    @at_rest
    def action_gradient_check(self) -> None:
        """Show each derivative of this example and batch beside its difference; focus one."""
        from nntui.tui.dialogs.gradient import GradientScreen

        frame, schedule, before = self.latest, self.debugger.schedule, self.neuron_focus
        wanted = before.edge or before.neuron
        if wanted not in self.net.parameters:
            wanted = None

        def make() -> GradientHere:
            from nntui.debugger.gradient_here import GradientHere

            return GradientHere(frame.experiment, frame.snapshot, schedule, wanted)

        def moved(name: str) -> None:
            _, neurons = parse_value_name(name)
            edge = (neurons[0], neurons[1]) if len(neurons) == 2 else None
            self.neuron_focus = NeuronFocus(neurons[-1], edge, quantity="dw" if edge else "db")
            self.repaint()

        def answered(name: str | None) -> None:
            if name is None:
                self.neuron_focus = before
                self.repaint()
            else:
                moved(name)
                self.say(self.said_of_focus())

        rows = self.rows_below_network()
        self.app.push_screen(GradientScreen(make, moved, rows), answered)
