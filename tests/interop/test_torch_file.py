"""Files of ``torch.save``: read by PyTorch in a process apart, or refused; nothing is executed."""

from __future__ import annotations

import ast
import io
import os
import zipfile
from importlib import metadata
from pathlib import Path
from random import Random

import pytest

import nntui
from nntui.interop import torch_file
from nntui.text import harmless

PACKAGE = Path(nntui.__file__).parent


@pytest.fixture
def opened(tmp_path):
    """Writes bytes as a file of PyTorch and opens it: three inputs, two outputs."""

    def opens(data, **given):
        path = tmp_path / "model.pt"
        path.write_bytes(data)
        given = {"activations": "tanh, linear", "loss": "mse", "data": "0 1 2 > 1 1"} | given
        return nntui.from_file(path, **given)

    return opens


def _refused(opened, data, said):
    with pytest.raises(nntui.DocumentError, match=said) as caught:
        opened(data)
    assert str(caught.value).isprintable()


def _archive(**files):
    """An archive laid out as torch.save does it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"model/{name}", data)
    return file.getvalue()


PICKLE = b"cos\nsystem\n(S'touch owned'\ntR."


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (None, r"holds a pickle, .*never opens a pickle.*here is no PyTorch.*save_file"),
        ("2.5.1+cpu", r"PyTorch 2.6 reads the weights alone \(here is PyTorch 2.5.1\+cpu\)"),
    ],
)
def test_without_a_pytorch_that_reads_weights_alone_it_is_refused(
    opened, monkeypatch, version, said
):
    def version_of(name):
        if version is None:
            raise metadata.PackageNotFoundError
        return version

    monkeypatch.setattr(torch_file.importlib.util, "find_spec", lambda name: version)
    monkeypatch.setattr(torch_file.metadata, "version", version_of)
    _refused(opened, _archive(**{"data.pkl": PICKLE}), said)


NO_FILES = {
    "no archive": (PICKLE, "damaged archive"),
    "one that breaks off": (_archive(**{"data.pkl": PICKLE})[:-40], "damaged archive"),
    "another one": (_archive(weights=b"1"), "without data.pkl"),
    "one of many files": (b"PK\x01\x02" * 20_000, "very many files"),
}


@pytest.mark.parametrize(("data", "said"), NO_FILES.values(), ids=NO_FILES)
def test_what_torch_save_does_not_write_is_given_to_nobody(opened, monkeypatch, data, said):
    monkeypatch.setattr(torch_file, "_require_torch", lambda: None)
    monkeypatch.setattr(torch_file, "_answer_of_reader", lambda data: pytest.fail("it is read"))
    _refused(opened, data, said)


def test_nothing_in_the_package_opens_a_pickle_but_the_program_apart():
    readers = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "torch"}
    loads = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names]
                names.append(getattr(node, "module", None) or "")
                assert not readers.intersection(name.partition(".")[0] for name in names), path
            if not isinstance(node, ast.Call):
                continue
            options = {each.arg: ast.unparse(each.value) for each in node.keywords}
            assert options.get("allow_pickle", "False") == "False", path
            if ast.unparse(node.func) in ("torch.load", "np.load", "numpy.load"):
                loads.append((path.name, options.get("weights_only")))
    assert loads == [("torch_reader.py", "True")]


# ---- with PyTorch --------------------------------------------------------------------------------


def _saved(torch, value):
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


@pytest.fixture
def state(torch):
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).state_dict()


@pytest.mark.interop
def test_a_state_dict_is_opened(torch, opened, state):
    network = opened(_saved(torch, state)).network
    assert network.weight(("x3", "h2")) == state["0.weight"][1, 2].item()
    assert network.neuron("y2").bias == state["2.bias"][1].item()


@pytest.mark.interop
def test_a_checkpoint_of_16_bits_is_opened(torch, opened, state):
    halves = {f"module.{name}": tensor.bfloat16() for name, tensor in state.items()}
    network = opened(_saved(torch, {"epoch": 3, "model_state_dict": halves})).network
    assert network.weight(("x3", "h2")) == state["0.weight"].bfloat16()[1, 2].item()


class _Runs:
    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return os.mkdir, (str(self._path),)


@pytest.mark.interop
def test_a_pickle_that_runs_a_program_runs_nothing(torch, opened, state, tmp_path):
    data = _saved(torch, state | {"2.bias": _Runs(tmp_path / "owned")})
    _refused(opened, data, r"asks for posix.mkdir, which is more than weights.*model.state_dict")
    assert not (tmp_path / "owned").exists()


@pytest.mark.interop
def test_what_is_no_state_of_a_model_is_refused(torch, opened, state):
    _refused(
        opened, _saved(torch, torch.nn.Linear(1, 1)), "asks for torch.nn.modules.linear.Linear"
    )
    _refused(opened, _saved(torch, {"epoch": 3, "loss": 0.5}), "holds a dict of epoch, loss, exp")
    huge = {"0.weight": torch.zeros(1).expand(10**6, 10**4)}  # a single number, it says, as many
    _refused(opened, _saved(torch, huge), "tensors of 38,146 MiB")
    complex_numbers = {"0.weight": torch.zeros(2, 3, dtype=torch.complex64)}
    _refused(opened, _saved(torch, complex_numbers), "a tensor of torch.complex64")
    data = bytearray(_saved(torch, state))
    data[data.find(b"OrderedDict")] = 0xFF
    _refused(opened, bytes(data), "a file of torch.save that is damaged|more than weights")


@pytest.mark.interop
def test_a_reader_that_takes_too_long_is_ended(torch, opened, state, monkeypatch):
    monkeypatch.setattr(torch_file, "SECONDS", 0.05)
    _refused(opened, _saved(torch, state), "needs too much memory or time")


@pytest.mark.interop
def test_what_lies_beside_the_file_is_not_taken_for_pytorch(
    torch, opened, state, tmp_path, monkeypatch
):
    (tmp_path / "torch.py").write_text("open('owned', 'w').close()", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    opened(_saved(torch, state))
    assert not (tmp_path / "owned").exists()


@pytest.mark.interop
@pytest.mark.deep
@pytest.mark.parametrize("seed", range(25))
def test_damaged_files_are_sentences(torch, opened, state, seed):
    random, data = Random(seed), bytearray(_saved(torch, state))
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(data) if seed % 2 else data.find(b"data/0"))  # or in the pickle
        match random.randrange(3):
            case 0:
                data[at] = random.randrange(256)
            case 1:
                del data[at : at + random.randint(1, 20)]
            case _:
                data[at : at + 8] = random.choice([b"\xff" * 8, b"99999999"])
    said = ""
    try:
        opened(bytes(data))
    except nntui.NntuiError as error:
        said = str(error)
    assert harmless(said) == said
