"""The argument FILE (a document's path or a sample's name), and options of several commands."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

from nntui.cli.endings import say
from nntui.model.errors import NntuiError
from nntui.model.names import escaped, nearest
from nntui.samples import sample_called, samples

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment


_Command = TypeVar("_Command", bound=Callable[..., Any])


class Whole(click.IntRange):
    """A whole number between bounds, also as nntui writes it: ``9,372``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        plain: Any = value.replace(",", "") if isinstance(value, str) else value
        return super().convert(plain, param, ctx)


def file_called(word: str, commands: Sequence[str] = ()) -> Path:
    """Find the file that a word means: a path that exists, or else a bundled sample.

    ``commands`` may have been meant instead: the sentence names the nearest one.

    Raises:
        NntuiError: neither; the sentence names the nearest sample, file or command.
    """
    path = Path(word)
    sample = sample_called(word)
    there = os.path.lexists(word)
    if there and not (sample and path.is_dir()):
        return path
    if sample is not None:
        return samples()[sample]
    from nntui.document.files import files_in
    from nntui.interop.kinds import PLAYGROUND

    if PLAYGROUND.match(word):
        return path
    folder, name = os.path.split(word)
    candidates = {f: f"the file “{os.path.join(folder, f)}”" for f in files_in(folder)}
    if folder in ("", "samples"):
        for sample in samples():
            candidates |= dict.fromkeys((sample, f"{sample}.json"), f"the sample “{sample}”")
    candidates |= {command: f"the command “{command}”" for command in commands}
    # Without their endings, which would make any two of them alike.
    stems = {each.removesuffix(".json"): said for each, said in candidates.items()}
    near = nearest(name.removesuffix(".json"), stems)
    hint = f"; did you mean {escaped(stems[near], 200)}?" if near else ""
    if not near and commands and name.endswith(".json"):
        hint = f"; nntui new --save {escaped(shlex.quote(word), 200)} makes one"
    what = "file, sample or command" if commands else "file or sample"
    raise NntuiError(f"there is no {what} called “{escaped(word, 200)}”{hint}")


def word_for(file: Path) -> str:
    """Return the word that means a file on the command line: a sample's name, or its path."""
    return next((name for name, path in samples().items() if path == file), str(file))


def file_argument(command: _Command) -> _Command:
    """Give a command the argument FILE; it receives a path as ``file``."""
    return click.argument(
        "file",
        callback=_converted,
        shell_complete=lambda ctx, param, incomplete: completions(incomplete),
    )(command)


def _converted(ctx: click.Context, param: click.Parameter, word: str) -> Path:
    path = file_called(word)
    sample = sample_called(word)
    if sample and sample != word and str(path) != word:
        say(f"{word} is not here; using the bundled sample “{sample}”")
    return path


def completions(incomplete: str) -> list[CompletionItem]:
    """Offer samples, documents and models of the working folder, or else leave it to the shell.

    Not both: in bash, an item for the shell's own completion replaces those before it.
    """
    from nntui.document.files import files_in
    from nntui.interop.kinds import OPENED

    names = [*samples(), *sorted(file for file in files_in("") if file.endswith(OPENED))]
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def force_option(command: _Command) -> _Command:
    """Give a command the option --force; it receives ``force``."""
    return click.option("--force", is_flag=True, help="Replace OUT if it is there already.")(
        command
    )


def check_can_save(path: Path, *, force: bool) -> None:
    """Check before the work that its result can be saved.

    Raises:
        NntuiError: a folder that does not exist or cannot be written, a path that is a folder, or
            a file that exists and may not be overwritten.
    """
    folder = path.parent
    faults = {
        "is a folder, expected a file that can be written": path.is_dir(),
        f"there is no folder {folder}": not folder.is_dir(),
        f"no permission to write in {folder}": folder.is_dir() and not os.access(folder, os.W_OK),
        "is there already (--force replaces it)": not force and os.path.lexists(path),
    }
    for fault, found in faults.items():
        if found:
            raise NntuiError(f"{escaped(str(path), 1000)}: {escaped(fault, 1000)}")


def saved(path: Path, left_out: str | None = None) -> str:
    """Say where something was saved, and what was left out."""
    return f"saved to {escaped(str(path), 1000)}" + (f", {left_out}" if left_out else "")


def moment_options(before: str = "") -> Callable[[_Command], _Command]:
    """Make options that say of which update numbers are, and how exact; None when not given.

    A command receives ``update``, ``after``, ``rtol`` and ``atol``. ``before`` begins their help.
    """

    def beginning(text: str) -> str:
        return before + (text if before else text[0].upper() + text[1:])

    options = (
        click.option(
            "--update",
            type=Whole(min=1),
            metavar="K",
            help=beginning("gradients and activations are those of update K.  [default: 1]"),
        ),
        click.option(
            "--after",
            type=Whole(min=1),
            metavar="K",
            help=beginning("parameters (w, b) are those after update K."),
        ),
        click.option(
            "--rtol",
            type=click.FloatRange(min=0.0),
            metavar="R",
            help=beginning("how far numbers may differ, as a part of the greater.  ")
            + "[default: 1e-6, and 1e-4 for float32 or 6 digits and fewer]",
        ),
        click.option(
            "--atol",
            type=click.FloatRange(min=0.0),
            metavar="A",
            help=beginning("how far they may differ in any case.  ")
            + "[default: 1e-9 of the largest number of that kind]",
        ),
    )
    return lambda command: reduce(lambda each, option: option(each), reversed(options), command)


def moment_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Turn those options into what ``check_work`` takes: there, updates are indices."""
    update = options["update"] or options["after"] or 1
    return {**options, "update": update - 1}


def epochs_option(command: _Command) -> _Command:
    """Give a command the option --epochs; it receives ``epochs``, None when not given."""
    return click.option(
        "--epochs",
        type=Whole(min=1, max=1_000_000_000),
        metavar="N",
        help="Train for N epochs instead of the file's number.",
    )(command)


def with_epochs(experiment: Experiment, epochs: int | None) -> Experiment:
    """Replace the number of epochs when one is given."""
    if epochs is None:
        return experiment
    return replace(experiment, training=replace(experiment.training, epochs=epochs))


_GIVEN: Final = "nntui.model"
_ORDERS: Final = ("in,out", "out,in")


def model_options(command: _Command, *, hidden: bool = False) -> _Command:
    """Give a command the options that say what a file of weights does not.

    ``hidden``: they work, and ``nntui open --help`` lists them.
    """
    options = (
        ("--activations", "NAMES", "The activation of each layer, as tanh,sigmoid."),
        ("--loss", "LOSS", "The loss, as bce or “huber delta 2”."),
        ("--optimizer", "OPTIMIZER", "The optimizer, as “adam learning_rate 0.01”."),
        ("--data", "DATA", "A CSV file, an .npz file with X and Y, or as nntui new --data."),
        ("--layers", "NAMES", "The layers in their order, where their names do not say it."),
    )
    for name, metavar, text in reversed(options):
        command = click.option(
            name, metavar=metavar, help=text, hidden=hidden, expose_value=False, callback=_note
        )(command)
    return click.option(
        "--order",
        type=_Orders(_ORDERS),
        help="Which axis of weights comes first, where their shapes do not say it.",
        hidden=hidden,
        expose_value=False,
        callback=_note,
    )(command)


class _Orders(click.Choice[str]):
    """The orders, also with a blank, as in Python."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(value.replace(" ", ""), param, ctx)


hidden_model_options: Final = partial(model_options, hidden=True)


def _note(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None and param.name is not None:
        ctx.meta.setdefault(_GIVEN, {})[param.name] = value


def options_said() -> dict[str, Any]:
    """Return what the options say of a file of weights, by their names."""
    said: dict[str, Any] = click.get_current_context().meta.get(_GIVEN, {})
    return said


def opened(file: Path) -> Experiment:
    """Open a document, or a model of another library with what the options say of it.

    Raises:
        NntuiError: it cannot be opened; the sentence says why.
        UsageError: options for a document, which needs none.
    """
    said = options_said()
    if is_document(file):
        from nntui.document.load import load

        return load(file)
    from nntui.interop.files import open_model
    from nntui.interop.sketch import Given

    if "order" in said:
        said = said | {"order": said["order"].replace(",", ", ")}
    return open_model(file, Given(**said))


def is_document(file: Path) -> bool:
    """Whether FILE is opened as a document, and not as a model of another library.

    Raises:
        UsageError: options for a document, which needs none.
    """
    from nntui.interop.kinds import is_model

    if is_model(file):
        return False
    if said := options_said():
        name = next(iter(said))
        raise click.UsageError(f"--{name} goes with a file of weights; a document has it itself")
    return True
