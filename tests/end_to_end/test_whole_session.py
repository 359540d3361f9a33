"""One long session as a user has it, over terminals with all colours, with few, with none."""

from __future__ import annotations

import re

import pytest

from nntui.document.load import load
from nntui.samples import samples

TERMINALS = {
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "256 colours": {"TERM": "xterm-256color"},
    "16 colours": {"TERM": "linux"},
    "monochrome": {"TERM": "vt100", "NO_COLOR": "1"},
}
GREYS_OF_16 = {30, 37, 39, 40, 47, 49, 90, 97, 100, 107}  # 39, 49: the terminal's own


def _colours(raw):
    """What colours were asked for: kinds of colours, and those of the sixteen by their codes."""
    kinds, sixteen = set(), set()
    for codes in re.findall(rb"\x1b\[([0-9;]*)m", raw):
        text = codes.decode()
        for kind, name in (("2", "truecolor"), ("5", "256")):
            text, count = re.subn(rf"[34]8;{kind}(;\d+){{{3 if kind == '2' else 1}}}", "", text)
            kinds |= {name} if count else set()
        sixteen |= {int(code) for code in text.split(";") if code and int(code) >= 30}
    return kinds, sixteen


@pytest.fixture
def mine(tmp_path):
    """A document of the user's own."""
    document = tmp_path / "mine.json"
    document.write_bytes(samples()["sample"].read_bytes())
    return document


@pytest.mark.parametrize(
    "name",
    [
        "truecolor",
        pytest.param("256 colours", marks=pytest.mark.deep),
        pytest.param("16 colours", marks=pytest.mark.deep),
        pytest.param("monochrome", marks=pytest.mark.deep),
    ],
)
def test_open_step_break_continue_inspect_set_edit_save_and_quit(terminal, mine, name):
    environment = TERMINALS[name]
    session = terminal(str(mine), **environment)
    session.wait_for("step 0 of")
    session.type("s")
    session.wait_for("step 1 of")
    session.type("s")
    session.wait_for("= 0.1 + 0.6 · 1")
    session.type("\x1b[C\x1b[Cb")
    session.wait_for("breakpoint 1: h1")
    session.type("c")
    session.wait_for("(1st hit)")
    session.wait_for("step 4 ")
    session.type("\r")
    session.wait_for("z = b + Σ w·a")
    session.type(":")
    session.wait_for("tab complete")
    session.type("set b[h1] 0.75\r")
    session.wait_for("branch")
    session.type("S")
    session.wait_for("step 3 ")
    session.type("M")
    session.wait_for("Edit mine.json")
    session.type("a")
    session.wait_for("Add a neuron")
    session.fill("h3x", "", "", "relu", "0.25")
    session.wait_for("h3x added (relu)")
    session.type("c")
    session.wait_for("Connect two neurons")
    session.fill("h3x", "h1", "-1.5")
    session.wait_for("h3x → h1 connected (w = -1.5)")
    session.type("\x13")
    session.wait_for("saved: mine.json")
    session.type("\x1b")
    session.wait_for("the run starts again")
    session.type("c")
    session.wait_for("(2nd hit)")
    session.type("q")
    assert session.wait_for_end() == 0
    network, before = load(mine).network, load(samples()["sample"]).network
    added = network.neuron("h3x")
    assert (added.activation.name, added.bias) == ("relu", 0.25)
    assert network.connection("h3x", "h1").weight == -1.5
    assert {name: network.biases[name] for name in before.biases} == before.biases
    kinds, sixteen = _colours(session.raw)
    assert kinds == {"truecolor": {"truecolor"}, "xterm-256color": {"256"}}.get(
        environment.get("COLORTERM", environment["TERM"]), set()
    )
    if "NO_COLOR" in environment:
        assert sixteen <= GREYS_OF_16


def test_without_colours_the_signs_are_characters(terminal):
    session = terminal(str(samples()["sample"]), **TERMINALS["monochrome"])
    session.wait_for("step 0 of")
    session.type("8s")
    session.wait_for("step 8 of")
    for seen in ("+0.60", "−0.35", "▸"):
        session.wait_for(seen)
    session.type("q")
    assert session.wait_for_end() == 0


@pytest.mark.deep
def test_a_storm_of_resizes_and_a_flood_of_pastes(terminal):
    session = terminal(str(samples()["sample"]))
    session.wait_for("step 0 of")
    for lines, columns in [(1, 1), (200, 500), (24, 80), (2, 60), (60, 2), (32, 100)] * 5:
        session.child.setwinsize(lines, columns)
        session.type("s")
    session.wait_for("step 30 of")
    for _ in range(10):  # in parts, as a terminal does it: its buffer is small
        session.type("\x1b[200~" + "sq" * 2_000 + "\x1b[201~")
        session.read_for(0.05)
    session.type("s")
    session.wait_for("step 31 of")
    session.type("\x1b[<35;10;10M" * 2_000 + "s")
    session.wait_for("step 32 of")
    session.type("q")
    assert session.wait_for_end() == 0


@pytest.mark.deep
def test_a_key_held_down_is_a_step_each_time_it_repeats(terminal):
    session = terminal(str(samples()["xor"]))
    session.wait_for("step 0 of")
    for _ in range(60):
        session.type("s")
        session.read_for(1 / 30)
    session.wait_for("step 60 of")
    session.type("q")
    assert session.wait_for_end() == 0
