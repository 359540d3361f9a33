"""Checkpoints: dropped and thinned as they may be, going anywhere gives the same bits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bits import all_bits, bits, bits_of
from support.experiments import experiments, layered

from nntui.engine import run as run_module
from nntui.engine import timeline
from nntui.engine.run import Run


def state_bits(run):
    s = run.state
    remembered = {key: tuple(map(bits, memory)) for key, memory in s.memory.items()}
    values = [all_bits(v) for v in (s.b, s.w, s.db, s.dw, s.z, s.a, s.da, s.delta)]
    sums = [bits(s.loss), bits(s.batch_sum), bits(s.epoch_sum)]
    losses = [bits_of(series) for series in (run.losses.batch, run.losses.epoch, run.losses.test)]
    return remembered, values, sums, losses


def stepped(experiment):
    run = Run(experiment)
    found = [state_bits(run)]
    while run.position < run.schedule.total:
        run.advance(1)
        found.append(state_bits(run))
    return found


RULES = {
    "many checkpoints": {"SPACING": 0.0},
    "few checkpoints": {"SPACING": 0.0, "MOST_NUMBERS": 0},
    "none but the first": {"SPACING": 1e9},
}


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("at_once", [0, 20])
@settings(max_examples=12)
@given(data=st.data())
def test_seeking_gives_the_state_of_stepping_however_few_checkpoints_are_kept(
    rules, at_once, data
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in RULES[rules].items():
            patch.setattr(timeline, name, value)
        patch.setattr(run_module, "AT_ONCE", at_once)
        experiment = data.draw(
            experiments(most_neurons=4, most_examples=3, most_epochs=4, odd_names=False)
        )
        expected = stepped(experiment)
        run = Run(experiment)
        places = st.integers(0, run.schedule.total)
        for position in data.draw(st.lists(places, min_size=3, max_size=12)):
            run.seek(position)
            assert run.position == position
            assert state_bits(run) == expected[position]
            further = data.draw(st.integers(0, 30))
            run.advance(further)
            assert state_bits(run) == expected[min(position + further, run.schedule.total)]


@given(experiment=experiments(most_neurons=4, most_examples=3), data=st.data())
def test_approaching_stands_at_true_states_on_the_way(experiment, data) -> None:
    expected = stepped(experiment)
    run = Run(experiment)
    for _ in range(3):
        target = data.draw(st.integers(0, run.schedule.total))
        looking = data.draw(st.booleans())
        for _ in range(run.schedule.updates + 1):
            arrived = run.approach(target, 0.0)
            if looking or arrived:
                assert state_bits(run) == expected[run.position]
            if arrived:
                break
        assert run.position == target


@given(experiment=experiments(most_neurons=3, most_examples=3, most_epochs=3), data=st.data())
def test_every_update_is_tested_once_until_one_is_stopped_before(experiment, data) -> None:
    expected = stepped(experiment)
    run, seen = Run(experiment), []
    schedule = run.schedule
    last = data.draw(st.integers(0, schedule.updates))

    def stop_before(update, values, before, after) -> bool:
        seen.append(update)
        return update == last

    while not run.approach(schedule.total, data.draw(st.sampled_from([0.0, 1.0])), stop_before):
        assert state_bits(run) == expected[run.position]
        if seen and seen[-1] == last:
            break
    assert run.position == schedule.update_start(last)
    assert seen == list(range(min(last + 1, schedule.updates)))


def test_only_updates_after_an_updates_start_can_be_tested() -> None:
    run = Run(layered(2, 1, epochs=2))
    run.seek(3)
    with pytest.raises(ValueError, match="update's start"):
        run.approach(run.schedule.total, 1.0, lambda *_: False)


@given(experiment=experiments(most_neurons=3, most_examples=3), data=st.data())
def test_a_copy_moves_elsewhere_and_the_run_stays(experiment, data) -> None:
    expected = stepped(experiment)
    run = Run(experiment)
    places = st.integers(0, run.schedule.total)
    run.seek(data.draw(places))
    copied = run.copy()
    assert state_bits(copied) == expected[run.position]
    copied.seek(data.draw(places))
    copied.advance(3)
    assert state_bits(copied) == expected[copied.position]
    assert state_bits(run) == expected[run.position]


def test_checkpoints_are_thinned_and_the_first_one_stays(monkeypatch) -> None:
    monkeypatch.setattr(timeline, "SPACING", 0.0)
    monkeypatch.setattr(timeline, "MOST_NUMBERS", 0)
    experiment = layered(2, 2, 1, examples=3, batch_size=1, epochs=40)
    run = Run(experiment)
    kept = run.timeline.checkpoints
    for update in range(run.schedule.updates):
        run.approach(run.schedule.update_start(update + 1), 0.0)
        assert len(kept) <= 5
        assert kept.before(0)[0] == 0
    run.seek(1)
    run.seek(run.schedule.total)
    assert state_bits(run) == stepped(experiment)[-1]


def test_stepping_keeps_checkpoints_too(monkeypatch) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_STEPS", 100)
    experiment = layered(2, 2, 1, examples=3, batch_size=1, epochs=40)
    run = Run(experiment)
    run.advance(run.schedule.total)
    assert len(run.timeline.checkpoints) > run.schedule.total // 200
    expected = stepped(experiment)
    copied = Run(run.timeline)
    for position in range(0, run.schedule.total, 97):
        copied.seek(position)
        assert state_bits(copied) == expected[position]


def test_advancing_stops_at_the_end_of_the_run() -> None:
    run = Run(layered(2, 1, epochs=1))
    last = run.advance(10**9)
    assert run.position == run.schedule.total
    assert last is not None
    assert last[0] == "update"
    assert run.advance(5) is None


@pytest.mark.parametrize("position", [-1, 10**9])
def test_a_position_that_does_not_exist_is_an_index_error(position) -> None:
    run = Run(layered(2, 1, epochs=1))
    with pytest.raises(IndexError, match=f"no position {position}"):
        run.seek(position)
    assert run.position == 0


def test_an_experiment_is_not_changed_by_its_run() -> None:
    experiment = layered(2, 2, 1, epochs=3)
    before = (experiment.network.weights, experiment.network.biases)
    run = Run(experiment)
    run.advance(run.schedule.total)
    assert (experiment.network.weights, experiment.network.biases) == before
    assert run.state.w != before[0]
