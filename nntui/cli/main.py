"""``nntui``: the group of commands; a first word that is none of them is a file to open."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click
from click.shell_completion import CompletionItem

from nntui import __version__
from nntui.cli.endings import SystemRefusalError, ended
from nntui.cli.files import completions, file_called

_COMMANDS: Final = {
    "open": "open:open_file",
    "new": "new:new",
    "show": "show:show",
    "trace": "trace:trace",
    "run": "run:run",
    "exec": "exec:exec_",
    "check": "check:check",
    "probe": "probe:probe",
    "grade": "grade:grade",
    "convert": "convert:convert",
    "export": "export:export",
    "samples": "listings:list_samples",
    "schema": "listings:schema",
    "help": "help:help_",
}
"""Each command's module and name there: only the one that runs is imported."""


class Commands(click.Group):
    """A group of commands whose first word may also be a file: then that is opened."""

    def main(self, *args: object, **options: object) -> object:  # type: ignore[override]
        """Run a command and exit with its status."""
        ended(lambda: super(Commands, self).main(*args, **options | {"standalone_mode": False}))  # type: ignore[call-overload]

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that the words name."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            raise SystemRefusalError(error) from error

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name, if there is one."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"nntui.cli.{module}"), name)
        return command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names of the commands in the order of the help."""
        return list(_COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the words name; it is ``open`` when the first is a file."""
        word = args[0]
        if word not in _COMMANDS and not word.startswith("-"):
            file_called(word, commands=tuple(_COMMANDS))
            return "open", self.get_command(ctx, "open"), args
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands, and what a file argument offers."""
        commands, files = super().shell_complete(ctx, incomplete), completions(incomplete)
        if commands:  # an item for the shell's own completion would replace them in bash
            files = [item for item in files if item.type == "plain"]
        return [*commands, *files]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Describe the arguments in ``Usage: nntui …``."""
        return ["[OPTIONS] [FILE | COMMAND …]"]


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  nntui                            choose among the samples and recent files
  nntui sample                     step through the first sample
  nntui my-network.json            step through your own
  nntui new 2 4 1 --data circle    make one, and watch it learn
  nntui show xor                   look at a network without the screen
  nntui trace xor --to 40          read the first 40 steps
  nntui run xor --save out.json    train, and keep the result
  nntui exec xor -c "until y" -c "why z[y]"    debug with commands
  nntui check xor                  is the gradient right?
  nntui probe mine                 a network to try your own program on
  nntui check xor --against mine.npz    is yours?
  nntui grade xor submissions      is everybody's?
  nntui convert xor xor.npz        weights for numpy, or for PyTorch
  nntui export xor --numpy         a program that trains the same
  nntui help keys                  every key of the screen

FILE is a document in the format nntui/1 (nntui schema), the name of a
bundled sample (nntui samples), or a model of another library (nntui help
models). A file that is called like a command is
reached by its path: nntui ./run

\b
Exit status:
  0    done
  1    it works, but something is wrong: check, run --until, exec
  2    it could not work: a bad document, file or option
  3    the run diverged
  70   a fault of nntui itself
  128 + a signal's number (Ctrl-C: 130, SIGTERM: 143, a closed pipe: 141)
""",
)
@click.version_option(__version__, prog_name="nntui", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Step through the training of a neural network, connection by connection, in the terminal.

    With a FILE: open it on the screen. Without: choose one first.
    """
    if ctx.invoked_subcommand is None:
        from nntui.cli.open import open_on_screen

        open_on_screen()
