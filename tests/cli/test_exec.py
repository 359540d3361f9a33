"""``nntui exec``: commands from options, scripts and standard input."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments
from support.scripts import scripts

import nntui as package
from nntui.cli import main
from nntui.debugger.commands.text import MAX_LINE

from .conftest import strict

NNTUI = [sys.executable, "-c", "from nntui.cli import main; main(prog_name='nntui')"]
PATIENCE = 300

posix = pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal of POSIX")


pytestmark = pytest.mark.usefixtures("state")


# ---- where commands come from --------------------------------------------------------------------


def test_options_and_scripts_run_in_the_order_given(nntui, here):
    (here / "one.txt").write_text("# a script\nprint 1\n\nprint 2  # two\n")
    (here / "two.txt").write_text("print 4")
    result = nntui(
        "exec", "xor", "-x", "one.txt", "-c", "print 3", "-x", "two.txt", "-c", "print 5\nprint 6"
    )
    assert result.exit_code == 0
    assert result.stdout == "".join(f"{n} = {n}\n" for n in range(1, 7))
    assert result.stderr == ""


def test_numbers_in_a_file_are_held_against_the_run(nntui, here):
    (here / "mine.json").write_text('{"dw[x1,h1]": 0.25}')
    result = nntui("exec", "sample", "-c", "check mine.json")
    lines = result.stdout.splitlines()
    assert lines[0] == "0 of 1 numbers agree with the run."
    assert lines[-1].endswith("Look: goto 19")


def test_without_them_standard_input_is_read(fed):
    result = fed("step 3\n\nprint step\n", "exec", "xor")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("position 3 of ")
    assert lines[-1] == "step = 3"
    assert "(nntui)" not in result.output


def test_an_empty_line_repeats_only_where_a_user_types(fed):
    assert "position 2 of" not in fed("step\n\n\n", "exec", "xor").stdout


def test_standard_input_has_its_place_among_scripts(fed):
    result = fed("print 2\nprint 3\n", "exec", "xor", "-c", "print 1", "-x", "-", "-c", "print 4")
    assert result.stdout == "".join(f"{n} = {n}\n" for n in range(1, 5))


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_source_runs_the_commands_of_a_file_as_x_does(nntui, here, as_json):
    (here / "a.txt").write_text("step 2\nsource b.txt\nprint 3\n")
    (here / "b.txt").write_text('break h1 log "{step}"\ncontinue\n')
    sourced = nntui("exec", "sample", *as_json, "-c", "source a.txt")
    assert sourced.exit_code == 0
    assert sourced.stdout == nntui("exec", "sample", *as_json, "-x", "a.txt").stdout


def test_a_fault_in_a_file_that_is_read_by_another_is_told_where_it_is(nntui, here):
    (here / "a.txt").write_text("print 1\nsource b.txt\nprint 3\n")
    for content, said in [("print +", "b.txt:1: expected a value"), (None, "a.txt:2: b.txt: found"),
                          ("source a.txt", "a circle")]:  # fmt: skip
        if content is not None:
            (here / "b.txt").write_text(content)
        else:
            (here / "b.txt").unlink()
        result = nntui("exec", "xor", "-x", "a.txt")
        assert result.exit_code == 1
        assert said in result.stderr


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_an_error_that_nobody_foresaw_is_a_sentence(nntui, monkeypatch, as_json):
    def raising(*_):
        raise ZeroDivisionError("once")

    monkeypatch.setattr("nntui.debugger.breakpoints.search.ContinueSearch.burst", raising)
    result = nntui("exec", "xor", *as_json, "-c", "step 3", "-c", "continue", "-c", "step")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "unexpected ZeroDivisionError: once (" in result.stderr
    if as_json:
        reply = strict(result.stdout.splitlines()[-1])
        assert (reply["ok"], reply["position"]) == (False, 3)
        assert "unexpected" in reply["data"]["error"]


@posix
def test_a_fifo_by_mistake_is_refused_at_once(nntui, here):
    os.mkfifo("pipe")
    for words in (["exec", "xor", "-x", "pipe"], ["exec", "pipe", "-c", "step"], ["show", "pipe"]):
        result = nntui(*words)
        assert result.exit_code == 2
        assert result.stderr.startswith("nntui: pipe: found a")


@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize("line", ["print \udcff", 'break h1 log "\ud800"'])
def test_a_byte_that_is_no_utf_8_is_refused_in_a_sentence(nntui, as_json, line):
    result = nntui("exec", "xor", *as_json, "-c", line)
    assert result.exit_code == 1
    assert "no UTF-8" in result.stderr
    assert not as_json or not strict(result.stdout)["ok"]


def test_quit_ends_a_script(nntui):
    result = nntui("exec", "xor", "-c", "print 1", "-c", "quit", "-c", "print 2")
    assert (result.exit_code, result.stdout) == (0, "1 = 1\n")


def test_a_whole_session_says_where_it_stops_and_why(nntui):
    result = nntui(
        "exec", "sample", "-c", "break h1 backward if delta[h1] > 0", "-c", "continue",
        "-c", "print loss", "-c", "reverse-continue",
    )  # fmt: skip
    assert result.exit_code == 0
    debugger = package.Debugger(package.load(package.samples.samples()["sample"]))
    while not (
        debugger.last and debugger.last.operation == ("backward_neuron", "h1")
        and debugger["delta[h1]"] > 0
    ):  # fmt: skip
        debugger.step()
    lines = result.stdout.splitlines()
    assert lines[1] == "breakpoint 1: h1 backward if delta[h1] > 0 (1st hit)"
    assert lines[2].startswith(f"position {debugger.position:,} of {debugger.total:,}: ")
    assert lines[3].strip() == debugger.last.text
    assert lines[4] == f"loss = {debugger['loss']}"
    assert lines[5] == "the start of the run"


# ---- JSON ----------------------------------------------------------------------------------------


def test_json_is_a_strict_object_for_each_command(fed):
    script = "step 5\n# no command\n\nprint log(-1)\nprint 1/0\nset w[x1,h1] 2\ninfo values w\n"
    result = fed(script, "exec", "xor", "--json")
    assert result.exit_code == 0
    replies = [strict(line) for line in result.stdout.splitlines()]
    assert [reply["command"] for reply in replies] == [
        "step 5", "print log(-1)", "print 1/0", "set w[x1,h1] 2", "info values w",
    ]  # fmt: skip
    keys = ["command", "ok", "position", "moved", "stop", "lines", "data"]
    assert all(list(reply) == keys for reply in replies)
    assert replies[0]["moved"]
    assert replies[0]["position"] == 5
    assert replies[0]["data"]["step"] == 5
    assert replies[1]["data"]["value"] == "NaN"
    assert replies[2]["data"]["value"] == "Infinity"
    assert replies[4]["data"]["values"]["w[x1,h1]"] == 2


def test_json_says_what_stopped_a_run(nntui):
    result = nntui("exec", "xor", "--json", "-c", "break epoch 3", "-c", "continue")
    reply = strict(result.stdout.splitlines()[-1])
    assert reply["data"]["stopped_by"] == [{"number": 1, "hits": 1}]
    assert reply["stop"].startswith("breakpoint 1: epoch 3")


def test_every_message_that_is_logged_is_printed_before_what_stopped_the_run(nntui):
    result = nntui(
        "exec", "xor", "-c", 'break example log "{step} {loss}"', "-c", "break epoch 501",
        "-c", "continue",
    )  # fmt: skip
    lines = result.stdout.splitlines()
    logged = [line for line in lines if line.endswith(" blank")]
    assert logged == [
        f"{update * 125 + n * 28 + 1} blank" for update in range(500) for n in range(4)
    ] + ["62501 blank"]
    assert lines.index("breakpoint 2: epoch 501 (1st hit)") == 2 + len(logged)


def test_json_writes_each_message_when_it_comes_and_keeps_the_last(nntui):
    result = nntui(
        "exec", "xor", "--json", "-c", 'break example log "{step} {loss}"',
        "-c", "break epoch 501", "-c", "continue",
    )  # fmt: skip
    logged = [f"{update * 125 + n * 28 + 1} blank" for update in range(500) for n in range(4)]
    logged.append("62501 blank")
    *_, reply = lines = [strict(line) for line in result.stdout.splitlines()]
    assert lines[2:-1] == [{"message": text} for text in logged]
    assert reply["data"]["messages"] == ["… 1,001 earlier messages left out", *logged[1001:]]
    assert reply["stop"] == "breakpoint 2: epoch 501 (1st hit)"


# ---- errors --------------------------------------------------------------------------------------


def test_an_error_stops_a_script_and_says_the_line(nntui, here):
    (here / "script.txt").write_text("step\n\nbrake h1\nstep\n")
    result = nntui("exec", "xor", "-x", "script.txt")
    assert result.exit_code == 1
    assert result.stderr == (
        'nntui: script.txt:3: there is no command “brake”; did you mean "break"?\n'
    )
    assert result.stdout.count("position") == 1


@pytest.mark.parametrize(
    ("words", "place"), [(["-c", "foo"], "-c “foo”"), ([], "line 2 of standard input")]
)
def test_an_error_names_its_place(fed, words, place):
    result = fed("step\nfoo\n", "exec", "xor", *words)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"nntui: {place}: there is no command “foo”")


@pytest.mark.parametrize("words", [["-c", "break h1 if los > 1"], ["-x", "script.txt"], []])
def test_the_fault_in_an_expression_is_pointed_at(fed, here, words):
    (here / "script.txt").write_text("step\nbreak h1 if los > 1\n")
    result = fed("step\nbreak h1 if los > 1\n", "exec", "xor", *words)
    assert result.exit_code == 1
    text, caret = result.stderr.splitlines()[1:]
    assert text[caret.index("^") :] == "los > 1"


def test_json_has_the_error_too(nntui):
    result = nntui("exec", "xor", "--json", "-c", "print 1 +", "-c", "step")
    assert result.exit_code == 1
    reply = strict(result.stdout)
    assert not reply["ok"]
    assert reply["data"]["at"] == 3
    assert reply["data"]["error"] in result.stderr


@pytest.mark.parametrize("script", ["nowhere.txt", ".", "binary.txt"])
def test_a_script_that_cannot_be_read_runs_nothing(nntui, here, script):
    (here / "binary.txt").write_bytes(b"step\n\xff\xfe\x00")
    result = nntui("exec", "xor", "-c", "step", "-x", script)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"nntui: {script}: ")
    assert "found" in result.stderr


def test_a_document_that_cannot_be_read_is_told_first(nntui):
    result = nntui("exec", "nowhere.json", "-c", "step")
    assert result.exit_code == 2
    assert result.stdout == ""


def test_what_a_terminal_would_obey_is_escaped(nntui):
    result = nntui(
        "exec", "xor", "-c", 'break if loss > 0 log "\x1b[31m\u202e"', "-c", "bo \x1b[2J"
    )
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output


def test_the_screen_is_not_loaded(here):
    code = (
        "import sys; from nntui.cli import main\n"
        "try: main(['exec', 'xor', '-c', 'break y1', '-c', 'continue', '-c', 'why loss'])\n"
        "except SystemExit: print(sorted({'textual', 'plotext', 'rich.text'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=PATIENCE, cwd=here, check=False
    )
    assert done.stdout.splitlines()[-1] == b"[]"


# ---- state and saving ----------------------------------------------------------------------------


def test_a_script_leaves_no_state_and_finds_none(nntui, state):
    assert nntui("exec", "xor", "-c", "break h1", "-c", "step 9").exit_code == 0
    assert not state.exists()


def test_state_is_taken_up_and_kept_when_asked_for(nntui, state):
    words = ["exec", "xor", "--state", "-c"]
    assert nntui(*words, "break h1\nstep 9\ndisplay loss").exit_code == 0
    assert len(list(state.glob("*.json"))) == 1
    result = nntui(*words, "info position\ninfo breakpoints\ninfo displays")
    assert "position 9 of" in result.stdout
    assert "breakpoint 1: h1" in result.stdout
    assert "1: loss" in result.stdout
    assert "position 0 of" in nntui("exec", "xor", "--no-state", "-c", "info position").stdout


@pytest.mark.parametrize("content", ["{", '{"version": 2}'])
def test_a_state_that_is_no_good_is_told_about_and_not_fatal(nntui, state, content):
    nntui("exec", "xor", "--state", "-c", "step")
    (file,) = state.glob("*.json")
    file.write_text(content)
    result = nntui("exec", "xor", "--state", "-c", "info position")
    assert result.exit_code == 0
    assert "position 0 of" in result.stdout
    assert result.stderr.count("\n") == 1
    assert strict(file.read_text())["version"] == 1
    assert file.with_suffix(".set-aside.json").read_text() == content


def test_a_state_that_is_good_in_part_is_kept_aside_as_it_was(nntui, state):
    nntui("exec", "xor", "--state", "-c", "break h1", "-c", "step 3")
    (file,) = state.glob("*.json")
    damaged = file.read_text().replace('"break h1"', '"break h9"')
    file.write_text(damaged)
    result = nntui("exec", "xor", "--state", "-c", "info position")
    assert "position 3 of" in result.stdout
    assert "h9" in result.stderr
    assert file.with_suffix(".set-aside.json").read_text() == damaged
    assert str(file.with_suffix(".set-aside.json")) in result.stderr.replace("\n", "")
    assert nntui("exec", "xor", "--state", "-c", "info position").stderr == ""


def test_a_state_directory_that_cannot_be_is_told_about_once(nntui, here):
    (here / "state").write_text("in the way")
    result = nntui("exec", "xor", "--state", "-c", "step", "-c", "step")
    assert result.exit_code == 0
    assert result.stderr.count("not kept") == 1


def test_the_document_s_own_section_counts_where_there_is_no_state(nntui, document):
    path = document(debugger={"version": 1, "displays": ["loss"], "position": 4})
    for option in ("--state", "--no-state"):
        result = nntui("exec", path, option, "-c", "info position\ninfo displays")
        assert "position 4 of" in result.stdout
        assert "1: loss" in result.stdout
        assert result.stderr == ""


def test_a_section_of_another_kind_is_told_about(nntui, document):
    result = nntui("exec", document(debugger={"breakpoints": []}), "-c", "step")
    assert result.exit_code == 0
    assert "section debugger is ignored" in result.stderr


def test_save_writes_the_session_into_the_document(nntui, document, here):
    path = document(description="kept")
    script = 'break "h 1"\nset w[x1,h2] 0.125\nstep 7'
    result = nntui("exec", path, "-c", script, "--save", "out.json")
    assert result.stdout.endswith("saved to out.json\n")
    before, after = package.load(path), package.load(here / "out.json")
    assert after.network == before.network
    assert after.description == "kept"
    assert json.loads((here / "out.json").read_text())["debugger"]["position"] == 7
    result = nntui("exec", "out.json", "-c", "info position\ninfo breakpoints\nbranch")
    assert "position 7 of" in result.stdout
    assert 'breakpoint 1: "h 1"' in result.stdout
    assert "* w[x1,h2] 0.125: as main, from the start on: w[x1,h2] = 0.125" in result.stdout


def test_save_replaces_nothing_unless_told_to(nntui, document):
    path = document()
    content = path.read_bytes()
    result = nntui("exec", path, "-c", "step", "--save", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "is there already (--force replaces it)" in result.stderr
    assert path.read_bytes() == content
    assert nntui("exec", path, "-c", "step", "--save", path, "--force").exit_code == 0
    assert json.loads(path.read_text())["debugger"]["position"] == 1


# ---- the same every time -------------------------------------------------------------------------


@given(data=st.data(), experiment=experiments(most_neurons=4, most_examples=3))
def test_a_script_prints_the_same_live_and_after_save_and_reload(
    tmp_path_factory, data, experiment
):
    folder = tmp_path_factory.mktemp("replay")
    first = data.draw(scripts(experiment))
    second = ["goto end", "goto start", *data.draw(scripts(experiment))]
    package.save(experiment, folder / "net.json")

    def printed(file, *lines):
        # A line that fails would end the script: those that do not are what is compared.
        words = [str(folder / file), *(word for line in lines for word in ("-c", line)), "--json"]
        return CliRunner().invoke(main, ["exec", *words], prog_name="nntui").stdout.splitlines()

    debugger = package.Debugger(package.load(folder / "net.json"))
    first = [line for line in first if package.Interpreter(debugger).reply(line).ok]
    second = [line for line in second if package.Interpreter(debugger).reply(line).ok]
    live = printed("net.json", *first, *second)
    assert len(live) == len(first) + len(second)
    assert printed("net.json", *first, *second) == live
    saving = ["exec", str(folder / "net.json"), "--save", str(folder / "kept.json")]
    saving += [word for line in first for word in ("-c", line)] or ["-c", "print 0"]
    assert CliRunner().invoke(main, saving, prog_name="nntui").exit_code == 0
    assert printed("kept.json", *second)[2:] == live[len(first) + 2 :]


def test_the_length_of_a_command_is_bounded(fed):
    assert fed("print 1" + " " * (MAX_LINE - 7) + "\n", "exec", "xor").exit_code == 0
    assert fed("print 1" + " " * (MAX_LINE - 6) + "\n", "exec", "xor").exit_code == 1


def test_save_writes_the_moment_so_that_a_run_goes_on_from_it(nntui, here):
    whole = nntui("exec", "classifier", "-c", "update 8", "-c", "print loss", "-c", "print step")
    first = nntui("exec", "classifier", "-c", "update 3", "-c", "save 'a b.json'", "-c", "step")
    assert first.exit_code == 1  # only double quotes quote
    assert "expected the end of the line" in first.stderr
    first = nntui("exec", "classifier", "-c", "update 3", "-c", 'save "a b.json"')
    assert "saved to a b.json" in first.stdout
    found = package.load(here / "a b.json")
    assert found.resumed.updates == 3
    again = nntui("exec", "classifier", "-c", 'save "a b.json"')
    assert again.exit_code == 1
    assert 'a b.json is there already (save "a b.json" force replaces it)' in again.stderr
    assert nntui("exec", "classifier", "-c", 'save "a b.json" force').exit_code == 0
    assert whole.exit_code == 0


def test_save_says_what_is_wrong(nntui, here):
    for command, words in {
        "save": "save needs a file",
        "save nowhere/x.json": "no such folder",
        "save x.json please": "expected the end of the line",
    }.items():
        result = nntui("exec", "xor", "-c", command)
        assert result.exit_code == 1
        assert words in result.stderr
    debugger = package.Debugger(package.load(package.samples.samples()["xor"]))
    package.Interpreter(debugger).execute("save x.json")  # from Python, too
    assert (here / "x.json").is_file()
