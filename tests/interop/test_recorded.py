"""Files that other libraries have written (``fixtures/make.py``) are opened as they were meant."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nntui.interop.files import open_model
from nntui.interop.sketch import Given

FIXTURES = Path(__file__).parent / "fixtures"
RECORDED = json.loads((FIXTURES / "torch.json").read_text(encoding="utf-8"))
DATA = "0 1 0 > 1; 1 1 1 > 0"


def _check(experiment):
    found = [experiment.network.predict(row) for row in RECORDED["x"]]
    np.testing.assert_allclose(found, RECORDED["logits"], rtol=1e-5, atol=1e-6)


def test_weights_that_the_library_safetensors_wrote():
    _check(
        open_model(FIXTURES / "torch.safetensors", Given("relu,linear", "cross_entropy", data=DATA))
    )


@pytest.mark.interop
def test_a_graph_that_pytorch_exported():
    pytest.importorskip("onnx")
    _check(open_model(FIXTURES / "torch.onnx", Given(data=DATA)))


@pytest.mark.interop
def test_the_library_safetensors_reads_what_nntui_writes(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    from nntui.interop.saving import save_model

    given = Given("relu,linear", "cross_entropy", data=DATA)
    experiment = open_model(FIXTURES / "torch.safetensors", given)
    save_model(experiment, tmp_path / "out.safetensors")
    found = safetensors.load_file(tmp_path / "out.safetensors")
    assert sorted(found) == ["0.bias", "0.weight", "2.bias", "2.weight"]
    assert found["0.weight"][3, 1] == experiment.network.weight(("x2", "h4"))
