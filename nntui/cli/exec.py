"""``nntui exec``: run the debugger's commands without a screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.endings import INTERRUPTED, WRONG_RESULT, noticing_interrupts, say
from nntui.cli.files import check_can_save, file_argument
from nntui.cli.tables import echo, echo_json
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.cli.sources import SourceLine
    from nntui.debugger.commands.command import Reply
    from nntui.debugger.commands.interpreter import Interpreter


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
    help="Run the commands in a file, one in a line; # begins a comment.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each command.")
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
@click.option("--overwrite", is_flag=True, help="Let --save replace a file that is there.")
@click.pass_context
def exec_(
    ctx: click.Context,
    file: Path,
    commands: tuple[str, ...],
    scripts: tuple[str, ...],
    as_json: bool,
    use_state: bool,
    out: Path | None,
    overwrite: bool,
) -> int:
    """Debug the training run of FILE with commands: those of -c and -x in the order given.

    Without -c and -x commands are read from standard input, so any terminal will do: Ctrl-C pauses
    what is running, an empty line repeats a movement, quit leaves. The command help lists them all.

    A command that fails ends a script with exit status 1; at a prompt the next one is asked for.

    \b
    Examples:
      nntui exec xor -c "break y backward if loss < 0.1" -c continue -c "why z[y]"
      nntui exec xor -x script.txt --json | jq .data
      nntui exec xor
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.cli.sources import lines_of, prompts, standard_input
    from nntui.debugger.commands.interpreter import Interpreter
    from nntui.document.load import load
    from nntui.document.save import save
    from nntui.sessions import open_session, save_session, with_session

    experiment = load(file)
    if out is not None:
        check_can_save(out, overwrite=overwrite)
    given = lines_of(ctx.meta["nntui.given"])
    debugger, problems = open_session(experiment, use_state, seconds=None)
    for problem in problems:
        say(problem)
    interpreter = Interpreter(debugger)
    source = given if given is not None else standard_input(interpreter)
    status = _run(interpreter, source, as_json, forgiving=given is None and prompts())
    if use_state and (refused := save_session(debugger)):
        say(refused)
    if out is not None:
        save(with_session(debugger), out)
        echo(f"saved to {escaped(str(out), 1000)}", err=as_json)
    return status


def _run(
    interpreter: Interpreter, source: Iterator[SourceLine], as_json: bool, forgiving: bool
) -> int:
    """Run commands to their end, to the first that fails, or to the first Ctrl-C.

    ``forgiving``: a user types them, and neither of the two is the end.
    """
    while True:
        try:
            for line in source:
                reply, stopped = _answered(interpreter, line, as_json, forgiving)
                if not reply.ok and not forgiving:
                    say(f"{line.place}: {reply.data['error']}")
                    _show(reply.lines[1:], err=True)  # where in the expression
                    return WRONG_RESULT
                if stopped and not forgiving:
                    return INTERRUPTED
                if reply.quits:
                    break
            return 0
        except KeyboardInterrupt:  # at the prompt, or just before a command or behind it
            if not forgiving:
                raise
            say("quit leaves")


def _answered(
    interpreter: Interpreter, line: SourceLine, as_json: bool, forgiving: bool
) -> tuple[Reply, bool]:
    """Run a command and print its reply; return that, and whether it was interrupted.

    Raises:
        click.Abort: it was interrupted twice, so the debugger's state is unknown.
    """
    with noticing_interrupts() as interrupted:
        try:
            reply = interpreter.execute(
                line.text,
                paused=interrupted,
                on_message=None if as_json else lambda message: _show((message,)),
                keep_all=as_json,
            )
        except KeyboardInterrupt:
            raise click.Abort from None
        if not as_json:
            _show(reply.lines if reply.ok or forgiving else ())
        elif reply.command or not reply.ok:
            echo_json(reply.plain)
        return reply, interrupted()


def _show(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        echo(line, err=err)
