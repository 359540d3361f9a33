"""``source``, lines that come together, and errors that nobody foresaw."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from support.experiments import layered

from nntui.debugger.commands.command import Movement, Reply
from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.commands.script import MOST_BYTES, MOST_KEPT, ScriptLine, expanded, read_script
from nntui.debugger.commands.text import CommandError
from nntui.debugger.debugger import Debugger

fifos = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_source_runs_the_commands_of_a_file(do, folder) -> None:
    (folder / "a b.txt").write_text("# a script\nstep 3\n\nprint step  # here\nsource c.txt\n")
    (folder / "c.txt").write_text("\ufeffprint 4\r\nstep\r\n", "utf-8")
    reply = do("source a b.txt")
    assert reply.position == 4
    assert reply.moved
    assert "step = 3" in reply.lines
    assert "4 = 4" in reply.lines
    assert do('source "a b.txt"').position == 8


def test_the_first_line_that_fails_ends_a_script_and_is_named(interpreter, folder) -> None:
    (folder / "a.txt").write_text("step\nprint 1 +\nstep\n")
    (folder / "b.txt").write_text("print 1\nsource a.txt\nprint 2")
    for line, place in [("source a.txt", "a.txt:2"), ("source b.txt", "a.txt:2")]:
        before = interpreter.position
        reply = interpreter.reply(line)
        assert not reply.ok
        assert reply.data["error"].startswith(f"{place}: expected a value")
        assert reply.position == before + 1
    assert reply.lines[0] == "1 = 1"
    assert "2 = 2" not in reply.lines


def test_quit_in_a_script_quits(do, folder) -> None:
    (folder / "a.txt").write_text("print 1\nquit\nprint 2")
    reply = do("source a.txt")
    assert reply.quits
    assert reply.lines == ("1 = 1",)


def test_files_that_read_each_other_are_refused(interpreter, folder) -> None:
    (folder / "a.txt").write_text("source b.txt")
    (folder / "b.txt").write_text("sou a.txt")
    assert "a circle" in interpreter.reply("source a.txt").data["error"]


def test_what_is_no_file_of_commands_is_refused(refused, folder) -> None:
    (folder / "latin.txt").write_bytes(b"print 1 # \xe9")
    assert "needs a file" in refused("source")
    assert refused("source nowhere.txt").startswith("nowhere.txt: found no file of commands")
    assert "is a directory" in refused("source .")
    assert "byte 10: found 0xE9" in refused("source latin.txt")
    assert refused("source a\0b")
    with open(folder / "huge.txt", "wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert "more than 64 MiB" in refused("source huge.txt")


@fifos
def test_a_fifo_is_refused_at_once(refused, folder) -> None:
    os.mkfifo(folder / "pipe")
    assert "a pipe or a device" in refused("source pipe")


@fifos
def test_a_pipe_from_the_shell_is_read_to_its_end() -> None:
    reading, writing = os.pipe()

    def write() -> None:
        for text in (b"step\n", b"print 1\n"):
            os.write(writing, text)
        os.close(writing)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        lines = read_script(f"/dev/fd/{reading}")
    finally:
        thread.join()
        os.close(reading)
    assert [line.text for line in lines] == ["step", "print 1"]


def test_lines_that_come_together_are_a_script(do, interpreter) -> None:
    assert do("step 2\nprint step\n\nstep").position == 3
    reply = interpreter.reply("step\nbad\nstep")
    assert not reply.ok
    assert reply.data["error"].startswith("line 2: there is no command")
    assert reply.position == 4


def test_a_script_can_be_given_up_on_the_way() -> None:
    debugger = Debugger(layered(2, 8, 8, 1, examples=200, epochs=100_000))
    script = Interpreter(debugger).prepare("step 3\nprint step\ngoto end\nstep")
    assert isinstance(script, Movement)
    assert not script.burst(0.01)
    reply = Interpreter(debugger).finish(script)
    assert reply.ok
    assert reply.stop == "paused"
    assert "step = 3" in reply.lines
    assert 3 <= reply.position < debugger.total


def test_the_last_lines_of_a_long_script_are_kept(do, folder) -> None:
    (folder / "long.txt").write_text("print 1\n" * (MOST_KEPT + 5) + "print 2\n")
    reply = do("source long.txt")
    assert len(reply.lines) == MOST_KEPT
    assert reply.lines[-1] == "2 = 2"


def test_a_line_that_is_no_source_stands_for_itself() -> None:
    for text in ("", "print 1", "s 3", "x" * 9_000):
        line = ScriptLine(text, "here")
        assert list(expanded(line)) == [line]


# ---- errors that nobody foresaw ------------------------------------------------------------------


def raising(*_: object, **__: object) -> object:
    raise ZeroDivisionError("division by \x1bzero")


def check_unexpected(reply: Reply) -> None:
    assert not reply.ok
    assert reply.data["error"].startswith("unexpected ZeroDivisionError: division by ")
    assert "please report it" in reply.data["error"]
    assert reply.lines[0].isprintable()


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("print loss", "nntui.debugger.stepper.value_of"),
        ("step 3", "nntui.debugger.stepper.observed"),
        ("goto 200", "nntui.debugger.stepper.observed"),
        ("continue", "nntui.debugger.breakpoints.search.ContinueSearch.burst"),
        ("info values", "nntui.debugger.stepper.Stepper.snapshot"),
        ("display loss", "nntui.debugger.displays.Displays.now"),
        ("step 3\nprint 1", "nntui.debugger.stepper.observed"),
    ],
)
def test_an_unexpected_error_is_a_reply_and_the_debugger_stays_usable(
    line, broken, debugger, monkeypatch
) -> None:
    interpreter = Interpreter(debugger)
    interpreter.reply("goto 30")
    with monkeypatch.context() as patched:
        patched.setattr(broken, raising)
        reply = interpreter.reply(line)
    assert not reply.ok
    assert "unexpected ZeroDivisionError: division by " in reply.data["error"]
    assert all(each.isprintable() for each in reply.lines)
    fresh = Debugger(debugger.experiment)
    for each in ("goto 47", "info values", "step", "goto 20", "info values"):
        assert interpreter.reply(each).lines == Interpreter(fresh).reply(each).lines


def test_an_error_half_way_through_a_step_leaves_a_true_state(debugger, monkeypatch) -> None:
    interpreter = Interpreter(debugger)
    interpreter.reply("goto 30")
    with monkeypatch.context() as patched:
        patched.setattr("nntui.engine.run.Run._finish", raising)
        check_unexpected(interpreter.reply("step 900"))
    assert debugger.position == 30
    fresh = Debugger(debugger.experiment)
    fresh.seek(30)
    assert debugger.snapshot().values == fresh.snapshot().values
    while not debugger.at_end:
        assert debugger.step().writes == fresh.step().writes


def test_an_error_of_who_listens_to_messages_is_not_swallowed(interpreter) -> None:
    def closed(message: str) -> None:
        raise BrokenPipeError

    interpreter.reply('break example log "x"')
    with pytest.raises(BrokenPipeError):
        interpreter.reply("continue", on_message=closed)


def test_source_is_refused_by_the_function_that_reads() -> None:
    with pytest.raises(CommandError, match="no file of commands"):
        read_script("nowhere")
