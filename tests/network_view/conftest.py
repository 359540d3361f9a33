"""Large networks."""

from __future__ import annotations

import json

import pytest

from nntui.document.load import load


@pytest.fixture
def large(tmp_path):
    """An experiment of fully connected layers of the given sizes."""

    def make(*sizes: int):
        document = {
            "format": "nntui/1",
            "network": {"layers": list(sizes)},
            "data": {
                "inputs": [[n / sizes[0] for n in range(sizes[0])]],
                "targets": [[1.0] * sizes[-1]],
            },
            "training": {"epochs": 2},
        }
        path = tmp_path / "large.json"
        path.write_text(json.dumps(document))
        return load(path)

    return make
