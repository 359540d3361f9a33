"""The installed command in a real terminal: what is typed, and what a user sees."""

from __future__ import annotations

import json
import signal

import pytest

from nntui.samples import samples


def test_a_session_from_the_first_step_to_quitting(terminal):
    session = terminal(str(samples()["sample"]))
    session.wait_for("step 0 of")
    session.type("s")
    session.wait_for("step 1 of")
    session.type("s")
    session.wait_for("= 0.1 + 0.6 · 1")
    session.type("S")
    session.wait_for("step 1 of")
    session.type("50s")
    session.wait_for("step 51 of")
    session.type("c")
    session.wait_for("the end of the run")
    session.type("r")
    session.wait_for("step 0 of")
    session.type("q")
    assert session.wait_for_end() == 0


def test_a_breakpoint_stops_the_run_and_a_command_asks_about_it(terminal):
    session = terminal(str(samples()["sample"]))
    session.wait_for("step 0 of")
    session.type("\x1b[C\x1b[Cb")
    session.wait_for("breakpoint 1: h1")
    session.type("c")
    session.wait_for("(1st hit)")
    session.wait_for("step 4 ")
    session.type("c")
    session.wait_for("step 18 ")
    session.type("C")
    session.wait_for("step 4 ")
    session.type(":")
    session.wait_for("tab complete")
    session.type("print a[h1] > 0.6\r")
    session.wait_for("a[h1] > 0.6 = true")
    session.type(":")
    session.wait_for("tab complete")
    session.type("brak h1\r")
    session.wait_for('did you mean "break"?')
    session.type("\x1b")
    session.wait_for("q quit")
    session.type("q")
    assert session.wait_for_end() == 0


def test_a_run_under_way_is_stopped_by_a_key(terminal, tmp_path):
    document = json.loads(samples()["sample"].read_text())
    document["training"]["epochs"] = 100_000_000
    endless = tmp_path / "endless.json"
    endless.write_text(json.dumps(document))
    session = terminal(str(endless))
    session.wait_for("step 0 of")
    session.type("c")
    session.wait_for("running: space stops it")
    session.type(" ")
    session.wait_for("stopped on the way")
    session.type("q")
    assert session.wait_for_end() == 0


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no terminal hangs up here")
def test_nothing_is_lost_when_the_terminal_is_closed(terminal):
    session = terminal(str(samples()["sample"]))
    session.wait_for("step 0 of")
    session.type("\x1b[C\x1b[Cb12s")
    session.wait_for("step 12 of")
    session.child.kill(signal.SIGHUP)
    session.wait_for_end()
    again = terminal(str(samples()["sample"]))
    again.wait_for("step 12 of")
    again.type("C")
    again.wait_for("breakpoint 1: h1")
    again.type("q")
    assert again.wait_for_end() == 0


def test_the_picker_opens_a_sample(terminal):
    session = terminal()
    session.wait_for("mazur")
    session.type("\r")
    session.wait_for("step 0 of")
    session.type("q")
    assert session.wait_for_end() == 0


@pytest.mark.deep
def test_a_terminal_without_colours_shows_the_same_numbers(terminal):
    session = terminal(str(samples()["sample"]), NO_COLOR="1")
    session.wait_for("step 0 of")
    session.type("ss")
    session.wait_for("= 0.1 + 0.6 · 1")
    session.type("q")
    assert session.wait_for_end() == 0


def test_a_bad_document_is_shown_and_leaving_it_is_one_sentence_and_status_2(terminal, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "nntui/1"')
    session = terminal(str(bad))
    session.wait_for("waiting for the file to change")
    session.type("q")
    assert session.wait_for_end() == 2
    assert "Traceback" not in "\n".join(session.screen.display)


def test_a_bad_document_is_opened_as_soon_as_it_is_right(terminal, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    session = terminal(str(bad))
    session.wait_for("waiting for the file to change")
    bad.write_bytes(samples()["sample"].read_bytes())
    session.wait_for("step 0 of")
    session.type("q")
    assert session.wait_for_end() == 0


@pytest.mark.parametrize(
    "end",
    [
        "closed",
        pytest.param("hung up", marks=pytest.mark.deep),
        pytest.param("killed", marks=pytest.mark.deep),
    ],
)
def test_unsaved_work_survives_a_terminal_that_is(terminal, tmp_path, end):
    mine = tmp_path / "mine.json"
    mine.write_bytes(samples()["sample"].read_bytes())
    session = terminal(str(mine))
    session.wait_for("step 0 of")
    session.type("M")
    session.wait_for("Edit mine.json")
    session.type("a")
    session.wait_for("Add a neuron")
    session.type("\r")
    session.wait_for("h3 added")
    if end == "killed":  # nobody has time to do anything then: it must have been done
        session.wait_until(lambda: list((tmp_path / "state").glob("nntui/recovery/*.json")))
        session.child.kill(signal.SIGKILL)
        session.wait_for_end()
    elif end == "hung up":
        session.child.kill(signal.SIGHUP)
        session.wait_for_end()
    else:
        session.close_the_window()
    again = terminal(str(mine))
    again.wait_for("Unsaved work was left")
    again.type("t")
    again.wait_for("the unsaved work is here again")
    again.type("\x13")
    again.wait_for("saved: mine.json")
    again.type("q")
    assert again.wait_for_end() == 0
    assert '"h3"' in mine.read_text(encoding="utf-8")
    assert not list((tmp_path / "state").glob("nntui/recovery/*.json"))
