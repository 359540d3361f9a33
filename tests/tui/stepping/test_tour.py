"""The tour: for who is here for the first time, never in the way, never twice by itself."""

from __future__ import annotations

import json
import shutil

import pytest
from support.pilot import until
from textual.widgets import Static

from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.stepping.tour import CARDS
from nntui.tui.user_files import PreferencesFile


async def _opened(app, pilot):
    await until(pilot, lambda: app.stepping is not None and app.screen is app.stepping)


def _card(app) -> str | None:
    found = app.screen.query("#tour")
    return str(found.first().content) if found else None


async def test_the_first_start_on_a_sample_begins_it_and_the_second_does_not(own_directories):
    for first in (True, False):
        app = NntuiApp(document=samples()["sample"])
        async with app.run_test(size=(120, 36)) as pilot:
            await _opened(app, pilot)
            assert (_card(app) is not None) == first
    assert PreferencesFile(kept=True).now.tour_seen


async def test_who_came_with_a_document_is_not_shown_round(tmp_path):
    own = tmp_path / "own.json"
    shutil.copy(samples()["xor"], own)
    assert json.loads(own.read_text())
    app = NntuiApp(document=own)
    async with app.run_test(size=(120, 36)) as pilot:
        await _opened(app, pilot)
        assert _card(app) is None
        assert not app.preferences.now.tour_seen


async def test_without_a_state_there_is_none(own_directories):
    app = NntuiApp(document=samples()["sample"], keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await _opened(app, pilot)
        assert _card(app) is None


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_enter_goes_through_it_to_its_end(app_on, size):
    app = app_on()
    async with app.run_test(size=size) as pilot:
        app.screen.action_tour()
        for card in CARDS:
            await pilot.pause()
            assert card.text.split("{")[0].strip() in _card(app)
            pointed = app.screen.query(".pointed-at")
            assert [pane.id for pane in pointed] == [card.pane]
            assert card.pane in app.screen.pane_layout.seen
            lies = app.screen.query_one("#tour", Static).region
            panes = [pane for pane in app.screen.query("#panes > *") if pane.display]
            assert panes
            assert not any(pane.region.overlaps(lies) for pane in panes)
            await pilot.press("enter")
        await pilot.pause()
        assert _card(app) is None
        assert not app.screen.query(".pointed-at")
        assert app.screen.neuron_focus.neuron is None
        assert not app.screen.pane_layout.turned


async def test_a_pane_that_was_turned_to_meanwhile_stays_when_the_tour_is_left(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.action_tour()
        await pilot.press("enter", "enter")
        assert app.screen.pane_layout.current == "neurons"
        await pilot.press("tab", "escape")
        assert app.screen.pane_layout.is_turned_to("loss")


async def test_every_other_key_works_as_ever_and_escape_leaves(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        app.screen.action_tour()
        await pilot.press("s", "s", "S", "right")
        assert debugger_of(app).position == 1
        await pilot.press("escape")
        await pilot.pause()
        assert _card(app) is None
        assert app.screen.neuron_focus.neuron is not None
        await pilot.press("enter")
        assert app.screen.pane_layout.current == "inspector"


async def test_the_keys_on_the_cards_are_those_in_force(app_on, own_directories):
    (own_directories / "config" / "nntui" / "keys.toml").write_text('step = "j"\n')
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        app.screen.action_tour()
        await pilot.pause()
        assert "j computes the next connection" in _card(app)


async def test_the_keys_stand_out_from_the_words_of_a_card(app_on):
    app = app_on()
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.pause()
        app.screen.action_tour()
        await pilot.pause()
        content = app.screen.query_one("#tour", Static).content
        marked = {content.plain[span.start : span.end] for span in content.spans}
        assert marked == {"s", "S"}


async def test_in_too_small_a_terminal_it_leaves_the_room_to_the_sentence_and_then_comes_back(
    app_on,
):
    app = app_on()
    async with app.run_test(size=(20, 5)) as pilot:
        app.screen.action_tour()
        await pilot.pause()
        assert not app.screen.query_one("#tour").region
        assert app.screen.query_one("#too-small").region == app.screen.region
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.screen.query_one("#tour").region
