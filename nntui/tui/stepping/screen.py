"""The stepping screen: panes that show a frame of a run, and the keys that move it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from string import digits
from typing import ClassVar, Final

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Resize, ScreenResume

from nntui.model.changes.structure import GoneError
from nntui.tui.frame import NeuronFocus
from nntui.tui.keys import EVERYWHERE, bindings
from nntui.tui.panes.command_line import CommandBar
from nntui.tui.stepping.answer_actions import AnswerActions
from nntui.tui.stepping.chart_actions import ChartActions
from nntui.tui.stepping.check_actions import CheckActions
from nntui.tui.stepping.command_actions import CommandActions
from nntui.tui.stepping.display_actions import DisplayActions
from nntui.tui.stepping.focus_actions import FocusActions
from nntui.tui.stepping.layout_actions import LayoutActions
from nntui.tui.stepping.run_actions import RunActions
from nntui.tui.user_files import read_typed, write_typed

MOST_WARNINGS: Final = 3


class SteppingScreen(
    RunActions,
    CommandActions,
    CheckActions,
    FocusActions,
    DisplayActions,
    ChartActions,
    AnswerActions,
    LayoutActions,
):
    """Shows the run of one experiment; the keys are in ``nntui.tui.keys``."""

    # A digit is a binding like the others, or it would overtake the keys that came before it.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(EVERYWHERE),
        *(Binding(digit, f"digit('{digit}')", show=False) for digit in digits),
    ]

    _was_shown = False
    _copy_view: Callable[[], None] | None = None
    """What ``copy_view_from`` does once the screen is mounted."""

    def compose(self) -> ComposeResult:
        self.arrange_panes()  # each class of a screen with widgets styles all of them anew
        yield self.header
        yield self.container
        yield self.status_line
        yield self.timeline
        yield CommandBar(self.command_line)
        yield self.footer

    def on_mount(self) -> None:
        """Show where the run stands; then warn of what is odd about the network."""
        if self.keep_state and not self.command_line.history:
            self.command_line.history = read_typed()
        if self._copy_view is not None:
            self._copy_view()
        self.lay_out()
        self.autosave.start()
        self.call_after_refresh(self._warn_about_network)

    def _warn_about_network(self) -> None:
        from nntui.model.fit import warnings

        for warning in warnings(self.debugger.experiment)[:MOST_WARNINGS]:
            self.notify(warning, severity="warning", markup=False)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Leave the styles alone that the widgets were just mounted with."""
        event.refresh_styles, self._was_shown = self._was_shown, True

    def on_unmount(self) -> None:
        self.inspector_history.cancel()
        self.autosave.finish()
        if self.keep_state:
            write_typed(self.command_line.history)

    def on_resize(self, event: Resize) -> None:
        # Textual sends one or two when the screen is shown, too: its panes then draw themselves.
        if self.pane_layout.size != self.app.size:
            self.lay_out()

    def on_descendant_focus(self) -> None:
        self.refresh_footer()

    def on_descendant_blur(self) -> None:
        self.refresh_footer()

    def on_key(self, event: Key) -> None:
        """Answer a key that was typed into the command line before anything is computed."""
        self.background.give_way()
        self.motion.end()

    def before_key(self, key: str) -> None:
        """Prepare for a key that the app is about to answer."""
        self.background.give_way()
        self.motion.end()
        if key == "escape":
            self.clear_selection()

    def action_clear(self) -> None:
        """Leave what is there to leave, the first of these.

        The tour, what is under way, the count, a pane that fills the screen, the pane turned to,
        highlighted paths, the focus.
        """
        layout, focus = self.pane_layout, self.neuron_focus
        if self.tour.leave() or self.halt():
            return
        if self.count:
            self.count = ""
            self.say("")
        elif self.focused is self.timeline:
            self.action_timeline()
        elif layout.restore():
            self._sizes_changed()
        elif layout.turned:
            layout.close()
            self.lay_out()
        elif self.check is not None and self.neuron_focus == NeuronFocus():
            self.clear_check()
        else:
            cleared = NeuronFocus() if focus.cone is None else replace(focus, cone=None)
            self.neuron_focus = cleared
            self.say("")
            self.lay_out()
            self.say("")

    def action_help(self) -> None:
        from nntui.debugger.words import Moment, words_here
        from nntui.tui.dialogs.help import HelpScreen

        frame = self.latest
        moment = Moment(
            frame.snapshot,
            frame.experiment,
            self.neuron_focus.neuron,
            stops=len(frame.breakpoints),
            displays=len(frame.displays),
            branches=max(len(frame.branches), 1),
        )
        subject = self.pane_layout.subject
        self.app.push_screen(HelpScreen(self.keymap, subject, words_here(moment)))

    def action_tour(self) -> None:
        self.tour.begin()

    def copy_view_from(self, other: SteppingScreen, renamed: Callable[[str], str]) -> None:
        """Show this run, once it is mounted, as another screen showed its run.

        ``renamed`` gives the name here of a neuron there.
        """

        def copy() -> None:
            with suppress(GoneError):
                focus = other.neuron_focus.renamed(renamed)
                self.neuron_focus = focus if focus.is_in(self.net) else NeuronFocus()
            if other.pane_layout.turned:
                self.pane_layout.open(other.pane_layout.current)
            self.network_pane.copy_view_from(other.network_pane)
            self.story_pane.go_to(other.story_pane.at)
            self.set_precision(other.precision)
            self.chart = other.chart
            self.loss_pane.set_options(self.chart)
            self._copy_view = None  # it holds the other run

        self._copy_view = copy
