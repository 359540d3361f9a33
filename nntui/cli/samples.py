"""``nntui samples``: what comes with nntui."""

from __future__ import annotations

import click

from nntui.bundled import samples


@click.command("samples", short_help="List the bundled samples.")
def list_samples() -> None:
    """List the bundled samples: what to call each, its neurons by layer, and what it is about."""
    from nntui.cli.columns import aligned
    from nntui.cli.words import sizes
    from nntui.document.load import load

    rows = []
    for name, path in samples().items():
        experiment = load(path)
        rows.append((name, sizes(experiment.network), experiment.name))
    for line in aligned(rows):
        click.echo(line)
