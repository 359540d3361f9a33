"""What neurons are called after any renamings, done and undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.document.load import load
from nntui.model.changes.history import Edited
from nntui.model.changes.structure import GoneError, Renaming, change_neuron, delete_neuron
from nntui.samples import samples

NAMES = ("x1", "x2", "h1", "h2", "y")


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([*NAMES, "g", "t"])), max_size=12))
def test_every_neuron_is_found_under_the_name_that_it_has_in_the_end(wishes):
    names, renaming = list(NAMES), Renaming()
    for place, wish in wishes:
        if wish not in names:
            renaming = renaming.then((names[place], wish))
            names[place] = wish
    assert [renaming.now(name) for name in NAMES] == names
    assert bool(renaming) == (names != list(NAMES))


def test_undone_all_names_are_the_old_ones_and_made_again_the_new_ones():
    history = Edited.of(load(samples()["sample"]))
    for old, new in (("h1", "t"), ("h2", "h1"), ("t", "h2")):
        history = history.after(change_neuron(history.experiment, old, new_name=new))
    assert history.renaming == Renaming({"h1": "h2", "h2": "h1"})
    undone = history.undone().undone().undone()
    assert not undone.renaming
    assert undone.redone().renaming == Renaming({"h1": "t"})


def test_going_back_from_what_runs_gives_the_old_names_too():
    history = Edited.of(load(samples()["sample"]))
    history = history.after(change_neuron(history.experiment, "h1", new_name="g")).as_run()
    assert not history.renaming
    assert history.undone().renaming == Renaming({"g": "h1"})


def test_a_neuron_whose_name_another_has_is_gone():
    history = Edited.of(load(samples()["sample"]))
    history = history.after(delete_neuron(history.experiment, "h1"))
    history = history.after(change_neuron(history.experiment, "h2", new_name="h1"))
    assert history.renaming.now("h2") == "h1"
    with pytest.raises(GoneError, match='"h1" is gone'):
        history.renaming.now("h1")
