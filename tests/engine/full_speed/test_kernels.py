"""The kernels against sums written out: strictly from left to right, no fused operation."""

import math
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits_of

from nntui.engine.full_speed import compiled
from nntui.engine.full_speed.kernels import Einsum, Exact, OneExample

seeds = st.integers(0, 2**31)
lengths = st.integers(1, 40)
KERNELS = {"einsum": Einsum(), "one example": OneExample(), "exact": Exact()}
COMPILED = []
if find_spec("numba"):
    KERNELS["compiled"] = compiled.load()
    COMPILED = ["compiled"]


def numbers(seed: int, *shape: int) -> np.ndarray:
    chance = np.random.RandomState(seed)
    return chance.standard_normal(shape) * 10.0 ** chance.randint(-4, 4, shape)


def written_out(rows, columns, starts) -> list[list[float]]:
    """starts[r][c] + rows[r][0]·columns[c][0] + rows[r][1]·columns[c][1] + …"""
    found = []
    for row, line in zip(rows.tolist(), starts.tolist(), strict=True):
        sums = []
        for column, total in zip(columns.tolist(), line, strict=True):
            for x, y in zip(row, column, strict=True):
                total = total + x * y
            sums.append(total)
        found.append(sums)
    return found


def same(found: np.ndarray, expected) -> bool:
    flat = [number for row in expected for number in row]
    return bits_of(found.ravel()) == bits_of(flat)


def check(kernel, w, a, delta) -> None:
    z, da, dp = np.full_like(delta, math.nan), np.full_like(a, math.nan), np.full_like(w, math.nan)
    kernel.forward(w, a, z)
    biases = np.repeat(w[:, :1], a.shape[1], axis=1)
    assert same(z, written_out(w[:, 1:], a[1:].T, biases))
    kernel.backward(w, delta, da)
    assert same(da, written_out(w.T, delta.T, np.zeros(a.shape)))
    kernel.backward(w, delta[::-1], da)
    assert same(da, written_out(w.T, delta[::-1].T, np.zeros(a.shape)))
    kernel.gather(delta, a, dp)
    assert same(dp, written_out(delta, a, np.zeros(w.shape)))


@pytest.mark.parametrize("kernel", ["einsum", "exact", *COMPILED])
@given(seed=seeds, neurons=lengths, sources=lengths, examples=st.integers(2, 40))
def test_sums_of_a_batch(kernel, seed, neurons, sources, examples) -> None:
    a = numbers(seed, sources, examples)
    a[0] = 1.0
    w, delta = numbers(seed + 1, neurons, sources), numbers(seed + 2, neurons, examples)
    check(KERNELS[kernel], w, a, delta)


@pytest.mark.parametrize("kernel", ["one example", "exact", *COMPILED])
@given(seed=seeds, neurons=lengths, sources=lengths)
def test_sums_of_one_example(kernel, seed, neurons, sources) -> None:
    a = numbers(seed, sources, 1)
    a[0] = 1.0
    w, delta = numbers(seed + 1, neurons, sources), numbers(seed + 2, neurons, 1)
    check(KERNELS[kernel], w, a, delta)


@pytest.mark.parametrize("shape", [(128, 300, 8), (5, 7, 20_011), (300, 5, 64), (1, 2, 9000)])
def test_large_blocks_and_long_batches(shape) -> None:
    neurons, sources, examples = shape
    a = numbers(1, sources, examples)
    a[0] = 1.0
    w, delta = numbers(2, neurons, sources), numbers(3, neurons, examples)
    for name, left, right in (("forward", w, a), ("backward", w, delta), ("gather", delta, a)):
        shapes = {"forward": delta, "backward": a, "gather": w}
        exact = np.empty_like(shapes[name])
        getattr(KERNELS["exact"], name)(left, right, exact)
        for kernel in ("einsum", *COMPILED):
            found = np.empty_like(exact)
            getattr(KERNELS[kernel], name)(left, right, found)
            assert (found == exact).all(), (name, kernel)


@pytest.mark.parametrize("kernel", ["exact", *COMPILED])
@given(seed=seeds, examples=st.integers(1, 6))
def test_infinities_keep_away_from_missing_connections(kernel, seed, examples) -> None:
    chance = np.random.RandomState(seed)
    w, connected = numbers(seed, 4, 5), chance.rand(4, 5) < 0.6
    connected[:, 0] = True
    w[~connected] = 0.0
    a, delta = numbers(seed + 1, 5, examples), numbers(seed + 2, 4, examples)
    a[0] = 1.0
    a[chance.randint(1, 5)], delta[chance.randint(4)] = math.inf, -math.inf
    z, da = np.empty_like(delta), np.empty_like(a)
    with np.errstate(all="ignore"):
        KERNELS[kernel].forward(w, a, z, connected)
        KERNELS[kernel].backward(w, delta, da, connected)
    for n in range(examples):
        for j in range(4):
            total = w[j, 0].item()
            for i in np.flatnonzero(connected[j])[1:]:
                total = total + w[j, i].item() * a[i, n].item()
            assert bits_of([total]) == bits_of([z[j, n]])
        for i in range(5):
            total = 0.0
            for j in np.flatnonzero(connected[:, i]):
                total = total + w[j, i].item() * delta[j, n].item()
            assert bits_of([total]) == bits_of([da[i, n]])


def test_zeros_keep_their_sign_but_for_einsums_bias() -> None:
    w, a, delta = np.array([[-0.0, 1.0]]), np.array([[1.0, 1.0], [-0.0, 0.0]]), -np.zeros((1, 2))
    for kernel in ("exact", *COMPILED):
        check(KERNELS[kernel], w, a, delta)
        check(KERNELS[kernel], w, a[:, :1].copy(), delta[:, :1].copy())
    check(OneExample(), w, a[:, :1].copy(), delta[:, :1].copy())
    z = np.empty((1, 2))
    Einsum().forward(w, a, z)
    assert bits_of(z[0]) == bits_of([0.0, 0.0])  # hence BatchComputer.needs_exactness


@pytest.mark.parametrize("kernel", ["exact", *COMPILED])
@pytest.mark.parametrize("neurons", [3, 6])
@given(seed=seeds, cut=st.integers(1, 8))
def test_gathering_can_go_on_where_it_stopped(kernel, neurons, seed, cut) -> None:
    delta, a = numbers(seed, neurons, 9), numbers(seed + 1, 4, 9)
    whole, parts = np.empty((neurons, 4)), np.empty((neurons, 4))
    Exact().gather(delta, a, whole)
    KERNELS[kernel].gather(delta[:, :cut], a[:, :cut], parts)
    KERNELS[kernel].gather_on(delta[:, cut:], a[:, cut:], parts)
    assert bits_of(parts.ravel()) == bits_of(whole.ravel())
