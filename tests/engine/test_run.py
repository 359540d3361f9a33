"""Checkpoints: dropped and thinned as they may be, going anywhere gives the same bits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bits import all_bits, bits, bits_of
from support.experiments import experiments, layered

from nntui.engine import run as run_module
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


@pytest.mark.parametrize(("spacing", "numbers"), [(1, 10**6), (30, 10**6), (1, 0), (20_000, 10**6)])
@settings(max_examples=12)
@given(data=st.data())
def test_seeking_gives_the_state_of_stepping_however_few_checkpoints_are_kept(
    spacing, numbers, data
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "CHECKPOINT_SPACING", spacing)
        patch.setattr(run_module, "CHECKPOINT_NUMBERS", numbers)
        experiment = data.draw(
            experiments(most_neurons=3, most_examples=3, most_epochs=4, odd_names=False)
        )
        expected = stepped(experiment)
        run = Run(experiment)
        places = st.integers(0, run.schedule.total)
        for position in data.draw(st.lists(places, min_size=3, max_size=12)):
            run.seek(position)
            assert run.position == position
            assert state_bits(run) == expected[position]


def test_checkpoints_are_thinned_and_the_first_one_stays(monkeypatch) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SPACING", 1)
    monkeypatch.setattr(run_module, "CHECKPOINT_NUMBERS", 0)
    experiment = layered(2, 2, 1, examples=3, batch_size=1, epochs=40)
    expected = Run(experiment)
    expected.advance(expected.schedule.total)
    run = Run(experiment)
    run.advance(run.schedule.total)
    kept = sorted(run._checkpoints)
    assert kept[0] == 0
    assert len(kept) <= 4
    assert kept[-1] > run.schedule.total // 3
    run.seek(1)
    run.seek(run.schedule.total)
    assert state_bits(run) == state_bits(expected)


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
