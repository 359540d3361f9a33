"""``nntui probe``: three files, and what to do with them."""

from __future__ import annotations

import os

import pytest

from nntui.document.load import load

FILES = ["probe.json", "probe.npz", "template.py"]


def test_it_writes_three_files_and_says_what_is_next(nntui, here):
    result = nntui("probe", "mine", "--activation", "relu", "--loss", "cross_entropy")
    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(os.listdir(here / "mine")) == FILES
    assert load(here / "mine" / "probe.json").training.loss.name == "cross_entropy"
    *_, last = result.stdout.splitlines()
    document, mine = os.path.join("mine", "probe.json"), os.path.join("mine", "mine.npz")
    assert last == f"Then: nntui check {document} --against {mine}"


def test_files_are_replaced_with_force_only(nntui, here):
    (here / "mine").mkdir()
    (here / "mine" / "template.py").write_text("my work")
    result = nntui("probe", "mine")
    assert result.exit_code == 2
    assert "template.py: is there already (--force replaces it)" in result.stderr
    assert os.listdir(here / "mine") == ["template.py"]
    assert (here / "mine" / "template.py").read_text() == "my work"
    assert nntui("probe", "mine", "--force").exit_code == 0
    assert sorted(os.listdir(here / "mine")) == FILES


def test_the_template_for_pytorch_goes_through_updates_when_there_is_an_optimizer(nntui, here):
    assert nntui("probe", "mine", "--torch", "--optimizer", "adam beta1 0.8").exit_code == 0
    text = (here / "mine" / "template.py").read_text()
    assert "import torch" in text
    assert "m = 0.8 · m + (1 − 0.8) · g" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["mine", "--loss", "huberr"], 'loss: found "huberr"'),
        (["mine", "--loss", "huberr"], 'did you mean "huber"?'),
        (["taken"], "'taken' is a file"),
        (["taken/mine"], "taken"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(nntui, here, words, sentence):
    (here / "taken").write_text("")
    result = nntui("probe", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (here / "mine").exists()
