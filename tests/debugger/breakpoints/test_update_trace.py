"""The trace of an update shows, for every value behind every step, what stepping there shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits
from support.experiments import experiments, layered

from nntui.debugger.breakpoints.parse import parse_watchpoint
from nntui.debugger.breakpoints.sites import PERIOD_LOSSES, SiteIndex
from nntui.debugger.breakpoints.update_trace import (
    UnknownValue,
    UpdateTrace,
    example_reader,
    update_reader,
)
from nntui.debugger.debugger import Debugger
from nntui.engine.edits import Edit
from nntui.model.names import value_name

deep = pytest.mark.deep
small = experiments(most_neurons=4, most_examples=3, most_epochs=2)


def traces(debugger: Debugger, look) -> None:
    """Show each update's trace to ``look``."""
    run = debugger.training_run
    layout = SiteIndex(run.experiment.network.wiring(), run.schedule)

    def screen(update, passes, before, after) -> bool:
        look(UpdateTrace(run.timeline, layout, update, passes, before, after), layout)
        return False

    run.approach(run.schedule.total, 60.0, stop_before=screen)


@given(experiment=small)
def test_every_value_behind_every_step(experiment) -> None:
    tape = Debugger(experiment)
    names = list(tape.snapshot().values)
    seen = [tape.snapshot().values]
    while not tape.at_end:
        tape.step()
        seen.append(tape.snapshot().values)
    nothing_trains = not tape.schedule.steps_per_update

    def look(trace: UpdateTrace, layout: SiteIndex) -> None:
        for name in names:
            for offset in range(layout.example_steps):
                try:
                    column = example_reader(layout, name, offset)(trace)
                except UnknownValue:
                    assert nothing_trains or (name == "batch_loss" and trace.update == 0)
                    assert name in PERIOD_LOSSES
                    continue
                for k in range(trace.length):
                    shown = column[k] if getattr(column, "ndim", 0) else column
                    step = trace.start + k * layout.example_steps + offset
                    assert bits(shown) == bits(seen[step + 1][name]), (name, step)
            for offset in range(layout.update_steps):
                shown = update_reader(layout, name, offset)(trace)
                step = trace.start + trace.length * layout.example_steps + offset
                assert bits(shown) == bits(seen[step + 1][name]), (name, step)

    traces(Debugger(experiment), look)


@given(experiment=experiments(most_neurons=2, most_examples=3, most_epochs=2), data=st.data())
def test_the_last_known_value_is_found_from_wherever_the_search_begins(
    experiment, data, one_by_one
) -> None:
    """What crosses a number was on the other side before, though it may be blank here."""
    neuron = data.draw(st.sampled_from(experiment.network.wiring().neurons))
    values = {symbol: value_name(symbol, neuron) for symbol in ("z", "delta")}
    level = data.draw(st.sampled_from([0.1, 0.5, 1.2, -0.1]))
    expression = data.draw(st.sampled_from(["{z}", "loss + example", "{delta} * 3 - epoch_loss"]))
    words = f"{expression.format(**values)} crosses {level}"
    debugger = Debugger(experiment)
    debugger.breakpoints.add(parse_watchpoint(words, experiment.network))
    reference = one_by_one(debugger, debugger.breakpoints)
    for start in range(debugger.total + 1):
        for direction in (1, -1):
            reference.position = start
            debugger.seek(start)
            stop = debugger.resume(direction)
            assert (stop.position, stop.kind) == reference.go(direction)[:2], (words, start)


@pytest.mark.parametrize(
    "words",
    [
        "b[h1_1] crosses 1",
        *(pytest.param(words, marks=deep) for words in ("b[h1_1] > 1 becomes true", "b[h1_1]")),
    ],
)
def test_an_edit_is_seen_at_its_position_wherever_it_is_made(words, one_by_one, with_edits) -> None:
    """After the step before it, as in a snapshot."""
    experiment = layered(1, 1, 1, examples=2, epochs=4)
    total = Debugger(experiment).total
    for position in range(total):
        back = min(position + total // 3, total - 1)
        edits = [Edit(position, "b[h1_1]", 2.0), Edit(back, "b[h1_1]", -2.0)]
        debugger = with_edits(experiment, edits)
        debugger.breakpoints.add(parse_watchpoint(words, experiment.network))
        book = one_by_one(debugger, debugger.breakpoints)
        for direction in (1, -1):
            while True:
                stop = debugger.resume(direction)
                assert (stop.position, stop.kind) == book.go(direction)[:2], edits
                if stop.kind != "stop":
                    break
