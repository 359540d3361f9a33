"""The table: every row works, and every short form means one thing."""

from __future__ import annotations

import pytest

from nntui.debugger.commands.command import CommandError
from nntui.debugger.commands.interpreter import ALIASES, COMMANDS, Interpreter, command_called
from nntui.debugger.debugger import Debugger
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.network import Network

# A command's name → a few lines that use it; the last one is checked.
EXAMPLES = {
    "step": ["step 3"],
    "reverse-step": ["step 3", "reverse-step 2"],
    "next": ["next 2"],
    "reverse-next": ["step 9", "reverse-next"],
    "finish": ["finish"],
    "reverse-finish": ["step 30", "reverse-finish"],
    "example": ["example"],
    "reverse-example": ["step 30", "reverse-example"],
    "update": ["update"],
    "reverse-update": ["step 100", "reverse-update"],
    "epoch": ["epoch"],
    "reverse-epoch": ["epoch 2", "step", "reverse-epoch"],
    "until": ["until y1 backward"],
    "reverse-until": ["step 50", "reverse-until x1->h1_1"],
    "continue": ["continue"],
    "reverse-continue": ["step 40", "break h1_1 forward", "reverse-continue"],
    "goto": ["goto 17"],
    "bookmark": ["bookmark here we are"],
    "unbookmark": ["bookmark x", "unbookmark x"],
    "last-write": ["step 40", "last-write w[x1,h1_1]"],
    "next-write": ["next-write loss"],
    "break": ['break h1_1 backward if delta[h1_1] == 0 log "{loss}"'],
    "tbreak": ["tbreak epoch 2"],
    "watch": ["watch loss crosses 0.1"],
    "twatch": ["twatch w[x1,h1_1]"],
    "nonfinite": ["nonfinite"],
    "condition": ["break h1_1", "condition 1 loss > 1"],
    "ignore": ["break h1_1", "ignore 1 2"],
    "every": ["break h1_1", "every 1 2"],
    "enable": ["break h1_1", "disable", "enable 1"],
    "disable": ["break h1_1", "disable 1"],
    "delete": ["break h1_1", "delete 1"],
    "print": ["print w[x1,h1_1] * 2"],
    "display": ["display loss"],
    "undisplay": ["display loss", "undisplay 1"],
    "info": ["info position"],
    "why": ["step 9", "why z[y1] 2"],
    "history": ["update 3", "history w[x1,h1_1] 2"],
    "paths": ["paths w[x1,h1_1]"],
    "set": ["set w[x1,h1_1] 0.3"],
    "branch": ["set w[x1,h1_1] 0.3", "branch name mine"],
    "diff": ["set w[x1,h1_1] 0.3", "diff main"],
    "help": ["help step"],
    "quit": ["quit"],
}


def test_every_row_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_does_something(do, name: str) -> None:
    replies = [do(line) for line in EXAMPLES[name]]
    last = replies[-1]
    assert last.command == EXAMPLES[name][-1]
    assert last.lines or name == "quit"
    assert all(line.isprintable() for line in last.lines)
    assert last.quits == (name == "quit")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_survives_having_no_words_and_senseless_ones(debugger, name: str) -> None:
    for words in ["", "?", '"', "w[", "[[", "99999999999", "-1", "x1->", "{", "\0", "a b c d e"]:
        reply = Interpreter(debugger).execute(f"{name} {words}")
        assert all(line.isprintable() for line in reply.lines)
        assert reply.ok or reply.data["error"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_asked_about(do, name: str) -> None:
    command = COMMANDS[name]
    lines = do(f"help {name}").lines
    assert lines[0] == command.usage
    assert not command.help.endswith(".")
    assert "\n" not in command.help


def examples_in_the_help() -> list[str]:
    lines = [line for command in COMMANDS.values() for line in command.more.splitlines()]
    return [line.strip() for line in lines if line.startswith("  ")]


@pytest.mark.parametrize("line", examples_in_the_help())
def test_an_example_in_the_help_works_where_there_is_what_it_names(line: str) -> None:
    network = Network()
    for name, role in [("x1", "input"), ("h1", "hidden"), ("h2", "hidden"), ("y", "output")]:
        network.add_neuron(name, role=role)
    for source, target in [("x1", "h1"), ("h1", "h2"), ("h2", "y")]:
        network.connect(source, target, 0.5)
    data = Dataset.of([[1.0], [0.5]], [[1.0], [0.0]])
    debugger = Debugger(Experiment(network, data, Training(epochs=60, batch_size=1)))
    for before in [
        "goto 300", "break h1", "set b[h1] 1", "branch name mine", "branch switch main",
        "bookmark before the jump", "step 9", "set b[h1] 2",
    ]:  # fmt: skip
        assert Interpreter(debugger).execute(before).ok, before
    reply = Interpreter(debugger).execute(line)
    assert reply.ok, (line, reply.text)


def prefixes() -> list[str]:
    return sorted({name[: n + 1] for name in COMMANDS for n in range(len(name))})


@pytest.mark.parametrize("prefix", prefixes())
def test_a_beginning_means_the_one_command_it_begins_or_says_which(prefix: str) -> None:
    begun = [name for name in COMMANDS if name.startswith(prefix)]
    if prefix in ALIASES:
        assert command_called(prefix).name == ALIASES[prefix]
    elif prefix in COMMANDS:
        assert command_called(prefix).name == prefix
    elif len(begun) == 1:
        assert command_called(prefix).name == begun[0]
    else:
        with pytest.raises(CommandError) as caught:
            command_called(prefix)
        assert all(name in str(caught.value) for name in begun)


def test_an_alias_is_never_the_name_of_another_command() -> None:
    assert not set(ALIASES) & set(COMMANDS)
    assert sum(len(command.aliases) for command in COMMANDS.values()) == len(ALIASES)


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("s", "step"), ("n", "next"), ("f", "finish"), ("c", "continue"), ("b", "break"),
        ("p", "print"), ("u", "update"), ("w", "watch"), ("e", "example"), ("x", "last-write"),
        ("rs", "reverse-step"), ("rn", "reverse-next"), ("rc", "reverse-continue"),
        ("fin", "finish"), ("cont", "continue"), ("del", "delete"), ("dis", "disable"),
        ("cond", "condition"), ("i", "info"), ("h", "help"), ("q", "quit"), ("t", "until"),
    ],
)  # fmt: skip
def test_the_short_forms_that_fingers_know(short: str, name: str) -> None:
    if short == "dis":
        with pytest.raises(CommandError, match="disable or display"):
            command_called(short)
    else:
        assert command_called(short).name == name


def test_a_short_form_gives_the_same_reply(debugger) -> None:
    one, other = (
        Interpreter(Debugger(debugger.experiment)).execute(line) for line in ("s 12", "step 12")
    )
    assert one.lines == other.lines
    assert one.data == other.data


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("stpe", "step"),
        ("brake h1", "break"),
        ("contineu", "continue"),
        ("rev-step", "reverse-step"),
        ("xyzzy", "help lists them"),
        ("r", "reverse-step, reverse-next"),
        ("wa w[x1,h1_1] foo", ""),
    ],
)
def test_an_unknown_word_names_what_is_near(refused, line: str, hint: str) -> None:
    assert hint in refused(line)
