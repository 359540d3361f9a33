"""The screen is used: little of it is empty in the middle of a run."""

from __future__ import annotations

import pytest
from pictures.make import drawn
from support.blanks import blank_share

MOST = {"sample": 0.30, "xor": 0.30, "classifier": 0.30, "mazur": 0.30, "skip": 0.30}
"""By the sample, the share of cells in runs of blanks at 120 × 36, at most."""
SAMPLES = [
    pytest.param(name, marks=() if name in ("xor", "skip") else pytest.mark.deep) for name in MOST
]


def test_what_counts_as_blank():
    assert blank_share("a" + " " * 7 + "b") == 0
    assert blank_share("a" + " " * 8 + "b") == 0.8
    assert blank_share("\u2800" * 8 + "\n" + "x" * 8) == 0.5


@pytest.mark.parametrize("name", SAMPLES)
async def test_little_of_the_screen_is_empty_in_the_middle_of_a_run(app_on, seen, name):
    app = app_on(name)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "0", "u", "f", "s", "s", "s")
        await drawn(pilot)
        assert blank_share(seen(app)) <= MOST[name]
