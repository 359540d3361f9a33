"""The pass without a change is the run's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from support.experiments import experiments

import nntui
from nntui.engine.full_speed.runner import FullSpeed
from nntui.model.experiment import Experiment
from nntui.verify.passes import Passes
from nntui.verify.updates import Simulation

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.json"))


def check_equal_to_the_run(experiment: Experiment, updates: int = 3) -> None:
    full, passes = FullSpeed(experiment), Passes(experiment)
    state, schedule = full.first(), full.schedule
    end = min(updates, schedule.updates)
    simulated = Simulation(passes, schedule, state, 0, end, 0, state).run()
    batch = simulated.batch
    assert batch is not None
    values = full.batch_values(state, schedule.batch(0))
    reduced = experiment.training.reduced(values.dp, values.n)
    g = np.where(
        passes.layout.is_weight, experiment.training.regularized(reduced, state.p), reduced
    )
    close(batch.forward.z[own(passes)], values.z[own(passes)])
    close(batch.forward.a, values.a)
    close(batch.forward.loss, values.loss)
    close(batch.delta[own(passes)], values.delta[own(passes)])
    close(batch.dp, reduced)
    close(batch.g, g)
    for update in range(end):
        values = full.batch_values(state, schedule.batch(update))
        state = full.update(state, values.dp, update, values.n)
        close(simulated.after[update], state.p, 1e-9)
        close(simulated.memory[update], state.memory, 1e-9)


def own(passes: Passes) -> list[int]:
    return [row for block in passes.blocks for row in range(block.rows.start, block.rows.stop)]


def close(found: np.ndarray, expected: np.ndarray, rtol: float = 1e-12) -> None:
    size = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    np.testing.assert_allclose(found, expected, rtol, rtol * max(size, 1.0), equal_nan=True)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_pass_without_a_change_is_that_of_each_sample(sample: Path) -> None:
    check_equal_to_the_run(nntui.load(sample))


@given(experiments(most_neurons=5, most_examples=3))
def test_the_pass_without_a_change_is_that_of_any_graph(experiment: Experiment) -> None:
    check_equal_to_the_run(experiment)
