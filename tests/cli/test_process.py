"""The commands as processes: what they import, closed pipes, Ctrl-C, odd terminals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager

import pytest

import nntui as package
from nntui.samples import samples

NNTUI = [sys.executable, "-c", "from nntui.cli import main; main(prog_name='nntui')"]
PATIENCE = 300

posix = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals of POSIX")

HEAVY = {"numpy", "networkx", "textual", "msgspec", "plotext", "rich.text"}
SCREEN = {"textual", "textual_plotext", "plotext"}


def loaded_after(code):
    program = f"{code}\nimport sys; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE
    )
    return set(done.stderr.split())


def loaded_by(*words):
    return loaded_after(
        "from nntui.cli import main\n"
        f"try: main({list(words)!r}, prog_name='nntui')\n"
        "except SystemExit as end: assert not end.code, end.code"
    )


def test_the_commands_are_imported_without_anything_heavy():
    modules = loaded_after("import nntui.cli")
    assert "nntui.cli" in modules
    assert not modules & HEAVY


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["trace", "--help"]])
def test_help_and_version_need_nothing_heavy(words):
    modules = loaded_by(*words)
    assert "click" in modules
    assert not modules & HEAVY


@pytest.mark.parametrize(
    "words", [["samples"], ["show", "xor"], ["trace", "xor", "--to", "3"], ["check", "xor"],
              ["run", "xor", "--epochs", "2"], ["schema"]],
)  # fmt: skip
def test_no_headless_command_loads_the_screen(words):
    modules = loaded_by(*words)
    assert "nntui.model.names" in modules
    assert not modules & (SCREEN | {"networkx", "rich.console", "rich.text"})


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (["run", "xor", "--epochs", "2"], ("nntui.draw", "nntui.debugger", "nntui.document.save")),
        (["trace", "xor", "--to", "3"], ("nntui.draw", "nntui.network_view", "nntui.cli.training")),
        (["show", "xor"], ("nntui.debugger", "nntui.engine.full_speed", "nntui.network_view")),
        (["help", "keys"], ("nntui.model.network", "nntui.document.load", "textual")),
    ],
)
def test_a_command_loads_only_what_it_needs(words, unneeded):
    modules = loaded_by(*words)
    assert not {name for name in modules if name.startswith(unneeded)}


@posix
@pytest.mark.parametrize("form", ["text", "jsonl", "csv"])
def test_a_reader_that_leaves_early_ends_a_trace_quietly(form):
    with subprocess.Popen(
        [*NNTUI, "trace", "xor", "--format", form, "--epochs", "100000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 128 + 13


@posix
def test_a_full_disk_is_one_line():
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*NNTUI, "samples"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE
        )
    assert done.returncode == 2
    assert done.stderr == "nntui: No space left on device\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("words", [["show", "sample"], ["trace", "sample", "--to", "20"]])
def test_no_encoding_is_too_poor(encoding, words):
    done = subprocess.run(
        [*NNTUI, *words],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0
    assert done.stderr == b""


# ---- Ctrl-C ------------------------------------------------------------------------------------


class Running:
    """A process whose stderr is a terminal, as far as it can tell."""

    def __init__(self, process, terminal, printed):
        self.process, self._terminal, self._printed = process, terminal, printed
        self.said = ""

    def output(self):
        """What it printed, once it has ended: a file holds more than a pipe that nobody reads."""
        self._printed.seek(0)
        return self._printed.read()

    def wait_for(self, words):
        while words not in self.said:
            self._read()

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def end(self):
        status = self.process.wait(PATIENCE)
        try:
            while True:
                self._read()
        except EOFError:
            return status

    def _read(self):
        try:
            piece = os.read(self._terminal, 4096)
        except OSError:  # how Linux says that the other end is closed
            piece = b""
        if not piece:
            raise EOFError(self.said)
        self.said += piece.decode("utf-8", "replace")


@contextmanager
def running(*words):
    import pty

    ours, theirs = pty.openpty()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen([*NNTUI, *map(str, words)], stdout=printed, stderr=theirs)
        os.close(theirs)
        try:
            yield Running(process, ours, printed)
        finally:
            process.kill()
            process.wait(PATIENCE)
            os.close(ours)


@posix
def test_ctrl_c_ends_a_run_after_its_update_and_saves_what_is_there(tmp_path):
    out = tmp_path / "out.json"
    with running("run", "xor", "--epochs", "100000000", "--save", out) as run:
        run.wait_for(":")  # the time left: it is known once some updates are done
        run.interrupt()
        assert run.end() == 130
        assert "interrupted after" in run.said
        assert "of 100,000,000 updates)" in run.said
        assert f"saved to {out}" in run.output()
    saved = package.load(out)
    assert saved.training.epochs == 600
    assert saved.network != package.load(samples()["xor"]).network


@posix
def test_sigterm_ends_a_run_after_its_update_and_saves_what_is_there(tmp_path):
    out = tmp_path / "out.json"
    with running("run", "xor", "--epochs", "100000000", "--save", out) as run:
        run.wait_for(":")
        run.interrupt(signal.SIGTERM)
        assert run.end() == 143
        assert "interrupted after" in run.said
    assert package.load(out).network != package.load(samples()["xor"]).network


@posix
def test_sigterm_ends_a_script_and_saves_where_it_is(tmp_path):
    out = tmp_path / "out.json"
    commands = ["exec", "xor", "-c", 'break log "x"', "-c", "continue", "-c", "quit"]
    with subprocess.Popen(
        [*NNTUI, *commands, "--save", str(out)], stdout=subprocess.PIPE
    ) as process:
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        printed = process.stdout.read()
        assert process.wait(PATIENCE) == 143
    assert b"paused" in printed
    position = json.loads(out.read_text())["debugger"]["position"]
    assert 0 < position < 75_000


@posix
def test_sigterm_ends_a_trace_with_its_status():
    with subprocess.Popen(
        [*NNTUI, "trace", "xor", "--epochs", "100000"], stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(PATIENCE) == 143


@posix
def test_ctrl_c_without_a_file_to_save_to_just_ends_the_run():
    with running("run", "xor", "--epochs", "100000000", "--json") as run:
        run.wait_for("training")
        run.interrupt()
        assert run.end() == 130
        assert run.output().startswith('{"epochs": ')
        assert "Traceback" not in run.said


@posix
def test_a_second_ctrl_c_ends_a_run_within_its_update(tmp_path):
    document = tmp_path / "long.json"
    document.write_text(
        '{"format": "nntui/1", "network": {"layers": [2, 60, 60, 1]},'
        '"data": {"generator": "spiral", "samples": 3000},'
        '"training": {"loss": "mse", "epochs": 1000000}}'
    )
    out = tmp_path / "out.json"
    with running("run", document, "--save", out) as run:
        run.wait_for("training")
        run.interrupt()
        run.wait_for("Ctrl-C again: at once")
        run.interrupt()
        assert run.end() == 130
        assert "Traceback" not in run.said
    assert not out.exists()


@posix
def test_a_progress_bar_is_drawn_on_a_terminal_only(tmp_path):
    with running("run", "xor") as run:
        assert run.end() == 0
        assert "training" in run.said
        assert "100%" in run.said
    done = subprocess.run([*NNTUI, "run", "xor"], capture_output=True, timeout=PATIENCE)
    assert done.stderr == b""


@posix
def test_ctrl_c_while_the_command_is_imported_ends_it_without_a_word():
    program = (
        "import os, signal, sys\n"
        "class CtrlC:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'nntui.cli': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, CtrlC())\n"
        "from nntui.__main__ import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")


def test_it_runs_as_a_module_too():
    command = [sys.executable, "-m", "nntui", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.startswith("nntui ")
