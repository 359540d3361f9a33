"""numpy's elementary functions for compiled code: the very loops that numpy itself runs.

numba would take other libraries' functions, which differ in the last bit. A ufunc keeps a pointer
to each of its loops; where it stands is laid down in numpy's C API (``PyUFuncObject``).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np

_LOOP: Final = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)
"""A loop gets pointers to: the arrays, their length, the steps between their elements, its data."""


class _Ufunc(ctypes.Structure):
    """The beginning of a PyUFuncObject."""

    _fields_ = (
        ("head", ctypes.c_byte * object.__basicsize__),
        *((name, ctypes.c_int) for name in ("nin", "nout", "nargs", "identity")),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("name", ctypes.c_char_p),
    )


@cache
def compiled_ufunc(name: str) -> Callable[..., None]:
    """Return a function that compiled code calls as f(x, frame), to apply a ufunc to x in place.

    x (n,); ``frame``: memory for five integers.

    Raises:
        ValueError: this numpy keeps its loops otherwise.
    """
    import numba

    ufunc: np.ufunc = getattr(np, name)
    known = _Ufunc.from_address(id(ufunc))
    told = (known.nin, known.nout, known.nargs, known.ntypes)
    if told != (1, 1, 2, len(ufunc.types)) or known.name != name.encode():
        raise ValueError(f"the loops of numpy.{name} are not where they were")
    index = ufunc.types.index("d->d")
    if known.data[index]:
        raise ValueError(f"the loop of numpy.{name} needs data of its own")
    loop = _LOOP(known.functions[index])

    def apply(x: Any, frame: Any) -> None:
        frame[0] = frame[1] = x.ctypes.data
        frame[2] = x.size
        frame[3] = frame[4] = x.itemsize
        loop(frame.ctypes, frame[2:].ctypes, frame[3:].ctypes, frame.ctypes)

    vector, integers = numba.types.float64[::1], numba.types.intp[::1]
    compiled: Any = numba.njit(numba.types.void(vector, integers))
    return compiled(apply)  # type: ignore[no-any-return]
