"""Where an example comes next, against the list of all loads."""

import pytest
from support.experiments import layered

from nntui.engine.schedule import Schedule


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3, None])
def test_it_is_the_load_in_this_update_or_the_next_one(shuffle, batch_size) -> None:
    experiment = layered(2, 1, examples=7, batch_size=batch_size, shuffle=shuffle, epochs=3)
    schedule = Schedule(experiment)
    steps = map(schedule.position, range(schedule.total))
    loads = [(p.step, p.update, p.example) for p in steps if p.phase == "forward" and not p.index]
    for position in range(schedule.total + 1):
        update = schedule.updates_before(position)
        for example in range(7):
            its = [step for step, _, n in loads if n == example]
            ahead = [step for step, at, n in loads if n == example and at >= update]
            assert schedule.next_load_of(example, position) == (ahead or its[-1:])[0]


def test_an_example_that_is_never_trained_on_has_none() -> None:
    assert Schedule(layered(2, 1)).next_load_of(99, 0) is None
