"""The algorithm pane: the source in colours, broken to any width, with breakpoints by click."""

import pytest
from support.pilot import until

from nntui.explain.source import listing
from nntui.tui.panes.algorithm import MARGIN, AlgorithmPane, kind_at, rows_of


def text_of(row) -> str:
    return "".join(text for text, _ in row.pieces)


@pytest.mark.parametrize("width", [24, 40, 56, 72, 83, 84, 120])
def test_no_row_is_wider_than_the_pane_and_no_word_is_lost(width) -> None:
    rows = rows_of("adamw", width)
    for n, line in enumerate(listing("adamw").lines):
        mine = [row for row in rows if row.line == n]
        assert [row.first for row in mine] == [True] + [False] * (len(mine) - 1)
        assert "".join("".join(map(text_of, mine)).split()) == "".join(line.split())
        if width >= 56:
            assert all(len(text_of(row).rstrip()) <= width for row in mine)


def test_on_a_wide_pane_the_source_stands_as_it_is_written() -> None:
    rows = rows_of("adamw", 120)
    assert [text_of(row).rstrip() for row in rows] == list(listing("adamw").lines)


def test_keywords_values_and_what_explains_have_kinds_of_their_own() -> None:
    kinds: dict[str, set[str]] = {}
    for row in rows_of("adamw", 120):
        for text, kind in row.pieces:
            kinds.setdefault(kind, set()).add(text.strip(" ()[],:"))
    assert {"for", "in", "yield", "def"} <= kinds["keyword"]
    assert {"train", "backward", "update"} <= kinds["definition"]
    assert {"z", "w", "delta", "dw"} <= kinds["value"]
    assert '"forward_edge"' in kinds["string"]
    assert any(word.startswith('"""The') for word in kinds["comment"])


def test_a_line_that_executes_nothing_stands_for_the_next_that_does() -> None:
    lines, starts = listing("adamw").lines, listing("adamw").lines_of
    assert kind_at(starts["loss"].start) == "loss"
    assert kind_at(next(n for n, line in enumerate(lines) if "def backward" in line)) == (
        "backward_neuron"
    )
    assert kind_at(0) == "load"
    assert kind_at(next(n for n, line in enumerate(lines) if "def adamw" in line)) is None
    assert kind_at(len(lines)) is None


async def click_on(pilot, kind: str) -> None:
    pilot.app.screen.open_pane("algorithm")
    await pilot.pause()
    pane = pilot.app.screen.query_one(AlgorithmPane)
    await until(pilot, lambda: len(pane._lines) > 1)
    row = next(
        n for n, r in enumerate(pane._lines) if r.line == listing("adamw").lines_of[kind].start
    )
    pane.reveal(row)
    await pilot.pause()
    await pilot.click(pane, offset=(10, 1 + row - pane.scroll_offset.y))
    await pilot.pause()


async def test_a_click_sets_a_breakpoint_on_a_line_and_another_deletes_it(
    app_on, debugger_of, seen, status
) -> None:
    async with app_on("xor").run_test(size=(120, 40)) as pilot:
        app = pilot.app
        await click_on(pilot, "backward_edge")
        assert "breakpoint 1: line backward_edge" in status(app)
        assert any("●" in row and "dw[i, j] =" in row for row in seen(app).splitlines())
        await pilot.press("c")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert debugger_of(app).last.kind == "backward_edge"
        await click_on(pilot, "backward_edge")
        assert "deleted breakpoint 1" in status(app)
        assert not list(debugger_of(app).breakpoints)


async def test_a_click_leaves_the_source_where_it_was_scrolled_to(app_on) -> None:
    async with app_on("xor").run_test(size=(120, 40)) as pilot:
        await pilot.press("s")
        await click_on(pilot, "update_weight")
        pane = pilot.app.screen.query_one(AlgorithmPane)
        assert pane.scroll_offset.y > 20


async def test_the_executing_lines_are_whole_on_a_narrow_pane(app_on, pane_layout, seen) -> None:
    async with app_on("xor").run_test(size=(64, 40)) as pilot:
        while pane_layout(pilot.app).current != "algorithm":
            await pilot.press("tab")
        await pilot.press("u", "S")
        await pilot.pause()
        pane = pilot.app.screen.query_one(AlgorithmPane)
        shown, rule = seen(pilot.app), listing("sgd").rule[0][0]
        for row in pane._lines:
            if row.line in pane._executing and row.line < rule:
                assert text_of(row).rstrip() in shown
                assert len(text_of(row).rstrip()) <= pane.scrollable_content_region.width - MARGIN


async def test_below_an_update_the_optimizer_s_rule_is_seen(app_on, seen) -> None:
    async with app_on("skip").run_test(size=(200, 60)) as pilot:
        pilot.app.screen.open_pane("algorithm")
        await pilot.press("z", "u", "S")
        await pilot.pause()
        rows = seen(pilot.app).splitlines()
        assert any("m_hat = m / (1.0 - beta1**t)" in row for row in rows)
        assert any("return p - learning_rate" in row for row in rows)


async def test_a_breakpoint_on_a_line_can_be_edited_in_the_form(app_on, debugger_of, typed) -> None:
    async with app_on("xor").run_test(size=(120, 40)) as pilot:
        await click_on(pilot, "loss")
        await pilot.press("colon")
        await typed(pilot, "info breakpoints")
        while pilot.app.screen_stack[1].pane_layout.current != "breakpoints":
            await pilot.press("tab")
        await pilot.press("enter")
        await pilot.pause()
        form = pilot.app.screen
        assert form.query("#form")
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is not form
        assert [row.text for row in debugger_of(pilot.app).breakpoints] == ["break line loss"]


async def test_what_only_serves_the_debugger_is_faint_and_after_a_restart_it_begins_at_the_top(
    app_on,
):
    app = app_on()
    async with app.run_test(size=(200, 60)) as pilot:
        app.screen.open_pane("algorithm")
        await pilot.press("R")
        pane = app.screen.query_one(AlgorithmPane)
        faint = {
            listing("sgd").lines[row.line].strip()
            for n, row in enumerate(pane._lines)
            if row.first and pane.segments(n)[-2].style == pane.colours.faint
        }
        assert {'yield "forward_neuron", j', "z, a, w = state.z, state.a, state.w"} <= faint
        assert not any("·" in line or "z[j] +" in line for line in faint)
        assert "yield from load(model, state, model.x(example))" not in faint
        assert pane.scroll_offset.y > 0
        await pilot.press("r")
        assert pane.scroll_offset.y == 0


async def test_it_is_written_even_when_the_map_of_the_screen_is_read_before_it_is_laid_out(
    app_on,
) -> None:
    async with app_on("xor").run_test(size=(120, 40)) as pilot:
        screen = pilot.app.screen
        screen.open_pane("algorithm")
        screen._compositor._full_map_invalidated = True  # as after a scroll
        assert screen.query_one(AlgorithmPane) in screen._compositor.full_map
        await pilot.pause()
        assert len(screen.query_one(AlgorithmPane)._lines) > 1
