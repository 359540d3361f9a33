"""The tables of neurons and connections: columns, sorting, filtering, scrolling."""

from __future__ import annotations

import re

import pytest

from nntui.document.load import load
from nntui.tui.app import NntuiApp
from nntui.tui.panes.neuron_table import NEURONS, fitted_columns
from nntui.tui.panes.neurons import NeuronsPane

LARGE = (200, 60)
SMALL = (120, 36)


@pytest.fixture
def pane():
    """The tables of an app."""
    return lambda app: app.screen_stack[1].query_one(NeuronsPane)


@pytest.fixture
def lines(pane):
    """What is read in the tables' pane, row by row."""

    def read(app: NntuiApp) -> list[str]:
        found = pane(app)
        strips = [found.render_line(y) for y in range(found.size.height)]
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    return read


@pytest.fixture
def wide_net(tmp_path):
    """The app on 60 inputs and 40 neurons: more rows than there is room for."""
    place = tmp_path / "wide.json"
    place.write_text(
        '{"format": "nntui/1", "network": {"layers": [60, 40, 1]},'
        f'"data": {{"inputs": [{[0.5] * 60}], "targets": [[1]]}},'
        '"training": {"loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 0.1},'
        '"epochs": 3}}'
    )
    return NntuiApp(load(place), keep_state=False)


def row_of(name: str, lines: list[str]) -> str:
    return next(line for line in lines if line[2:].startswith(name))


def names(lines: list[str]) -> list[str]:
    """The names of the rows, without headings."""
    rows = (line[2:].split("  ")[0] for line in lines[1:] if line and not line.startswith("──"))
    return [re.sub(r"(→ \w+) \d+$", r"\1", row) for row in rows]


async def test_what_the_last_step_wrote_is_marked_and_blanks_are_no_zeros(app_on, lines):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("s", "s")
        await pilot.pause()
        h1, y = row_of("h1", lines(app)), row_of("out", lines(app))
        assert "▸0.7" in h1
        assert h1.count("▸") == 1
        assert "·" in y
        assert "▸" not in y
        await pilot.press("s")
        await pilot.pause()
        assert "▸0.850" in row_of("h1", lines(app))


async def test_layers_have_headings_where_there_is_room_and_numbers_where_not(app_on, lines):
    app = app_on()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.click("#neurons", offset=(3, 3))
        await pilot.press("z")
        await pilot.pause()
        assert [line[:10] for line in lines(app) if line.startswith("──")] == [
            "── layer 0", "── layer 1", "── layer 2",
        ]  # fmt: skip
        await pilot.press("z")
        await pilot.pause()
        assert not any(line.startswith("──") for line in lines(app))
        assert lines(app)[0].split()[:2] == ["neuron", "layer"]
        assert row_of("out", lines(app)).split()[:2] == ["out", "2"]


async def test_the_least_important_columns_go_first(app_on, lines):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("s", "s")
        app.screen.open_pane("neurons")
        await pilot.press("z")
        await pilot.pause()
        wide = lines(app)
        assert {"f′(z)", "∂L/∂b", "Δb"} <= set(wide[0].split())
        await pilot.press("z")
        await pilot.resize_terminal(100, 36)
        await pilot.pause()
        narrow = lines(app)
        assert {"z", "a", "δ"} <= set(narrow[0].split()) < {*wide[0].split(), "L"}
        assert row_of("h1", wide).split("▸")[1].split()[0] == "0.7000"


async def test_j_shows_a_row_for_each_connection_and_neurons_again(app_on, lines, debugger_of):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("f", "f", "j")
        await pilot.pause()
        table = lines(app)
        assert table[0].split()[0] == "connection"
        assert names(table) == ["x1 → h1", "x2 → h1", "x1 → h2", "x2 → h2", "h1 → out", "h2 → out"]
        await pilot.press("s", "s")
        await pilot.pause()
        debugger = debugger_of(app)
        gradient = debugger["delta[out]"] * debugger["a[h1]"]
        assert f"▸{gradient:.4f}"[:7] in row_of("h1 → out", lines(app)).replace(" ", "")
        assert [line for line in lines(app) if line.startswith("►")] == [
            row_of("h1 → out", lines(app))
        ]
        assert "·" in row_of("h2 → out", lines(app))
        await pilot.press("j", "j")
        await pilot.pause()
        assert lines(app)[0].split()[0] == "neuron"


async def test_a_third_table_has_the_connections_of_the_focused_neuron_alone(app_on, lines, status):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("s", "right", "right", "j", "j")
        await pilot.pause()
        assert "a row for each connection of h1" in status(app)
        assert names(lines(app)) == ["x1 → h1", "x2 → h1", "h1 → out"]
        pane = app.screen.query_one(NeuronsPane)
        assert "Connections of h1" in str(pane.border_title)
        await pilot.press("down")
        await pilot.pause()
        assert names(lines(app)) == ["x1 → h2", "x2 → h2", "h2 → out"]
        await pilot.press("escape", "r", "s", "s")  # without a focus it follows the run
        await pilot.pause()
        assert names(lines(app)) == ["x1 → h1", "x2 → h1", "h1 → out"]
        assert row_of("x1 → h1", lines(app)).startswith("►")


async def test_the_change_by_the_last_update_comes_parameter_by_parameter(
    app_on, lines, debugger_of
):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        debugger = debugger_of(app)
        await pilot.press("j")
        first = debugger["w[x1,h1]"]
        updating = debugger.schedule.update_start(1) - debugger.schedule.steps_per_update
        debugger.seek(updating)
        await pilot.press("s", "s")
        await pilot.pause()
        change = debugger["w[x1,h1]"] - first
        assert change != 0
        assert row_of("x1 → h1", lines(app)).count("▸") == 2
        assert float(row_of("x1 → h1", lines(app)).split("▸")[-1]) == pytest.approx(
            change, abs=5e-5
        )
        assert row_of("x2 → h1", lines(app)).endswith("·")
        await pilot.press("u", "s")
        await pilot.pause()
        assert not any(line.endswith("·") for line in lines(app)[1:] if "→" in line)


async def test_sort_goes_through_the_columns_and_tilde_turns_the_order_round(
    app_on, lines, debugger_of
):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("f", "number_sign")
        await pilot.pause()
        z = debugger_of(app).snapshot().z
        assert "z▼" in lines(app)[0]
        order = sorted(z, key=z.__getitem__, reverse=True)
        assert names(lines(app)) == [*order, "x1", "x2"]  # what is blank comes last
        await pilot.press("tilde")
        await pilot.pause()
        assert "z▲" in lines(app)[0]
        assert names(lines(app)) == [*reversed(order), "x1", "x2"]
        await pilot.press("number_sign")
        await pilot.pause()
        assert "a▼" in lines(app)[0]
        for _ in range(20):
            if "▼" not in lines(app)[0] and "▲" not in lines(app)[0]:
                break
            await pilot.press("number_sign")
            await pilot.pause()
        assert names(lines(app)) == ["x1", "x2", "h1", "h2", "out"]
        await pilot.press("tilde")
        await pilot.pause()
        assert names(lines(app)) == ["out", "h2", "h1", "x2", "x1"]


async def test_a_click_on_a_heading_puts_the_rows_in_its_order(app_on, lines, pane):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("f")
        await pilot.pause()
        x = lines(app)[0].index(" b") + 2
        await pilot.click("#neurons", offset=(x, 1))
        await pilot.pause()
        assert "b▼" in lines(app)[0]
        assert names(lines(app))[:3] == ["h1", "h2", "out"]
        await pilot.click("#neurons", offset=(x, 1))
        await pilot.pause()
        assert "b▲" in lines(app)[0]
        await pilot.click("#neurons", offset=(3, 1))
        await pilot.pause()
        assert names(lines(app)) == ["x1", "x2", "h1", "h2", "out"]


async def test_a_click_on_a_connection_gives_it_the_focus(app_on, lines):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("j")
        await pilot.pause()
        y = next(n for n, line in enumerate(lines(app)) if "x2 → h1" in line)
        await pilot.click("#neurons", offset=(4, y + 1))
        await pilot.pause()
        assert row_of("x2 → h1", lines(app)).startswith("›")
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert row_of("h1 → out", lines(app)).startswith("›")


@pytest.mark.parametrize(
    ("typed_text", "left"),
    [
        ("h", ["h1", "h2"]),
        ("H2", ["h2"]),
        ("layer 0", ["x1", "x2"]),
        ("a>0.6", ["x1", "h1"]),
        ("a < 1 layer 1", ["h1", "h2"]),
        ("b < -0.14", ["out"]),
        ("nothing", []),
    ],
)
async def test_a_filter_is_taken_while_it_is_typed(app_on, lines, seen, typed_text, left):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("f", "ampersand")
        await pilot.press(*("space" if c == " " else c for c in typed_text))
        await pilot.pause()
        assert names(lines(app)) == left
        await pilot.press("enter")
        await pilot.pause()
        assert names(lines(app)) == left
        assert f"Neurons & {typed_text}: {len(left)}".replace("-", "−") in seen(app)
        await pilot.press("ampersand", "escape")
        await pilot.pause()
        assert len(names(lines(app))) == 5
        assert "Neurons &" not in seen(app)


async def test_an_empty_filter_shows_all_rows(app_on, lines):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("ampersand", "h", "enter", "ampersand", "backspace", "enter")
        await pilot.pause()
        assert len(names(lines(app))) == 5


async def test_a_filter_that_compares_no_column_says_so_and_stays(app_on, refusal, lines):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("ampersand", *"q>1", "enter")
        await pilot.pause()
        assert "no column is called “q”: there are z, a" in refusal(app)
        assert app.screen.query_one("#command-line").value == "&q>1"
        await pilot.press("escape")
        await pilot.pause()
        assert len(names(lines(app))) == 5


async def test_a_flood_of_text_is_no_filter_and_is_refused_at_once(app_on, refusal):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ampersand")
        line = app.screen.query_one("#command-line")
        line.value = "&" + 50_000 * "a"
        await pilot.press("enter")
        assert "a filter of 50,000 characters (at most 200)" in refusal(app)
        line.value = "&" + chr(27) + ">1"
        await pilot.press("enter")
        assert r"no column is called “\u001b”" in refusal(app)


async def test_connections_are_filtered_by_either_end(app_on, lines):
    app = app_on()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("j", "ampersand", *"x1->", "enter")
        await pilot.pause()
        assert names(lines(app)) == ["x1 → h1", "x1 → h2"]


async def test_keys_of_the_tables_turn_to_them_when_they_are_not_seen(app_on, seen):
    app = app_on()
    async with app.run_test(size=(80, 20)) as pilot:
        for key in ("j", "number_sign", "tilde"):
            app.screen.action_turn_to("output")
            await pilot.pause()
            assert "neuron " not in seen(app)
            await pilot.press(key)
            await pilot.pause()
            assert "neuron " in seen(app)


async def test_the_heading_stays_and_the_row_of_the_step_is_in_sight(wide_net, lines, pane):
    async with wide_net.run_test(size=SMALL) as pilot:
        await pilot.press("s", "6", "1", "s")
        await pilot.pause()
        table = lines(wide_net)
        assert table[0].split()[0] == "neuron"
        assert "▸" in row_of("h1_1 ", table)
        assert any("layer 1" in line for line in table)
        await pilot.press("n")
        await pilot.pause()
        assert "▸" in row_of("h1_2 ", lines(wide_net))
        await pilot.press("j", "f")
        await pilot.pause()
        assert lines(wide_net)[0].split()[0] == "connection"


async def test_only_rows_that_are_seen_are_written(wide_net, pane):
    async with wide_net.run_test(size=SMALL) as pilot:
        await pilot.press("j", "s", "s")
        await pilot.pause()
        tables = pane(wide_net)
        assert tables.virtual_size.height > 2_400
        assert len(tables._rows) <= tables.size.height + 1


async def test_changes_are_there_when_their_column_comes_into_sight(app_on, lines):
    app = app_on()
    async with app.run_test(size=(100, 36)) as pilot:
        await pilot.press("u", "s")
        await pilot.pause()
        assert "Δb" not in lines(app)[0]
        app.screen.open_pane("neurons")
        await pilot.press("z")
        await pilot.pause()
        assert "Δb" in lines(app)[0]
        assert not row_of("out", lines(app)).endswith("·")


def test_the_softmax_has_a_column_where_the_loss_applies_one() -> None:
    """The width of any pane that shows six columns has it, none without cross_entropy."""
    for room in range(60, 200, 7):
        with_it = fitted_columns(NEURONS, 8, room, 0, softmax=True).columns
        without = fitted_columns(NEURONS, 8, room, 0).columns
        assert "p" in [column.heading for column in with_it]
        assert "p" not in [column.heading for column in without]


async def test_the_points_of_a_column_stand_under_one_another_and_tiny_numbers_have_one_scale(
    app_on, lines
):
    app = app_on("xor")
    async with app.run_test(size=SMALL) as pilot:
        for keys in (("f", "f", "f"), ("1", "0", "0", "u", "f", "f", "f"), ("R", "S")):
            await pilot.press(*keys)
            await pilot.pause()
            heading, *rows = lines(app)
            points = {match.start() for row in rows for match in re.finditer(r"(?<=\d)\.", row)}
            shown = [word for word in heading.split() if word[:3] not in ("×10", "e-3", "e-6")]
            assert len(points) <= len(shown) - 2
            assert not re.search(r"[-+]0?\.0+(?!\d)", "\n".join(rows))
            assert not re.search(r"\de-?\d", "\n".join(rows))
        assert "×10⁻" in heading or "e-" in heading


async def test_gradients_and_changes_are_sorted_by_their_size(app_on, lines, status):
    app = app_on("xor")
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("3", "u", "f", "f", "f", "j", "#", "#")
        await pilot.pause()
        assert "by |∂L/∂w|, the greatest first" in status(app)
        frame, column = app.screen.latest, app.screen.neurons_pane._query.column
        items = app.screen.neurons_pane._table_rows.items
        sizes = [abs(column.number(frame, key)) for key in items]
        assert sizes == sorted(sizes, reverse=True)


async def test_while_an_update_is_made_the_change_has_a_column(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:

        def headings() -> list[str]:
            return [column.heading for column in app.screen.neurons_pane._widths.columns]

        await pilot.press("f", "f", "f")
        assert headings() == ["z", "a", "δ"]
        await pilot.press("u")
        assert headings() == ["z", "a", "Δb"]
        await pilot.press("j")
        assert "Δw" in headings()


async def test_behind_the_end_of_a_run_what_was_learned_has_a_column(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("R")
        await pilot.pause()
        columns = app.screen.neurons_pane._widths.columns
        assert [column.heading for column in columns] == ["z", "a", "b"]


async def test_the_target_of_every_connection_can_be_read(app_on, lines):
    app = app_on("classifier")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f", "j")
        await pilot.pause()
        named = [line for line in lines(app) if "→" in line]
        assert len(named) > 4
        assert all(re.search(r"(sweetness|crunch) → h1_\d ", line) for line in named)
        await pilot.press(*["greater_than_sign"] * 20)  # in a narrower pane the source gives way
        await pilot.pause()
        named = [line for line in lines(app) if "→" in line]
        assert any("sweetness" not in line for line in named)
        assert all(re.search(r" → (h1_\d|lemon|apple|banana) ", line) for line in named)


async def test_layer_is_a_letter_where_the_word_would_cost_decimals(app_on, lines):
    app = app_on("classifier")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("n")
        assert lines(app)[0].split()[:2] == ["neuron", "L"]
