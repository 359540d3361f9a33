"""The footer offers keys that do something, and only those."""

from __future__ import annotations

import pytest

from nntui.tui.panes.footer import KeyFooter, Offer


def _offered(app) -> dict[str, str]:
    """The keys that do something now, with their words."""
    return {offer.key: offer.word for _, offer in _placed(app) if offer.enabled}


def _placed(app) -> list[tuple[tuple[int, int], Offer]]:
    """What the footer shows, with column and row."""
    footer = app.screen_stack[1].query_one(KeyFooter)
    return [
        ((x, row), offer) for row in range(footer.size.height) for x, offer in footer.placed(row)
    ]


SCENES = {
    "at the start": (),
    "within the run": ("5", "s"),
    "at the end": ("R",),
    "with a focus": ("5", "s", "right", "right"),
    "with a pane turned to": ("tab", "tab"),
    "with a pane that fills the screen": ("s", "z"),
    "with the keyboard in a list": ("s", "right", "right", "b", *["tab"] * 6),
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


@pytest.mark.parametrize(
    ("scene", "size"),
    [
        ("at the start", (80, 24)),
        *(pytest.param(scene, (120, 24), marks=pytest.mark.deep) for scene in SCENES),
    ],
)
async def test_every_key_that_is_not_dimmed_does_something(
    app_on, debugger_of, pane_layout, status, scene, size
):
    async def arrive(app, pilot):
        await pilot.press(*SCENES[scene])
        await app.workers.wait_for_complete()
        await pilot.pause()

    app = app_on()
    async with app.run_test(size=size) as pilot:
        await arrive(app, pilot)
        keys = list(_offered(app))
    for key in keys:
        if key == "q":
            continue
        app = app_on()
        async with app.run_test(size=size) as pilot:
            await arrive(app, pilot)
            parts = app, debugger_of(app), pane_layout(app), status
            before = _state(*parts)
            await pilot.press(key)
            await app.workers.wait_for_complete()
            await pilot.pause()
            assert _state(*parts) != before, key


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
async def test_no_key_moves_whatever_happens(app_on, size):
    app = app_on()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        places = {at: offer.key for at, offer in _placed(app)}
        for key in ("s", "right", "b", "tab", "z", "escape", "escape", "escape", "space", "space"):
            await pilot.press(key)
            await pilot.pause()
            assert {at: offer.key for at, offer in _placed(app)} == places, key
        await pilot.press("R")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert {at: offer.key for at, offer in _placed(app)} == places


async def test_from_120_columns_on_a_second_row_answers_the_learners_questions(app_on, seen):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        second = seen(app).split("\n")[-1]
        for words in ("n neuron", "f pass", "e example", "W why", "= change", "enter inspect"):
            assert words in second


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


async def test_escape_is_dimmed_unless_there_is_something_to_leave(app_on):
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


async def test_enter_says_what_it_does_to_the_row_of_a_list_and_the_list_names_the_other_keys(
    app_on, pane_layout
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right", "b")
        await pilot.pause()
        assert _offered(app)["enter"] == "inspect"
        pane_layout(app).open("breakpoints")
        app.screen.lay_out()
        await pilot.pause()
        assert app.screen.focused.id == "breakpoints"
        assert _offered(app)["enter"] == "edit"
        assert "d disable · del delete" in str(app.screen.focused.border_subtitle)


async def test_while_it_plays_the_others_are_dimmed(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        assert _offered(app)["space"] == "stop"
        assert {"plus", "minus", "question_mark", "q"} <= set(_offered(app))
        assert not {"s", "u", "c", "r"} & set(_offered(app))
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
        line = seen(app).split("\n")[-2]
        await pilot.click(offset=(line.index("s step") + 3, 34))
        await pilot.pause()
        await pilot.pause()
        assert debugger_of(app).position == 1


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
        assert "s step  S back  u update" in line
        assert "tab panes" in line


async def test_a_persons_own_keys_are_offered(app_on, own_directories):
    (own_directories / "config" / "nntui" / "keys.toml").write_text('step = "j"\n')
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert _offered(app)["j"] == "step"
