"""The sums of products that numba compiles, tile by tile, each sum from left to right.

Only ``compiled.py`` imports this file, and only when it is time to: numba takes seconds.

A tile is ``ROWS`` × ``COLUMNS`` sums that stay in the processor's registers while all their
products are added, one source after the other; a row of it is a vector, so that its sums are added
side by side. The compiler would not find such code in loops over numbers: the vectors are written
in its own language, LLVM's. Without ``fastmath`` it neither reorders a sum nor fuses a product
into it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

from nntui.model.numerics import Array

ROWS: Final = 8
COLUMNS: Final = 8
FEW: Final = 4
"""Below so many products a sum, a tile would be loaded and stored for too little."""
AT_A_TIME: Final = 512
"""Examples whose sums are kept in the processor's cache while products are added to them."""


def _jit(*signatures: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    jit: Any = numba.njit(list(signatures), cache=True, error_model="numpy")
    return jit  # type: ignore[no-any-return]


def _tile(rows: int) -> Any:
    """What adds all products to ``rows`` × ``COLUMNS`` sums, inside compiled code.

    Called as tile(z, j, n, w, strip, first): z[j+r, n+c] = z[j+r, n+c] + w[j+r, i]·strip[i, c] for
    i = ``first``, ``first`` + 1, …
    """

    def add_in_registers(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.DoubleType(), COLUMNS)
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), COLUMNS), [0] * COLUMNS)
        z, w, strip = (
            cgutils.create_struct_proxy(signature.args[k])(context, builder, value=arguments[k])
            for k in (0, 3, 4)
        )
        j, n, first = (arguments[k] for k in (1, 2, 5))
        sources = cgutils.unpack_tuple(builder, strip.shape)[0]

        def pointer(array: Any, row: Any, column: Any, kind: Any) -> Any:
            strides = cgutils.unpack_tuple(builder, array.strides)
            bytes_ = builder.add(builder.mul(row, strides[0]), builder.mul(column, strides[1]))
            start = builder.bitcast(array.data, ir.IntType(8).as_pointer())
            return builder.bitcast(builder.gep(start, [bytes_]), kind.as_pointer())

        neurons = [builder.add(j, j.type(row)) for row in range(rows)]
        places = [pointer(z, neuron, n, vector) for neuron in neurons]
        sums = [cgutils.alloca_once_value(builder, builder.load(p, align=8)) for p in places]
        with cgutils.for_range_slice(builder, first, sources, j.type(1)) as (i, _):
            a = builder.load(pointer(strip, i, j.type(0), vector), align=8)
            for neuron, z_row in zip(neurons, sums, strict=True):
                weight = builder.load(pointer(w, neuron, i, ir.DoubleType()))
                first_of = builder.insert_element(vector(ir.Undefined), weight, j.type(0))
                weights = builder.shuffle_vector(first_of, first_of, everywhere)
                product = builder.fmul(weights, a)
                builder.store(builder.fadd(builder.load(z_row), product), z_row)
        for place, z_row in zip(places, sums, strict=True):
            builder.store(builder.load(z_row), place, align=8)
        return context.get_dummy_value()

    def tile(typing: Any, z: Any, j: Any, n: Any, w: Any, strip: Any, first: Any) -> Any:
        return numba.types.void(z, j, n, w, strip, first), add_in_registers

    return intrinsic(tile)


_tile_of_rows = _tile(ROWS)
_tile_of_one_row = _tile(1)


@_jit("void(float64[:, ::1], int64, float64[:, :], float64[:, ::1], int64)")
def _add_strip(z: Array, n: int, w: Array, strip: Array, first: int) -> None:
    """Add w[j, i]·strip[i, c] to z[j, n + c] for all neurons j, c < ``COLUMNS``."""
    whole = z.shape[0] // ROWS * ROWS
    for j in range(0, whole, ROWS):
        _tile_of_rows(z, j, n, w, strip, first)
    for j in range(whole, z.shape[0]):
        _tile_of_one_row(z, j, n, w, strip, first)


@_jit(
    "void(float64[:, ::1], float64[:, :], float64[:, ::1], int64)",
    "void(float64[:, ::1], float64[:, :], float64[:, :], int64)",
)
def add_products(z: Array, w: Array, a: Array, first: int) -> None:
    """Add w[j, i]·a[i] to z[j] for i = ``first``, ``first`` + 1, … in this order.

    z is (J, N), w (J, I), a (I, N).
    """
    sources, examples = a.shape
    if sources - first < FEW:
        for j in range(z.shape[0]):
            for i in range(first, sources):
                z_j, w_ji, a_i = z[j], w[j, i], a[i]
                for n in range(examples):
                    z_j[n] = z_j[n] + w_ji * a_i[n]
        return
    # A strip of a is used by all neurons; side by side in memory it stays in the cache.
    strip = np.zeros((sources, COLUMNS))
    whole = examples // COLUMNS * COLUMNS
    for n in range(0, whole, COLUMNS):
        strip[:, :] = a[:, n : n + COLUMNS]
        _add_strip(z, n, w, strip, first)
    if whole < examples:
        rest = examples - whole
        sums = np.zeros((z.shape[0], COLUMNS))
        sums[:, :rest] = z[:, whole:]
        strip[:, :rest] = a[:, whole:]
        _add_strip(sums, 0, w, strip, first)
        z[:, whole:] = sums[:, :rest]


@_jit("void(float64[:, ::1], float64[:, :], float64[:, ::1], boolean[:, :], int64)")
def add_connected(z: Array, w: Array, a: Array, connected: Any, first: int) -> None:
    """Like ``add_products``, only where there is a connection."""
    for start in range(0, z.shape[1], AT_A_TIME):
        end = min(start + AT_A_TIME, z.shape[1])
        for j in range(z.shape[0]):
            z0 = z[j, start:end]
            for i in range(first, a.shape[0]):
                if connected[j, i]:
                    a0, w0 = a[i, start:end], w[j, i]
                    for n in range(z0.shape[0]):
                        z0[n] = z0[n] + w0 * a0[n]


@_jit("void(float64[::1], float64[:, ::1], float64[::1], int64)")
def add_rows(z: Array, w: Array, a: Array, first: int) -> None:
    """Like ``add_products`` for a single example: four sums side by side.

    z (J,), w (J, I), a (I,).
    """
    for j in range(0, z.shape[0] - 3, 4):
        z0, z1, z2, z3 = z[j], z[j + 1], z[j + 2], z[j + 3]
        for i in range(first, a.shape[0]):
            z0 = z0 + w[j, i] * a[i]
            z1 = z1 + w[j + 1, i] * a[i]
            z2 = z2 + w[j + 2, i] * a[i]
            z3 = z3 + w[j + 3, i] * a[i]
        z[j], z[j + 1], z[j + 2], z[j + 3] = z0, z1, z2, z3
    for j in range(z.shape[0] // 4 * 4, z.shape[0]):
        for i in range(first, a.shape[0]):
            z[j] = z[j] + w[j, i] * a[i]
