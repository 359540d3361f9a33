"""``nntui samples`` and ``nntui schema``."""

from __future__ import annotations

import click

from nntui.cli.tables import aligned, echo_json, echo_lines
from nntui.samples import samples


@click.command("samples", short_help="List the bundled samples.")
def list_samples() -> None:
    """List the bundled samples: what to call each, its neurons by layer, and its title."""
    from nntui.document.outline import outline

    found = ((name, outline(path)) for name, path in samples().items())
    echo_lines(aligned([(name, each.shape, each.title) for name, each in found]))


@click.command("schema", short_help="Print the JSON Schema of the format.")
def schema() -> None:
    """Print the JSON Schema of the format nntui/1.

    Text editors check and complete a document that says where the schema lies:
    after `nntui schema > nntui.schema.json`, "$schema": "./nntui.schema.json".
    """
    from nntui.document.schema import json_schema

    echo_json(json_schema(), indent=2)
