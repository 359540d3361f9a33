"""The stage: what those who act on a key may ask of the screen that they act for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.widget import Widget

    from nntui.debugger.debugger import Debugger
    from nntui.tui.frame import Frame
    from nntui.tui.panes.command_line import CommandLine
    from nntui.tui.panes.network import NetworkPane
    from nntui.tui.stepping.display_actions import Digits


class Stage(Protocol):
    """The stepping screen as its helpers see it.

    ``debugger`` is for one thread at a time: for the screen's own while the run rests, for that of
    the travel while it is under way (see ``Travel``). ``latest`` is what the panes show.
    """

    debugger: Debugger
    latest: Frame
    drawing: NetworkPane
    command_line: CommandLine
    digits: Digits

    @property
    def wants_before(self) -> bool:
        """Whether a pane shows what the last update has changed."""

    def paint(self, frame: Frame, message: str | None = "") -> None:
        """Show a frame in every pane that is seen; without a message the one before stays."""

    def repaint(self, message: str | None = None) -> None:
        """Show the latest frame anew where the focus, which is another, is seen."""

    def show(self, message: str = "") -> None:
        """Show this moment; the run must rest."""

    def say(self, message: str) -> None:
        """Show a message in the status line."""

    def tell(self, command: str, lines: tuple[str, ...], *, turn: bool) -> None:
        """Write an answer to the output pane, and turn to it."""

    def lay_out(self) -> None:
        """See to it that the panes of the deck are seen."""

    def open_over(self, screen: Screen[Any], answered: Callable[[Any], None]) -> None:
        """Put a screen over this one, and take its answer."""

    def quit(self) -> None:
        """Leave nntui."""

    # ---- Textual's own -------------------------------------------------------------------------

    @property
    def app(self) -> App[Any]:
        """The app, to which the keys come first."""

    @property
    def focused(self) -> Widget | None:
        """What has the keyboard, if anything but the screen has."""

    @property
    def is_attached(self) -> bool:
        """Whether the screen is still there."""

    def get_selected_text(self) -> str | None:
        """The text that is chosen with the mouse."""

    def mount(self, widget: Widget) -> Any:
        """Put another widget on the screen."""

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call back in the screen's own thread."""

    def set_interval(self, interval: float, callback: Callable[..., Any]) -> Timer:
        """Call back again and again."""

    def set_timer(self, delay: float, callback: Callable[..., Any]) -> Timer:
        """Call back once."""

    def run_worker(
        self, work: Callable[[], None], *, thread: bool, exclusive: bool, group: str = "default"
    ) -> Any:
        """Do some work beside the screen."""


# ---- backlog -------------------------------------------------------------------------------------


class Backlog:
    """Paints a frame at once, or behind the keys that are waiting already.

    Each key is answered in turn; but when a key is held down on a slow terminal, or many come at
    once, only what the last of them led to is worth painting. So nothing is left to do when the
    key is let go.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._due: str | None = None

    def show(self, frame: Frame, message: str) -> None:
        """Paint a frame with a message, soon."""
        self._stage.latest = frame
        if self._due is not None:
            self._due = message
        elif self._stage.app.message_queue_size:
            self._due = message
            self._stage.app.call_later(self._catch_up)
        else:
            self._stage.paint(frame, message)

    def say(self, message: str) -> None:
        """Something else is said meanwhile."""
        if self._due is not None:
            self._due = message

    def painting(self, message: str | None) -> str | None:
        """A frame is painted now, whatever waits: the message that goes with it."""
        due, self._due = self._due, None
        return due if message is None else message

    def _catch_up(self) -> None:
        if self._due is not None and self._stage.is_attached:
            self._stage.paint(self._stage.latest, self._due)
