"""Renaming: what the neurons of a network that was left are called in the one that came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nntui.model.errors import NntuiError
from nntui.model.names import escaped


class GoneError(NntuiError):
    """The neuron is no longer there, though another has its name now."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """Names then and now; neurons that are not in it have the name they had.

    >>> renaming = Renaming().then("h1", "g").then("h2", "h1")
    >>> renaming.now("h1"), renaming.now("h2"), renaming.now("y")
    ('g', 'h1', 'y')
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether any neuron has another name."""
        return bool(self.names)

    def then(self, old: str, new: str) -> Renaming:
        """This and, after it, one more."""
        names = {then: new if now == old else now for then, now in self.names.items()}
        if old not in self.names.values() and old not in self.names:
            names[old] = new
        return Renaming({then: now for then, now in names.items() if then != now})

    def now(self, name: str) -> str:
        """What the neuron is called now.

        Raises:
            GoneError: it was deleted, and another was given its name.
        """
        if name in self.names:
            return self.names[name]
        if name in self.names.values():
            raise GoneError(f'"{escaped(name)}" is gone: another neuron is called that now')
        return name
