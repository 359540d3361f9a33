"""``nntui samples``: what comes with nntui."""

from __future__ import annotations

import click

from nntui.cli.tables import echo_json
from nntui.samples import samples


@click.command("samples", short_help="List the bundled samples.")
def list_samples() -> None:
    """List the bundled samples: what to call each, its neurons by layer, and what it is about."""
    from nntui.cli.tables import aligned
    from nntui.cli.training import sizes
    from nntui.document.load import load

    rows = []
    for name, path in samples().items():
        experiment = load(path)
        rows.append((name, sizes(experiment.network), experiment.name))
    for line in aligned(rows):
        click.echo(line)


# ---- schema --------------------------------------------------------------------------------------


@click.command("schema", short_help="Print the JSON Schema of the format.")
def schema() -> None:
    """Print the JSON Schema of the format nntui/1."""
    from nntui.document.schema import json_schema

    echo_json(json_schema(), indent=2)
