"""The base of every screen that is left for the one below it."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType


class Closable(Screen[ScreenResultType | None]):
    """A screen that is left at most once, and only while it is the one on top.

    A second key or click may be on its way to it when it is left, and a question may cover it.
    (A modal screen has this base behind ``ModalScreen``: Textual takes styles from the first.)
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave the screen with a result, if it is the one on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_leave(self) -> None:
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to go back only when another screen lies below."""
        return len(self.app.screen_stack) > 2 if action == "leave" else True
