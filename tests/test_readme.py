"""README.md tells the truth: its programs run, its commands work, its keys are there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from nntui.cli import main
from nntui.debugger.debugger import Debugger
from nntui.document.load import load
from nntui.explain.numbers import rounded
from nntui.samples import samples
from nntui.tui.keys import displayed, every_key
from nntui.verify.probe_files import BEGIN, END

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENT = re.search(r"```json\n(.*?)```", README, re.DOTALL)[1]


def commands() -> list[str]:
    """The shell commands that open no screen: indented, or in backquotes."""
    lines = re.findall(r"^    (nntui [^\n#]+)", README, re.MULTILINE)
    inline = re.findall(r"`(nntui [^`]+)`", README)
    opens = re.compile(r"nntui [\w./-]+$")
    screenless = ("nntui samples", "nntui schema")
    return [
        line.strip()
        for line in dict.fromkeys([*lines, *inline])
        if not opens.match(line.strip()) or line.strip() in screenless
    ]


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_works(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.json").write_text(DOCUMENT, encoding="utf-8")
    biases = list(load(tmp_path / "mine.json").network.biases.values())
    np.savez(tmp_path / "mine.npz", b1=biases[:3])
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "anna.json").write_text("{}")
    (tmp_path / "points.csv").write_text("x,y,red\n0,1,1\n1,1,0\n", encoding="utf-8")
    np.savez(tmp_path / "weights.npz", W1=np.ones((2, 3)), b1=np.zeros(3), W2=np.ones((3, 1)))
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    assert result.output or list(tmp_path.glob("*.svg"))


def test_the_program_of_the_readme_prints_what_its_comments_say():
    program = re.search(r"```python\n(import nntui\n.*?)```", README, re.DOTALL)[1]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    promised = re.findall(r"^print\(.*\)  # (.+)$", program, re.MULTILINE)
    assert promised
    for line in promised:
        assert line in done.stdout.splitlines()


def test_the_wrong_code_of_the_readme_gets_the_verdict_that_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["probe", "probe"]).exit_code == 0
    code = re.search(r"```python\n(a1 = .*?)```", README, re.DOTALL)[1]
    program = (tmp_path / "probe" / "template.py").read_text(encoding="utf-8")
    before, _, rest = program.partition(BEGIN)
    _, _, after = rest.partition(END)
    (tmp_path / "probe" / "template.py").write_text(before + "\n" + code + after, encoding="utf-8")
    subprocess.run([sys.executable, "probe/template.py"], check=True)
    mine = ["check", "probe/probe.json", "--against", "probe/mine.npz"]
    assert f"`{' '.join(mine)}`" in README
    result = CliRunner().invoke(main, mine)
    assert result.exit_code == 1
    assert result.output == re.search(r"```text\n(dW1 .*?)```", README, re.DOTALL)[1]


def test_the_five_minutes_tell_the_numbers_of_the_first_sample():
    debugger, number = Debugger(load(samples()["sample"])), rounded(5)
    told = [debugger.step().lines(number) for _ in range(4)]
    assert f"`{told[1][0].target} = {told[1][0].numbers} = {told[1][0].result}`" in README
    assert f"`{told[3][0].target} = {told[3][0].numbers} = {told[3][0].result}`" in README
    debugger.seek(debugger.schedule.loss_at + 1)
    says, wants, loss = (number(debugger[name]) for name in ("a[out]", "t[out]", "loss"))
    assert f"the output says {says} where {wants} is wanted, the loss is {loss}" in README
    assert f"by a learning rate of {number(debugger['learning_rate'])} " in README
    debugger.seek(debugger.total)
    assert f"the loss of the last epoch is {rounded(3)(debugger['epoch_loss'])}" in README


def test_the_document_of_the_readme_is_one():
    assert json.loads(DOCUMENT)["format"] == "nntui/1"


def test_every_key_of_the_readme_does_something():
    tables = README[README.index("## Five minutes") : README.index("## For students")]
    cells = [cell for row in tables.splitlines() if row[:1] == "|" for cell in row.split("|")[1::2]]
    shown = {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}
    keys = {displayed(each) for key in every_key().values() for each in key.keys.split(",")}
    assert shown
    assert shown <= keys
