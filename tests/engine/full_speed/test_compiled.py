"""The kernel that numba compiles: it comes beside a run, which goes on with the same bits."""

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec

import pytest
from support.experiments import layered
from support.stepped import Stepped, array_bits, recorded

from nntui.engine.full_speed import FullSpeed, compiled, elementwise, runner
from nntui.engine.loss_history import LossHistory

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
def test_one_that_adds_otherwise_is_not_taken(not_loaded, monkeypatch) -> None:
    monkeypatch.setattr(compiled, "adds_in_order", lambda kernel: False)
    assert compiled.load() is None
    assert compiled.kernel() is None
