"""How the process ends: terminals that close, signals, kills, faults of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from random import Random

import pytest

from nntui.document.load import load
from nntui.samples import samples

if sys.platform == "win32":
    pytest.skip("pseudo-terminals of POSIX", allow_module_level=True)

from support.forked import Sessions
from support.terminal import CLI

FEW = 3


def deep(*values):
    return pytest.param(*values, marks=pytest.mark.deep)


def seeds(few, many, share=20):
    """Few seeds in the quick suite, many in the deep one, in shares for workers to take."""
    return [range(few), *(deep(range(first, first + share)) for first in range(0, many, share))]


MOST_SECONDS = 10.0
"""It is two by the clock of a machine that has nothing else to do."""


@pytest.fixture
def endless(tmp_path):
    document = json.loads(samples()["sample"].read_text())
    document["training"]["epochs"] = 100_000_000
    file = tmp_path / "endless.json"
    file.write_text(json.dumps(document))
    return file


@pytest.fixture
def sessions(environment):
    sessions = Sessions(environment)
    yield sessions
    sessions.close()


def kept_positions(tmp_path):
    states = (tmp_path / "state" / "nntui").glob("**/*.json")
    found = [json.loads(file.read_text()) for file in states if file.name != "preferences.json"]
    return [state["position"] for state in found if isinstance(state, dict) and "position" in state]


@pytest.mark.parametrize("seeds", seeds(FEW, 100))
def test_nothing_outlives_its_terminal_and_the_session_is_kept(sessions, endless, tmp_path, seeds):
    slowest = 0.0
    for seed in seeds:
        chance = Random(seed)
        shutil.rmtree(tmp_path / "state" / "nntui" / "debugger", ignore_errors=True)
        session = sessions.open(str(endless))
        try:
            session.wait_for("step 0 of")
            session.type("7s")
            session.wait_for("step 7 of")
            session.type("c")
            session.read_for(chance.uniform(0, 0.6))
            session.close_terminal()
            slowest = max(slowest, session.seconds_to_its_end())
            assert slowest < MOST_SECONDS, f"seed {seed}"
            assert max(kept_positions(tmp_path), default=0) >= 7, f"seed {seed}"
        finally:
            session.end()
    print(f"the slowest of {len(seeds)} was gone after {slowest:.2f} s")


@pytest.mark.parametrize("seeds", seeds(FEW, 100))
def test_nothing_outlives_a_terminal_that_closes_while_it_starts(sessions, endless, seeds):
    for seed in seeds:
        session = sessions.open(str(endless))
        try:
            session.read_for(Random(seed).uniform(0, 0.3))
            session.close_terminal()
            assert session.seconds_to_its_end() < MOST_SECONDS, f"seed {seed}"
        finally:
            session.end()


@pytest.mark.parametrize("seeds", seeds(1, 200))
def test_a_document_is_the_old_one_or_the_new_one_whole_after_a_kill(sessions, tmp_path, seeds):
    for seed in seeds:
        chance = Random(seed)
        document = tmp_path / f"{seed}.json"
        shutil.copy(samples()["sample"], document)
        neurons = len(load(document).network.neurons)
        session = sessions.open(str(document))
        try:
            session.wait_for("step 0 of")
            session.type("M")
            session.wait_for("Edit ")
            for n in range(3):
                session.type("a")
                session.wait_for("Add a neuron")
                session.type("\r")
                session.wait_for(f"h{3 + n} added")
                session.sent = b""
                session.type("\x13")
                if n < 2:  # what is said next would hide that a neuron was added
                    session.wait_for("saved: ")
            session.read_for(chance.uniform(0, 0.1))
            number = chance.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGHUP))
            os.kill(session.process, number)
            assert session.seconds_to_its_end() < MOST_SECONDS, f"seed {seed}"
        finally:
            session.end()
        assert len(load(document).network.neurons) - neurons in range(4), f"seed {seed}"


@pytest.mark.parametrize("number", [deep(signal.SIGHUP), signal.SIGTERM, deep(signal.SIGINT)])
def test_a_signal_is_in_the_status_and_the_session_is_kept(terminal, tmp_path, number):
    session = terminal(str(samples()["sample"]))
    session.wait_for("step 0 of")
    session.type("12s")
    session.wait_for("step 12 of")
    session.child.kill(number)
    assert session.wait_for_end() == 128 + number
    assert kept_positions(tmp_path) == [12]
    assert b"\x1b[?1049l" in session.raw + (session.child.before or b"")


def test_a_terminal_that_takes_nothing_does_not_keep_it_from_ending(sessions, endless, tmp_path):
    session = sessions.open(str(endless))
    try:
        session.wait_for("step 0 of")
        session.type("c")
        session.wait_until_full()
        os.kill(session.process, signal.SIGTERM)
        terminal, session.terminal = session.terminal, -1
        assert session.seconds_to_its_end() < MOST_SECONDS
        os.close(terminal)
        assert max(kept_positions(tmp_path)) > 0
    finally:
        session.end()


FAULT = """
from nntui.tui.stepping.screen import SteppingScreen
def action_view(self, direction): raise ZeroDivisionError("nobody foresaw this")
SteppingScreen.action_view = action_view
from nntui.cli import main
main()
"""


def test_a_fault_of_the_screen_is_a_sentence_and_a_status_and_loses_nothing(terminal, tmp_path):
    session = terminal(str(samples()["sample"]), command=[sys.executable, "-c", FAULT])
    session.wait_for("step 0 of")
    session.type("12s")
    session.wait_for("step 12 of")
    session.type("v")
    assert session.wait_for_end() == 70
    said = (session.child.before or b"").decode()
    assert "nntui: unexpected ZeroDivisionError: nobody foresaw this" in said
    assert "what was unsaved is kept" in said
    assert "Traceback" not in said
    assert kept_positions(tmp_path) == [12]


@pytest.fixture
def slow(tmp_path):
    """A document whose data take seconds to read."""
    (tmp_path / "m.csv").write_text("x1,x2,y\n" + "0.1234,0.5678,0.0701\n" * 1_000_000)
    file = tmp_path / "slow.json"
    file.write_text(json.dumps({
        "format": "nntui/1", "network": {"layers": [2, 1]},
        "data": {"csv": "m.csv", "inputs": ["x1", "x2"], "targets": ["y"]},
        "training": {"batch_size": 100},
    }))  # fmt: skip
    return file


@pytest.mark.parametrize("keys", [deep("q"), "ss\x03", deep(signal.SIGHUP)])
def test_opening_is_cancelled_at_once(terminal, slow, keys):
    session = terminal(str(slow))
    session.wait_for("opening slow.json")
    if isinstance(keys, str):
        session.type(keys)
        assert session.wait_for_end() == 0
    else:
        session.child.kill(keys)
        assert session.wait_for_end() == 128 + keys
    assert b"Traceback" not in session.raw + (session.child.before or b"")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"TERM": "dumb"}, "TERM is dumb"),
        deep({"TERM": ""}, "TERM is not set"),
        ({"PYTHONIOENCODING": "latin-1"}, "set LC_ALL=C.UTF-8"),
    ],
)
def test_a_terminal_that_cannot_show_the_screen_is_told_so_in_a_sentence(terminal, more, said):
    session = terminal("xor", **more)
    assert session.wait_for_end() == 2
    sentence = (session.child.before or b"").decode()
    assert said in sentence
    assert "nntui exec" in sentence
    assert sentence.count("\n") == 1
    assert "\x1b" not in sentence


@pytest.mark.parametrize("redirected", ["2>/dev/null", deep(">/dev/null"), deep("2>&-")])
def test_the_screen_is_drawn_on_the_stream_that_is_a_terminal(terminal, redirected):
    session = terminal(
        "-c", f'exec "$0" "$@" xor {redirected}', *CLI, command=["/bin/sh"]
    )  # fmt: skip
    session.wait_for("step 0 of")
    session.type("q")
    assert session.wait_for_end() == 0


def test_keys_typed_before_the_screen_is_there_are_answered(terminal):
    session = terminal("sample")
    session.type("sss")
    session.wait_for("step 3 of")
    session.type("q")
    assert session.wait_for_end() == 0
