"""A field for a line of text, which takes its keys in the order in which they were typed."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Input


class TextField(Input):
    """An input that is not overtaken by itself.

    Textual writes a letter at once, but takes a key such as backspace only when it has passed
    through all that lies around the input: of keys that arrive in one go, as they do over a slow
    line, the letters came first.
    """

    async def _on_key(self, event: Key) -> None:
        if not event.is_printable and event.key in self._bindings.key_to_bindings:
            event.stop()
            event.prevent_default()
            await self.run_action(self._bindings.key_to_bindings[event.key][0].action)
        else:
            await super()._on_key(event)
