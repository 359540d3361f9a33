"""Past steps of a run, computed in any order."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.bits import bits
from support.experiments import experiments, in_both_ways, layered

from nntui.debugger.debugger import Debugger
from nntui.debugger.queries import past
from nntui.debugger.queries.past import Past
from nntui.debugger.queries.why import rows_of, why
from nntui.engine.replay import Replay

small = in_both_ways(experiments(most_neurons=4, most_examples=3, most_epochs=3))
fixtures_too = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def close_copies(monkeypatch):
    """Let replays of small networks leave copies too."""
    monkeypatch.setattr(past, "_BEHIND", (9, 4, 2))


@fixtures_too
@given(experiment=small, seed=st.integers(0, 2**32))
def test_a_step_is_seen_as_it_was_executed(experiment, seed, edited, close_copies) -> None:
    chance = Random(seed)
    debugger, elsewhere = edited(experiment, chance)
    past, number = Past(debugger.training_run), chance.randrange(debugger.total)
    for _ in range(25):
        elsewhere.seek(number)
        stepped, seen = elsewhere.step(), past.step(number)
        assert seen.text == stepped.text
        assert {name: bits(x) for name, x in seen.reads.items()} == {
            name: bits(x) for name, x in stepped.reads.items()
        }
        assert {name: bits(x) for name, x in seen.writes.items()} == {
            name: bits(x) for name, x in stepped.writes.items()
        }
        back = chance.choice([1, 1, 2, 5, -1, -3, chance.randrange(debugger.total)])
        number = (number - back) % debugger.total


def test_going_back_through_a_deep_network_does_not_begin_from_the_start_each_time(
    monkeypatch,
) -> None:
    debugger = Debugger(layered(1, *[1] * 400, 1, examples=2, epochs=3))
    debugger.seek(debugger.schedule.update_start(1) + debugger.schedule.steps_per_example)
    advance, done = Replay.advance, []

    def counted(replay, offset, *rest):
        done.append(offset - replay.offset)
        advance(replay, offset, *rest)

    monkeypatch.setattr(Replay, "advance", counted)
    rows = rows_of(why(debugger, "a[y1]"), depth=50)
    assert len(rows) > 100
    assert sum(done) < 8 * debugger.schedule.steps_per_example
