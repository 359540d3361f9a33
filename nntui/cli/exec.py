"""``nntui exec``: run the debugger's commands without a screen."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.endings import TERMINATED, WRONG_RESULT, noticing_interrupts, say, terminable
from nntui.cli.files import (
    check_can_save,
    file_argument,
    force_option,
    hidden_model_options,
    opened,
    saved,
)
from nntui.cli.tables import echo, echo_json, json_text
from nntui.text import harmless

if TYPE_CHECKING:
    from nntui.debugger.commands.command import Reply
    from nntui.debugger.commands.interpreter import Interpreter
    from nntui.debugger.commands.script import ScriptLine
    from nntui.model.experiment import Experiment
    from nntui.verify.verdict import Verdict


class _InOrder(click.Command):
    """A command that keeps the order in which its options -c and -x were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words, and note the order of the options."""
        values, _, order = self.make_parser(ctx).parse_args(args=list(args))
        rest = {name: iter(values.get(name) or ()) for name in ("commands", "scripts")}
        ctx.meta["nntui.given"] = [
            (parameter.name, next(rest[parameter.name]))
            for parameter in order
            if parameter.name in rest
        ]
        return super().parse_args(ctx, args)


@click.command("exec", cls=_InOrder, short_help="Debug with commands, without a screen.")
@file_argument
@hidden_model_options
@click.option(
    "-c",
    "commands",
    multiple=True,
    metavar="COMMAND",
    help="Run a command of the debugger; may be given again and again.",
)
@click.option(
    "-x",
    "scripts",
    multiple=True,
    metavar="SCRIPT",
    help="Run the commands in a file, one in a line; # begins a comment; - is standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a line for each command.")
@click.option(
    "--state/--no-state",
    "use_state",
    default=False,
    help="Take up the breakpoints, displays and position kept for this document, and keep them "
    "again at the end.  [default: --no-state: a script does the same every time]",
)
@click.option(
    "--save",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="At the end, write the document to OUT with breakpoints, displays and position in it.",
)
@force_option
@click.pass_context
def exec_(
    ctx: click.Context,
    file: Path,
    commands: tuple[str, ...],
    scripts: tuple[str, ...],
    as_json: bool,
    use_state: bool,
    out: Path | None,
    force: bool,
) -> int:
    """Debug the training run of FILE with commands: those of -c and -x in the order given.

    Without -c and -x commands are read from standard input, so any terminal will do: Ctrl-C pauses
    what is running, an empty line repeats a movement, quit leaves. The command help lists them all.

    A command that fails ends a script with exit status 1; at a prompt the next one is asked for.
    Ctrl-C (status 130) and SIGTERM (143) end it where it is; --save and --state keep that.

    With --json each command gives a line with an object: command, ok, position, moved, stop, lines,
    data; when it fails, ok is false and data.error says why. What a breakpoint logs comes before
    that, each as a line {"message": TEXT}, when it is logged; data.messages has the last 1000.

    \b
    Examples:
      nntui exec xor -c "break y backward if loss < 0.1" -c continue -c "why z[y]"
      nntui exec xor -x script.txt --json | jq .data
      nntui exec xor
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.cli.sources import lines_of, prompts
    from nntui.debugger.commands.interpreter import Interpreter
    from nntui.interop.saving import check_format, save_model
    from nntui.sessions import open_session, save_session, with_session

    experiment, document = opened(file), Path(file)
    if out is not None:
        check_can_save(out, force=force)
        check_format(experiment, out)
    given = ctx.meta["nntui.given"] or [("scripts", "-")]
    debugger, problems = open_session(experiment, use_state, None, document)
    for problem in problems:
        say(problem)
    debugger.writer, debugger.checker = save_model, _check
    interpreter = Interpreter(debugger)
    source = lines_of(given, interpreter)
    asks = ("scripts", "-") in given and prompts()
    try:
        with terminable():
            status = _run(interpreter, source, as_json, asks)
    except SystemExit:
        status = TERMINATED
    if use_state and (refused := save_session(debugger, document)):
        say(refused)
    if out is not None:
        left_out = save_model(with_session(debugger), out, overwrite=force)
        echo(saved(out, left_out), err=as_json)
    return status


def _check(experiment: Experiment, path: str, update: int, after: int | None) -> Verdict:
    """Hold the numbers in a file against the run; what does so is imported when it is asked for."""
    from nntui.verify.check_work import check_file

    return check_file(experiment, path, update, after=after)


def _run(interpreter: Interpreter, source: Iterator[ScriptLine], as_json: bool, asks: bool) -> int:
    """Run commands to their end, to the first that fails, or to the first Ctrl-C.

    Where a user types a command, neither of the two is the end. ``asks``: that may happen.
    """
    from nntui.debugger.commands.script import expanded

    while True:
        try:
            for line in source:
                for each in expanded(line):
                    reply, interrupted = _answered(interpreter, each, as_json, not line.place)
                    if reply.quits:
                        return 0
                    if interrupted and (line.place or interrupted == TERMINATED):
                        return interrupted
                    if not reply.ok and line.place:
                        return WRONG_RESULT
                    if interrupted or not reply.ok:
                        break
            return 0
        except KeyboardInterrupt:  # at the prompt, or just before a command or behind it
            if not asks:
                raise
            say("quit leaves")


def _answered(
    interpreter: Interpreter, line: ScriptLine, as_json: bool, typed: bool
) -> tuple[Reply, int]:
    """Run a command and print its reply; return that, and the status of an interrupt or 0.

    Raises:
        click.Abort: it was interrupted twice, so the debugger's state is unknown.
    """

    def write(message: str) -> None:  # without a flush: there may be millions
        print(json_text({"message": message}) if as_json else harmless(message))

    with noticing_interrupts() as interrupted:

        def paused() -> bool:
            sys.stdout.flush()
            return bool(interrupted())

        try:
            reply = (
                line.refused(interpreter.position)
                if line.fault
                else interpreter.reply(line.text, paused, write, keep=as_json)
            )
        except KeyboardInterrupt:
            raise click.Abort from None
        if as_json and (reply.command or not reply.ok):
            echo_json(reply.plain)
        elif not as_json and reply.ok:
            _show(reply.lines)
        if not reply.ok:
            told = f"{line.place}: " if line.place else ""
            if not typed:
                say(f"{told}{reply.data['error']}")
                _show(reply.lines[1:], err=True)  # where in the expression
            elif not as_json:
                _show((told + reply.lines[0], *reply.lines[1:]))
        return reply, interrupted()


def _show(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        echo(line, err=err)
