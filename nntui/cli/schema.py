"""``nntui schema``: the format of documents."""

from __future__ import annotations

import click

from nntui.cli.strict_json import echo_json


@click.command("schema", short_help="Print the JSON Schema of the format.")
def schema() -> None:
    """Print the JSON Schema of the format nntui/1."""
    from nntui.document.schema import json_schema

    echo_json(json_schema(), indent=2)
