"""The step pane on the screen."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len
from textual.screen import Screen

from nntui.document.load import load
from nntui.explain.sentences import plain_words
from nntui.samples import samples
from nntui.tui.app import NntuiApp


def rows_of(app: NntuiApp) -> list[str]:
    pane = app.screen.query_one("#step")
    _, height = pane.extent()
    return ["".join(piece.text for piece in pane.segments(row)) for row in range(height)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_title_and_what_comes_next_keep_their_places(app_on, size):
    async with app_on("xor").run_test(size=size) as pilot:
        await pilot.press("s", "apostrophe")
        places = set()
        for _ in range(40):
            await pilot.press("s")
            rows = rows_of(pilot.app)
            assert " · " in rows[0]
            places.add(next(n for n, row in enumerate(rows) if row.startswith(" next  ")))
        await pilot.pause()
        region = pilot.app.screen.query_one("#step").scrollable_content_region
        assert places == {region.height - 1}


async def test_before_the_first_step_the_first_card_and_what_comes_next_are_seen_whole(app_on):
    async with app_on().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert pilot.app.screen.query_one("#step").max_scroll_y == 0
        rows = rows_of(pilot.app)
        assert rows[-1].startswith(" next  ")
        assert any("the story goes on" in row for row in rows)


async def test_a_writes_more_digits_and_capital_a_fewer(app_on, status):
    async with app_on("xor").run_test(size=(200, 60)) as pilot:
        await pilot.press("u", "u")

        def result() -> str:
            return next(row for row in reversed(rows_of(pilot.app)) if "was" in row)

        found, said = [result()], []
        for _ in range(4):
            await pilot.press("a")
            found.append(result())
            said.append(status(pilot.app).rpartition("numbers: ")[2])
        assert said[0] == "8 digits"
        assert said[1].startswith("exact")
        assert said[2:] == ["3 digits", "5 digits"]
        five, eight, exact, three, again = (row.split()[1] for row in found)
        assert five == again
        assert len(three) < len(five) < len(eight) < len(exact)
        assert pilot.app.screen.latest.snapshot["w[h3,y]"] == float(exact)
        await pilot.press("A")
        assert result().split()[1] == three


def many(tmp_path, training) -> NntuiApp:
    path = tmp_path / "many.json"
    document = json.loads(samples()["xor"].read_text(encoding="utf-8"))
    document["network"] = {"layers": [2, 3, 40]}
    document["data"] = {"inputs": [[0, 1]], "targets": [[0, 1] * 20]}
    document["training"] = training
    path.write_text(json.dumps(document), encoding="utf-8")
    return NntuiApp(load(path), keep_state=False)


async def test_the_loss_of_many_outputs_says_its_value_in_the_title_and_can_be_scrolled(tmp_path):
    app = many(tmp_path, {"loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 1}})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "f")
        rows = rows_of(app)
        assert f"mse · {app.screen.latest.snapshot.loss:.5g}" in rows[0]
        assert any("28 more outputs" in row for row in rows)
        pane = app.screen.query_one("#step")
        assert pane.max_scroll_y > 0


async def test_an_update_that_needs_more_rows_than_there_are_says_its_outcome(tmp_path):
    app = many(tmp_path, {"loss": "mse", "optimizer": {"name": "adam", "learning_rate": 1}})
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("u")
        title = rows_of(app)[0]
        weight = app.screen.latest.snapshot["w[h1_3,y40]"]
        assert "the weight h1_3→y40" in title
        assert title.rstrip().endswith(f"→ {weight:.5g}")


async def test_where_the_outcome_does_not_fit_the_title_the_optimizer_gives_way(tmp_path):
    app = many(tmp_path, {"loss": "mse", "optimizer": {"name": "adam", "learning_rate": 1}})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("u", "a", "a")
        title = rows_of(app)[0]
        assert "adam" not in title
        assert title.rstrip().endswith(f"→ {app.screen.latest.snapshot['w[h1_3,y40]']!r}")


async def test_a_step_too_long_for_the_pane_leaves_the_equals_signs_in_their_column(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        columns = set()
        for _ in range(20):
            await pilot.press("s")
            await pilot.pause()
            columns.add(next(row for row in rows_of(pilot.app) if "=" in row).index("="))
        assert len(columns) == 1


async def test_a_step_too_long_for_the_pane_does_not_lay_the_screen_out_anew(tmp_path, monkeypatch):
    app, layouts = many(tmp_path, {"loss": "mse"}), list[Screen]()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        refresh_layout = Screen._refresh_layout

        def noted(screen, *args, **options):
            layouts.append(screen)
            return refresh_layout(screen, *args, **options)

        monkeypatch.setattr(Screen, "_refresh_layout", noted)
        await pilot.press("f", "f")
        assert app.screen.query_one("#step").max_scroll_y > 0
        await pilot.press("s")
        assert app.screen.query_one("#step").max_scroll_y == 0
        assert app.screen not in layouts


async def test_a_long_update_moves_to_the_left_to_break_fewer_of_its_formulas(tmp_path):
    training = {"loss": "mse", "optimizer": {"name": "adam", "learning_rate": 0.1}}
    app = many(tmp_path, training)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("u", "u", "u")
        rows = [row for row in rows_of(app)[1:] if row.strip() and not row.startswith(" next")]
        assert len(rows) == 6
        columns = {cell_len(row.partition(" = ")[0]) for row in rows}
        await pilot.press("S")
        columns |= {cell_len(row.partition(" = ")[0]) for row in rows_of(app)[1:6]}
        assert len(columns) == 1


async def test_the_page_keys_scroll_what_is_too_long_for_the_step_pane(app_on, pane_layout):
    async with app_on("xor").run_test(size=(60, 16)) as pilot:
        await pilot.pause()
        step = pilot.app.screen.query_one("#step")
        neurons = pilot.app.screen.query_one("#neurons")
        assert step.max_scroll_y > 0  # the story
        await pilot.press("pagedown")
        assert step.scroll_offset.y > 0
        await pilot.press("pageup")
        assert step.scroll_offset.y == 0
        while pane_layout(pilot.app).current != "neurons":
            await pilot.press("tab")
        await pilot.press("pagedown")
        assert neurons.scroll_offset.y == neurons.max_scroll_y > 0
        assert step.scroll_offset.y == 0


async def test_in_a_narrow_pane_the_title_is_cut_rather_than_left_out(app_on):
    async with app_on("xor").run_test(size=(100, 30)) as pilot:
        await pilot.press("s", "apostrophe", *["less_than_sign"] * 20)
        await pilot.pause()
        assert rows_of(pilot.app)[0].strip().startswith("the example’s")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_each_step_says_in_a_sentence_what_it_is_about_and_shows_its_formula(app_on, size):
    async with app_on("xor").run_test(size=size) as pilot:
        for _ in range(30):
            await pilot.press("s")
            step, rows = pilot.app.screen.latest.snapshot.last, rows_of(pilot.app)
            plain = plain_words(step, step.position.place)
            text = " ".join(" ".join(rows).split())
            assert plain.question in text or plain.brief in text
            assert plain.use in text or size == (80, 24)
            assert sum(" = " in row for row in rows) >= len(step.lines())
            assert rows[-1].startswith(" next ")


async def test_sentences_are_left_out_and_brought_back_and_that_is_remembered(app_on, status):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s", "apostrophe")
        assert "its bias, plus" not in "".join(rows_of(pilot.app))
        assert "sentences: off (' " in status(pilot.app)
        assert not pilot.app.preferences.now.sentences
        await pilot.press("apostrophe")
        assert "its bias, plus" in "".join(rows_of(pilot.app))
        assert pilot.app.preferences.now.sentences


async def test_where_only_the_equations_fit_a_short_sentence_takes_the_place_of_the_title(tmp_path):
    app = many(tmp_path, {"loss": "mse", "optimizer": {"name": "adam", "learning_rate": 1}})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("u")
        rows = rows_of(app)
        assert rows[0].startswith(" The weight h1_3→y40: about η")
        assert sum(" = " in row for row in rows) == 6  # g, m, v, m̂, v̂, w


async def test_at_the_end_it_says_that_training_is_over_and_how_it_ended(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("R")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        loss = pilot.app.screen.latest.snapshot.losses.epoch[-1]
        said = f" end   Training is over (epoch loss {loss:.5g}). r starts again."
        assert rows_of(pilot.app)[-1].rstrip() == said


async def test_the_letters_of_a_formula_are_told_beside_it_as_long_as_there_are_words(app_on):
    async with app_on("sample").run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s")
        rows = rows_of(pilot.app)
        first = next(n for n, row in enumerate(rows) if "z[h1] = z[h1] + " in row)
        told = "sum of what comes in", "weight of the line", "what a neuron sends"
        assert all(row.endswith(words) for row, words in zip(rows[first:], told, strict=False))
        assert len({row.index(words) for row, words in zip(rows[first:], told, strict=False)}) == 1
        await pilot.press("apostrophe")
        assert not any(words in row for row in rows_of(pilot.app) for words in told)


async def test_a_loaded_example_says_what_is_wanted_unless_that_is_a_lot(app_on, tmp_path):
    async with app_on("classifier").run_test(size=(120, 36)) as pilot:
        await pilot.press("s")
        wanted = pilot.app.screen.latest.snapshot.t
        said = ", ".join(f"t[{name}] = {t:g}" for name, t in wanted.items())
        assert f"Wanted: {said}." in " ".join(map(str.strip, rows_of(pilot.app)))
    app = many(tmp_path, {"loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 1}})
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s")
        assert not any("Wanted" in row for row in rows_of(app))


async def test_the_last_row_says_the_next_two_steps_where_there_is_room_and_steps_left(app_on):
    async with app_on("sample").run_test(size=(120, 36)) as pilot:
        for _ in range(2):
            await pilot.press("s")
            announced = rows_of(pilot.app)[-1].split(", then ")[1].strip()
            await pilot.press("s")
            assert rows_of(pilot.app)[-1].startswith(f" next  {announced}")
        await pilot.press("R")
        await pilot.app.workers.wait_for_complete()
        await pilot.press("S")
        assert ", then " not in rows_of(pilot.app)[-1]
