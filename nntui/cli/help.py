"""``nntui help``: keys, words, the debugger's commands and the format of documents, as tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import click
from click.shell_completion import CompletionItem

from nntui.cli.endings import say
from nntui.cli.tables import aligned, definitions, echo
from nntui.model.errors import NntuiError
from nntui.text import harmless, wrapped

_WIDEST: Final = 100
_INDENT: Final = "  "

_COMPLETION: Final = (
    ("bash", 'eval "$(_NNTUI_COMPLETE=bash_source nntui)"', "in ~/.bashrc"),
    ("zsh", 'eval "$(_NNTUI_COMPLETE=zsh_source nntui)"', "in ~/.zshrc"),
    ("fish", "_NNTUI_COMPLETE=fish_source nntui | source", "in config.fish"),
)


def _completions(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    names = (*TOPICS, *_group(ctx).list_commands(ctx))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command("help", short_help="Explain keys, words, commands, expressions and documents.")
@click.argument("topic", nargs=-1, shell_complete=_completions)
@click.pass_context
def help_(ctx: click.Context, topic: tuple[str, ...]) -> None:
    """Explain TOPIC: one of those that nntui help lists, the name of a command, or a word.

    \b
    Examples:
      nntui help             the topics, and the commands of the shell
      nntui help keys        every key of the screen, and what keys.toml calls it
      nntui help commands    the debugger's commands: after : and for nntui exec
      nntui help expressions what can stand in a condition
      nntui help documents   the format nntui/1
      nntui help models      models of other libraries, in and out
      nntui help numbers     what check --against reads
      nntui help words       what δ, epoch, saturated and other words mean
      nntui help delta       a word
      nntui help run         a command of the shell
      nntui help why         a command of the debugger
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    group, asked = _group(ctx), " ".join(topic)
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    if not asked:
        lines = _overview(ctx, group, width)
    elif asked in TOPICS:
        lines = TOPICS[asked][1](width)
    elif command := group.get_command(ctx, asked):
        with click.Context(command, ctx.parent, asked) as context:
            lines = iter(command.get_help(context).splitlines())
    else:
        lines = _explained(ctx, asked, width)
    for line in lines:
        if isinstance(line, _Heading):
            click.secho(harmless(line), bold=True)
        else:
            echo(line)


def _explained(ctx: click.Context, asked: str, width: int) -> Iterator[str]:
    """Explain a command of the debugger, or a word.

    Raises:
        NntuiError: it is neither; the sentence names the nearest.
    """
    from nntui.debugger.commands.interpreter import COMMANDS, command_called, explained, is_command
    from nntui.explain.words import no_help, word_for

    if is_command(asked):
        yield from explained(command_called(asked))
    elif word := word_for(asked):
        yield from wrapped(word.sentence, width)
    else:
        topics = (*TOPICS, *_group(ctx).list_commands(ctx), *COMMANDS)
        raise NntuiError(no_help(asked, topics))


class _Heading(str):
    """A line that is printed bold."""

    __slots__ = ()


def _group(ctx: click.Context) -> click.Group:
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    return group


def _paragraphs(width: int, *paragraphs: str) -> Iterator[str]:
    for text in paragraphs:
        yield ""
        yield from wrapped(text, width)


def _overview(ctx: click.Context, group: click.Group, width: int) -> Iterator[str]:
    commands = {name: group.get_command(ctx, name) for name in group.list_commands(ctx)}
    yield _Heading("nntui help TOPIC")
    yield from definitions([(name, text) for name, (text, _) in TOPICS.items()], width)
    yield ""
    yield _Heading("Commands of the shell (nntui help COMMAND explains one)")
    yield from definitions(
        [(name, command.get_short_help_str(200)) for name, command in commands.items() if command],
        width,
    )
    yield ""
    yield _Heading("Completion of commands, samples and files with tab: put this line")
    yield from (_INDENT + line for line in aligned(_COMPLETION))


def _keys(width: int) -> Iterator[str]:
    from nntui.tui.keymap import keymap_file, read_keymap
    from nntui.tui.keys import ANSWERS, COUNT_HELP, EDITOR, GROUPS, LISTS, TIMELINE

    keymap = read_keymap()
    for complaint in keymap.complaints:
        say(f"{keymap_file()}: {complaint}")
    groups = {
        **GROUPS,
        "In a list": LISTS,
        "In the answers": ANSWERS,
        "On the timeline": TIMELINE,
        "In the editor of the document": EDITOR,
    }
    rows = {
        title: [(key.display(keymap.changed), key.name, key.help) for key in keys]
        for title, keys in groups.items()
    }
    every = [row for group in rows.values() for row in group]
    yield from wrapped(
        "The keys of the screen, the name that keys.toml has for each, and what they do. Small "
        "letters go forward, capitals back.",
        width,
    )
    for title, group in rows.items():
        yield ""
        yield _Heading(title)
        yield from definitions(group, width, every)
    yield from _paragraphs(
        width,
        COUNT_HELP,
        f"Other keys: {keymap_file()}, with a line for each name, such as",
    )
    yield from ("", '  step = "j"', '  continue = ["g", "f5"]')


def _commands(width: int) -> Iterator[str]:
    from nntui.debugger.commands.gdb import SAME
    from nntui.debugger.commands.interpreter import COMMANDS

    yield from wrapped(
        "The debugger's commands: after : on the screen, as nntui exec FILE -c COMMAND or in a "
        "script, and in Python as nntui.Interpreter(debugger).execute(COMMAND).",
        width,
    )
    yield ""
    rows = [(f"{c.called} {c.words}".strip(), c.help) for c in COMMANDS.values()]
    yield from definitions(rows, width)
    yield from _paragraphs(
        width,
        "Names may be cut short as long as they stay clear. help COMMAND explains one, with "
        "examples; in the shell: nntui help COMMAND. An empty line repeats a movement.",
        f"Words of gdb that do here what they do there: {', '.join(SAME)}.",
        "A value is written as on screen: w[x1,h1], z[h1], a[h1], delta[h1], loss; an expression "
        "puts values together: abs(w[x1,h1]) > 3 and epoch > 2 (nntui help expressions).",
    )


def _words(width: int) -> Iterator[str]:
    from nntui.explain.words import WORDS

    yield from wrapped(
        "What the words and symbols of the screen mean. On the screen ? says so with the numbers "
        "of the moment, and so does the debugger's command help WORD.",
        width,
    )
    yield ""
    yield from definitions([(word.title, word.meaning) for word in WORDS], width)


def _expressions(width: int) -> Iterator[str]:
    from nntui.debugger.commands.inspection import expressions_help

    yield from expressions_help(width)


def _documents(width: int) -> Iterator[str]:
    from nntui.document.reference import EXAMPLE, sections

    yield from wrapped(
        "A document is one JSON object: a network, its data, how it is trained. nntui schema "
        "prints its JSON Schema.",
        width,
    )
    yield ""
    yield from EXAMPLE.splitlines()
    for section in sections():
        yield ""
        yield _Heading(section.title)
        yield from (_INDENT + line for line in wrapped(section.text, width - len(_INDENT)))
        yield from definitions(section.rows, width)


_FILES: Final = (
    (".json", '{"dw[x1,h1]": 0.1, "z[h1]": [0.2, 0.4], "dW1": [[…], …]}; NaN is a number, too'),
    (".csv", "rows of name,value (also with ; and 0,5); a column update: after which one they are"),
    (".npz", "arrays by name: numpy.savez(…, dW1=dW1, db1=db1)"),
    (".safetensors", "arrays by name"),
    (".jsonl", "any lines of nntui trace FILE --format jsonl (of any updates), with any writes"),
)
_ARRAYS: Final = (
    ("dW1 db1", "the gradient over the batch, its mean or sum as the training says"),
    ("z1 a1 delta1 da1", "of each example: of its own loss, which no batch divides; a0 is X"),
    (
        "W1 b1",
        "parameters before update K or after it; an axis in front: after each update or epoch",
    ),
    ("0.weight fc1.bias", "PyTorch's names: gradients, or with --after K parameters"),
    ("X Y", "the data of the batch: they must be those of the document"),
    ("dw[x1,h1] db[h1]", "the same by value, in any network; g[…] has the penalty in it"),
    ("z[h1] a[h1] …", "a list with a number for each example of the batch; one example: a number"),
    ("loss batch_loss", "of each example, a list; of the batch, a number"),
    ("m[…] v[…] s[…]", "what the optimizer remembers after update K"),
)


def _numbers(width: int) -> Iterator[str]:
    yield from wrapped(
        "Numbers of your own program, for nntui check FILE --against MINE, for nntui grade, for "
        "the command check, and as a dict for nntui.check_work. Nothing in a file is executed.",
        width,
    )
    yield ""
    yield _Heading("Files")
    yield from definitions(_FILES, width, (*_FILES, *_ARRAYS))
    yield ""
    yield _Heading("Names: 1 is the first layer after the inputs; K as --update says, or 1")
    yield from definitions(_ARRAYS, width, (*_FILES, *_ARRAYS))
    yield from _paragraphs(
        width,
        "Weights lie as (in, out) or (out, in), examples in rows or in columns: the shapes say "
        "which. A square array alone is tried both ways, and it is said which fits.",
        "Two numbers agree when they differ by at most 1e-6 of the greater one; 1e-4 where they "
        "are float32 or have 6 digits or fewer (--rtol and --atol say otherwise). NaN agrees with "
        "NaN. Parameters that drift away over many updates by rounding alone are not wrong.",
    )


_MODELS: Final = (
    (".npz", "arrays W1 b1 W2 b2 … (or weights_0 biases_0 …); X and Y, if it has them"),
    (".safetensors", "a state dict of PyTorch: 0.weight 0.bias 2.weight …"),
    (
        ".pt .pth",
        "the same, saved by torch.save: read by PyTorch (2.6 or newer) in its own process",
    ),
    (".onnx", "Gemm, MatMul, Add, activations, batch norm, Softmax at the end; with nntui[models]"),
    (".json", "what net.toJSON() of brain.js gives"),
    ("https://…", "an address of TensorFlow Playground: its settings; it has no weights"),
)
_REST: Final = (
    ("--activations", "the activation of each layer: tanh,sigmoid"),
    ("--loss", "the loss: bce, or “huber delta 2”"),
    ("--optimizer", "the optimizer: “adam learning_rate 0.01”"),
    ("--data", "a CSV file, an .npz file with X and Y, a generator, or rows: “0 1 > 1; 1 1 > 0”"),
    ("--order", "in,out (x @ W) or out,in (PyTorch), where the shapes fit both ways"),
    ("--layers", "the layers' names in their order, where their names and shapes do not say it"),
)
_IN_PYTHON: Final = (
    ("from_torch", "a module of linear layers, activations and sums, with its loss and optimizer"),
    ("from_sklearn", "a fitted MLPClassifier or MLPRegressor"),
    ("from_keras", "a compiled model of Dense layers"),
    ("from_arrays", "weights and biases as arrays"),
    ("from_file", "a file, as above"),
    ("save_model", "writes .json, .npz, .safetensors or .onnx"),
    ("compare", "holds PyTorch's gradients against nntui's"),
    ("breakpoint", "opens the screen on a moment of a training loop"),
)


def _models(width: int) -> Iterator[str]:
    every = (*_MODELS, *_REST, *_IN_PYTHON)
    yield from wrapped(
        "Models of other libraries, which every command opens as it opens a document. Nothing in a "
        "file is ever executed, nntui opens no pickle and fetches nothing. What nntui cannot "
        "represent exactly is refused in one sentence.",
        width,
    )
    yield ""
    yield _Heading("Files")
    yield from definitions(_MODELS, width, every)
    yield ""
    yield _Heading("What weights alone do not say: options, or a form on the screen")
    yield from definitions(_REST, width, every)
    yield ""
    yield _Heading("In Python: nntui.NAME (help(nntui.NAME) says how)")
    yield from definitions(_IN_PYTHON, width, every)
    yield from _paragraphs(
        width,
        "The other way: nntui convert IN OUT, nntui run FILE --save OUT and the command save write "
        "weights (.npz, .safetensors, .onnx) with the rest of the document beside them; nntui "
        "export FILE writes a program that trains the same (--numpy, --torch, --keras), formulas "
        "(--latex) or the graph (--dot, --graphml).",
    )


TOPICS: Final[Mapping[str, tuple[str, Callable[[int], Iterator[str]]]]] = {
    "keys": ("the keys of the screen", _keys),
    "words": ("what δ, η, epoch, saturated and other words mean", _words),
    "commands": ("the debugger's commands", _commands),
    "expressions": ("values and functions: in print, conditions, --until", _expressions),
    "documents": ("the format nntui/1: sections, keys, defaults, names", _documents),
    "models": ("models of other libraries: files, options, Python", _models),
    "numbers": ("numbers of yours: files and names for check --against and grade", _numbers),
}
"""The line about a topic in ``nntui help``, and what ``nntui help NAME`` prints."""
