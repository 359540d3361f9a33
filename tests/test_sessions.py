"""Sessions in the user's state directory: found again, and carried over to a changed document."""

from __future__ import annotations

import json
import os
import random

import pytest

from nntui.document.load import load
from nntui.document.user_state import pointer_file, state_file, write_state
from nntui.samples import samples
from nntui.sessions import open_session, save_session
from nntui.tui.keymap import keymap_file, read_keymap
from nntui.tui.user_files import PreferencesFile, read_typed, recent_files


@pytest.fixture(autouse=True)
def own_directories(tmp_path, monkeypatch):
    monkeypatch.setattr("nntui.document.user_state.user_state_path", lambda name: tmp_path / name)
    monkeypatch.setattr("nntui.tui.keymap.user_config_path", lambda name: tmp_path / name)


@pytest.fixture
def document(tmp_path):
    """A document that was debugged: a breakpoint, a watch, a display, a bookmark, a position."""
    path = tmp_path / "net.json"
    path.write_text(samples()["sample"].read_text(encoding="utf-8"), encoding="utf-8")
    debugger, _ = open_session(load(path), document=path)
    from nntui.debugger.commands.interpreter import Interpreter

    interpreter = Interpreter(debugger)
    for command in ("break h1 backward", "watch w[x1,h1]", "display loss", "goto 7", "bookmark b"):
        assert interpreter.reply(command).ok
    assert save_session(debugger, path) is None
    return path


def changed(path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def parts(debugger) -> tuple[int, int, int, int]:
    return (
        len([*debugger.breakpoints]), len([*debugger.displays]), len(debugger.bookmarks),
        debugger.position,
    )  # fmt: skip


def test_all_is_there_again_when_a_number_was_changed(document):
    changed(document, '"learning_rate": 0.4', '"learning_rate": 0.25')
    debugger, problems = open_session(load(document), document=document)
    assert problems == []
    assert parts(debugger) == (2, 1, 1, 7)


def test_half_of_a_surrogate_pair_costs_no_more_than_its_character(document):
    file = state_file(load(document))
    text = file.read_text(encoding="utf-8")
    assert "break h1 backward" in text
    logged = r"break h1 backward log \"\\\\ 😀 \ud83d\ude00 \ud800\""
    file.write_text(text.replace("break h1 backward", logged), encoding="utf-8")
    debugger, problems = open_session(load(document), document=document)
    assert problems == []
    assert parts(debugger) == (2, 1, 1, 7)
    assert next(iter(debugger.breakpoints)).log.text.endswith("😀 😀 \ufffd")


def test_what_no_longer_fits_is_named_with_the_document(document):
    changed(document, '"h1"', '"hidden"')
    debugger, problems = open_session(load(document), document=document)
    assert "net.json has changed" in problems[0]
    assert any("h1" in problem for problem in problems[1:])
    assert any("“b”" in problem for problem in problems)
    assert parts(debugger) == (0, 1, 0, 0)


def test_a_document_changed_back_has_its_position_and_the_newest_breakpoints(document):
    changed(document, '"learning_rate": 0.4', '"learning_rate": 0.25')
    debugger, _ = open_session(load(document), document=document)
    for point in [*debugger.breakpoints]:
        debugger.breakpoints.remove(point.number)
    debugger.seek(3)
    save_session(debugger, document)
    changed(document, '"learning_rate": 0.25', '"learning_rate": 0.4')
    debugger, problems = open_session(load(document), document=document)
    assert problems == []
    assert parts(debugger) == (0, 1, 1, 7)


def test_a_document_moved_elsewhere_has_its_session(document, tmp_path):
    moved = document.rename(tmp_path / "moved.json")
    debugger, problems = open_session(load(moved), document=moved)
    assert (problems, parts(debugger)) == ([], (2, 1, 1, 7))


def damage(rng: random.Random, data: bytes) -> bytes:
    """Cut a file, replace bytes of it, or write something else."""
    kind = rng.randrange(5)
    if kind == 0:
        return data[: rng.randrange(len(data) + 1)]
    if kind == 1:
        changed = bytearray(data or b"x")
        for _ in range(rng.randint(1, 8)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return bytes(changed)
    if kind == 2:
        return rng.randbytes(rng.randrange(400))
    if kind == 3:
        return json.dumps(_hostile(rng, 3)).encode()
    state = json.loads(data)
    state[rng.choice(sorted(state))] = _hostile(rng, 2)
    return json.dumps(state).encode()


def _hostile(rng: random.Random, depth: int) -> object:
    plain = None, True, -1, 0, 1e308, 10**30, "", "\ud800", "main", "h1", "\x1b]0;x\x07"
    if not depth or rng.random() < 0.5:
        return rng.choice(plain)
    values = [_hostile(rng, depth - 1) for _ in range(rng.randrange(4))]
    if rng.random() < 0.5:
        return values
    names = "name", "position", "branch", "number", "expression", "parent", "edits", "state"
    return {rng.choice(names): value for value in values}


def open_damaged(document, seed: int, count: int) -> None:
    """Open a session again and again, each time with one of its files damaged."""
    rng = random.Random(seed)
    experiment = load(document)
    files = [state_file(experiment), pointer_file(document)]
    whole = {file: file.read_bytes() for file in files}
    for n in range(count):
        victim = rng.choice(files)
        for file, data in whole.items():
            file.write_bytes(damage(rng, data) if file is victim else data)
        try:
            debugger, problems = open_session(experiment, document=document)
            assert all(problem.isprintable() for problem in problems)
            assert save_session(debugger, document) is None
        except Exception:
            print(f"seed {seed}, file {n}: {victim.read_bytes()[:500]!r}")
            raise


def test_damaged_state_files_are_said_and_replaced(document):
    open_damaged(document, seed=1, count=100)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(5))
def test_many_damaged_state_files_are_said_and_replaced(document, seed):
    open_damaged(document, seed=100 + seed, count=1000)


NO_FILES = {
    "folder": lambda place: place.mkdir(),
    "FIFO": lambda place: os.mkfifo(place),
    "dangling link": lambda place: place.symlink_to("nowhere"),
    "circle of links": lambda place: place.symlink_to(place.name),
    "terminal": lambda place: place.symlink_to("/dev/ptmx"),
    "endless": lambda place: place.symlink_to("/dev/zero"),
    "bytes": lambda place: place.write_bytes(bytes(range(256))),
    "a list": lambda place: place.write_text("[[1], {}]"),
    "huge": lambda place: place.write_bytes(b"[" * 5_000_000),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
@pytest.mark.parametrize("kind", NO_FILES)
def test_only_regular_files_are_read_at_the_start(tmp_path, kind):
    """None of these may hold up the start; what is wrong with those that matter is said."""
    places = [keymap_file(), *(tmp_path / "nntui" / each for each in
              ("preferences.json", "recent.json", "commands.txt"))]  # fmt: skip
    for place in places:
        place.parent.mkdir(exist_ok=True)
        NO_FILES[kind](place)
    assert read_keymap().complaints
    preferences = PreferencesFile(kept=True, folder=tmp_path / "nntui")
    assert preferences.complaints
    assert preferences.change(still=True) is None or not os.path.isfile(places[1])
    assert recent_files() == []
    assert all(line.isprintable() for line in read_typed())


def test_the_state_of_a_document_is_found_without_its_pointer(document):
    write_state(pointer_file(document), {"state": "../../etc", "version": 1})
    debugger, problems = open_session(load(document), document=document)
    assert (problems, parts(debugger)) == ([], (2, 1, 1, 7))
