"""Hostile commands: whatever is typed, there is a reply or a sentence, and the run stays true."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from support.experiments import layered

from nntui.cli import main
from nntui.cli.tables import json_text
from nntui.debugger.commands.gdb import ADVICE, SAME
from nntui.debugger.commands.interpreter import ALIASES, COMMANDS, Interpreter
from nntui.debugger.commands.text import MAX_LINE
from nntui.debugger.debugger import Debugger
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.expressions.functions import FUNCTIONS
from nntui.model.names import SYMBOLS
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer
from nntui.text import harmless

HEADS = [*COMMANDS, *ALIASES, *SAME, *ADVICE]
EXAMPLES = [
    line.strip()
    for command in COMMANDS.values()
    for line in command.more.replace("h1", "h1_1").replace("y]", "y1]").splitlines()
    if line.startswith("  ")
]
NUMBERS = [
    "0", "-0", "1", "-1", "1_000", "1,000", "007", "1.5", "1e400", "-1e-400", "nan", "inf", "0x10",
    "10" * 5, "9" * 20, "9" * 400, "999_999_999_999", "-1000000000001", "٣", "²", "½",
]  # fmt: skip
PIECES = [
    *NUMBERS, *SYMBOLS, *FUNCTIONS, "x1", "h1_1", "y1", "w[x1,h1_1]", "z[h1_1]", "b[y1]", "dw[",
    'w["x1","h1_1"]', 'z["', "->", "x1->h1_1", "→", "if", "every", "ignore", "log", "disabled",
    "crosses", "becomes", "true", "nonfinite", "forward", "backward", "update", "layer", "phase",
    "line", "and", "or", "not", "(", ")", "[", "]", "{", "}", ",", ";", ":", "=", "==", "<", ">=",
    "!=", "+", "-", "*", "/", "**", "%", "^", "~", '"', "'", "\\", "`", "#", "$1", "@", "&", "|",
    "../..", "y", "slopes", "a b", '"a b"', "w[slopes,loss]", 'db["a b"]', '"1"',
    "{loss}", "{{", "}}", '"{loss', "main", "branch-1", "start", "end",
]  # fmt: skip
STRANGE = [
    "\0", "\a", "\b", "\x1b[2J", "\x1b]0;t\a", "\x7f", "\x9b31m", "\u202e", "\u2066", "\u200b",
    "\u2028", "\u2029", "\ud800", "\udcff", "\U000e0001", "\ufeff", "é", "e\u0301",
    "漢", "👩‍🚀", "ﬁ",
]  # fmt: skip


def garbage(chance: random.Random) -> str:
    """Random bytes, as a shell or a file would hand them over."""
    data = chance.randbytes(chance.randint(0, 40))
    codec, errors = chance.choice(
        [("latin-1", "strict"), ("utf-8", "replace"), ("utf-8", "surrogateescape")]
    )
    return data.decode(codec, errors)


def mutated(chance: random.Random) -> str:
    """A command of the help with a few characters changed, doubled, cut or exchanged."""
    line = list(chance.choice(EXAMPLES))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(line) + 1)
        match chance.randrange(6):
            case 0:
                del line[at : at + chance.randint(1, 3)]
            case 1:
                line.insert(at, chance.choice(PIECES))
            case 2:
                line.insert(at, chance.choice(STRANGE))
            case 3:
                line[at:at] = line[at : at + 5]
            case 4:
                line.insert(at, " " * chance.randint(1, 3))
            case _:
                chance.shuffle(line)
    return "".join(line)


def matched(chance: random.Random) -> str:
    """Any command with arguments of any kind."""
    words = chance.choices([*PIECES, *PIECES, *STRANGE], k=chance.randint(0, 6))
    return f"{chance.choice(HEADS)} {chance.choice(['', ' ']).join(words)}"


def expression(chance: random.Random, depth: int) -> str:
    if depth <= 0 or chance.random() < 0.15:
        return chance.choice([*NUMBERS, *PIECES[len(NUMBERS) : 60], "w[x1,h1_1]", "loss", "z[y1]"])
    inner = expression(chance, depth - 1)
    match chance.randrange(5):
        case 0:
            return f"({inner})"
        case 1:
            return f"{chance.choice(['-', 'not ', '+', 'abs', '!'])}{inner}"
        case 2:
            other = expression(chance, depth - chance.randint(1, 9))
            signs = ["+", "-", "*", "/", "<", ">", "==", " and ", " or ", " if ", "**", ","]
            return f"{inner} {chance.choice(signs)} {other}"
        case 3:
            arguments = ", ".join([inner] * chance.randint(0, 3))
            return f"{chance.choice(list(FUNCTIONS))}({arguments})"
        case _:
            return f"{chance.choice(list(SYMBOLS))}[{inner[:20]}]"


def computed(chance: random.Random) -> str:
    """A command that takes an expression, with a deep or endless one."""
    head = chance.choice(
        ["print", "display", "watch", "break if", "set w[x1,h1_1]", "history", "condition 1", "why"]
    )
    if chance.random() < 0.1:
        opening = chance.choice(
            ["(", "[", "-", "not ", "abs(", "1+", "w[", '"', "{", "1<", ",", "a->"]
        )
        return f"{head} {opening * chance.randint(1, MAX_LINE // len(opening))}"
    return f"{head} {expression(chance, chance.randint(0, 12))}"


def counted(chance: random.Random) -> str:
    """A movement, or what takes a number, with any number."""
    head, number = chance.choice(HEADS), chance.choice(NUMBERS)
    return chance.choice(
        [f"{head} {number}", f"{number}{head}", f"{number} {head}", f"{head}{number}"]
    )


def several(chance: random.Random) -> str:
    return "\n".join(chance.choice([mutated, matched, garbage])(chance) for _ in range(3))


KINDS: list[Callable[[random.Random], str]] = [
    garbage, mutated, matched, matched, computed, counted, several,
]  # fmt: skip


def check(interpreter: Interpreter, debugger: Debugger, line: str) -> None:
    reply = interpreter.reply(line)
    assert "unexpected" not in reply.data.get("error", "") or "unexpected" in line, reply.text
    assert all(harmless(each) == each for each in reply.lines), reply.lines
    assert reply.position == debugger.position
    assert 0 <= debugger.position <= debugger.total
    text = json_text(reply.plain)
    assert harmless(text) == text
    if not reply.ok:
        assert reply.lines
        assert reply.data["error"].strip()
        assert len(reply.lines[0]) < 2_000
    for offered in interpreter.complete(line):
        assert offered.startswith(line.lstrip())


def oddly_named() -> Experiment:
    """Neurons called like values, words of commands and parts of expressions."""
    network = Network()
    for name, role in [
        ("x1", "input"), ("if", "input"), ("y", "hidden"), ("slopes", "hidden"), ("a b", "hidden"),
        ("loss", "output"), ("1", "output"),
    ]:  # fmt: skip
        network.add_neuron(name, role=role, activation=None if role == "input" else "relu")
    for source, target, weight in [
        ("x1", "y", 0.5), ("if", "y", -1.0), ("if", "slopes", 2.0), ("y", "a b", 0.25),
        ("slopes", "loss", 1.0), ("a b", "loss", -0.5), ("y", "1", 0.75), ("a b", "1", 1.0),
    ]:  # fmt: skip
        network.connect(source, target, weight)
    data = Dataset.of([[1.0, 0.5], [0.0, -1.0], [0.5, 0.0]], [[1.0, 0.0]] * 3)
    optimizer = Optimizer.of("adam", learning_rate=0.1)
    return Experiment(network, data, Training(optimizer=optimizer, epochs=3, batch_size=2))


def campaign(seed: int, commands: int) -> None:
    chance = random.Random(seed)
    experiment = layered(2, 2, 1, batch_size=2, epochs=3) if seed % 2 else oddly_named()
    debugger = Debugger(experiment)
    for n in range(commands):
        if n % 50 == 0:
            fresh = Debugger(experiment)
            fresh.seek(debugger.position)
            debugger.branches.switch("main")
            assert debugger.snapshot().values == fresh.snapshot().values
            debugger = Debugger(experiment)
            interpreter = Interpreter(debugger)
            interpreter.reply("goto 40")
        line = chance.choice(KINDS)(chance)
        try:
            check(interpreter, debugger, line)
        except Exception as error:
            raise AssertionError(f"seed {seed}, command {n}: {line!r}") from error


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_hostile_commands_get_a_reply() -> None:
    for seed in (1, 2):
        campaign(seed, commands=250)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(100, 110))
def test_many_hostile_commands_get_a_reply(seed: int) -> None:
    campaign(seed, commands=2_000)


def executed(seed: int, commands: int) -> None:
    chance = random.Random(seed)
    for n in range(commands):
        line = chance.choice(KINDS)(chance)
        if "sa" in line:  # save could write outside of the folder
            continue
        words = ["exec", "xor", *chance.choice([[], ["--json"]])]
        if chance.random() < 0.5:
            done = CliRunner().invoke(main, [*words, "-c", line], prog_name="nntui")
        else:
            typed = line.encode("utf-8", "surrogatepass")
            done = CliRunner().invoke(main, words, input=typed, prog_name="nntui")
        said = f"seed {seed}, command {n}: {line!r}: {done.output}"
        assert done.exit_code in (0, 1), said
        assert (done.exit_code == 1) == bool(done.stderr), said
        assert "Traceback" not in done.output, said
        assert harmless(done.output, "\n") == done.output, said


def test_hostile_commands_of_exec_end_with_a_status() -> None:
    executed(seed=2, commands=12)


@pytest.mark.deep
def test_many_hostile_commands_of_exec_end_with_a_status() -> None:
    executed(seed=200, commands=1_000)
