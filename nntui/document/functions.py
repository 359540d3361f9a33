"""Functions in a document: a name, or an object such as ``{"name": "leaky_relu", "slope": 0.2}``.

Activations, losses, optimizers and initializers are all written this way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from nntui.document.convert import unknown_key
from nntui.document.errors import Fault, at_key
from nntui.document.words import shown
from nntui.model.errors import SettingError


class Chosen(Protocol):
    """A row of one of the model's tables, with its settings chosen."""

    @property
    def name(self) -> str:
        """The row's name."""

    @property
    def settings(self) -> tuple[tuple[str, float], ...]:
        """Every setting of the row."""


Function = TypeVar("Function", bound=Chosen)


def function(
    of: Callable[..., Function], spec: str | dict[str, Any], place: str, *further: str
) -> Function:
    """The function that a document names.

    Args:
        of: ``Activation.of`` and its like.
        spec: what stands in the document.
        place: where it stands.
        further: keys that ``of`` takes beside the row's settings (an initializer's seed).

    Raises:
        Fault: an unknown name or setting, or a setting of the wrong kind.
    """
    if isinstance(spec, str):
        settings, name_place = {"name": spec}, place
    else:
        settings, name_place = dict(spec), at_key(place, "name")
    found = shown(settings["name"]) if "name" in settings else "nothing"
    if not isinstance(name := settings.pop("name", None), str):
        raise Fault(name_place, found, "the name of a function")
    try:
        plain = of(name)
    except SettingError as error:
        raise Fault(name_place, error.found, error.expected, error.hint) from None
    known = ["name", *further, *(setting for setting, _ in plain.settings)]
    for key in settings:
        if key not in known:
            raise unknown_key(place, key, known)
    try:
        return of(name, **settings)
    except SettingError as error:
        found = shown(settings[error.place]) if error.place in settings else error.found
        raise Fault(at_key(place, error.place), found, error.expected, error.hint) from None


def plain_function(
    chosen: Chosen, of: Callable[..., Chosen], **further: Any
) -> str | dict[str, Any]:
    """How a function is written: its name alone where that says everything."""
    if chosen.settings == of(chosen.name).settings and not further:
        return chosen.name
    return {"name": chosen.name, **further, **dict(chosen.settings)}
