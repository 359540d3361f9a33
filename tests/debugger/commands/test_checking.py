"""``check FILE``: what it asks for, and what it says of an answer or a refusal."""

from __future__ import annotations

import pytest

from nntui.debugger.debugger import Debugger
from nntui.model.errors import NntuiError


class Wrong:
    lines = ("dW1 differs.", "Look: nntui FILE --at 9")
    notes = ("W1 is (out, in).",)

    def plain(self):
        return {"verdict": "unknown", "agree": 3, "compared": 1_004}


def test_numbers_are_held_against_the_update_that_is_named(do, debugger: Debugger) -> None:
    asked = []
    debugger.checker = lambda *words: asked.append(words) or Wrong()
    reply = do('check "my work.npz"')
    assert reply.lines == (
        "3 of 1,004 numbers agree with the run.",
        "dW1 differs.",
        "Look: goto 9",
        "W1 is (out, in).",
    )
    assert reply.data == Wrong().plain()
    assert not reply.moved
    do("check mine.npz update 2")
    do("set b[y1] 1")
    assert do("check mine.npz").lines[-1].startswith("This is about the run of the document")
    assert asked.pop()[0].network.biases["y1"] != 1
    do("branch switch main")
    experiment = debugger.experiment
    assert asked == [(experiment, "my work.npz", 0, None), (experiment, "mine.npz", 1, None)]
    asked.clear()
    do("check mine.npz after 3")
    do("check mine.npz after 3 update 2")
    assert [moment for *_, moment in asked] == [3, 3]
    assert [update for _, _, update, _ in asked] == [2, 1]


def test_what_cannot_be_checked_is_refused_in_a_sentence(
    do, refused, debugger: Debugger, tmp_path
) -> None:
    debugger.checker = None
    assert "nntui.check_work" in refused("check mine.npz")

    def fails(*words):
        raise NntuiError("mine.npz: found no numbers")

    debugger.checker = fails
    assert refused("check mine.npz") == "mine.npz: found no numbers"
    assert 'stands in "double quotes"' in refused("check 'my numbers.npz'")
    assert refused("check mine.npz update 11") == "there is no update 11: the run has 10"
    assert refused("check mine.npz after 11") == "there is no update 11: the run has 10"
    assert "expected update" in refused("check mine.npz 3")
    assert "expected update" in refused("check mine.npz after 3 after 4")


@pytest.mark.parametrize(
    ("line", "offered"),
    [("check ", ["check mine.npz", "check theirs.csv"]), ("check m", ["check mine.npz"])],
)
def test_files_with_numbers_are_offered(interpreter, tmp_path, monkeypatch, line, offered) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine.npz", "theirs.csv", "notes.txt", "\x1b.csv"):
        (tmp_path / name).touch()
    assert interpreter.complete(line) == offered
    assert interpreter.complete("check mine.npz u") == ["check mine.npz update"]
    assert interpreter.complete("check mine.npz update 3 ") == ["check mine.npz update 3 after"]
    assert interpreter.complete("check mine.npz update ") == []
