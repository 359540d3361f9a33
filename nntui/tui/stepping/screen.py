"""The stepping screen: panes that show a frame, and keys that others answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import digits
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Key, Resize
from textual.screen import Screen
from textual.widgets import Input, Static

from nntui.debugger.debugger import Debugger
from nntui.tui.dialogs.help import HelpScreen
from nntui.tui.frame import Frame, frame_of
from nntui.tui.keys import bindings
from nntui.tui.panes.algorithm import AlgorithmPane
from nntui.tui.panes.command_line import CommandLine
from nntui.tui.panes.container import PaneContainer
from nntui.tui.panes.footer import KeyFooter, Offering
from nntui.tui.panes.inspector import InspectorPane
from nntui.tui.panes.lists import ListPane
from nntui.tui.panes.loss import LossPane
from nntui.tui.panes.network import NetworkPane
from nntui.tui.panes.neurons import NeuronsPane
from nntui.tui.panes.output import OutputPane
from nntui.tui.panes.status import StatusLine
from nntui.tui.panes.step import StepPane
from nntui.tui.stepping.autosave import Autosave
from nntui.tui.stepping.background import BackgroundRun
from nntui.tui.stepping.base import Backlog
from nntui.tui.stepping.command_actions import Asking, Commanding, Stopping
from nntui.tui.stepping.display_actions import FILTER, FIND, Charting, Digits, Drawing, Tables
from nntui.tui.stepping.focus_actions import Copying, Exporting, Inspecting, Looking
from nntui.tui.stepping.pane_layout import LISTS, Sizing
from nntui.tui.stepping.run_actions import Moving
from nntui.tui.stepping.tour import Tour
from nntui.tui.user_files import PreferencesFile

FOCUSED: Final = frozenset({"network", "neurons", "inspector"})
Pane = (
    NetworkPane | StepPane | AlgorithmPane | NeuronsPane | LossPane | InspectorPane | OutputPane
    | ListPane
)  # fmt: skip


class SteppingScreen(Screen[None]):
    """A training run under the keyboard."""

    # Nothing but a list that is seen takes the keyboard; not the first that there is, by itself.
    AUTO_FOCUS: ClassVar[str] = ""
    # A digit is a binding like the others, or it would overtake the keys that came before it.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        *(Binding(digit, f"digit('{digit}')", show=False) for digit in digits),
    ]

    def __init__(
        self,
        debugger: Debugger,
        *,
        keymap: Mapping[str, str],
        preferences: PreferencesFile,
        keep_state: bool = False,
    ) -> None:
        super().__init__()
        self.debugger = debugger
        self._keymap = keymap
        self._inherit: Callable[[], None] = _nothing
        self.latest = frame_of(debugger)
        experiment = debugger.experiment
        net = experiment.network.wiring()
        self.drawing = NetworkPane(experiment)
        self._output = OutputPane()
        step, loss = StepPane(experiment), LossPane(debugger.schedule.updates_per_epoch)
        self._neurons, inspector = NeuronsPane(), InspectorPane(keymap)
        self._panes: dict[str, Pane] = {
            "network": self.drawing,
            "step": step,
            "algorithm": AlgorithmPane(),
            "neurons": self._neurons,
            "loss": loss,
            "inspector": inspector,
            "output": self._output,
            **{name: ListPane(name) for name in LISTS},
        }
        self._status = StatusLine(experiment)
        self._backlog = Backlog(self)
        self._keys = KeyFooter()
        self._travel = travel = BackgroundRun(self)
        self._keeping = Autosave(self, travel, wanted=keep_state)
        self._looking = looking = Looking(self, net)
        self._placed = PaneContainer(*self._panes.values(), regions=looking.deck.regions)
        self._sizing = sizing = Sizing(self, looking.deck, preferences)
        self._commanding = commanding = Commanding(self, travel)
        self._moving = moving = Moving(self, travel, commanding)
        self._offering = Offering(self, looking, moving, self._keys, keymap)
        self.command_line = CommandLine(self._complete)
        asking = Asking(self, commanding, looking, net)
        self._drawing = drawing = Drawing(self, travel, looking)
        self._inspecting = Inspecting(self, travel, looking, inspector)
        self._tables = tables = Tables(self, travel, looking, self._neurons)
        self._stopping = stopping = Stopping(self, commanding, looking)
        # The action of every key is a method of the one whose subject it is. Those who need the
        # debugger get it at rest; the movements stop what is under way themselves.
        self.at_rest = at_rest = moving.at_rest
        self.action_digit = moving.digit
        self.action_move = moving.move
        self.action_resume = moving.resume
        self.action_play = moving.play
        self.action_pause = moving.pause
        self.action_speed = moving.speed
        self.action_to_cursor = at_rest(stopping.to_cursor)
        self.action_visit = at_rest(moving.visit)
        self.action_breakpoint = at_rest(stopping.toggle)
        self.action_edit_breakpoint = at_rest(stopping.edit)
        self.action_watch = at_rest(asking.watch)
        self.action_assign = at_rest(asking.assign)
        self.action_bookmark = at_rest(asking.bookmark)
        self.action_goto = at_rest(asking.goto)
        self.action_write = at_rest(asking.write)
        self.action_why = at_rest(asking.why)
        self.action_command = at_rest(commanding.ask)
        self.action_paths = asking.paths
        self.action_focus_neuron = looking.focus_neuron
        self.action_focus_edge = looking.focus_edge
        self._touring = touring = Tour(self, self._panes, keymap, preferences)
        self.action_tour = touring.begin
        self.action_pane = looking.pane
        self.digits = Digits(self, (step, inspector))
        self.action_digits = self.digits.change
        self._charting = charting = Charting(self, looking, loss)
        self.action_chart_log = charting.log
        self.action_chart_epochs = charting.per_epoch
        self.action_chart_zoom = charting.zoom
        self.action_turn_to = looking.open
        self.action_copy = at_rest(Copying(self, looking, net).copy)
        exporting = Exporting(self)
        self.action_save_picture = at_rest(exporting.picture)
        self.action_save_pass = at_rest(exporting.passage)
        self.action_maximise = sizing.maximise
        self.action_widen = sizing.widen
        self.action_heighten = sizing.heighten
        self.action_sizes_as_they_were = sizing.as_they_were
        self.action_view = drawing.view
        self.action_fold = drawing.fold
        self.action_fold_all = drawing.fold_all
        self.action_zoom = drawing.zoom
        self.action_fit = drawing.fit
        self.action_find = drawing.ask
        self.action_turn_over = tables.turn_over
        self.action_sort = tables.sort
        self.action_reverse = tables.reverse
        self.action_filter = tables.ask

    def compose(self) -> ComposeResult:
        """The panes, the status line, the command line and the footer."""
        yield self._placed
        yield self._status
        with Horizontal(id="command"):
            yield Static(":")
            yield self.command_line
        yield self._keys

    def take_after(self, other: SteppingScreen, now: Callable[[str], str]) -> None:
        """Be looked at, once it is mounted, as another run was.

        ``now``: what that one's neurons are called here.
        """

        def take() -> None:
            self._looking.take_after(other._looking, now)
            self.drawing.take_after(other.drawing)
            self.digits.take_after(other.digits)
            self._charting.take_after(other._charting)

        self._inherit = take

    def on_mount(self) -> None:
        """Show where the run stands, and what is odd about the network."""
        self._inherit()
        self._inherit = _nothing
        self.lay_out()
        self._keeping.start()
        warnings = self.debugger.experiment.network.check()
        for warning in warnings[:3]:
            self.notify(warning, severity="warning", markup=False)

    def on_unmount(self) -> None:
        """Leave nothing running."""
        self._inspecting.leave()
        self._keeping.leave()

    def on_resize(self, event: Resize) -> None:
        """Choose the panes that the size has room for."""
        self.lay_out()

    # ---- keys ----------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """A key that came by way of a line that is typed into."""
        self._travel.give_way()

    def key_comes(self, key: str) -> None:
        """On the way, every key is answered before anything is computed."""
        self._travel.give_way()
        if key == "escape":
            self.clear_selection()

    def action_clear(self) -> None:
        """Forget the count; else stop what is under way; else leave a pane, or the focus."""
        left = self._touring.leave() or self._moving.clear() or self._sizing.restore()
        if not left:
            self._looking.clear()

    def action_inspect(self) -> None:
        """Go on with the tour; else inspect the focused neuron."""
        if not self._touring.go_on():
            self._looking.inspect()

    def action_scroll(self, direction: int) -> None:
        """Scroll the pane that was turned to; else a step that is too long; else the table."""
        deck = self._looking.deck
        long = "step" in deck.seen and self._panes["step"].max_scroll_y > 0
        name = "step" if long else deck.current if deck.room.shared else "neurons"
        pane = self._panes[deck.subject if deck.turned or deck.maximised else name]
        if isinstance(pane, LossPane):
            pane = self._panes["neurons"]
        pane.scroll_relative(y=direction * max(pane.size.height - 1, 1), animate=False)

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(HelpScreen(self._keymap, self._looking.deck.subject))

    def on_pane_container_turned_to(self, event: PaneContainer.TurnedTo) -> None:
        """A click into a pane turns to it."""
        if not self._looking.deck.is_turned_to(event.pane):
            self._looking.open(event.pane)

    def on_network_pane_chosen(self, event: NetworkPane.Chosen) -> None:
        """A click on the drawing."""
        self._looking.choose(event.neuron)

    def on_neurons_pane_chosen(self, event: NeuronsPane.Chosen) -> None:
        """A click on the table."""
        self._looking.choose(event.neuron, event.edge)

    def on_algorithm_pane_chosen(self, event: AlgorithmPane.Chosen) -> None:
        """A click on a line of the program."""
        self.at_rest(self._stopping.toggle_line)(event.line)

    def on_list_pane_row_action(self, event: ListPane.RowAction) -> None:
        """A key on a row of a list."""
        self.at_rest(self._stopping.wish)(event.pane, event.action, event.key)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A command was typed, or a neuron's name to be found, or which rows are shown."""
        if event.value.startswith(FILTER):
            self.say(self._tables.filter(event.value))
        elif not event.value.startswith(FIND):
            self.at_rest(self._commanding.submit)(event.value)
        elif (problem := self._drawing.find(event.value)) is not None:
            self.say(problem)
        else:
            self._commanding.leave()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is being typed may say which rows are shown."""
        if event.value.startswith(FILTER):
            self._tables.typed(event.value)
        self._offering.show()

    def on_command_line_left(self) -> None:
        """No command was typed."""
        self._tables.leave(self.command_line.value)
        self._commanding.leave()

    def on_command_line_offered(self, event: CommandLine.Offered) -> None:
        """A command may go on in several ways."""
        self._commanding.offer(event.lines)

    def _complete(self, line: str) -> list[str]:
        if line.startswith(FILTER):
            return []
        finding = line.startswith(FIND)
        return self._drawing.complete(line) if finding else self._commanding.complete(line)

    # ---- the stage -----------------------------------------------------------------------------

    def paint(self, frame: Frame, message: str | None = "") -> None:
        """Show a frame in every pane that is seen; without a message the one before stays."""
        self.latest, message = frame, self._backlog.painting(message)
        self._inspecting.look()
        for name in self._looking.deck.seen:
            self._panes[name].show(frame, self._looking.focus)
        self._status.show(frame, message)
        self._offering.show()

    def repaint(self, message: str | None = None) -> None:
        """Show the latest frame anew where the focus, which is another, is seen."""
        self._inspecting.look()
        for name in self._looking.deck.seen & FOCUSED:
            self._panes[name].show(self.latest, self._looking.focus)
        if message is not None:
            self.say(message)
        self._offering.show()

    def painted(self) -> None:
        """What was shown is on the terminal."""
        self._travel.painted()

    def show(self, message: str = "") -> None:
        """Show this moment; the run must rest."""
        self._keeping.changed()
        self._backlog.show(frame_of(self.debugger, before=self.wants_before), message)

    @property
    def wants_before(self) -> bool:
        """Whether a pane shows what the last update has changed."""
        return self.drawing.pinned == "change" or self._tables.compares

    def say(self, message: str) -> None:
        """Show a message in the status line."""
        self._backlog.say(message)
        self._status.say(message)

    def mark_edited(self, edited: bool) -> None:
        """Say whether the document holds edits that were not saved."""
        self._status.mark_edited(edited)

    def keep(self) -> Callable[[], str | None]:
        """Take breakpoints and the like, at rest; what is given writes them down, in any thread."""
        return self._keeping.take()

    def tell(self, command: str, lines: tuple[str, ...], *, turn: bool) -> None:
        """Write an answer to the output pane, and turn to it."""
        self._output.write(command, lines)
        if turn:
            self._looking.open("output")

    def lay_out(self) -> None:
        """See to it that the panes of the deck are seen, and that a list has the keyboard."""
        deck = self._looking.deck
        self._sizing.lay_out(self._panes, self.app.size)
        self.set_class(deck.too_small, "too-small")
        self._placed.place()
        if not self.command_line.shown:
            listed = deck.current in LISTS and deck.current in deck.seen
            self.set_focus(self._panes[deck.current] if listed else None)
        self.paint(self.latest, None)
        self.call_after_refresh(self._tables.catch_up)

    def on_descendant_focus(self) -> None:
        """The keyboard is somewhere else: other keys do something."""
        self._offering.show()

    def open_over(self, screen: Screen[Any], answered: Callable[[Any], None]) -> None:
        """Put a screen over this one, and take its answer."""
        self.app.push_screen(screen, answered)

    def quit(self) -> None:
        """Leave nntui."""
        self.app.call_later(self.app.action_quit)


def _nothing() -> None:
    """A run that begins is looked at afresh."""
