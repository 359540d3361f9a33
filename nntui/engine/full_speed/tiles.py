"""The sums of products that numba compiles, tile by tile, each sum from left to right.

Only ``compiled.py`` imports this file, and only when it is time to: numba takes seconds.

A tile is up to ``MOST_ROWS`` × ``COLUMNS`` sums that stay in the processor's registers while all
their products are added, one source after the other; a row of it is a vector, so that its sums are
added side by side. The compiler would not find such code in loops over numbers: the vectors are
written in its own language, LLVM's. Without ``fastmath`` it neither reorders a sum nor fuses a
product into it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic

from nntui.model.numerics import Array

MOST_ROWS: Final = 8 if "+avx512f" in get_host_cpu_features() else 6
"""Elsewhere a row takes more than one register, and the sums of 8 rows would not fit into all."""
COLUMNS: Final = 8
FEW: Final = 4
"""Below so many products a sum, a tile would be loaded and stored for too little."""
SOURCES_AT_A_TIME: Final = 256
EXAMPLES_AT_A_TIME: Final = 512
"""How many are kept in the processor's fastest cache while products are added."""


def _jit(*signatures: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    jit: Any = numba.njit(list(signatures), cache=True, error_model="numpy")
    return jit  # type: ignore[no-any-return]


def _tile(rows: int) -> Any:
    """What adds products to ``rows`` × ``COLUMNS`` sums, inside compiled code.

    Called as tile(z, j, n, w, strip, first, end, begins): z[j+r, n+c] = z[j+r, n+c] +
    w[j+r, i]·strip[i − first, c] for i = ``first``, … ``end`` − 1. If it ``begins``, a sum starts
    as w[j+r, 0] where ``first`` is 1, and as 0 where it is 0.
    """

    def add_in_registers(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.DoubleType(), COLUMNS)
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), COLUMNS), [0] * COLUMNS)
        z, w, strip = (
            cgutils.create_struct_proxy(signature.args[k])(context, builder, value=arguments[k])
            for k in (0, 3, 4)
        )
        j, n, first, end, begins = (arguments[k] for k in (1, 2, 5, 6, 7))
        zero = j.type(0)

        def pointer(array: Any, row: Any, column: Any, kind: Any) -> Any:
            strides = cgutils.unpack_tuple(builder, array.strides)
            bytes_ = builder.add(builder.mul(row, strides[0]), builder.mul(column, strides[1]))
            start = builder.bitcast(array.data, ir.IntType(8).as_pointer())
            return builder.bitcast(builder.gep(start, [bytes_]), kind.as_pointer())

        def weights(neuron: Any, i: Any) -> Any:
            weight = builder.load(pointer(w, neuron, i, ir.DoubleType()))
            return builder.shuffle_vector(
                builder.insert_element(vector(ir.Undefined), weight, zero),
                vector(ir.Undefined),
                everywhere,
            )

        neurons = [builder.add(j, j.type(row)) for row in range(rows)]
        places = [pointer(z, neuron, n, vector) for neuron in neurons]
        biased = builder.icmp_signed("==", first, first.type(1))
        sums = []
        for neuron, place in zip(neurons, places, strict=True):
            start = builder.select(biased, weights(neuron, zero), vector([0.0] * COLUMNS))
            start = builder.select(begins, start, builder.load(place, align=8))
            sums.append(cgutils.alloca_once_value(builder, start))
        with cgutils.for_range_slice(builder, first, end, j.type(1)) as (i, _):
            a = builder.load(pointer(strip, builder.sub(i, first), zero, vector), align=8)
            for neuron, z_row in zip(neurons, sums, strict=True):
                product = builder.fmul(weights(neuron, i), a)
                builder.store(builder.fadd(builder.load(z_row), product), z_row)
        for place, z_row in zip(places, sums, strict=True):
            builder.store(builder.load(z_row), place, align=8)
        return context.get_dummy_value()

    def tile(
        typing: Any, z: Any, j: Any, n: Any, w: Any, strip: Any, first: Any, end: Any, begins: Any
    ) -> Any:
        return numba.types.void(z, j, n, w, strip, first, end, begins), add_in_registers

    return intrinsic(tile)


_tile_1, _tile_2, _tile_3, _tile_4, _tile_5, _tile_6, _tile_7, _tile_8 = map(_tile, range(1, 9))


@_jit("void(float64[:, ::1], int64, float64[:, :], float64[:, ::1], int64, int64, boolean)")
def _add_strip(
    z: Array, n: int, w: Array, strip: Array, first: int, end: int, begins: bool
) -> None:
    """Add w[j, i]·strip[i − first, c] to z[j, n + c] for all neurons j, c < ``COLUMNS``.

    Tiles are about equally high: two of five rows are faster than one of eight and one of two.
    """
    tiles = -(-z.shape[0] // MOST_ROWS)
    j = 0
    for k in range(tiles):
        rows = (z.shape[0] - j) // (tiles - k)
        if rows == 8:
            _tile_8(z, j, n, w, strip, first, end, begins)
        elif rows == 7:
            _tile_7(z, j, n, w, strip, first, end, begins)
        elif rows == 6:
            _tile_6(z, j, n, w, strip, first, end, begins)
        elif rows == 5:
            _tile_5(z, j, n, w, strip, first, end, begins)
        elif rows == 4:
            _tile_4(z, j, n, w, strip, first, end, begins)
        elif rows == 3:
            _tile_3(z, j, n, w, strip, first, end, begins)
        elif rows == 2:
            _tile_2(z, j, n, w, strip, first, end, begins)
        else:
            _tile_1(z, j, n, w, strip, first, end, begins)
        j += rows


@_jit(
    "void(float64[:, ::1], float64[:, :], float64[:, ::1], int64, boolean)",
    "void(float64[:, ::1], float64[:, :], float64[:, :], int64, boolean)",
)
def add_products(z: Array, w: Array, a: Array, first: int, begins: bool) -> None:
    """Add w[j, i]·a[i] to z[j] for i = ``first``, ``first`` + 1, … in this order.

    z is (J, N), w (J, I), a (I, N). If it ``begins``, z starts as w[:, 0] where ``first`` is 1, and
    as 0 where it is 0; what z held is not read.
    """
    sources, examples = a.shape
    if sources - first < FEW:
        for j in range(z.shape[0]):
            if begins:
                z[j] = w[j, 0] if first else 0.0
            for i in range(first, sources):
                z_j, w_ji, a_i = z[j], w[j, i], a[i]
                for n in range(examples):
                    z_j[n] = z_j[n] + w_ji * a_i[n]
        return
    # A strip of a is used by all neurons; side by side in memory it stays in the cache. It is
    # filled number by number: slices take numba three times as long to compile.
    strip = np.zeros((min(sources, SOURCES_AT_A_TIME), COLUMNS))
    whole = examples // COLUMNS * COLUMNS
    sums = np.zeros((z.shape[0], COLUMNS))
    rest = examples - whole
    for start in range(first, sources, SOURCES_AT_A_TIME):
        end = min(start + SOURCES_AT_A_TIME, sources)
        begun = begins and start == first
        for n in range(0, whole, COLUMNS):
            for i in range(start, end):
                for c in range(COLUMNS):
                    strip[i - start, c] = a[i, n + c]
            _add_strip(z, n, w, strip, start, end, begun)
        if rest:
            for c in range(rest):
                for j in range(z.shape[0]):
                    sums[j, c] = z[j, whole + c]
                for i in range(start, end):
                    strip[i - start, c] = a[i, whole + c]
            _add_strip(sums, 0, w, strip, start, end, begun)
            for j in range(z.shape[0]):
                for c in range(rest):
                    z[j, whole + c] = sums[j, c]


@_jit("void(float64[:, ::1], float64[:, :], float64[:, ::1], boolean[:, :], int64)")
def add_connected(z: Array, w: Array, a: Array, connected: Any, first: int) -> None:
    """Like ``add_products``, only where there is a connection."""
    for start in range(0, z.shape[1], EXAMPLES_AT_A_TIME):
        end = min(start + EXAMPLES_AT_A_TIME, z.shape[1])
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
