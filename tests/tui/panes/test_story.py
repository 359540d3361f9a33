"""The story pane: the description of the document, kept during the run, a card at a time."""

from __future__ import annotations

from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.panes.story import story_of


def rows_of(app, name="story"):
    pane = app.screen.query_one(f"#{name}")
    return [pane._strip(row).text.rstrip() for row in range(pane.extent()[1])]


def test_every_sample_tells_a_story_of_several_cards():
    for path in samples().values():
        found = story_of(load(path))
        assert len(found) >= 2
        assert found[0][0].kind == "heading"


async def test_a_key_opens_the_story_and_turns_its_cards_during_the_run(
    app_on, status, pane_layout
):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s", "d")
        assert "story" in pane_layout(app).seen
        assert rows_of(app)[0] == " XOR"
        await pilot.press("d")
        assert rows_of(app)[0].startswith(" Each update takes all four examples: u")
        assert "card 2 of 3" in app.screen.query_one("#story").border_subtitle
        await pilot.press("s", "u")
        assert rows_of(app)[0].startswith(" Each update takes")
        await pilot.press("d")
        assert app.screen.query_one("#story").scroll_y > 0  # what did not fit comes first
        await pilot.press("d", "d", "d", "d")
        assert "this is the last card" in status(app)
        await pilot.press("D", "D", "D", "D")
        assert rows_of(app)[0] == " XOR"


async def test_at_the_start_the_step_pane_shows_the_first_card_and_where_the_rest_is(app_on):
    app = app_on("sample")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        rows = rows_of(app, "step")
        assert rows[0] == " Which is greater?"
        assert " d  the story goes on: 3 more cards" in rows


async def test_a_document_without_a_description_says_so(tmp_path, status):
    (tmp_path / "mine.json").write_text(
        '{"format": "nntui/1", "network": {"layers": [1, 1]},'
        ' "data": {"inputs": [[1]], "targets": [[2]]}}'
    )
    app = NntuiApp(load(tmp_path / "mine.json"), keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("d")
        assert "this document tells no story" in status(app)


async def test_a_hostile_description_is_shown_as_text(tmp_path):
    (tmp_path / "mine.json").write_text(
        '{"format": "nntui/1", "description": "[red]x[/red] `[@click=app.quit]y[/]`\\tz",'
        ' "network": {"layers": [1, 1]}, "data": {"inputs": [[1]], "targets": [[2]]}}'
    )
    app = NntuiApp(load(tmp_path / "mine.json"), keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("d")
        assert rows_of(app) == [" [red]x[/red] [@click=app.quit]y[/] z"]
