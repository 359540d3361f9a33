"""The bead of a step: it runs along its connection, and gives way to every key."""

from __future__ import annotations

import pytest
from support.pilot import until

from nntui.tui.panes.network import NetworkPane


@pytest.fixture
def places(monkeypatch):
    """Where the bead was painted, None at rest."""
    found, paint = [], NetworkPane._paint

    def noted(pane):
        paint(pane)
        found.append(pane._bead)

    monkeypatch.setattr(NetworkPane, "_paint", noted)
    return found


@pytest.fixture
def moving(app_on):
    """An app in which products run along their lines."""

    def app_with_motion(name="sample"):
        app = app_on(name)
        app.animation_level = "full"
        return app

    return app_with_motion


async def at_edge_step(pilot, places, key):
    """Press a key that leads to an edge step, and wait until its product has arrived."""
    places.clear()
    await pilot.press(key)
    await until(pilot, lambda: len(places) > 1 and places[-1] is None)


async def test_it_runs_from_source_to_target_and_backward_the_other_way(moving, places):
    app = moving()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s")
        await at_edge_step(pilot, places, "s")
        on_the_way = [place for place in places if place is not None]
        assert on_the_way[0] == 0.0
        assert on_the_way == sorted(on_the_way)
        await pilot.press("f", "f", "s")
        await at_edge_step(pilot, places, "s")
        on_the_way = [place for place in places if place is not None]
        assert on_the_way[0] == 1.0
        assert on_the_way == sorted(on_the_way, reverse=True)


async def test_a_key_ends_it_and_the_next_steps_are_painted_as_they_stay(moving, places):
    app = moving()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s")
        screen = app.screen
        assert screen.motion._timer is not None
        await pilot.press("right")
        assert screen.motion._timer is None
        assert places[-1] is None
        places.clear()
        await pilot.press("s")
        assert set(places) == {None}


async def test_only_single_steps_forward_move_it(moving, places):
    app = moving()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "s", "S", "n", "N", "e", "u")
        assert set(places) == {None}


async def test_nothing_moves_where_the_user_wants_no_motion(moving, places):
    app = moving()
    async with app.run_test(size=(120, 36)) as pilot:
        app.toggle_motion()
        await pilot.press("s", "s", "s")
        assert set(places) == {None}
