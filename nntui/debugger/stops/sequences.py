"""What a sequence of an expression's values does: the events of watchpoints, for arrays.

``values`` and ``blank`` hold k + 1 of them; given back is which of the last k match. ``known`` is
the last value before the sequence that was not blank, and whether there was none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from nntui.model.elementary import Array


def _changed(values: Array, blank: Any, level: Any, known: Any) -> Any:
    old, new = values[:-1], values[1:]
    same = (old == new) | ((old != old) & (new != new))
    return ~blank[1:] & (blank[:-1] | ~same)


def _becomes_true(values: Array, blank: Any, level: Any, known: Any) -> Any:
    true = ~blank & (values == 1.0)
    return true[1:] & ~true[:-1]


def _crosses(values: Array, blank: Any, level: Any, known: Any) -> Any:
    """Each value is compared with the last one before it that was not blank."""
    filled, given = values.copy(), ~blank
    filled[0], given[0] = known[0], not known[1]
    last = np.maximum.accumulate(np.where(given, np.arange(given.size), -1))[:-1]
    old, new = filled[last], values[1:]
    across = ((old < level) & (level <= new)) | ((old > level) & (level >= new))
    return ~blank[1:] & (last >= 0) & across


SEQUENCES: Final[dict[str, Callable[..., Any]]] = {
    "changed": _changed,
    "crosses": _crosses,
    "becomes true": _becomes_true,
}
