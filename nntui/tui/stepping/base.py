"""What the parts of the stepping screen share: the debugger, the panes, and how to show things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial, wraps
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Final, ParamSpec, TypeVar

from nntui.debugger.commands.command import Movement, Reply
from nntui.debugger.debugger import Debugger
from nntui.debugger.stepper import recover
from nntui.explain.numbers import DEFAULT_PRECISION
from nntui.model.errors import unexpected
from nntui.model.names import escaped
from nntui.tui.dialogs.question import Coverable
from nntui.tui.frame import CheckedNumbers, Edge, Frame, NeuronFocus, frame_of
from nntui.tui.keys import FooterFacts
from nntui.tui.panes.algorithm import AlgorithmPane
from nntui.tui.panes.answers import AnswersPane
from nntui.tui.panes.check import CheckPane
from nntui.tui.panes.command_line import CommandLine, Offer
from nntui.tui.panes.container import PaneContainer
from nntui.tui.panes.footer import KeyFooter
from nntui.tui.panes.header import Header
from nntui.tui.panes.inspector import InspectorPane
from nntui.tui.panes.lists import ListPane
from nntui.tui.panes.loss import LossPane
from nntui.tui.panes.network import NetworkPane
from nntui.tui.panes.neurons import NeuronsPane
from nntui.tui.panes.output import OutputPane
from nntui.tui.panes.status import StatusLine
from nntui.tui.panes.step import StepPane
from nntui.tui.panes.story import StoryPane
from nntui.tui.panes.timeline import Timeline
from nntui.tui.stepping.autosave import Autosave
from nntui.tui.stepping.background import BackgroundRun
from nntui.tui.stepping.inspector_history import InspectorHistory
from nntui.tui.stepping.motion import BeadMotion
from nntui.tui.stepping.pace import FramePace
from nntui.tui.stepping.pane_layout import PaneLayout
from nntui.tui.stepping.pane_regions import LISTS, WITH_KEYS, Content
from nntui.tui.stepping.player import Player
from nntui.tui.stepping.surfaces import AnswerSource
from nntui.tui.stepping.tour import Tour
from nntui.tui.user_files import PreferencesFile

if TYPE_CHECKING:
    from nntui.debugger.commands.interpreter import Interpreter
    from nntui.engine.surface import Answers
    from nntui.model.experiment import Experiment
    from nntui.verify.verdict import Verdict

FIND: Final = "/"
"""Begins a line that names a neuron to be found."""
FILTER: Final = "&"
"""Begins a line that says which rows of the table are shown."""
CHOOSE_FIRST: Final = "choose a neuron (arrows) or a connection (]) first"
_TYPING: Final = {FIND: "name", FILTER: "filter"}
_SHOWN_BY_A_LIST: Final = frozenset({"display", "undisplay"})
"""Commands whose answer is seen in a list anyway."""
_SHOWING_FOCUS: Final = frozenset({"network", "answers", "neurons", "inspector"})
MOST_BEADS: Final = 5
"""Steps a second, played, up to which the product of each runs along its line."""
_TITLE_MARGIN: Final = 6
"""Cells of a border that a pane's title must leave."""

Pane = (
    NetworkPane | StepPane | AlgorithmPane | AnswersPane | NeuronsPane | LossPane | InspectorPane
    | StoryPane | CheckPane | OutputPane | ListPane
)  # fmt: skip

S = TypeVar("S", bound="SteppingBase")
P = ParamSpec("P")


def at_rest(action: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """Stop play, and a movement in the background, before an action that needs the debugger.

    While a movement stops, the action waits; it is called as soon as the debugger is free.
    """

    @wraps(action)
    def act(screen: S, /, *args: P.args, **kwargs: P.kwargs) -> None:
        screen.once_at_rest(partial(action, screen, *args, **kwargs))

    return act


class SteppingBase(Coverable[None]):
    """The state that the actions of the stepping screen share.

    ``debugger`` is for one thread at a time: the screen's own while the run rests, the thread of
    ``background`` while it moves. ``latest`` is what the panes show. ``precision``: how numbers
    are written, an index of ``PRECISIONS``.
    """

    # Only a list that is seen takes the keyboard; not, by itself, the first widget that could.
    AUTO_FOCUS: ClassVar[str] = ""

    def __init__(
        self,
        debugger: Debugger,
        *,
        keymap: Mapping[str, str],
        preferences: PreferencesFile,
        keep_state: bool = False,
    ) -> None:
        super().__init__()
        experiment = debugger.experiment
        self.debugger = debugger
        self.keymap, self.preferences, self.keep_state = keymap, preferences, keep_state
        self.latest = frame_of(debugger)
        self.check: CheckedNumbers | None = None
        self.net = experiment.network.wiring()
        self.neuron_focus = NeuronFocus()
        self.precision = DEFAULT_PRECISION
        layers = Counter(self.net.layer[j] for j in (*self.net.inputs, *self.net.neurons))
        content = Content(layers.total(), max(layers.values(), default=1))
        self.network_pane = NetworkPane(experiment)
        self.step_pane = StepPane(experiment, keymap, sentences=preferences.now.sentences)
        self.neurons_pane = NeuronsPane()
        self.loss_pane = LossPane(
            debugger.schedule, keymap, lambda each: debugger.training_run.timeline.engine_of(each)
        )
        self.inspector_pane = InspectorPane(keymap)
        self.story_pane = StoryPane(experiment, keymap)
        self.check_pane = CheckPane()
        self.output_pane = OutputPane()
        self.panes: dict[str, Pane] = {
            "network": self.network_pane,
            "step": self.step_pane,
            "algorithm": AlgorithmPane(),
            "neurons": self.neurons_pane,
            "answers": AnswersPane(experiment),
            "loss": self.loss_pane,
            "inspector": self.inspector_pane,
            "story": self.story_pane,
            "check": self.check_pane,
            "output": self.output_pane,
            **{name: ListPane(name) for name in LISTS},
        }
        self.pane_layout = PaneLayout(self.panes, content, preferences.now)
        self.container = PaneContainer(*self.panes.values(), regions=self.pane_layout.regions)
        self.header = Header(experiment)
        self.status_line = StatusLine(keymap)
        self.timeline = Timeline(debugger.schedule)
        self.command_line = CommandLine(self.completions, self.offers)
        self.footer = KeyFooter(keymap)

        pace = FramePace(lambda: getattr(self.app, "traffic", (0, False)))
        self.background = BackgroundRun(
            self,
            pace,
            lambda: frame_of(debugger, on_the_way=True, before=self.wants_before, check=self.check),
            self.paint,
            self._failed,
        )
        self.player = Player(self, debugger, self.background, pace, self.show)
        self.motion = BeadMotion(self, self.network_pane, pace, self._wants_motion)
        self.autosave = Autosave(self, debugger, self.background, self.say, wanted=keep_state)
        self.inspector_history = InspectorHistory(
            self, debugger, self.background, self.inspector_pane
        )
        self.answer_source = AnswerSource(
            self, len(self.net.inputs), self._show_answers, lambda: pace.is_behind
        )
        self.tour = Tour(self, self.panes, self.pane_layout, self.lay_out, keymap, preferences)
        self._due_message: str | None = None
        """The message of a frame that is to be painted after the keys that already wait."""

    def paint(self, frame: Frame, message: str | None = "") -> None:
        """Show a frame in every pane that is seen; without a message the one before stays."""
        self.latest = frame
        self.motion.begin(frame)
        self._note_filled()
        due, self._due_message = self._due_message, None
        self._show_latest(self.pane_layout.seen)
        self.header.show(frame)
        self.timeline.show(frame)
        self.status_line.show(frame)
        said = due if message is None else message
        if said is not None:
            self._write_message(said)
        self.refresh_footer()

    def repaint(self, message: str | None = None) -> None:
        """Show the latest frame again in the panes that show the focus."""
        self._show_latest(self.pane_layout.seen & _SHOWING_FOCUS)
        if message is not None:
            self.say(message)
        self.refresh_footer()

    def show(self, message: str = "", *, passing: bool = False) -> None:
        """Show this moment of the run, which must rest; ``passing``: see ``Frame``.

        It is painted at once, or after the keys that already wait: when a key is held down on a
        slow terminal, only what the last press led to is worth painting. So nothing is left to do
        when the key is let go.
        """
        self.autosave.changed()
        self.latest = frame_of(
            self.debugger, before=self.wants_before, passing=passing, check=self.check
        )
        if self._due_message is not None:
            self._due_message = message
        elif self.app.message_queue_size:
            self._due_message = message
            self.app.call_later(self._paint_due)
        else:
            self.paint(self.latest, message)

    def say(self, message: str) -> None:
        if self._due_message is not None:
            self._due_message = message
        self._write_message(message)

    def _write_message(self, message: str) -> None:
        self.status_line.say(message)
        self.timeline.cover("" if self.pane_layout.bars.message else message)

    def tell(self, command: str, lines: tuple[str, ...], *, turn: bool) -> None:
        """Write a command and its answer to the output pane; ``turn``: open that pane."""
        self.output_pane.write(command, lines)
        self._note_filled()
        if turn:
            self.open_pane("output")

    def open_pane(self, pane: str) -> None:
        self.pane_layout.open(pane)
        self.lay_out()

    def arrange_panes(self) -> None:
        """Show the panes that the layout says; the screen's classes say what else has room."""
        layout = self.pane_layout
        layout.fill(self._filled_panes)
        layout.fit(*self.app.size)
        regions = layout.regions(layout.area)
        for name, pane in self.panes.items():
            pane.display = name in layout.seen
            pane.set_class(layout.is_turned_to(name), "turned")
            if name in regions:
                pane.set_tabs(layout.tabs(name), regions[name].width - _TITLE_MARGIN)
        self.set_class(layout.too_small, "too-small")
        self.set_class(not layout.bars.message, "no-message")
        self.set_class(layout.bars.footer > 1, "two-rows-of-keys")

    def lay_out(self) -> None:
        """Show the panes that the layout says, and give the keyboard to a list turned to."""
        layout = self.pane_layout
        self.arrange_panes()
        self.container.place()
        if not self.command_line.shown:
            current = layout.subject if layout.maximised else layout.current
            listed = (layout.turned or layout.maximised) and current in WITH_KEYS
            if listed and current in layout.seen:
                self.set_focus(self.panes[current])
            elif self.focused is not self.timeline:
                self.set_focus(None)
        self.paint(self.latest, None)
        if self.answer_source.latest is not None:  # a pane may be seen that has none yet
            self._show_answers(self.answer_source.latest)
        self.call_after_refresh(self._complete_frame)

    def refresh_footer(self) -> None:
        """Offer the keys that do something now."""
        frame, layout, focus = self.latest, self.pane_layout, self.neuron_focus
        holder = None if self.focused is None else self.focused.id
        listed = holder if holder in WITH_KEYS else None
        line = self.command_line
        facts = FooterFacts(
            at_start=frame.snapshot.position == 0,
            at_end=frame.snapshot.position == frame.snapshot.total,
            under_way=frame.on_the_way,
            playing=self.player.playing,
            listed=listed,
            filled=listed is not None and bool(getattr(frame, listed, True)),
            focused=focus.place is not None,
            turned=layout.turned,
            inspecting=layout.is_turned_to("inspector"),
            held=(
                layout.turned
                or layout.maximised is not None
                or focus != NeuronFocus()
                or self.focused is self.timeline
                or self.check is not None
            ),
            maximised=layout.maximised is not None,
            unit=self.player.unit_at(frame.snapshot.position),
            typing=_TYPING.get(line.value[:1], "command") if line.shown else None,
        )
        self.footer.show(facts)

    def _note_filled(self) -> None:
        """Give the panes a place that hold something now."""
        if self.pane_layout.fill(self._filled_panes):
            self.call_later(self.lay_out)

    @property
    def _filled_panes(self) -> frozenset[str]:
        """The panes that hold something, of those that have a place only then."""
        holds = {name: bool(getattr(self.latest, name)) for name in LISTS}
        holds |= {"output": self.output_pane.filled, "story": bool(self.story_pane.cards)}
        holds["check"] = self.check is not None
        return frozenset(name for name, filled in holds.items() if filled)

    @property
    def wants_before(self) -> bool:
        """Whether a pane shows what the last update has changed."""
        table = "neurons" in self.pane_layout.seen and self.neurons_pane.compares
        return self.network_pane.pinned == "change" or table

    def _wants_motion(self) -> bool:
        playing = self.player.playing
        too_fast = playing and (self.player.unit != "step" or self.player.speed > MOST_BEADS)
        seen = "network" in self.pane_layout.seen and self.is_current
        return self.app.animation_level != "none" and seen and not too_fast

    def _show_latest(self, seen: frozenset[str]) -> None:
        layout, frame, focus = self.pane_layout, self.latest, self.neuron_focus
        self.inspector_history.want(
            focus.neuron if "inspector" in layout.seen and not frame.on_the_way else None
        )
        for name in seen:
            self.panes[name].show(frame, focus)
        wanted = any(self.panes[name].wants_answers for name in layout.seen)
        self.answer_source.want(frame if wanted else None)

    def _show_answers(self, answers: Answers) -> None:
        for name in self.pane_layout.seen:
            if self.panes[name].wants_answers:
                self.panes[name].show_answers(answers)

    def _paint_due(self) -> None:
        if self._due_message is not None and self.is_attached:
            self.paint(self.latest, self._due_message)

    def _complete_frame(self) -> None:
        """Add the parameters before the last update to a frame without, where a pane needs them."""
        resting = not self.background.running and not self.latest.on_the_way
        if self.wants_before and self.latest.before is None and resting:
            self.paint(frame_of(self.debugger, before=True, check=self.check), None)

    @cached_property
    def interpreter(self) -> Interpreter:
        """What runs the commands; its table is imported when the first one comes."""
        from nntui.debugger.commands.interpreter import Interpreter
        from nntui.interop.saving import save_model

        def check(experiment: Experiment, path: str, update: int, after: int | None) -> Verdict:
            from nntui.verify.check_work import check_file  # a quarter of a second, in its thread

            return check_file(experiment, path, update, after=after)

        self.debugger.writer, self.debugger.checker = save_model, check
        return Interpreter(self.debugger)

    def once_at_rest(self, action: Callable[[], Any]) -> None:
        """Call something that needs the debugger: now, or when what moves has stopped."""
        self.player.stop()
        self.background.at_rest(action)

    def run_command(self, line: str) -> None:
        """Run a command that a key stands for."""
        self.take_answer(self.interpreter.prepare(line))

    def take_answer(self, answer: Reply | Movement) -> None:
        """Show a command's reply, or make the movement that it asks for."""
        if isinstance(answer, Movement):
            self.background.go(answer, self._arrived)
        elif answer.quits:
            self.app.call_later(self.app.action_quit)
        else:
            short = len(answer.lines) <= 1 or answer.command.split(" ")[0] in _SHOWN_BY_A_LIST
            self.tell(answer.command, answer.lines, turn=not short)
            self.show(answer.lines[-1] if short and answer.lines else "")

    def _arrived(self, movement: Movement) -> None:
        reply = self.interpreter.finish(movement)
        if movement.replies or not reply.ok:
            self.take_reply(movement, reply)
            return
        stop = movement.stop
        if stop is not None and stop.messages:
            self.tell(reply.command, stop.messages, turn=movement.search is not None)
        self.show("stopped on the way" if not movement.over else reply.stop or "")

    def take_reply(self, movement: Movement, reply: Reply) -> None:
        """Show what a movement replies that says itself what it has done, or why it failed."""
        self.take_answer(reply)

    def _failed(self, error: Exception) -> None:
        """Say that a movement met a fault in nntui; replay the run, which may stand half-way."""
        recover(self.debugger, self.debugger.position)
        self.tell("what ended the movement", (unexpected(error),), turn=False)
        said = escaped(f"{type(error).__name__}: {error}", 100)
        self.show(f"a fault in nntui ended this ({said}): the pane Output has more")

    @property
    def focused_value(self) -> str | None:
        """The name of the focused value: what the phase of the last step makes of the focus."""
        last = self.latest.snapshot.last
        return self.neuron_focus.value(self.net, last.position.phase if last else None)

    def set_neuron_focus(self, neuron: str, edge: Edge | None = None) -> None:
        """Focus a neuron, or one of its edges; what the drawing highlights stays."""
        self.neuron_focus = NeuronFocus(neuron, edge, self.neuron_focus.cone)
        self.repaint()

    def move_sideways(self, by: int) -> bool:
        """Move along in what is turned to, such as a chart; False where nothing lies sideways."""
        return False

    def completions(self, line: str) -> list[str]:
        return []

    def offers(self, line: str) -> Sequence[Offer]:
        """Return what may be typed next: the completions, with a few words where there are any."""
        return [(each, "") for each in self.completions(line)]

    def leave_command_line(self) -> None:
        self.command_line.shown = False
        self.say("")
        self.lay_out()
