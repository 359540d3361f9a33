"""What a document says about itself (name, description) and keeps for the debugger: its bounds."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from nntui.document.errors import Fault
from nntui.document.limits import (
    MAX_DEBUGGER_BYTES,
    MAX_DEPTH,
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
)
from nntui.document.parse import deeper_than

# Characters that a terminal would obey, or that turn the direction of the text after them.
_OBEYED: Final = frozenset({"Cc", "Cs"})
_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def check_texts(name: str, description: str) -> None:
    """Refuse a name or description that is too long or holds control characters.

    Raises:
        Fault: names the character or the limit.
    """
    _check_text(name, "name", MAX_NAME_LENGTH, "")
    _check_text(description, "description", MAX_DESCRIPTION_LENGTH, "\n\t")


def _check_text(text: str, place: str, limit: int, allowed: str) -> None:
    if len(text) > limit:
        raise Fault(place, f"{len(text)} characters", f"text of at most {limit} characters")
    for character in text:
        obeyed = unicodedata.category(character) in _OBEYED and character not in allowed
        if obeyed or unicodedata.bidirectional(character) in _TURNING:
            found = f"a control character (U+{ord(character):04X})"
            but = " but line feed and tab" if allowed else ""
            raise Fault(place, found, f"text without control characters{but}")


def check_debugger(debugger: Mapping[str, Any] | None) -> None:
    """Refuse a section ``debugger`` larger or deeper than any that a debugger writes.

    Raises:
        Fault: names the limit.
        TypeError, ValueError, RecursionError: it is no JSON.
    """
    if debugger is None:
        return
    size = len(json.dumps(debugger, ensure_ascii=False).encode())
    if size > MAX_DEBUGGER_BYTES:
        raise Fault("debugger", f"{size} bytes", f"at most {MAX_DEBUGGER_BYTES} bytes of JSON")
    if deeper_than(MAX_DEPTH - 1, debugger):
        raise Fault("debugger", "very many levels of nesting", f"at most {MAX_DEPTH - 1}")
