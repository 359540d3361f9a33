"""``nntui convert``: a model from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from nntui.cli.files import (
    check_can_save,
    file_argument,
    force_option,
    model_options,
    opened,
    saved,
)
from nntui.cli.tables import echo
from nntui.model.errors import NntuiError
from nntui.model.names import escaped


@click.command("convert", short_help="Write a model in another format.")
@file_argument
@click.argument("out", type=click.Path(path_type=Path))
@model_options
@force_option
def convert(file: Path, out: Path, force: bool) -> None:
    """Write the model of FILE to OUT, in the format that OUT's ending names.

    FILE is whatever nntui opens: a document or sample (.json), weights (.npz, .safetensors, .pt),
    .onnx, JSON of brain.js, or an address of TensorFlow Playground. OUT ends in

    \b
      .json          a document of nntui
      .npz           numpy: W1 b1 W2 b2 … (matrices in, out), X, Y
      .safetensors   PyTorch: the state dict of the nn.Sequential that nntui
                     export --torch writes
      .onnx          a graph in float64 (needs nntui[models])

    These files hold the rest of the document, too: nntui opens them as they were. Data of more than
    a megabyte are left out of .safetensors and .onnx: give them with --data.

    \b
    Examples:
      nntui convert xor xor.safetensors
      nntui convert mine.npz mine.json --activations tanh,sigmoid --loss bce --data mine.csv
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.interop.saving import save_model

    if out.suffix.lower() not in _WRITTEN:
        found = escaped(out.suffix or out.name, 40) or "no name"
        raise NntuiError(
            f"OUT: found {found}, expected a name that ends in {' or '.join(_WRITTEN)}"
        )
    check_can_save(out, force=force)
    echo(saved(out, save_model(opened(file), out, overwrite=force)))


_WRITTEN: Final = (".json", ".npz", ".safetensors", ".onnx")
