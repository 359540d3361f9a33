"""The section ``training`` → a ``Training``; what is left out keeps Training's defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import UnsetType, structs

from nntui.document import specs
from nntui.document.errors import Fault, at_key
from nntui.document.functions import function
from nntui.model.errors import SettingError
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer
from nntui.model.training import Training

PLACE: Final = "training"

_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {"loss": Loss.of, "optimizer": Optimizer.of}


def training_of(section: specs.Training | UnsetType) -> Training:
    """The training settings that a document describes.

    Raises:
        Fault: an unknown function, or a setting that cannot be.
    """
    if isinstance(section, UnsetType):
        return Training()
    settings = {k: v for k, v in structs.asdict(section).items() if not isinstance(v, UnsetType)}
    for key, of in _FUNCTIONS.items():
        if key in settings:
            settings[key] = function(of, settings[key], at_key(PLACE, key))
    if (penalties := settings.pop("regularization", None)) is not None:
        settings |= structs.asdict(penalties)
    try:
        return Training(**settings)
    except SettingError as error:
        raise Fault.of(error, PLACE) from None
