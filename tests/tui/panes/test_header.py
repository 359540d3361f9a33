"""The header: where the run is."""

from __future__ import annotations

import pytest

import nntui
from nntui.debugger.debugger import Debugger
from nntui.samples import samples
from nntui.tui.frame import frame_of
from nntui.tui.panes.header import HeaderWords


@pytest.mark.parametrize(
    ("sample", "before", "place"),
    [
        ("xor", 0, "epoch 1/600 · example 1/4"),
        ("xor", 5, "epoch 2/600 · example 2/4"),
        ("classifier", 0, "epoch 1/30 · example {row} · 1st of 90"),
        ("classifier", 101, "epoch 2/30 · example {row} · 12th of 90"),
    ],
)
def test_of_shuffled_examples_it_says_the_row_and_which_one_of_the_epoch_it_is(
    sample, before, place
):
    debugger = Debugger(nntui.load(samples()[sample]))
    debugger.step()
    for _ in range(before):
        debugger.move("example")
    full, short, _ = HeaderWords(debugger.experiment).places(frame_of(debugger))
    row = debugger["example"]
    assert full.strip() == place.format(row=int(row))
    assert short.strip().endswith(f"example {int(row)}")
