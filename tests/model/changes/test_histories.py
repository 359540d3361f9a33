"""Any changes, one after the other: all undone, the experiment is the very one it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nntui.document.load import load
from nntui.document.save import save
from nntui.model.activations import ACTIVATIONS
from nntui.model.changes.history import Edited
from nntui.model.changes.settings import Change, change_setting
from nntui.model.changes.structure import (
    add_neuron,
    add_row,
    change_connection,
    change_neuron,
    change_row,
    connect,
    delete_neuron,
    delete_row,
    disconnect,
)
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.samples import samples

NAMES = st.sampled_from(["x1", "x2", "h1", "h2", "h3", "y", "y2", "new one"])
NUMBERS = st.floats(-5, 5, allow_nan=False)
ROLES = st.sampled_from(["input", "hidden", "output"])
TRAINABLE = st.booleans()

CHANGES = st.one_of(
    st.tuples(st.just("add"), NAMES, ROLES),
    st.tuples(st.just("delete"), NAMES),
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("neuron"), NAMES, st.sampled_from([*ACTIVATIONS]), NUMBERS, TRAINABLE),
    st.tuples(st.just("connect"), NAMES, NAMES, st.none() | NUMBERS),
    st.tuples(st.just("weight"), NAMES, NAMES, NUMBERS, TRAINABLE),
    st.tuples(st.just("disconnect"), NAMES, NAMES),
    st.tuples(st.just("row"), st.integers(0, 4), NUMBERS),
    st.tuples(st.just("more"), NUMBERS),
    st.tuples(st.just("less"), st.integers(0, 4)),
    st.tuples(
        st.just("setting"),
        st.sampled_from(
            [("loss", "mae"), ("optimizer", "adam"), ("epochs", "3"), ("batch_size", "3")]
        ),
    ),
)

DOERS = {
    "add": lambda e, name, role: add_neuron(e, name, role=role),
    "delete": delete_neuron,
    "rename": lambda e, name, new: change_neuron(e, name, new_name=new),
    "neuron": lambda e, name, f, b, t: change_neuron(e, name, activation=f, bias=b, trainable=t),
    "connect": connect,
    "weight": lambda e, i, j, w, t: change_connection(e, i, j, weight=w, trainable=t),
    "disconnect": disconnect,
    "row": lambda e, n, x: change_row(e, n, [x] * len(e.data.inputs[0]), e.data.targets[0]),
    "more": lambda e, x: add_row(e, [x] * len(e.data.inputs[0]), e.data.targets[0]),
    "less": delete_row,
    "setting": lambda e, named: change_setting(e, *named),
}


def made(experiment: Experiment, what: str, *arguments) -> Change | None:
    """The change, or None when it is refused: then with one of our own errors, and no other."""
    try:
        return DOERS[what](experiment, *arguments)
    except NntuiError:
        return None


@given(st.lists(CHANGES, max_size=12))
def test_undone_one_by_one_and_redone_one_by_one_they_pass_the_same_experiments(changes):
    sample = load(samples()["sample"])
    edited, passed = Edited.of(sample), [sample]
    for change in changes:
        done = made(edited.experiment, *change)
        if done is not None:
            assert done.experiment != edited.experiment
            edited = edited.after(done)
            passed.append(done.experiment)
    for experiment in reversed(passed):
        assert edited.experiment is experiment
        edited = edited.undone()
    assert edited.experiment == load(samples()["sample"])
    for experiment in passed:
        assert edited.experiment is experiment
        edited = edited.redone()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edited.json"
        save(edited.experiment, path)
        assert load(path) == edited.experiment
