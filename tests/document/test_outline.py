"""Documents in a few words, for lists of them."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from nntui.document.load import load
from nntui.document.outline import Outline, outline
from nntui.samples import samples


@pytest.mark.parametrize("name", samples())
def test_the_shape_is_that_of_the_network(name):
    experiment = load(samples()[name])
    sizes = Counter(experiment.network.wiring().layer.values())
    found = outline(samples()[name])
    assert found.shape == "-".join(str(sizes[layer]) for layer in sorted(sizes))
    assert found.title == experiment.name
    assert experiment.description.startswith(found.story)


@pytest.mark.parametrize(
    ("document", "shape"),
    [
        ({"network": {"layers": [784, {"size": 128}, 10]}}, "784-128-10"),
        ({"network": {"layers": [1] * 20}}, "1-…-1"),
        ({"network": {"layers": "what"}}, ""),
        ({"network": {"layers": []}}, ""),
        ({"network": {"neurons": [{"name": "a"}], "connections": [{"source": "a"}]}}, ""),
        (
            {
                "network": {
                    "neurons": [{"name": "a"}, {"name": "b"}],
                    "connections": [
                        {"source": "a", "target": "b"},
                        {"source": "b", "target": "a"},
                    ],
                }
            },
            "",
        ),
        ({"network": 3}, ""),
        ({}, ""),
        ([], ""),
    ],
)
def test_of_anything_else_as_much_is_told_as_there_is(tmp_path, document, shape):
    (tmp_path / "x.json").write_text(json.dumps(document))
    assert outline(tmp_path / "x.json") == Outline(shape=shape)


def test_what_is_no_document_is_empty(tmp_path):
    (tmp_path / "x.json").write_bytes(b"\xff{")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    assert outline(tmp_path / "x.json") == outline(tmp_path / "none") == Outline()
    assert outline(tmp_path / "deep.json") == outline(tmp_path) == Outline()
