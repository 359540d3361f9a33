"""The libraries that the tests of the marker ``interop`` compare with, where they are installed."""

from __future__ import annotations

import os
from typing import Any

import pytest


@pytest.fixture(scope="session")
def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.fixture(scope="session")
def neural_network() -> Any:
    """scikit-learn's module of that name."""
    return pytest.importorskip("sklearn.neural_network")


@pytest.fixture(scope="session")
def keras(torch: Any) -> Any:
    """Keras, which computes with PyTorch here."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return pytest.importorskip("keras")


@pytest.fixture(scope="session")
def onnx() -> Any:
    return pytest.importorskip("onnx")
