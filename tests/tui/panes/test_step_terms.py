"""Clicks in a formula: a name or a number is the value that it stands for."""

from __future__ import annotations

import re

import pytest

from nntui.explain.numbers import DEFAULT_PRECISION, PRECISIONS
from nntui.model.names import value_name
from nntui.tui.panes.step import StepPane
from nntui.tui.panes.step_terms import value_at


def texts(pane: StepPane) -> list[str]:
    return ["".join(segment.text for segment in row) for row in pane._lines]


def numbers_found(pane: StepPane) -> tuple[int, int]:
    """How many numbers of the rows with an = are known values, and how many there are.

    Each of those must be the number of that value, before the step or after it.
    """
    rows, total, known = texts(pane), 0, 0
    snapshot = pane._snapshot
    reads = snapshot.last.reads
    number = PRECISIONS[DEFAULT_PRECISION].number
    for y, row in enumerate(rows[:-1]):
        if " = " not in row:
            continue
        row = re.sub(r"(   was \S+),.*", r"\1", row)  # of a change, the value that was changed
        for word in re.finditer(r"(?<![\w.\[,])-?\d[\d.]*(?:e-?\d+)?(?![\w\]])", row):
            total += 1
            found = value_at(rows, y, word.start(), pane._formula)
            if found is not None:
                known += 1
                name = value_name(found[0], *found[1])
                values = {reads.get(name, snapshot[name]), snapshot[name]}
                assert word[0] in set(map(number, values)), (row, word[0], found)
    return known, total


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_number_of_a_formula_is_the_value_that_it_stands_for(app_on, size):
    app = app_on("xor")
    async with app.run_test(size=size) as pilot:
        screen, known, total = app.screen, 0, 0
        screen.debugger.seek(screen.debugger.schedule.update_start(1) - 60)
        for _ in range(45):
            screen.debugger.step()
            screen.show()
            await pilot.pause()
            found = numbers_found(screen.step_pane)
            known, total = known + found[0], total + found[1]
        assert known > total // 2


async def test_a_click_on_a_term_chooses_it(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f", "s")
        pane = app.screen.step_pane
        (_, k) = app.screen.debugger.last.operation
        rows = texts(pane)
        y = next(n for n, text in enumerate(rows) if f"∂L/∂a[{k}] ·" in text)
        region, x = pane.content_region, rows[y].index(f"∂L/∂a[{k}]")
        await pilot.click(offset=(region.x + x + 1, region.y + y - pane.scroll_offset.y))
        assert app.screen.focused_value == f"da[{k}]"


async def test_settings_the_loss_and_what_was_before_can_be_clicked_on(app_on, status):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.screen.step_pane

        async def clicked(pattern: str) -> str:
            await pilot.pause()
            found = ((y, re.search(pattern, text)) for y, text in enumerate(texts(pane)))
            y, word = next((y, word) for y, word in found if word)
            x = word.start(word.lastindex or 0)
            region = pane.content_region
            await pilot.click(offset=(region.x + x, region.y + y - pane.scroll_offset.y))
            return app.screen.focused_value

        await pilot.press("f", "f")
        assert await clicked(r" (L) =") == "loss"
        app.screen.debugger.seek(app.screen.debugger.schedule.update_start(1) - 2)
        app.screen.show()
        (_, *neurons) = app.screen.debugger.last.operation
        parameter = value_name("w" if len(neurons) == 2 else "b", *neurons)
        assert await clicked(r"was (-?\d)") == parameter
        assert await clicked(r"− (η) · ") == "learning_rate"
        assert "learning_rate = 1: how far an update goes" in status(app)
        assert await clicked(r"was \S+, (.)") == parameter
        assert await clicked(r"− (η) · ") == "learning_rate"
        await pilot.press("W")
        assert app.screen._cause.name == "learning_rate"
