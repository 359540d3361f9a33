"""The table: every row works, and every short form means one thing."""

from __future__ import annotations

import pytest

from nntui.debugger.commands.gdb import ADVICE, KEYS, SAME
from nntui.debugger.commands.interpreter import ALIASES, COMMANDS, Interpreter, command_called
from nntui.debugger.commands.text import CommandError
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
    "run": ["step 9", "run"],
    "where": ["step 9", "where"],
    "goto": ["goto 17"],
    "bookmark": ["bookmark here we are"],
    "unbookmark": ["bookmark x", "unbookmark x"],
    "last-write": ["step 40", "last-write w[x1,h1_1]"],
    "next-write": ["next-write loss"],
    "break": ['break h1_1 backward if delta[h1_1] == 0 log "{loss}"'],
    "tbreak": ["tbreak epoch 3"],
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
    "check": ["step 9", "check"],
    "set": ["set w[x1,h1_1] 0.3"],
    "branch": ["set w[x1,h1_1] 0.3", "branch name mine"],
    "save": ["save trained.json"],
    "diff": ["set w[x1,h1_1] 0.3", "diff main"],
    "source": ["source commands.txt"],
    "help": ["help step"],
    "quit": ["quit"],
}


class Right:
    """A verdict."""

    lines = ("Right.",)
    notes = ()

    def plain(self):
        return {"verdict": "right", "agree": 3, "compared": 3}


@pytest.fixture(autouse=True)
def commands_file(tmp_path, monkeypatch) -> None:
    """A folder with the file that an example names; what is saved goes nowhere, nor is it read."""
    monkeypatch.setattr(Debugger, "writer", lambda *written, **how: None)
    monkeypatch.setattr(Debugger, "checker", lambda *asked: Right())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "commands.txt").write_text("step\nprint step\n")


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
        reply = Interpreter(debugger).reply(f"{name} {words}")
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
        "bookmark before the jump", "step 9", "set b[h1] 2", "branch switch main",
        "set learning_rate 0.1",
    ]:  # fmt: skip
        assert Interpreter(debugger).reply(before).ok, before
    reply = Interpreter(debugger).reply(line)
    assert reply.ok, (line, reply.text)


def prefixes() -> list[str]:
    return sorted({name[: n + 1] for name in COMMANDS for n in range(len(name))})


def test_a_beginning_means_the_one_command_it_begins_or_says_which() -> None:
    for prefix in prefixes():
        begun = [name for name in COMMANDS if name.startswith(prefix)]
        if prefix in ADVICE:
            with pytest.raises(CommandError, match="no command here"):
                command_called(prefix)
        elif prefix in SAME | ALIASES:
            assert command_called(prefix).name == (SAME | ALIASES)[prefix]
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
        ("fin", "finish"), ("cont", "continue"), ("del", "delete"), ("cond", "condition"),
        ("i", "info"), ("h", "help"), ("q", "quit"), ("t", "until"), ("so", "source"),
        # gdb's
        ("r", "run"), ("br", "break"), ("di", "display"), ("disp", "display"), ("dis", "disable"),
        ("un", "until"), ("undisp", "undisplay"), ("ne", "next"), ("ni", "next"), ("si", "step"),
        ("tb", "tbreak"), ("adv", "until"), ("bt", "where"), ("frame", "where"), ("d", "delete"),
    ],
)  # fmt: skip
def test_the_short_forms_that_fingers_know(short: str, name: str) -> None:
    assert command_called(short).name == name


def test_a_short_form_gives_the_same_reply(debugger) -> None:
    one, other = (
        Interpreter(Debugger(debugger.experiment)).reply(line) for line in ("s 12", "step 12")
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
        ("rev", "reverse-step, reverse-next"),
        ("wa w[x1,h1_1] foo", ""),
    ],
)
def test_an_unknown_word_names_what_is_near(refused, line: str, hint: str) -> None:
    assert hint in refused(line)


def test_words_of_gdb_lead_to_commands_that_there_are() -> None:
    assert set(SAME.values()) <= set(COMMANDS)
    assert set(KEYS.values()) <= set(COMMANDS)
    assert not (set(SAME) | set(ADVICE)) & (set(COMMANDS) | set(ALIASES))
    assert not set(SAME) & set(ADVICE)


@pytest.mark.parametrize("word", ADVICE)
def test_a_word_of_gdb_without_meaning_says_what_to_do(refused, word: str) -> None:
    said = refused(f"{word} something")
    assert said.startswith(f"{word} is no command here: ")
    assert len(said) > 40


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("20u", "update 20"), ("20 u", "update 20"), ("3s", "step 3"), ("2p", "epoch 2"),
        ("2c", "continue 2"), ("12step", "step 12"), ("-1s", "step -1"), ("3adv", None),
        ("7", None), ("3 break", None), ("3S", "reverse-step 3"), ("2U", "reverse-update 2"),
        ("2rs", "reverse-step 2"), ("3 print", None), (":s 3", "step 3"),
    ],
)  # fmt: skip
def test_a_count_may_stand_before_a_key_as_on_the_screen(debugger, line, same) -> None:
    def said(typed):
        interpreter = Interpreter(Debugger(debugger.experiment))
        interpreter.reply("goto 150")
        reply = interpreter.reply(typed)
        return reply.ok, reply.position, reply.lines

    if same is None:
        assert not said(line)[0]
    else:
        assert said(line) == said(same)


def test_continue_with_a_count_is_continue_as_often(debugger) -> None:
    once, counted = (Interpreter(Debugger(debugger.experiment)) for _ in range(2))
    for interpreter in (once, counted):
        for line in ("break h1_1 backward", "tbreak example 4", "watch loss", 'break loss log "x"'):
            interpreter.reply(line)
    replies = [once.reply("continue") for _ in range(7)]
    reply = counted.reply("continue 7")
    assert (reply.position, reply.stop) == (replies[-1].position, replies[-1].stop)
    assert reply.data["stopped_by"] == replies[-1].data["stopped_by"]
    back = counted.reply("continue -3")
    assert back.position == replies[3].position
    assert counted.reply("reverse-continue 100").position == 0
    assert counted.reply("continue 1000000").stop == "the end of the run"


def test_run_begins_anew_and_counts_hits_from_nothing(do, debugger) -> None:
    do("break h1_1 backward every 3")
    first = do("run")
    do("continue")
    again = do("run")
    assert (again.position, again.stop) == (first.position, first.stop)
    assert first.position > 0
    do("delete 1")
    assert do("run").position == do("r").position == debugger.total


def test_where_says_what_info_position_says(do) -> None:
    do("step 17")
    assert do("where").lines == do("info position").lines == do("bt").lines


def test_a_format_of_gdb_is_told_apart_from_an_unknown_command(refused) -> None:
    assert "type print EXPRESSION" in refused("p/x loss")
    assert "there is no command" in refused("nonsense/x loss")
    assert "there is no command" in refused("/loss")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("break step", "as in step 12"),
        ("goto epoch", "needs a number"),
        ("goto h1_1", "until goes to its next step"),
        ("ignore 1", "found nothing"),
        ("watch", "needs a value or an expression"),
        ("print b[y1] = 2", "set changes one"),
    ],
)
def test_a_refusal_says_what_to_type(refused, line: str, said: str) -> None:
    assert said in refused(line)
