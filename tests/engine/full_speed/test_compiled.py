"""The kernel that numba compiles: it comes beside a run, which goes on with the same bits."""

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.experiments import experiments, layered
from support.stepped import Stepped, array_bits, recorded

from nntui.engine.edits import Edit
from nntui.engine.full_speed import compiled, elementwise, runner
from nntui.engine.full_speed.kernels import SelfTest
from nntui.engine.full_speed.runner import FullSpeed
from nntui.engine.loss_history import LossHistory
from nntui.engine.schedule import Schedule
from nntui.engine.timeline import Timeline
from nntui.model.names import value_name

needs_numba = pytest.mark.skipif(not find_spec("numba"), reason="numba is not installed")


@pytest.fixture
def not_loaded(monkeypatch):
    """As in a program that has run nothing yet."""
    monkeypatch.setattr(compiled, "_kernel", None)
    monkeypatch.setattr(elementwise, "_ready", {})
    monkeypatch.setattr(runner, "TINY_UPDATE", 0)


def join_compiling():
    for thread in threading.enumerate():
        if thread.name == "compile":
            thread.join()


def test_without_numba_there_is_none(not_loaded, monkeypatch) -> None:
    monkeypatch.setattr(compiled, "find_spec", lambda name: None)
    assert compiled.load() is None
    assert compiled.kernel() is None


def test_whatever_goes_wrong_while_compiling_ends_no_run(not_loaded, monkeypatch) -> None:
    def fail(*args):
        raise OSError("no space left on device")

    monkeypatch.setattr(compiled, "find_spec", lambda name: name)
    monkeypatch.setattr(compiled, "Compiled", fail)
    assert compiled.load() is None


def test_a_short_run_does_not_ask_for_it(not_loaded) -> None:
    full = FullSpeed(layered(2, 4, 2, examples=3, epochs=4))
    full.run(full.first(), 0, 4, LossHistory())
    assert "compile" not in {thread.name for thread in threading.enumerate()}


def test_it_is_compiled_in_short_turns_and_other_threads_keep_theirs(not_loaded, monkeypatch):
    monkeypatch.setattr(runner, "COMPILE_AFTER", 0.0)
    turns, usual = [], sys.getswitchinterval()
    monkeypatch.setattr(compiled, "load", lambda: turns.append(sys.getswitchinterval()))
    full = FullSpeed(layered(3, 9, 8, 2, examples=17, batch_size=5, epochs=3))
    full.run(full.first(), 0, 3, LossHistory())
    join_compiling()
    assert turns == [pytest.approx(runner.TURN)]
    assert sys.getswitchinterval() == usual > runner.TURN


@needs_numba
def test_a_long_run_changes_over_to_it_and_keeps_the_bits(not_loaded, monkeypatch) -> None:
    monkeypatch.setattr(runner, "COMPILE_AFTER", 0.0)
    experiment = layered(3, 9, 8, 2, examples=17, batch_size=5, epochs=3)
    full, history, stepped = FullSpeed(experiment), LossHistory(), Stepped(experiment)
    state, update = full.run(full.first(), 0, 3, history)
    join_compiling()
    assert compiled.kernel() is not None
    assert elementwise.ready(full._updates._key) is not None
    state, update = full.run(state, update, 12, history)
    stepped.advance(12)
    assert array_bits(state) == array_bits(full.training_state(stepped.state))
    assert recorded(history) == recorded(stepped.history)


@needs_numba
def test_a_loss_that_is_summed_is_another_formula_than_its_mean(not_loaded) -> None:
    found = {}
    for compiles in (False, True):
        for reduction in ("mean", "sum"):
            full = FullSpeed(layered(2, 4, 3, examples=5, epochs=3, reduction=reduction))
            if compiles:
                full.compile()
            after, _ = full.run(full.first(), 0, 3, LossHistory())
            found[compiles, reduction] = array_bits(after)
    assert found[True, "mean"] == found[False, "mean"] != found[False, "sum"]
    assert found[True, "sum"] == found[False, "sum"]


@needs_numba
def test_one_that_adds_otherwise_is_not_taken(not_loaded, monkeypatch) -> None:
    monkeypatch.setattr(compiled, "adds_in_order", lambda *_: False)
    assert compiled.load() is None
    assert compiled.kernel() is None


@needs_numba
@pytest.mark.deep  # each example compiles formulas of its own, for seconds
@settings(max_examples=10)
@given(experiment=experiments(most_epochs=4, most_examples=6), data=st.data())
def test_runs_with_an_edit_and_a_branch_change_over_anywhere(experiment, data) -> None:
    schedule = Schedule(experiment)
    middle, position = (
        data.draw(st.integers(0, last)) for last in (schedule.updates, schedule.total - 1)
    )
    bias = value_name("b", next(iter(experiment.network.biases)))
    edits = [Edit(position, bias, 0.25), Edit(position, "learning_rate", 0.125)]

    def trained(change_over: bool) -> list[Any]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runner, "TINY_UPDATE", 0)
            if not change_over:
                patch.setattr(runner, "self_test", lambda: SelfTest(True, True, compiled=False))
            timeline, found = Timeline(experiment), []
            state, update = timeline.run(timeline.engine(0).first(), 0, middle)
            if change_over:
                timeline.engine(0).compile()
            state, update = timeline.run(state, update, schedule.updates)
            found.append((array_bits(state), recorded(timeline.history)))
            branch = timeline
            for edit in edits:
                branch = branch.fork(edit)
            if change_over:
                branch.engine(position).compile()
            update, state = branch.checkpoints.before(schedule.updates_before(position))
            state, update = branch.run(state, update, schedule.updates)
            return [*found, (array_bits(state), recorded(branch.history))]

    assert trained(change_over=True) == trained(change_over=False)
