"""Full speed, forced onto each of the ways that it can take."""

from collections.abc import Callable
from importlib.util import find_spec

import pytest

from nntui.engine.full_speed import compiled, runner
from nntui.engine.full_speed.kernels import SelfTest
from nntui.engine.full_speed.runner import FullSpeed
from nntui.model.experiment import Experiment

WAYS = {
    "batches": (SelfTest(True, True, False), False),
    "straight-line code": (SelfTest(True, True, False), True),
    "no einsum": (SelfTest(False, True, False), False),
    "neither einsum nor functions of arrays": (SelfTest(False, False, False), False),
}
if find_spec("numba"):
    WAYS["compiled"] = (SelfTest(True, True, True), False)


def forced(way: str, experiment: Experiment) -> FullSpeed:
    tested, straight = WAYS[way]
    if tested.compiled:
        assert compiled.load()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "self_test", lambda: tested)
        patch.setattr(runner, "TINY_UPDATE", 10**9 if straight else 0)
        patch.setattr(runner, "TINY_NETWORK", 10**9)
        return FullSpeed(experiment)


@pytest.fixture(params=WAYS)
def full_speed(request) -> Callable[[Experiment], FullSpeed]:
    """Builds full speed for an experiment, in one way after the other."""
    return lambda experiment: forced(request.param, experiment)
