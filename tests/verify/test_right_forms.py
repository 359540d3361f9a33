"""Right numbers of any experiment are never called wrong, in whatever form they come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments

import nntui
from nntui.model.names import parameter_name, value_name
from nntui.verify.check_work import check_work
from nntui.verify.files import Numbers
from nntui.verify.right_run import RightRun

STEPS = 120
UPDATES = 5


def values_of(run, update):
    """All numbers of an update's batch by name."""
    right = run.of_batch(update)
    gradients = zip(run.layout.parameters, right["dp"].tolist(), strict=True)
    found = {parameter_name(p, "d"): g for p, g in gradients}
    for j in run.net.neurons:
        kinds = ("z", "a", "da", "delta") if run.layout.is_passed_back_to(j) else ("z", "a")
        found |= {value_name(kind, j): right[kind][run.layout.row[j]] for kind in kinds}
    return found | {"loss": right["loss"], "batch_loss": right["batch_loss"][0]}


@pytest.mark.deep
@given(experiments(), st.integers(0, 10**6))
def test_right_numbers_are_right_by_value_by_update_and_by_step(experiment, seed):
    run = RightRun(experiment)
    updates = run.schedule.updates
    values = values_of(run, seed % min(updates, UPDATES))
    assert check_work(experiment, values, seed % min(updates, UPDATES)).right
    with np.errstate(over="ignore"):
        rough = {name: np.float32(value) for name, value in values.items()}
    assert check_work(experiment, rough, seed % min(updates, UPDATES)).right

    names = [parameter_name(p) for p in run.layout.parameters]
    after = {
        k: dict(zip(names, map(np.array, run.start(k).p.tolist()), strict=True))
        for k in range(min(updates, UPDATES) + 1)
    }
    assert check_work(experiment, Numbers(by_update=after)).right

    debugger = nntui.Debugger(experiment)
    debugger.seek(seed % max(debugger.total - STEPS, 1))
    first, count = debugger.position + 1, min(STEPS, debugger.total - debugger.position)
    steps = tuple((first + n, dict(debugger.step().writes)) for n in range(count))
    assert check_work(experiment, Numbers(steps=steps)).right
