"""What is wrong with the words of a command, in the sentences that documents get."""

from __future__ import annotations

import re

import click

from nntui.model.names import did_you_mean, escaped, listed


def sentence(error: click.UsageError) -> str:
    """Say where, what was found and what was expected; click's own words for what is rare."""
    match error:
        case click.NoSuchOption():
            options = error.ctx.command.params if error.ctx else ()
            known = [option for each in options for option in each.opts if option[:1] == "-"]
            hint = did_you_mean(error.option_name, known)
            return f"there is no option {error.option_name}{hint and '; ' + hint}"
        case click.MissingParameter(param=click.Argument() as missing):
            return f"found no {missing.human_readable_name}"
        case click.BadParameter(param=click.Parameter() as param):
            found, told, _ = error.message.partition(" is not ")
            if told and (expected := _expected(param.type)):
                value = found[1:-1] if found[:1] in "'\"" else found
                where = f"{param.opts[0]}: found {escaped(value) or 'nothing'}"
                return f"{where}, expected {expected}{_hint(value, param.type)}"
        case click.BadOptionUsage() if "requires" in error.message:
            return f"{error.option_name}: found nothing, expected a value"
    if extra := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)\.?", error.message):
        return f"found “{escaped(extra[1])}”, expected nothing more"
    return error.format_message().rstrip(".")


def _expected(kind: object) -> str:
    if isinstance(kind, click.Choice):
        return listed(map(str, kind.choices))
    if isinstance(kind, (click.IntRange, click.FloatRange)):
        what = "a whole number" if isinstance(kind, click.IntRange) else "a number"
        if kind.max is None:
            return f"{what} of at least {kind.min:g}"
        return f"{what} from {kind.min:,} to {kind.max:,}"
    return ""


def _hint(value: str, kind: object) -> str:
    hint = did_you_mean(value, map(str, kind.choices)) if isinstance(kind, click.Choice) else ""
    return hint and f" ({hint})"
