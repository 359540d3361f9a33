"""The footer offers keys that do something, and only those."""

from __future__ import annotations

import pytest

from nntui.tui.panes.footer import KeyFooter


def _offered(app) -> dict[str, str]:
    footer = app.screen_stack[1].query_one(KeyFooter)
    return {offer.key: offer.word for _, offer in footer.placed()}


SCENES = {
    "at the start": (),
    "within the run": ("5", "s"),
    "at the end": ("R",),
    "with a focus": ("5", "s", "right", "right"),
    "with a pane turned to": ("tab", "tab"),
    "with a pane that fills the screen": ("s", "z"),
    "with the keyboard in a list": ("s", "right", "right", "b", "tab", "tab", "tab", "tab"),
}


def _state(app, debugger, pane_layout, status):
    screen = app.screen_stack[1]
    lists = [pane.selected for pane in screen.query("ListPane")]
    return (
        debugger.position, [row.text for row in debugger.breakpoints], status(app),
        [row.enabled for row in debugger.breakpoints], lists,
        pane_layout.seen, pane_layout.current, pane_layout.turned,
        screen.neuron_focus, screen.command_line.shown, app.screen, screen.player.playing,
    )  # fmt: skip


QUICK = ("at the start", "with the keyboard in a list")


@pytest.mark.parametrize(
    "scene", [*QUICK, *(pytest.param(s, marks=pytest.mark.deep) for s in SCENES if s not in QUICK)]
)
async def test_every_key_that_is_offered_does_something(
    app_on, debugger_of, pane_layout, status, scene
):
    async def arrive(app, pilot):
        await pilot.press(*SCENES[scene])
        await app.workers.wait_for_complete()
        await pilot.pause()

    app = app_on()
    async with app.run_test(size=(200, 30)) as pilot:
        await arrive(app, pilot)
        keys = list(_offered(app))
    for key in keys:
        if key == "q":
            continue
        app = app_on()
        async with app.run_test(size=(200, 30)) as pilot:
            await arrive(app, pilot)
            parts = app, debugger_of(app), pane_layout(app), status
            before = _state(*parts)
            await pilot.press(key)
            await app.workers.wait_for_complete()
            await pilot.pause()
            assert _state(*parts) != before, key


async def test_at_an_end_there_is_no_key_that_goes_beyond_it(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "s" in _offered(app)
        assert "S" not in _offered(app)
        await pilot.press("R")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "S" in _offered(app)
        assert "r" in _offered(app)
        assert not {"s", "u", "c", "space"} & set(_offered(app))


async def test_escape_is_offered_while_there_is_something_to_leave(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "escape" not in _offered(app)
        for key in ("right", "tab", "z"):
            await pilot.press(key)
            await pilot.pause()
            assert _offered(app)["escape"] == "leave"
        await pilot.press("escape", "escape", "escape")
        await pilot.pause()
        assert "escape" not in _offered(app)


async def test_a_list_offers_its_own_keys_when_it_has_the_keyboard(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("tab")
        await pilot.pause()
        assert app.screen.focused.id == "breakpoints"
        assert "d" not in _offered(app)
        await pilot.press("right", "right", "b")
        await pilot.pause()
        assert _offered(app)["enter"] == "edit"
        assert _offered(app)["d"] == "on/off"
        await pilot.press("tab")
        await pilot.pause()
        assert "d" not in _offered(app)


async def test_while_it_plays_the_keys_are_those_of_playing(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        assert list(_offered(app)) == ["space", "plus", "minus", "question_mark", "q"]
        await pilot.press("space")
        await pilot.pause()
        assert "s" in _offered(app)


async def test_while_a_command_is_typed_the_keys_are_those_of_the_line(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await pilot.pause()
        assert list(_offered(app)) == ["enter", "tab", "up", "escape"]
        await pilot.press("escape")
        await pilot.pause()
        assert "s" in _offered(app)


async def test_a_click_presses_the_key(app_on, debugger_of, seen):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        line = seen(app).split("\n")[-1]
        await pilot.click(offset=(line.index("s step") + 3, 35))
        await pilot.pause()
        await pilot.pause()
        assert debugger_of(app).position == 1


async def test_where_there_is_little_room_the_way_to_what_is_hidden_and_back_is_offered(app_on):
    app = app_on()
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("s")
        await pilot.pause()
        assert "tab" in _offered(app)
        await pilot.press("right", "right")
        await pilot.pause()
        assert _offered(app)["enter"] == "inspect"
        await pilot.press("enter")
        await pilot.pause()
        assert _offered(app)["escape"] == "leave"
        assert "enter" not in _offered(app)  # it would close the inspector
        await pilot.press("z")
        await pilot.pause()
        assert _offered(app)["z"] == "all panes"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("colon", ["run it", "complete", "before", "leave"]),
        ("slash", ["find it", "complete", "leave"]),
        ("ampersand", ["keep it", "all rows"]),
    ],
)
async def test_the_line_says_what_its_keys_do_to_what_is_typed(app_on, key, words):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert list(_offered(app).values()) == words


@pytest.mark.parametrize("width", [60, 80, 100])
async def test_no_word_is_cut_and_help_and_quit_are_always_there(app_on, seen, width):
    app = app_on()
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.press("s", "right", "right", "tab")
        await pilot.pause()
        line = seen(app).split("\n")[-1]
        assert line.rstrip().endswith("? help  q quit")
        assert len(line) == width
        assert "s step  S back" in line


async def test_a_persons_own_keys_are_offered(app_on, own_directories):
    (own_directories / "config" / "nntui" / "keys.toml").write_text('step = "j"\n')
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert _offered(app)["j"] == "step"
