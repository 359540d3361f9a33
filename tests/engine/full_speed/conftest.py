"""Full speed, forced onto each of the ways that it can take."""

from collections.abc import Callable

import pytest

from nntui.engine.full_speed import FullSpeed, runner
from nntui.engine.full_speed import runner as module
from nntui.engine.full_speed.kernels import Trust
from nntui.model.experiment import Experiment

WAYS = {
    "batches": (Trust(einsum=True, functions=True), False),
    "straight-line code": (Trust(einsum=True, functions=True), True),
    "no trust in einsum": (Trust(einsum=False, functions=True), False),
    "no trust in anything": (Trust(einsum=False, functions=False), False),
}


def forced(way: str, experiment: Experiment) -> FullSpeed:
    trust, straight = WAYS[way]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "trust", lambda: trust)
        patch.setattr(runner, "TINY_UPDATE", 10**9 if straight else 0)
        patch.setattr(runner, "TINY_NETWORK", 10**9)
        return FullSpeed(experiment)


@pytest.fixture(params=WAYS)
def full_speed(request) -> Callable[[Experiment], FullSpeed]:
    """Builds full speed for an experiment, in one way after the other."""
    return lambda experiment: forced(request.param, experiment)
