"""The actions that check: the gradient of this moment, someone's numbers against the run."""

from __future__ import annotations

from os.path import basename
from typing import TYPE_CHECKING, cast

from nntui.debugger.commands.command import Movement, Reply
from nntui.model.names import parse_value_name
from nntui.tui.frame import CheckedNumbers, NeuronFocus
from nntui.tui.keys import every_key
from nntui.tui.panes.check import CheckPane
from nntui.tui.stepping.base import at_rest
from nntui.tui.stepping.focus_actions import FocusActions

if TYPE_CHECKING:
    from nntui.debugger.gradient_here import GradientHere
    from nntui.verify.verdict import Verdict


class CheckActions(FocusActions):
    """Holds the gradient of here against differences, and the numbers in a file against the run."""

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

    def take_reply(self, movement: Movement, reply: Reply) -> None:
        """Show the verdict on someone's numbers in its pane, and the replies of others."""
        from nntui.debugger.commands.checking import NumbersRun

        if isinstance(movement, NumbersRun) and not reply.ok:  # the line stays, to be put right
            self.tell(reply.command, reply.lines, turn=False)
            self.show()
            self.command_line.ask(reply.command)
            self.command_line.refuse(reply.lines[0])
            return
        if not isinstance(movement, NumbersRun) or movement.verdict is None:
            super().take_reply(movement, reply)
            return
        verdict = cast("Verdict", movement.verdict)  # the interpreter was given what returns these
        self.check = CheckedNumbers.of(basename(movement.path), verdict, self.debugger.schedule)
        self.tell(reply.command, reply.lines, turn=False)
        self.show(reply.lines[0])
        self.open_pane("check")

    @at_rest
    def on_check_pane_step_chosen(self, event: CheckPane.StepChosen) -> None:
        self._go_to_difference(event.step)

    @at_rest
    def action_difference(self, direction: int) -> None:
        """Go to the next step that computes a number that differs, or to the one before."""
        if self.check is None:
            self.say("no numbers of yours were checked: :check FILE holds them against the run")
            return
        here, steps = self.debugger.position, self.check.steps[::direction]
        if not steps:
            self.say("none of the numbers differs")
            return
        ahead = (step for step in steps if direction * (step - here) > 0)
        self._go_to_difference(next(ahead, steps[0]))

    def _go_to_difference(self, step: int) -> None:
        """Go to where a step was just executed, in the document's run."""
        assert self.check is not None
        branches, steps = self.debugger.branches, self.check.steps
        if branches.current.parent is not None:
            branches.switch(next(iter(branches)).name)
        if "step" not in self.pane_layout.seen:  # it shows the two numbers and the formulas
            self.open_pane("step")
        table = every_key()
        on, back = (table[name].display(self.keymap) for name in ("difference", "difference-back"))
        said = (
            f"step {steps.index(step) + 1:,} of {len(steps):,} that differ: {on} next, {back} back"
        )
        self.background.go(
            Movement(self.debugger, step),
            lambda movement: self.show(said if movement.over else "stopped on the way"),
        )

    def on_check_pane_cleared(self) -> None:
        self.clear_check()

    def action_clear_check(self) -> None:
        self.clear_check()

    @at_rest
    def clear_check(self) -> None:
        """Show nothing any more of the numbers that were checked."""
        self.check = None
        if self.pane_layout.is_turned_to("check"):
            self.pane_layout.close()
        self.show("the numbers that were checked are cleared")
        self.lay_out()
