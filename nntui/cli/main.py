"""``nntui``: the group of commands, and what is done with a first word that is none of them."""

from __future__ import annotations

import click

from nntui import __version__
from nntui.cli.check import check
from nntui.cli.endings import SystemRefusalError, ended
from nntui.cli.exec import exec_
from nntui.cli.files import file_called
from nntui.cli.listings import list_samples, schema
from nntui.cli.open import open_file, open_picker
from nntui.cli.run import run
from nntui.cli.show import show
from nntui.cli.trace import trace

_COMMANDS = (open_file, show, trace, run, exec_, check, list_samples, schema)


class Commands(click.Group):
    """A group of commands whose first word may also be a file: then that is opened."""

    def main(self, *args: object, **options: object) -> object:  # type: ignore[override]
        """Run a command and leave the process with its exit status."""
        ended(lambda: super(Commands, self).main(*args, **options | {"standalone_mode": False}))  # type: ignore[call-overload]

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that the words name."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            raise SystemRefusalError(error) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words name; ``open`` when the first is a file instead."""
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            file_called(word, commands=self.list_commands(ctx))
            return open_file.name, open_file, args
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands' names in the order in which a person meets them."""
        return list(self.commands)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """What stands behind ``Usage: nntui``."""
        return ["[OPTIONS] [FILE | COMMAND …]"]


@click.group(
    cls=Commands,
    invoke_without_command=True,
    commands={str(command.name): command for command in _COMMANDS},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  nntui                            choose among the samples and recent files
  nntui sample                     step through the first sample
  nntui my-network.json            step through your own
  nntui show xor                   look at a network without the screen
  nntui trace xor --to 40          read the first 41 steps
  nntui run xor --save out.json    train, and keep the result
  nntui exec xor -c "until y" -c "why z[y]"    debug with commands
  nntui check xor                  is the gradient right?

FILE is a document in the format nntui/1 (nntui schema), or the name of a
bundled sample (nntui samples). A file that is called like a command is
reached by its path: nntui ./run
""",
)
@click.version_option(__version__, prog_name="nntui", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Step through the training of a neural network, edge by edge, in the terminal.

    With a FILE: open it on the screen. Without: choose one first.
    """
    if ctx.invoked_subcommand is None:
        open_picker()
