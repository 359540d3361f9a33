"""The life of a neuron: what a step-by-step run has at the ends of updates, and over the data."""

from __future__ import annotations

import pytest

from nntui.debugger.debugger import Debugger
from nntui.debugger.queries.history import NeuronMoment, neuron_history
from nntui.document.load import load
from nntui.explain.sentences import FLAT
from nntui.model.wiring import forward
from nntui.samples import samples

UPDATES = 7


def always() -> bool:
    return True


@pytest.fixture(params=["sample", "skip", "xor", "classifier"])
def debugger(request):
    return Debugger(load(samples()[request.param]))


def lived(debugger, j, updates):
    return neuron_history(
        debugger.training_run.timeline.copy_for_thread(), updates, j, always, seconds=None
    )


def test_the_moments_are_the_very_values_of_the_run(debugger):
    net = debugger.experiment.network.wiring()
    for j in (net.inputs[0], *net.neurons):
        life = lived(debugger, j, UPDATES)
        walker = Debugger(debugger.experiment)
        for n, moment in enumerate(life.moments):
            walker.seek(walker.schedule.update_start(n + 1))
            snapshot = walker.snapshot()
            assert moment == NeuronMoment(
                n + 1, snapshot.a.get(j), snapshot.delta.get(j), snapshot.b.get(j)
            )
        assert len(life.moments) == UPDATES


def test_a_long_run_is_sampled_from_its_first_update_to_its_last(debugger):
    life = lived(debugger, debugger.experiment.network.wiring().neurons[0], 90)
    ends = [moment.updates for moment in life.moments]
    assert len(ends) <= 60
    assert (ends[0], ends[-1]) == (1, 90)
    assert ends == sorted(set(ends))


@pytest.mark.parametrize("seconds", [None, 0.4])
def test_the_last_moment_is_that_of_now(debugger, seconds):
    updates = min(999, debugger.schedule.updates)
    debugger.seek(debugger.schedule.update_start(updates))  # its checkpoints lie before
    timeline, j = debugger.training_run.timeline, debugger.experiment.network.wiring().neurons[0]
    life = neuron_history(timeline.copy_for_thread(), updates, j, always, seconds=seconds)
    snapshot = debugger.snapshot()
    assert life.moments[-1] == NeuronMoment(
        updates, snapshot.a[j], snapshot.delta[j], snapshot.b[j]
    )


def test_the_activity_is_that_of_a_forward_pass_of_every_example(debugger):
    debugger.seek(debugger.schedule.update_start(UPDATES))
    experiment, s = debugger.experiment, debugger.snapshot()
    j = s.net.neurons[0]
    passes = [forward(s.net, s.b, s.w, experiment.x(e)) for e in experiment.train_examples]
    a = [found[1][j] for found in passes]
    slopes = [abs(s.net.activation[j].derivative(z[j], a[j])) for z, a in passes]
    activity = lived(debugger, j, UPDATES).activity
    assert (activity.least, activity.greatest) == (min(a), max(a))
    assert activity.mean == sum(a) / len(a)
    assert activity.active == sum(slope >= FLAT for slope in slopes)
    assert activity.seen == activity.examples == len(a)


def test_before_the_first_update_there_is_no_moment_but_there_is_data(debugger):
    life = lived(debugger, debugger.experiment.network.wiring().neurons[0], 0)
    assert life.moments == ()
    assert life.activity.seen > 0


def test_an_update_in_which_a_value_was_set_has_no_activation_that_one_could_name():
    debugger = Debugger(load(samples()["sample"]))
    debugger.seek(debugger.schedule.update_start(2) + 3)
    debugger.edit("b[h1]", 2.0)
    debugger.seek(debugger.schedule.update_start(5))
    life = lived(debugger, "h1", 5)
    assert [moment.a is None for moment in life.moments] == [False, False, True, False, False]
    assert life.moments[4].b == debugger["b[h1]"]


def test_nothing_of_it_moves_or_changes_the_debugger(debugger):
    debugger.seek(debugger.schedule.update_start(UPDATES) + 3)
    before = debugger.snapshot()
    line = debugger.training_run.timeline
    known, losses = len(line.checkpoints), list(line.history.batch)
    lived(debugger, before.net.neurons[-1], UPDATES)
    assert debugger.snapshot() == before
    assert (len(line.checkpoints), list(line.history.batch)) == (known, losses)


def test_it_is_given_up_when_nobody_wants_it_any_more(debugger):
    j = debugger.experiment.network.wiring().neurons[0]
    assert (
        neuron_history(debugger.training_run.timeline.copy_for_thread(), 5, j, lambda: False)
        is None
    )
