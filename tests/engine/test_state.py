"""Dicts whose numbers are in an array, and the states of large networks that hold them."""

from __future__ import annotations

from collections import deque
from itertools import islice
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.bits import all_bits
from support.experiments import experiments
from support.stepped import steps_of

from nntui.debugger.debugger import Debugger
from nntui.engine import parameter_index
from nntui.engine.state import EdgeIndex, LazyDict, LazyNumbers, State
from nntui.model.network import Network

KEYS = ("a", "b", "c", "d")
numbers = st.floats(allow_nan=False)


def lazy(values):
    """A dict of some cells of an array only, as weights lie between biases."""
    places = {key: 2 * n + 1 for n, key in enumerate(KEYS)}
    array = np.full(2 * len(KEYS) + 1, np.nan)
    for key, place in places.items():
        array[place] = values[key]
    return LazyDict(lambda: places, array.item)


@given(
    values=st.fixed_dictionaries(dict.fromkeys(KEYS, numbers)),
    read=st.lists(st.sampled_from(KEYS)),
    written=st.dictionaries(st.sampled_from(KEYS), numbers),
)
def test_it_is_a_dict_of_the_same_numbers(values, read, written) -> None:
    found, expected = lazy(values), {key: values[key] for key in KEYS}
    for key in read:
        assert found[key] == expected[key]
    copied = found.copy()
    for key, value in written.items():
        found[key] = expected[key] = value
    assert found == expected
    assert expected == found
    assert (found != expected) is False
    assert found == lazy(expected)
    assert list(found) == list(KEYS)
    assert dict(found) == {**found} == dict(found.items()) == expected
    assert list(found.values()) == list(expected.values())
    assert found.keys() == expected.keys()
    assert len(found) == len(KEYS)
    assert [found.get(key) for key in KEYS] == list(expected.values())
    assert copied == values
    more = {"a": 5.0, "e": 6.0}
    fresh = lazy(values)
    assert lazy(values) | more == values | more
    assert more | lazy(values) == more | values
    assert fresh | lazy(expected) == expected
    assert repr(lazy(values)) == repr({key: values[key] for key in KEYS})


def test_what_is_not_there_is_missing() -> None:
    found = lazy(dict.fromkeys(KEYS, 1.0))
    with pytest.raises(KeyError):
        found["e"]
    assert "e" not in found
    assert found.get("e") is None
    assert found.get("e", 2.0) == 2.0
    assert "a" in found
    assert found


@pytest.fixture
def large(monkeypatch):
    """Let every network count as large."""
    monkeypatch.setattr(parameter_index, "LARGE", 0)


def stepped_to(experiment, position):
    """The state after so many steps of the algorithm alone."""
    state = State.first(experiment)
    deque(islice(steps_of(experiment, state), position), maxlen=0)
    return state


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(experiment=experiments(most_epochs=3), seed=st.integers(0, 2**32))
def test_a_large_network_s_state_is_the_one_that_is_stepped_to(experiment, seed, large) -> None:
    chance, debugger = Random(seed), Debugger(experiment)
    for _ in range(4):
        position = chance.randrange(1, debugger.total)
        debugger.seek(position)
        assert isinstance(debugger.training_run.state.w, LazyDict)
        earlier, w = debugger.snapshot(), all_bits(stepped_to(experiment, position).w)
        for _ in range(chance.randint(0, 40)):
            if not debugger.at_end:
                debugger.step()
        expected, snapshot = stepped_to(experiment, debugger.position), debugger.snapshot()
        for name in ("b", "db", "w", "dw"):
            numbers = all_bits(getattr(expected, name))
            assert all_bits(getattr(debugger.training_run.state, name)) == numbers
            assert all_bits(getattr(snapshot, name)) == numbers
        assert all_bits(earlier.w) == w


def test_a_copy_of_a_lazy_dict_reads_no_value_that_was_not_read():
    read = []
    lazy = LazyDict(lambda: {"a": 0, "b": 1, "c": 2}, lambda n: read.append(n) or float(n))
    assert lazy["b"] == 1.0
    lazy["c"] = 5.0
    copied = lazy.copy()
    assert read == [1]
    assert copied == {"a": 0.0, "b": 1.0, "c": 5.0}


def test_a_lazy_dict_that_is_filled_leaves_its_copies_as_they_are():
    lazy = numbers_of_two()
    lazy["x", "b"] = 3.0
    copied = lazy.copy()
    lazy.fill(0.0)
    assert lazy == {("x", "a"): 0.0, ("x", "b"): 0.0}
    assert lazy.array().tolist() == [0.0, 0.0]
    assert copied == {("x", "a"): 1.0, ("x", "b"): 3.0}


def test_many_are_read_at_once_with_those_that_were_written_and_none_is_stored():
    lazy = numbers_of_two()
    lazy["x", "b"] = 3.0
    assert lazy.many([("x", "b"), ("x", "a"), ("x", "b")]) == [3.0, 1.0, 3.0]
    assert lazy.copy()._known() == [(("x", "b"), 3.0)]
    with pytest.raises(KeyError):
        lazy.many([("a", "b")])


def numbers_of_two() -> LazyNumbers:
    network = Network()
    network.add_neuron("x", role="input")
    for name in ("a", "b"):
        network.add_neuron(name, role="output")
        network.connect("x", name, 0.0)
    index = EdgeIndex(network.wiring(), {"a": 0, "b": 1})
    return LazyNumbers(lambda: index, np.array([1.0, 2.0]))
