"""State files: where they lie, and that none of them is ever fatal."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments, layered

import nntui
from nntui.document import user_state
from nntui.document.files import MAX_DEBUGGER_BYTES
from nntui.document.save import identity
from nntui.document.user_state import (
    StateError,
    newest_branches,
    read_state,
    set_aside,
    state_file,
    write_state,
)
from nntui.model.dataset import Dataset


@pytest.fixture
def file(tmp_path):
    return state_file(layered(2, 2, 1), tmp_path / "state")


def altered(experiment, **training):
    return replace(experiment, training=replace(experiment.training, **training))


# ---- the identity --------------------------------------------------------------------------------


@given(experiments())
def test_saving_and_loading_keeps_the_identity(tmp_path_factory, experiment):
    path = tmp_path_factory.mktemp("documents") / "saved.json"
    nntui.save(replace(experiment, name="another", description="words"), path, overwrite=True)
    assert identity(nntui.load(path)) == identity(experiment)


def test_name_description_and_debugger_have_no_say():
    experiment = layered(2, 2, 1)
    other = replace(experiment, name="n", description="d", debugger={"version": 1})
    assert identity(other) == identity(experiment)


def test_whatever_changes_the_run_changes_the_identity():
    experiment = layered(2, 2, 1)
    data, network = experiment.data, experiment.network
    weight, bias, frozen = (network.copy() for _ in range(3))
    weight.set_weight("x1", "h1_1", 0.125)
    bias.set_bias("y1", 0.125)
    frozen.disconnect("x1", "h1_1")
    frozen.connect("x1", "h1_1", experiment.network.weights["x1", "h1_1"], trainable=False)
    row = Dataset.of([[0.5, 0.5], *data.inputs[1:]], data.targets)
    target = Dataset.of(data.inputs, [[0.5], *data.targets[1:]])
    others = [
        *(replace(experiment, network=changed) for changed in (weight, bias, frozen)),
        *(replace(experiment, data=changed) for changed in (row, target)),
        replace(experiment, data=Dataset.of(data.inputs, data.targets, test_fraction=0.5)),
        altered(experiment, epochs=7),
        altered(experiment, seed=1),
        altered(experiment, batch_size=1),
        altered(experiment, l2=0.5),
        layered(2, 2, 1, activation="relu"),
        layered(2, 1, 2),
    ]
    found = [identity(each) for each in (experiment, *others)]
    assert len(set(found)) == len(found)


def test_rows_from_a_csv_count_by_their_content(loaded, folder, from_csv):
    before = identity(loaded(from_csv))
    (folder / "rows.csv").write_text("a,b,t,more\n1,2,0.5,9\n-1,0.4,1,9\n")
    assert identity(loaded(from_csv)) == before
    (folder / "rows.csv").write_text("a,b,t\n1,2,0.5\n-1,0.4,0.9\n")
    assert identity(loaded(from_csv)) != before


def test_the_identity_is_a_file_name_on_every_system(loaded, document):
    found = identity(loaded(document))
    assert len(found) == 32
    assert set(found) <= set("0123456789abcdef")


# ---- reading and writing -------------------------------------------------------------------------


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5).filter(lambda text: text.isprintable()),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text("abcdef", max_size=3), plain, max_size=4))
def test_what_is_written_is_read_again(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("state") / "deep" / "er" / "file.json"
    write_state(file, value)
    assert read_state(file) == value


def test_a_state_that_was_never_written_is_none(file):
    assert read_state(file) is None


def test_only_the_user_may_look_into_the_folder(file):
    write_state(file, {})
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe{}",
        b"\0" * 100,
        b"[" * 100_000,
        b'{"a": "' + b"x" * MAX_DEBUGGER_BYTES + b'"}',
        json.dumps({"a": 1}).encode("utf-16"),
    ],
)
def test_a_damaged_file_is_told_about_and_set_aside(file, data):
    write_state(file, {})
    file.write_bytes(data)
    with pytest.raises(StateError) as caught:
        read_state(file)
    sentence = str(caught.value)
    assert "set aside as" in sentence
    assert "\n" not in sentence
    assert not file.exists()
    assert file.with_suffix(".set-aside.json").read_bytes() == data
    assert read_state(file) is None


def test_a_folder_in_its_place_is_set_aside_too(file):
    file.mkdir(parents=True)
    with pytest.raises(StateError, match="found a directory"):
        read_state(file)
    assert read_state(file) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_pipe_in_its_place_does_not_hang(file):
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    with pytest.raises(StateError, match="found a FIFO"):
        read_state(file)


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path):
    (tmp_path / "debugger").write_text("in the way")
    file = state_file(layered(2, 1), tmp_path)
    with pytest.raises(StateError, match="are not kept: "):
        write_state(file, {})
    assert read_state(file) is None


def test_a_folder_that_takes_no_files_is_a_sentence(tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "makedirs", refuse)
    with pytest.raises(StateError, match="no permission"):
        write_state(state_file(layered(2, 1), tmp_path), {})


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_what_is_kept_is_for_nobody_else_to_read(file):
    write_state(file, {})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_state_that_is_too_large_leaves_the_old_one(file):
    write_state(file, {"old": True})
    with pytest.raises(StateError, match="expected at most"):
        write_state(file, {"text": "x" * MAX_DEBUGGER_BYTES})
    assert read_state(file) == {"old": True}


def test_a_file_that_cannot_be_set_aside_stays_and_is_told_about(file, monkeypatch):
    write_state(file, {})

    def refuse(*args):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "replace", refuse)
    assert "stays as it is (no permission)" in set_aside(file)
    assert file.exists()


def test_the_files_written_longest_ago_go_when_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(user_state, "MOST_FILES", 3)
    for n in range(5):
        write_state(tmp_path / f"{n}.json", {"n": n})
        os.utime(tmp_path / f"{n}.json", (n, n))
    write_state(tmp_path / "9.json", {"n": 9})
    assert sorted(each.name for each in tmp_path.iterdir()) == ["3.json", "4.json", "9.json"]


def test_a_state_that_is_too_large_loses_its_oldest_rows_only(file):
    marks = [{"name": f"{n} {'x' * 2000}", "position": n, "branch": "main"} for n in range(1000)]
    with pytest.raises(StateError, match="the 500 oldest"):
        write_state(file, {"version": 1, "bookmarks": marks, "displays": ["loss"]})
    assert read_state(file) == {"version": 1, "bookmarks": marks[500:], "displays": ["loss"]}


def branch(n, parent="main", edits=1, current=False):
    changes = [{"position": n, "target": "l2", "value": k} for k in range(edits)]
    return {"name": f"b{n}", "parent": parent, "current": current, "edits": changes}


def test_a_state_with_too_many_edits_keeps_its_newest_branches_and_all_the_rest(file):
    state = {
        "version": 1,
        "breakpoints": ["break h1"],
        "bookmarks": [
            {"name": f"at {n}", "position": n, "branch": each}
            for n, each in enumerate(["main", "b0", "b9"])
        ],
        "branches": [branch(n, edits=4000) for n in range(10)],
        "position": 7,
    }
    with pytest.raises(StateError, match="the 6 oldest of its branches, bookmarks"):
        write_state(file, state)
    kept = read_state(file)
    assert [row["name"] for row in kept["branches"]] == [f"b{n}" for n in range(5, 10)]
    assert [row["name"] for row in kept["bookmarks"]] == ["at 0", "at 2"]
    assert kept["breakpoints"] == ["break h1"]
    assert kept["position"] == 7


def test_the_current_branch_is_kept_with_its_parents_as_long_as_that_helps():
    rows = [branch(0), branch(1, "b0", current=True), branch(2, "b0"), branch(3), branch(4, "b3")]
    assert [row["name"] for row in newest_branches(rows)] == ["b0", "b1", "b3", "b4"]
    assert newest_branches([branch(0), branch(1, "b0", current=True)]) == []
    assert [row["name"] for row in newest_branches([branch(0), branch(1, "b0"), branch(2)])] == [
        "b2"
    ]
