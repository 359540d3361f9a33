"""The user's own keys: what counts, and what is said about what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.tui.keymap import keymap_file, keymap_of, read_keymap
from nntui.tui.keys import EDITOR, EVERYWHERE, LISTS, every_key


def test_without_a_file_the_keys_are_those_of_the_table(tmp_path):
    keymap = read_keymap(tmp_path)
    assert (keymap.changed, keymap.complaints) == ({}, ())


def test_an_action_gets_another_key_or_several(tmp_path):
    keymap_file(tmp_path).write_text('step = "F7"\ncontinue = ["g", "F5"]\ngoto = "ctrl+G"\n')
    keymap = read_keymap(tmp_path)
    assert keymap.changed == {"step": "f7", "continue": "g,f5", "goto": "ctrl+G"}
    assert keymap.complaints == ()


def test_signs_are_keys_as_a_person_types_them():
    assert keymap_of({"watch": "?", "help": "ctrl++", "set": "w"}).changed == {
        "watch": "question_mark", "help": "ctrl+plus", "set": "w",
    }  # fmt: skip


def test_an_unknown_action_is_said_with_the_nearest_one():
    keymap = keymap_of({"stepp": "f7", "step": "f8"})
    assert keymap.changed == {"step": "f8"}
    assert keymap.complaints == ('there is no action “stepp”; did you mean "step"?',)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("F55", "“F55” is no key"),
        ("crtl+x", "“crtl+x” is no key"),
        (3, "found 3"),
        ("", "found ''"),
    ],
)
def test_what_is_no_key_is_said_and_the_action_keeps_its_own(value, said):
    keymap = keymap_of({"step": value})
    assert keymap.changed == {}
    assert said in keymap.complaints[0]


def test_a_key_that_is_taken_means_what_the_person_says_and_that_is_said():
    keymap = keymap_of({"watch": "s"})
    assert keymap.changed == {"watch": "s", "step": "f11"}
    assert keymap.complaints == ("s means watch and no longer step",)


def test_two_actions_may_change_places_without_a_word():
    keymap = keymap_of({"step": "n", "neuron": ["s"]})
    assert keymap.changed == {"step": "n", "neuron": "s"}
    assert keymap.complaints == ()


def test_one_key_for_two_actions_is_said():
    keymap = keymap_of({"step": "f7", "neuron": "f7"})
    assert keymap.complaints == ("F7 means step and no longer neuron",)


@pytest.mark.parametrize(
    "text", ["step = ", "\x00", 'step = "j"\nstep = "k"', "step = " + "[" * 90_000]
)
def test_a_damaged_file_is_said_and_not_fatal(tmp_path, text):
    keymap_file(tmp_path).write_text(text)
    keymap = read_keymap(tmp_path)
    assert keymap.changed == {}
    assert len(keymap.complaints) == 1


_VALUES = st.one_of(
    st.text(max_size=8), st.integers(), st.lists(st.sampled_from([*"abcs?+", "f1", "ctrl+x"]))
)


@given(st.dictionaries(st.sampled_from([*every_key(), "nonsense"]), _VALUES, max_size=6))
def test_whatever_is_wanted_no_key_means_two_things_in_one_place(wanted):
    changed = keymap_of(wanted).changed
    for scope in (EVERYWHERE, LISTS, EDITOR):
        used = ",".join(filter(None, (changed.get(key.name, key.keys) for key in scope))).split(",")
        assert len(used) == len(set(used))
