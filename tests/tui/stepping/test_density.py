"""The screen is used: little of it is empty in the middle of a run."""

from __future__ import annotations

import pytest
from pictures.make import drawn
from support.blanks import blank_share

MOST = 0.30
"""The share of cells in runs of blanks at 120 × 36, at most."""
SAMPLES = ("sample", "xor", "classifier", "mazur", "skip")


def test_what_counts_as_blank():
    assert blank_share("a" + " " * 7 + "b") == 0
    assert blank_share("a" + " " * 8 + "b") == 0.8
    assert blank_share("\u2800" * 8 + "\n" + "x" * 8) == 0.5


@pytest.mark.parametrize("name", ["xor", "skip"])
async def test_little_of_the_screen_is_empty_in_the_middle_of_a_run(app_on, seen, name):
    app = app_on(name)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "0", "u", "s")
        await drawn(pilot)
        assert blank_share(seen(app)) <= MOST


@pytest.mark.deep
@pytest.mark.parametrize("name", SAMPLES)
async def test_little_of_the_screen_is_empty_at_any_kind_of_step(app_on, debugger_of, seen, name):
    app = app_on(name)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "0", "u")
        shares: dict[str, float] = {}
        for keys in ("s", "s", "s", "n", "f", "s", "s", "s", "u", "S", "S"):
            await pilot.press(keys)
            await drawn(pilot)
            last = debugger_of(app).last
            assert last is not None
            shares[last.kind] = max(shares.get(last.kind, 0.0), blank_share(seen(app)))
    assert len(shares) == 7, "every kind of step was looked at"
    assert {kind: share for kind, share in shares.items() if share > MOST} == {}
