"""The inspector: a neuron's equations, activation function, connections and history."""

from __future__ import annotations

import gc
from weakref import ref

import pytest
from support.pilot import until

from nntui.document.load import load
from nntui.tui.app import NntuiApp
from nntui.tui.panes.inspector import InspectorPane

SIZE = (120, 36)
INSPECT_H1 = ("right", "right", "enter", "z")


@pytest.fixture
def lines():
    """All that the inspector has to say, line by line."""

    def read(app: NntuiApp) -> list[str]:
        pane = app.screen_stack[1].query_one(InspectorPane)
        rows = range(pane.extent()[1])
        return ["".join(segment.text for segment in pane.segments(row)).rstrip() for row in rows]

    return read


def row_of(name: str, lines: list[str]) -> str:
    return next(line for line in lines if line[1:].startswith(f"{name} "))


async def test_the_equations_grow_with_the_steps(app_on, lines):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s", *INSPECT_H1)
        await pilot.pause()
        assert any("z = b + Σ w·a = ·" in line for line in lines(app))
        await pilot.press("s")
        await pilot.pause()
        text = "\n".join(lines(app))
        assert "= 0.1 + 0.6·1 " in text
        assert "= 0.7 so far, 1 to come" in text
        await pilot.press("s", "s")
        await pilot.pause()
        text = "\n".join(lines(app))
        assert "\n   = 0.1 + 0.6·1 + 0.3·0.5" in text, "set in below the symbols"
        assert "= 0.85" in text
        assert "a = tanh(z) = 0.691" in text
        assert "f′(z) = 1 − a² = 0.5224" in text


async def test_what_there_is_no_number_for_yet_leaves_no_gap_in_a_formula(app_on, lines):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f", *INSPECT_H1)
        await pilot.pause()
        assert any("δ = ∂L/∂a · f′(z) = ·  " in f"{line}  " for line in lines(app))
        await pilot.press("f", "f")
        await pilot.pause()
        (line,) = [line for line in lines(app) if "δ = ∂L/∂a · f′(z)" in line]
        assert line.count(" = ") == 3


async def test_the_digits_key_writes_its_numbers_more_precisely_too(app_on, lines, debugger_of):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f", *INSPECT_H1)
        await pilot.pause()
        a = debugger_of(app).snapshot().a["h1"]
        assert any(f"a = tanh(z) = {a:.5g} " in line for line in lines(app))
        assert row_of("x1", lines(app)).split()[1] == "0.600000"
        await pilot.press("a", "a")
        await pilot.pause()
        assert any(f"a = tanh(z) = {a!r}" in line for line in lines(app))
        assert row_of("x1", lines(app)).split()[1] == "0.6"
        await pilot.press("a")
        await pilot.pause()
        assert any(f"a = tanh(z) = {a:.3g} " in line for line in lines(app))


@pytest.mark.parametrize("width", [60, 200])
async def test_in_any_precision_the_tables_keep_within_the_pane(app_on, lines, width):
    app = app_on("xor")
    async with app.run_test(size=(width, 36)) as pilot:
        await pilot.press("u", *"ffs", *INSPECT_H1)
        for _ in range(4):
            await pilot.press("a")
            await pilot.pause()
            assert max(map(len, lines(app))) <= width
            heading = next(line for line in lines(app) if line.startswith(" in ("))
            end = heading.index("w·a") + len("w·a")
            for name in ("x1", "x2"):
                row = row_of(name, lines(app))
                assert row[end - 1] != " " == (row + " ")[end]


async def test_the_function_has_the_point_of_this_moment_and_its_place(app_on, lines):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s", *INSPECT_H1)
        await pilot.pause()
        assert "●" not in "\n".join(lines(app))
        await pilot.press("f")
        await pilot.pause()
        text = "\n".join(lines(app))
        assert text.count("●") == 2  # on the curve, and in its title
        assert "z = 0.85" in text


async def test_products_come_when_their_steps_are_made(app_on, lines):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s", *INSPECT_H1, "s")
        await pilot.pause()
        assert row_of("x1", lines(app)).split()[:4] == ["►x1", "0.600000", "1.000000", "0.600000"]
        assert row_of("x2", lines(app)).split()[:4] == ["x2", "0.300000", "0.500000", "·"]


async def test_while_an_update_is_made_the_products_are_those_that_were_used(
    app_on, lines, debugger_of
):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f", "f", "f", *INSPECT_H1)
        await pilot.pause()
        before = row_of("x1", lines(app)).split()
        await pilot.press("s", "s")
        await pilot.pause()
        after = row_of("x1", lines(app)).split()
        assert [word.lstrip("►") for word in after[:4]] == before[:4]
        w = debugger_of(app)["w[x1,h1]"]
        assert w != 0.6
        assert float(after[4]) == pytest.approx(w, abs=1e-6)
        assert row_of("x2", lines(app)).split()[4] == "·"
        assert any(line.startswith(" b = 0.1 → ") for line in lines(app))


async def test_what_was_made_with_a_value_that_was_set_since_is_not_made_up(
    app_on, lines, debugger_of
):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f", *INSPECT_H1)
        debugger_of(app).edit("w[x1,h1]", 3.0)
        app.screen.show()
        await pilot.pause()
        text = "\n".join(lines(app))
        assert "its terms are gone" in text
        assert "= 0.85" in text
        assert row_of("x1", lines(app)).split()[3] == "·"


async def test_a_neuron_of_hundreds_of_sources_has_a_few_terms_and_says_how_many_more(
    tmp_path, lines
):
    place = tmp_path / "wide.json"
    place.write_text(
        '{"format": "nntui/1", "network": {"layers": [300, 2, 1]},'
        f'"data": {{"inputs": [{[0.5] * 300}], "targets": [[1]]}},'
        '"training": {"loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 0.1},'
        '"epochs": 3}}'
    )
    app = NntuiApp(load(place), keep_state=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "right", "right", "enter", "z")
        await pilot.pause()
        text = lines(app)
        assert any("more" in line and "…" in line for line in [*text, " ".join(text[:6])])
        assert next(n for n, line in enumerate(text) if line.startswith(" a = ")) <= 6
        assert "in (300)" in "\n".join(text)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36), (200, 60)])
@pytest.mark.parametrize(
    "document",
    ["xor", *(pytest.param(d, marks=pytest.mark.deep) for d in ("sample", "skip", "classifier"))],
)
async def test_no_line_is_wider_than_the_pane(app_on, size, document):
    app = app_on(document)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f", "f", "s", "s", "right", "right", "enter")
        pane = app.screen.query_one(InspectorPane)
        for keys in ((), ("u",)):  # after an update a column says what a weight is now
            await pilot.press(*keys)
            await pilot.pause()
            width = pane.scrollable_content_region.width
            assert pane.max_scroll_x == 0
            for row in range(pane.extent()[1]):
                assert sum(segment.cell_length for segment in pane.segments(row)) <= width


async def test_a_click_on_a_key_does_what_the_key_does(app_on, lines, debugger_of):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f", *INSPECT_H1)
        await pilot.pause()
        y = next(n for n, line in enumerate(lines(app)) if "break" in line and "display" in line)
        await pilot.click("#inspector", offset=(5, y + 1))
        await pilot.pause()
        assert [row.text for row in debugger_of(app).breakpoints] == ["break h1"]


async def test_an_input_has_no_function_and_no_sum(app_on, lines):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f", "right", "enter", "z")
        await pilot.pause()
        text = "\n".join(lines(app))
        assert "x1 · input · layer 0" in text
        assert "a = x = 1" in text
        assert "Σ w·a" not in text


async def test_its_past_and_its_work_on_the_data_come_when_the_run_rests(
    app_on, lines, debugger_of
):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("u", "u", "u", *INSPECT_H1)
        text = await came(app, pilot, lines, "after 3 updates")
        assert "It can learn from all 4 examples." in text
        b = next(line for line in text.splitlines() if line.startswith(" b ") and "=" not in line)
        assert b.endswith(f"{debugger_of(app)['b[h1]']:.4g}")
        await pilot.press("u")
        await came(app, pilot, lines, "after 4 updates")
        await pilot.press("U")
        await pilot.pause()
        assert "after 3 updates" in "\n".join(lines(app))  # it is remembered


async def test_a_branch_that_is_deleted_is_not_held_by_what_is_known_of_it(
    app_on, lines, debugger_of
):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("u", *INSPECT_H1)
        debugger = debugger_of(app)
        debugger.edit("b[h1]", 0.5)
        debugger.move("update")
        app.screen.show()
        await came(app, pilot, lines, "after 2 updates")
        deleted = ref(debugger.branches.current.timeline)
        made = debugger.branches.current.name
        debugger.branches.switch("main")
        debugger.branches.delete(made)
        app.screen.show()
        await came(app, pilot, lines, "after 2 updates")
        gc.collect()
        assert deleted() is None


async def test_no_key_waits_for_it(app_on, lines, monkeypatch):
    monkeypatch.setattr("nntui.tui.stepping.inspector_history.PAUSE", 3600.0)
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("u", *INSPECT_H1, "s")
        await pilot.pause()
        assert "computing its history" in "\n".join(lines(app))
        assert "inspecting" not in {worker.group for worker in app.workers}


async def test_a_run_under_way_is_not_disturbed_by_it(app_on, lines, debugger_of):
    app = app_on("xor")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*INSPECT_H1, "c")
        await app.workers.wait_for_complete()
        await pilot.pause()
        debugger = debugger_of(app)
        assert debugger.at_end
        await came(app, pilot, lines, f"{debugger.schedule.updates:,} updates")


async def came(app, pilot, lines, words: str) -> str:
    """Wait until the inspector says something; all that it says then."""
    await until(pilot, lambda: words in "\n".join(lines(app)))
    return "\n".join(lines(app))


async def test_without_a_focus_it_follows_the_run(app_on, lines):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        pane = app.screen.query_one(InspectorPane)
        app.screen.open_pane("inspector")

        async def settled() -> list[str]:
            await until(pilot, lambda: not pane.is_waiting)
            return lines(app)

        assert "Choose a neuron with the arrows" in (await settled())[0]
        await pilot.press("s", "s")
        found = await settled()
        assert found[0].split()[0] == "h1"
        assert "being computed" in found[0]
        assert "so far, 1 to come" in " ".join(" ".join(found).split())
        await pilot.press("n", "n")
        assert (await settled())[0].split()[0] == "h2"
        await pilot.press("right")
        found = await settled()
        assert found[0].split()[0] == "x1"
        assert "being computed" not in found[0]
        await pilot.press("escape", "escape")  # the answers are in front again
        app.screen.open_pane("inspector")
        await pilot.press("f", "f")  # a loss is about no neuron
        assert (await settled())[0].split()[0] in {"x1", "out"}
        await pilot.press("r")
        assert "Choose a neuron with the arrows" in (await settled())[0]


async def test_on_a_high_pane_the_graph_is_larger_and_the_past_stands_beside_it(app_on, lines):
    app = app_on("xor")
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("5", "u", "f", *INSPECT_H1)
        pane = app.screen.query_one(InspectorPane)
        await until(pilot, lambda: not pane.is_waiting)
        found = lines(app)
        past = next(n for n, line in enumerate(found) if "after 5 updates" in line)
        end = next(n for n, line in enumerate(found) if line.endswith("4") and "z = " in line)
        assert end >= 18
        assert past < next(n for n, line in enumerate(found) if line.startswith(" in (")) < end


async def test_on_a_narrow_pane_neither_the_title_of_the_graph_nor_its_z_is_cut(app_on, lines):
    app = app_on("xor")
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("2", "0", "u", "f", "f", *INSPECT_H1, "a", "a", "z")
        pane = app.screen.query_one(InspectorPane)
        await until(pilot, lambda: not pane.is_waiting)
        await pilot.pause()
        found = lines(app)
        assert found[0].rstrip().endswith("slope at ●")
        axis = next(line for line in found if "-4  " in line)
        z = app.screen.latest.snapshot["z[h1]"]
        assert axis.rstrip().endswith("4")
        assert float(axis.split("z = ")[1].split()[0]) == pytest.approx(z, abs=1e-5)
