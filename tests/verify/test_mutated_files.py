"""Files of numbers with bytes changed at random: each gets a verdict or a sentence."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

import nntui
from nntui.model.names import parameter_name
from nntui.text import harmless
from nntui.verify.check_work import check_file
from nntui.verify.right_run import RightRun

_PIECES = [b"[", b"]", b"{", b"}", b'"', b",", b"\n", b"NaN", b"1e999", b"-", b"9" * 400, b"\xff",
           b"dW1", b"z[h1]", b"null", b"true", b";", b"\t", b"\0", b"9" * 21]  # fmt: skip


@pytest.fixture(scope="module")
def experiment():
    return nntui.load("xor")


@pytest.fixture(scope="module")
def whole(experiment, tmp_path_factory):
    """A right file of each form, by its name."""
    run = RightRun(experiment)
    right = run.of_batch(0)
    values = {
        parameter_name(p, "d"): x for p, x in zip(run.layout.parameters, right["dp"], strict=True)
    }
    values = {name: float(x) for name, x in values.items()}
    debugger = nntui.Debugger(experiment)
    trace = [json.dumps({"step": n, "writes": dict(debugger.step().writes)}) for n in range(1, 40)]
    weights = np.array([run.start(k).p[[[1, 4, 7], [2, 5, 8]]] for k in (1, 2, 3)])
    folder = tmp_path_factory.mktemp("whole")
    arrays = {"W1": weights, "z1": right["z"][[run.layout.row[f"h{n}"] for n in (1, 2, 3)]]}
    np.savez(folder / "mine.npz", **arrays)
    lines = [f'"{name}",{x!r},{k}' for k in (1, 2) for name, x in values.items()]
    return {
        "mine.json": json.dumps(values | {"z1": arrays["z1"].tolist()}).encode(),
        "mine.csv": "\n".join(["name,value,update", *lines]).encode(),
        "mine.jsonl": "\n".join(trace).encode(),
        "mine.npz": (folder / "mine.npz").read_bytes(),
    }


@pytest.mark.deep
@pytest.mark.usefixtures("no_search")
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", ["mine.json", "mine.csv", "mine.jsonl", "mine.npz"])
def test_a_verdict_or_a_sentence(experiment, whole, tmp_path, name, seed):
    numbers, told = random.Random(f"{name} {seed}"), set()
    for _ in range(60):
        data = bytearray(whole[name])
        for _ in range(numbers.randint(1, 3)):
            at = numbers.randrange(len(data) + 1)
            match numbers.randrange(4):
                case 0:
                    data[at : at + 1] = bytes([numbers.randrange(256)])
                case 1:
                    del data[at : at + numbers.randint(1, 30)]
                case 2:
                    data[at:at] = numbers.choice(_PIECES)
                case 3:
                    data[at:] = b""
        (tmp_path / name).write_bytes(data)
        said = ""
        try:
            told.add(check_file(experiment, tmp_path / name).verdict)
        except nntui.NntuiError as error:
            said = str(error)
            told.add("a sentence")
        assert said == harmless(said)
        assert len(said) < 1200
    assert "a sentence" in told
