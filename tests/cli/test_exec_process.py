"""``nntui exec`` as a process of its own: whatever is fed to it, and in a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pexpect
import pytest

from nntui.cli import endings

NNTUI = [sys.executable, "-c", "from nntui.cli import main; main(prog_name='nntui')"]
PATIENCE = 300

posix = pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal of POSIX")
pytestmark = pytest.mark.usefixtures("state")


# ---- what must not hang --------------------------------------------------------------------------


def process(data, *words, cwd):
    return subprocess.run(
        [*NNTUI, *words], input=data, capture_output=True, timeout=PATIENCE, cwd=cwd, check=False
    )


ODD_INPUT = {
    "nothing": (b"", 0),
    "empty lines": (b"\n\n\n", 0),
    "no line feed": (b"step", 0),
    "carriage returns": (b"step\r\nstep\r\n", 0),
    "garbage": (b"\x00\x01\xff\xfe\x80garbage\n", 1),
    "every byte": (bytes(range(256)) * 40, 1),
    "a line of 10 MB": (b"x" * 10_000_000, 1),
    "a line of 10 MB in between": (b"step\nprint " + b"(" * 10_000_000 + b"\nstep\n", 1),
    "a sum of 4000 terms": (b"print " + b"1+" * 4000 + b"1\n", 1),
}


@pytest.mark.parametrize("kind", ODD_INPUT)
def test_standard_input_of_any_kind_comes_to_an_end(here, kind):
    data, status = ODD_INPUT[kind]
    done = process(data, "exec", "xor", cwd=here)
    assert done.returncode == status, done.stderr
    assert b"Traceback" not in done.stderr
    assert len(done.stderr) < 5000


def test_standard_input_that_is_closed_is_empty(here):
    code = "import sys; sys.stdin = None; from nntui.cli import main; main(['exec', 'xor'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=PATIENCE, cwd=here, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@posix
def test_an_endless_line_is_refused_without_waiting_for_its_end(here):
    with open("/dev/zero", "rb") as endless:
        done = subprocess.run(
            [*NNTUI, "exec", "xor"], stdin=endless, capture_output=True, timeout=PATIENCE,
            cwd=here, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert b"at most" in done.stderr


@posix
def test_a_pipe_of_the_shell_is_read(here):
    script = f'{sys.executable} -c "{NNTUI[2]}" exec xor -x <(echo print 3; echo print 4)'
    done = subprocess.run(["bash", "-c", script], capture_output=True, timeout=PATIENCE, cwd=here)
    assert (done.stdout, done.returncode) == (b"3 = 3\n4 = 4\n", 0)


# ---- a terminal ----------------------------------------------------------------------------------


class Prompt:
    """``nntui exec`` in a terminal that can do nothing."""

    def __init__(self, *words, cwd, term="dumb"):
        environment = os.environ | {"TERM": term, "XDG_STATE_HOME": str(cwd), "LANG": "C.UTF-8"}
        self.child = pexpect.spawn(
            NNTUI[0], [*NNTUI[1:], "exec", *words], cwd=cwd, env=environment, timeout=PATIENCE,
            encoding="utf-8", dimensions=(24, 200),
        )  # fmt: skip
        self.expect(r"\(nntui\) ")

    def expect(self, pattern):
        self.child.expect(pattern)
        return self.child.before + self.child.after

    def ask(self, line):
        """Type a line; what is shown until the next prompt."""
        self.child.sendline(line)
        return self.expect(r"\(nntui\) ")

    def end(self):
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus


@posix
@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_a_dialogue_in_a_terminal(here, term):
    prompt = Prompt("xor", cwd=here, term=term)
    assert "position 3 of" in prompt.ask("step 3")
    assert "position 6 of" in prompt.ask("")
    said = prompt.ask("print 1 + * 2")
    assert "^" in said
    assert "step = 6" in prompt.ask("print step")
    if term == "dumb":
        said = prompt.ask("info values")
        assert "\x1b" not in said
    prompt.child.sendline("quit")
    assert prompt.end() == 0


@posix
@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_the_end_of_the_input_leaves(here, term):
    prompt = Prompt("xor", cwd=here, term=term)
    prompt.child.sendeof()
    assert prompt.end() == 0


@posix
@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_an_interrupt_pauses_what_runs_and_leaves_the_rest(here, document, term):
    training = {"optimizer": {"name": "adam"}, "epochs": 1_000_000_000, "batch_size": 2}
    path = document(training=training)
    prompt = Prompt(path.name, cwd=here, term=term)
    said = ""
    for _ in range(50):  # one that comes before the line is read only throws the line away
        prompt.child.sendline("continue")
        prompt.child.expect("continue")
        prompt.child.sendintr()
        said = prompt.expect(r"\(nntui\) ")
        if "paused" in said:
            break
    assert "paused" in said
    assert "step = " in prompt.ask("print step")
    prompt.child.sendintr()
    prompt.expect(r"\(nntui\) ")
    assert "2 = 2" in prompt.ask("print 2")
    prompt.child.sendline("quit")
    assert prompt.end() == 0


def test_an_interrupt_just_before_a_command_or_behind_it_ends_no_session(fed, monkeypatch):
    noticing, moments = endings.noticing_interrupts, iter(["before", "behind"])

    @contextmanager
    def struck(said=""):
        moment = next(moments, None)
        if moment == "before":
            raise KeyboardInterrupt
        with noticing(said) as noticed:
            yield noticed
        if moment == "behind":
            raise KeyboardInterrupt

    monkeypatch.setattr("nntui.cli.exec.noticing_interrupts", struck)
    monkeypatch.setattr("nntui.cli.sources.prompts", lambda: True)
    result = fed("step 2\nstep 3\nprint step\n", "exec", "xor")
    assert result.exit_code == 0
    assert "position 3 of" in result.stdout
    assert "step = 3" in result.stdout
    assert result.stderr.count("quit leaves") == 2


@posix
def test_a_pasted_line_that_is_too_long_is_refused_whole(here):
    prompt = Prompt("xor", cwd=here)
    # The terminal itself cuts lines at 4096; in raw mode they may be of any length.
    said = prompt.ask("print " + "1+" * 600 + "1")
    assert "expected at most" in said
    assert "3 = 3" in prompt.ask("print 3")
    prompt.child.sendline("quit")
    assert prompt.end() == 0


@posix
def test_sigterm_ends_a_prompt_and_keeps_its_state(here):
    prompt = Prompt("xor", "--state", "--save", "out.json", cwd=here, term="xterm")
    assert "position 3 of" in prompt.ask("step 3")
    prompt.child.kill(signal.SIGTERM)
    assert prompt.end() == 143
    assert json.loads((here / "out.json").read_text())["debugger"]["position"] == 3
    (kept,) = (here / "nntui" / "debugger").glob("*.json")
    assert json.loads(kept.read_text())["position"] == 3


@posix
def test_a_script_may_hand_over_to_the_prompt(here):
    (here / "a.txt").write_text("step 2\nbad\n")
    prompt = Prompt("xor", "-c", "step 3", "-x", "-", cwd=here)
    assert "position 5 of" in prompt.ask("step 2")
    said = prompt.ask("source a.txt")
    assert "position 7 of" in said
    assert "a.txt:2: there is no command" in said
    assert "3 = 3" in prompt.ask("print 3")
    prompt.child.sendline("quit")
    assert prompt.end() == 0
