"""``nntui grade FILE FOLDER``: a row for each submission."""

from __future__ import annotations

import csv
import io
import os

import numpy as np
import pytest

from nntui.verify.right_run import RightRun

from .conftest import strict


@pytest.fixture
def submissions(here):
    """Numbers of several people, on a sample."""
    import nntui

    run = RightRun(nntui.load("xor"))
    dp = run.of_batch(0)["dp"]
    weights = np.array([[1, 4, 7], [2, 5, 8]])
    right = {"dW1": dp[weights], "db1": dp[[0, 3, 6]], "dW2": dp[[10, 11, 12]], "db2": dp[9]}
    folder = here / "all"
    (folder / "zoe").mkdir(parents=True)
    np.savez(folder / "anna.npz", **right)
    np.savez(folder / "bert.npz", **{name: 4 * g for name, g in right.items()})
    np.savez(folder / "zoe" / "mine.npz", **(right | {"db1": dp[[0, 3, 6]] * 0.0}))
    (folder / "carl.npz").write_bytes((folder / "anna.npz").read_bytes()[:90])
    (folder / "dora.csv").write_text("name,value\ndW7,0\n")
    (folder / "=1+1.json").write_text('{"dw[x1,h1]": true}')
    (folder / ".hidden").write_text("")
    os.mkfifo(folder / "emil")
    return folder


def test_each_has_a_row_in_the_order_of_names_and_bad_ones_their_sentence(nntui, submissions):
    result = nntui("grade", "xor", submissions)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["file"], row["verdict"]) for row in rows] == [
        ("'=1+1.json", "unreadable"),
        ("anna.npz", "right"),
        ("bert.npz", "factor"),
        ("carl.npz", "unreadable"),
        ("dora.csv", "unreadable"),
        ("emil", "unreadable"),
        (os.path.join("zoe", "mine.npz"), "mistake"),
    ]
    found = {row["file"]: row for row in rows}
    assert found["'=1+1.json"]["sentence"].startswith('["dw[x1,h1]"]: found true, expected a')
    assert found["anna.npz"]["agree"] == found["anna.npz"]["compared"] == "13"
    assert found["bert.npz"]["first_difference"] != ""
    assert found["bert.npz"]["mistakes"] == "sum_for_mean"
    assert "N = 4" in found["bert.npz"]["factor"]
    assert found["carl.npz"]["sentence"].startswith("found a damaged archive")
    assert found["dora.csv"]["sentence"] == "there is no dW7: the network has 2 layers, up to dW2"
    assert found["emil"]["sentence"].startswith("found a FIFO")
    assert "bias" in found[os.path.join("zoe", "mine.npz")]["mistakes"]


def test_the_json_has_the_same_keys_in_each(nntui, submissions):
    rows = strict(nntui("grade", "xor", submissions, "--json").stdout)
    assert len(rows) == 7
    assert {tuple(sorted(row)) for row in rows} == {
        (
            "agree",
            "compared",
            "factor",
            "file",
            "first_difference",
            "mistakes",
            "sentence",
            "verdict",
        )
    }


def test_a_fault_of_nntui_costs_no_other_its_row(nntui, submissions, monkeypatch):
    real, called = RightRun.of_batch, []

    def failing(run, update):
        called.append(update)
        if len(called) == 1:
            raise ZeroDivisionError("no")
        return real(run, update)

    monkeypatch.setattr(RightRun, "of_batch", failing)
    rows = strict(nntui("grade", "xor", submissions, "--json").stdout)
    assert rows[1]["sentence"].startswith("unexpected ZeroDivisionError: no (")
    assert rows[2]["verdict"] == "factor"


def test_a_line_end_in_a_files_name_ends_no_row(nntui, here):
    (here / "all").mkdir()
    (here / "all" / "a\n=1+1.json").write_text("")
    found = list(csv.reader(io.StringIO(nntui("grade", "xor", here / "all").output)))
    assert [row[0] for row in found] == ["file", "a\n=1+1.json"]


def test_the_document_itself_is_no_submission(nntui, document):
    path = document()
    result = nntui("grade", path, path.parent)
    assert result.stdout.splitlines()[1:] == []


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("none", "none: found no such file, expected a folder of files"),
        ("file", "file: found a file, expected a folder of files"),
        ("empty", "empty: there are no files in it"),
    ],
)
def test_a_folder_that_is_none_is_refused(nntui, here, folder, said):
    (here / "file").write_text("")
    (here / "empty").mkdir()
    result = nntui("grade", "xor", folder)
    assert (result.exit_code, result.stderr) == (2, f"nntui: {said}\n")


def test_very_many_files_are_refused(nntui, submissions, monkeypatch):
    monkeypatch.setattr("nntui.verify.grade.MAX_SUBMISSIONS", 3)
    result = nntui("grade", "xor", submissions)
    assert (result.exit_code, "more than 3 files" in result.stderr) == (2, True)
