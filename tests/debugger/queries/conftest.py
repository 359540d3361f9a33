"""Debuggers on timelines with edits at random positions."""

from collections.abc import Callable
from random import Random

import pytest

from nntui.debugger.debugger import Debugger
from nntui.engine.edits import EditError, edit_of
from nntui.engine.run import Run
from nntui.engine.schedule import Schedule
from nntui.engine.timeline import Timeline
from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name, value_name


def _timeline(experiment: Experiment, chance: Random) -> Timeline:
    """Up to four edits, now and then two at the same position."""
    net, schedule = experiment.network.wiring(), Schedule(experiment)
    timeline = Timeline(experiment)
    targets = [
        *(parameter_name(p) for p in net.parameters),
        *(value_name("x", i) for i in net.inputs),
        *(value_name("t", k) for k in net.outputs),
        *(value_name("activation", j) for j in net.neurons),
        "learning_rate",
        "l1",
    ]
    positions = sorted(chance.randint(0, schedule.total) for _ in range(chance.randint(1, 4)))
    for position in positions:
        if chance.random() < 0.2 and timeline.edits:
            position = timeline.edits[-1].position
        target = chance.choice(targets)
        value = "tanh" if target.startswith("activation") else chance.choice([0.25, 1.0, 0.7])
        now = timeline.experiment_at(position)
        try:
            timeline = timeline.fork(edit_of(now, schedule, position, target, value))
        except EditError:
            continue  # a probability that cannot be
    return timeline


@pytest.fixture(scope="session")
def edited() -> Callable[[Experiment, Random], tuple[Debugger, Debugger]]:
    """Two debuggers on the same timeline with edits."""

    def make(experiment: Experiment, chance: Random) -> tuple[Debugger, Debugger]:
        timeline = _timeline(experiment, chance)
        pair = Debugger(experiment), Debugger(experiment)
        for debugger in pair:
            debugger.training_run = Run(timeline)
        return pair

    return make
