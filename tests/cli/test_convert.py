"""``nntui convert``, and the other commands on models of other libraries."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

import nntui
from nntui.cli import main
from nntui.samples import samples


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("w.npz", W1=np.ones((2, 3)), b1=np.zeros(3), W2=np.ones((3, 1)), b2=[0.0])

    def invoke(*words, status=0):
        result = CliRunner().invoke(main, list(words))
        assert result.exit_code == status, result.output
        return result.output

    return invoke


REST = ("--activations", "tanh,sigmoid", "--loss", "bce", "--data", "0 1 > 1; 1 1 > 0")


def test_a_sample_goes_to_weights_and_comes_back(run):
    run("convert", "xor", "xor.safetensors")
    run("convert", "xor.safetensors", "back.json")
    assert nntui.load("back.json") == nntui.load(samples()["xor"])
    assert "(--force replaces it)" in run("convert", "xor", "back.json", status=2)


def test_weights_alone_are_run_with_what_the_options_say(run):
    run("run", "w.npz", *REST, "--epochs", "3", "--save", "trained.npz")
    with np.load("trained.npz") as found:
        assert found["W1"].shape == (2, 3)
        assert not np.array_equal(found["W1"], np.ones((2, 3)))
    assert "It goes on after 3 updates" in run("show", "trained.npz")


def test_what_is_missing_is_said_in_one_sentence(run):
    said = run("check", "w.npz", status=2)
    assert said == (
        "nntui: w.npz: the file has no activations, loss or data: say the rest by --activations "
        "tanh,sigmoid --loss bce --data FILE.csv\n"
    )


def test_an_address_of_the_playground_is_opened(run):
    said = run("show", "https://playground.tensorflow.org/#networkShape=3&dataset=xor")
    assert "data from xor: noise 0, seed 0" in said


def test_options_for_weights_are_refused_for_a_document(run):
    assert "a document has it itself" in run("show", "xor", "--loss", "bce", status=2)


@pytest.mark.parametrize("out", ["out.pt", "out.h5", "out", ""])
def test_formats_that_nntui_does_not_write_are_refused(run, out):
    assert ".json or .npz or .safetensors or .onnx" in run("convert", "xor", out, status=2)


def test_a_format_is_refused_before_the_run(run):
    said = run("run", "skip", "--save", "out.npz", status=2)
    assert "no chain of layers" in said
    assert "trained for" not in said


def test_export_prints_a_program_or_saves_it(run):
    said = run("export", "xor", "--numpy")
    assert said.startswith('"""XOR: layers 2-3-1, trained with numpy')
    assert run("export", "w.npz", "--dot", *REST, "--save", "w.dot") == "saved to w.dot\n"
    assert "say which form: --numpy" in run("export", "xor", status=2)
    said = run("export", "xor", "--torch", "--keras", status=2)
    assert "found --torch and --keras, expected one form at a time" in said


def test_the_command_save_writes_weights_by_the_ending(run):
    run("exec", "xor", "-c", "goto end", "-c", "save here.npz", "--save", "end.safetensors")
    assert run("show", "here.npz").splitlines()[-1].startswith("It goes on after 600 updates")
    assert "no chain of layers" in run("exec", "skip", "-c", "save there.npz", status=1)


def test_what_is_too_much_to_be_saved_is_said(run, tmp_path):
    weights = np.ones((10, 1))
    x, y = np.full((12_000, 10), 0.1234567), np.ones((12_000, 1))
    np.savez(tmp_path / "much.npz", W1=weights, X=x, Y=y)
    said = ["--activations", "linear", "--loss", "mse"]
    left_out = "saved to m.safetensors, without the data, which are more than 1 MiB"
    assert left_out in run("convert", "much.npz", "m.safetensors", *said)
    again = run("run", "much.npz", "--epochs", "1", "--save", "m.safetensors", "--force", *said)
    assert left_out in again
    assert run("convert", "much.npz", "m.npz", *said) == "saved to m.npz\n"
    assert "say the rest by --data FILE.csv" in run("run", "m.safetensors", status=2)
    assert run("run", "m.safetensors", "--data", "much.npz", "--epochs", "1")
