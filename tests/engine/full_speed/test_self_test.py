"""A numpy that adds or computes otherwise is found out, and full speed stays right."""

from fractions import Fraction

import numpy as np
import pytest
from msgspec.structs import replace
from support.experiments import layered
from support.stepped import check_training

from nntui.engine.full_speed import compiled, kernels, runner
from nntui.engine.full_speed.kernels import Einsum, Exact
from nntui.engine.full_speed.runner import FullSpeed
from nntui.model import numerics
from nntui.model.activations import ACTIVATIONS


class Blocked(Einsum):
    """A matrix product as a fast library does it."""

    def forward(self, w, a, z, connected=None) -> None:
        np.matmul(w, a, out=z)


class Fused(Einsum):
    """Each product and sum rounded once, as on processors that have such an instruction."""

    def backward(self, w, delta, da, connected=None) -> None:
        da[...] = 0.0
        for j, i, b in np.ndindex(*w.shape, da.shape[1]):
            product = Fraction(float(w[j, i])) * Fraction(float(delta[j, b]))
            da[i, b] = float(Fraction(float(da[i, b])) + product)


class Reversed(Einsum):
    """The last example first."""

    def gather(self, delta, a, dp) -> None:
        super().gather(delta[:, ::-1].copy(), a[:, ::-1].copy(), dp)


class Transposed(Einsum):
    """Einsum given a layout in which it takes the sum for its innermost loop."""

    def gather(self, delta, a, dp) -> None:
        np.einsum("jb,ib->ji", delta, a, out=dp)


@pytest.mark.parametrize("kernel", [Einsum(), Exact()])
def test_kernels_that_add_in_order_pass_the_self_test(kernel) -> None:
    assert kernels.adds_in_order(kernel)


@pytest.mark.parametrize("kernel", [Blocked(), Fused(), Reversed(), Transposed()])
def test_kernels_that_do_not_fail_it(kernel) -> None:
    assert not kernels.adds_in_order(kernel)


def test_functions_that_treat_arrays_otherwise_fail_the_self_test(monkeypatch) -> None:
    assert kernels.computes_alike()
    honest = numerics.exp

    def exp(x):
        return np.nextafter(honest(x), 2.0) if isinstance(x, np.ndarray) else honest(x)

    monkeypatch.setattr(numerics, "exp", exp)
    assert not kernels.computes_alike()


@pytest.fixture
def tested_anew():
    kernels.self_test.cache_clear()
    yield
    kernels.self_test.cache_clear()


@pytest.mark.parametrize("kernel", [Blocked, Fused, Reversed, Transposed])
def test_full_speed_stays_right_on_such_a_machine(monkeypatch, tested_anew, kernel) -> None:
    monkeypatch.setattr(runner, "TINY_UPDATE", 0)
    monkeypatch.setattr(compiled, "_kernel", None)
    monkeypatch.setattr("nntui.engine.full_speed.batch.EINSUM", kernel())
    experiment = layered(3, 9, 8, 2, examples=17, epochs=1)
    monkeypatch.setattr(runner, "self_test", lambda: kernels.SelfTest(einsum=True, functions=True))
    with pytest.raises(AssertionError):  # believed without a test, it is wrong
        check_training(experiment, FullSpeed(experiment))
    monkeypatch.setattr(kernels, "Einsum", kernel)
    monkeypatch.setattr(runner, "self_test", kernels.self_test)
    check_training(experiment, FullSpeed(experiment))


def test_full_speed_stays_right_where_functions_treat_arrays_otherwise(
    monkeypatch, tested_anew
) -> None:
    monkeypatch.setattr(runner, "TINY_UPDATE", 0)
    monkeypatch.setattr(compiled, "_kernel", None)
    honest = numerics.tanh

    def tanh(x):
        return np.nextafter(honest(x), 2.0) if isinstance(x, np.ndarray) else honest(x)

    monkeypatch.setattr(numerics, "tanh", tanh)
    monkeypatch.setitem(ACTIVATIONS, "tanh", replace(ACTIVATIONS["tanh"], f=tanh))
    assert not kernels.self_test().functions
    experiment = layered(2, 5, 1, examples=6, epochs=2)
    check_training(experiment, FullSpeed(experiment))
