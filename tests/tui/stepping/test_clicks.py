"""Clicks: a line, a label, a cell or a heading under the mouse is chosen, and asked about."""

from __future__ import annotations

from nntui.tui.dialogs.why import WhyScreen


def at(app, pane: str, row: int, column: int) -> dict[str, object]:
    """Where the content of a pane is, for ``pilot.click``."""
    region = app.screen.panes[pane].content_region
    return {"offset": (region.x + column, region.y + row)}


def cell(app, heading: str, name: str) -> dict[str, object]:
    """Where the table of neurons has a number."""
    pane = app.screen.neurons_pane
    column = next(c for c in pane._widths.columns if c.heading == heading)
    x = next(x for x in range(200) if pane._widths.column_at(x) is column)
    return at(app, "neurons", pane._table_rows.place(name) + 1, x + pane._widths.numbers[column])


async def test_a_click_on_a_cell_chooses_that_number_and_a_second_one_asks_why(app_on, status):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f", "n")
        screen = app.screen
        delta = screen.latest.snapshot.delta
        (output,) = delta
        await pilot.click(**cell(app, "a", "h2"))
        assert (screen.focused_value, screen.neuron_focus.neuron) == ("a[h2]", "h2")
        await pilot.click(**cell(app, "δ", output))
        assert screen.focused_value == f"delta[{output}]"
        assert f"δ[{output}] = {delta[output]:.4}" in status(app)
        assert "how fast the loss grows" in status(app)
        await pilot.click(**cell(app, "δ", output))
        assert isinstance(app.screen, WhyScreen)
        assert app.screen._cause.name == f"delta[{output}]"


async def test_a_click_on_a_line_chooses_its_weight_and_a_second_one_asks_why(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        screen, pane = app.screen, app.screen.network_pane
        spot = next(
            (row, column)
            for row in range(pane.content_size.height)
            for column in range(pane.content_size.width)
            if not pane._picture.at(column, row)
            and pane._picture.edge_at(column, row) == ("x1", "h1")
        )
        await pilot.click(**at(app, "network", *spot))
        assert screen.focused_value == "w[x1,h1]"
        await pilot.click(**at(app, "network", *spot))
        assert isinstance(app.screen, WhyScreen)
        assert app.screen._cause.name == "w[x1,h1]"


async def test_the_number_that_a_pinned_view_shows_is_the_one_that_is_chosen(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("v", "v", "v")
        assert app.screen.network_pane.pinned == "gradients"
        box = app.screen.network_pane._laid_out().homes["h1"]
        await pilot.click(**at(app, "network", box.y, box.x + 1))
        assert app.screen.focused_value == "delta[h1]"


async def test_a_click_on_a_heading_sorts_and_says_what_the_column_is(app_on, status):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f")
        x = cell(app, "a", "h1")["offset"][0]
        await pilot.click(offset=(x, at(app, "neurons", 0, 0)["offset"][1]))
        assert "by a, the greatest first" in status(app)
        assert "what a neuron sends on" in status(app)


async def test_why_leaves_the_network_in_sight_with_the_path_highlighted(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f", "f", "left", "up", "W")
        screen, why = app.screen_stack[1], app.screen
        assert isinstance(why, WhyScreen)
        assert why.query_one("#why").region.y >= screen.network_pane.region.bottom
        assert "∂L/∂a[x1] = w[x1,h3] · δ[h3] + w[x1,h2] · δ[h2] + w[x1,h1] · δ[h1]" in seen(app)
        assert "da[" not in seen(app)
        assert "backward_edge" not in seen(app)
        assert ("x1", "h3") in screen.neuron_focus.cone.edges
        assert ("h1", screen.net.outputs[0]) not in screen.neuron_focus.cone.edges
        await pilot.press("escape")
        assert screen.neuron_focus.cone is None


async def test_while_it_is_open_a_click_or_a_key_asks_why_of_another_value(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f", "f", "right", "right", "W")
        why = app.screen
        assert why._cause.name == "delta[h1]"
        await pilot.press("tab")
        assert why._cause.name == "b[h1]"
        pane = app.screen_stack[1].network_pane
        box, region = pane._laid_out().homes["h2"], pane.content_region
        await pilot.click(offset=(region.x + box.x + 1, region.y + box.y))
        assert app.screen is why
        assert why._cause.name in {"delta[h2]", "a[h2]"}
        await pilot.press("escape")
        assert app.screen is not why
        assert app.screen.neuron_focus.neuron == "h2"


async def test_in_a_neurons_box_the_number_that_is_clicked_on_is_chosen(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f", "f")
        pane = app.screen.network_pane
        box = pane._laid_out().homes["h1"]
        rows = [
            "".join(s.text for s in row)[box.x : box.x + box.width] for row in pane._picture.rows
        ]
        for symbol, value in (("a", "a[h1]"), ("δ", "delta[h1]"), ("b", "b[h1]")):
            row = next(y for y in range(box.y, len(rows)) if f" {symbol} " in rows[y])
            await pilot.click(**at(app, "network", row, box.x + 3))
            assert app.screen.focused_value == value


async def test_in_the_inspector_equations_history_and_connections_can_be_clicked_on(app_on, until):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("u", "f", "right", "right", "enter", "z")
        pane = app.screen.panes["inspector"]
        await until(pilot, lambda: pane._history is not None)
        rows = ["".join(part.text for part in line()) for line in pane._lines]

        async def clicked(start: str, word: str) -> str:
            y = next(n for n, row in enumerate(rows) if row.strip().startswith(start))
            await pilot.click(**at(app, "inspector", y, rows[y].index(word)))
            return app.screen.focused_value

        assert await clicked("a = tanh(z)", "z)") == "z[h1]"
        assert await clicked("a = tanh(z)", "-0.") == "a[h1]"
        assert await clicked("δ = ", "∂L/∂a") == "da[h1]"
        assert await clicked("b = ", "Σ") == "db[h1]"
        assert await clicked("δ ▄", "→") == "delta[h1]"
        assert await clicked("in (2)", "in") == "delta[h1]", "a heading chooses nothing"
        y = next(n for n, row in enumerate(rows) if row.startswith(" in (2)"))
        columns = {name: rows[y].index(f" {name} ") + 1 for name in ("w", "a")}
        await pilot.click(**at(app, "inspector", y + 2, columns["w"]))
        assert app.screen.focused_value == "w[x2,h1]"
        await pilot.click(**at(app, "inspector", y + 2, columns["a"]))
        assert app.screen.focused_value == "a[x2]"
