"""The errors that nntui raises for the user to read."""

from __future__ import annotations

import os
import traceback


class NntuiError(Exception):
    """Something that the user can put right; its text is one sentence, shown as it is."""


class NetworkError(NntuiError, ValueError):
    """An invalid network: a cycle, a duplicate, an unknown name, a missing role.

    ``culprit`` is what the sentence is about: a neuron's name, or a (source, target) pair.
    """

    def __init__(self, message: str, culprit: str | tuple[str, str] | None = None) -> None:
        super().__init__(message)
        self.culprit = culprit


class SettingError(NntuiError, ValueError):
    """An invalid training setting, function name or data set.

    ``found`` and ``expected`` are phrases; ``place`` is the setting's path below the object that
    was being made (empty for the object itself), so that an error in a document can name it.
    """

    def __init__(self, found: str, expected: str, place: str = "", hint: str = "") -> None:
        self.found, self.expected, self.place, self.hint = found, expected, place, hint
        where = f"{place}: " if place else ""
        super().__init__(f"{where}found {found}, expected {expected}{f' ({hint})' if hint else ''}")

    def below(self, place: str) -> SettingError:
        """Return the same error of an object in which this one's has a place."""
        where = f"{place}{'' if self.place.startswith('[') or not self.place else '.'}{self.place}"
        return SettingError(self.found, self.expected, where, self.hint)


def counted(count: int, noun: str) -> str:
    """Write a number of things: ``1 neuron``, ``12,345 neurons``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def unexpected(error: Exception) -> str:
    """Say what an error that nobody foresaw is, and where, so that it can be reported."""
    inside = os.path.dirname(os.path.dirname(__file__))
    places = [
        f"{os.path.relpath(frame.filename, inside)}:{frame.lineno}: "
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(inside)
    ]
    what = ": ".join(filter(None, (type(error).__name__, str(error))))
    return (
        f"unexpected {what} ({''.join(places[-1:])}a fault of nntui itself: please report it, with "
        "the document and what you did)"
    )
