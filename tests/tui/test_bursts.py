"""Keys that arrive together: each is answered where it would be if it had come alone."""

from __future__ import annotations

import random
import shutil
from itertools import product

import pytest
from support.pilot import until
from textual.events import Key
from textual.keys import _character_to_key
from textual.widgets import Input

from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.save_form import SaveForm
from nntui.tui.editor.forms import EditForm
from nntui.tui.editor.screen import EditorScreen
from nntui.tui.keys import EDITOR, EVERYWHERE, LISTS

SIZES = [(40, 12), (80, 24), (200, 60)]
OPENERS = {
    "help": ["question_mark"],
    "why": ["right", "W"],
    "editor": ["M"],
    "form of the editor": ["M", "enter"],
    "save as": ["ctrl+s"],
    "picker": ["o"],
    "palette": ["ctrl+p"],
    "form of a breakpoint": ["B"],
    "command line": ["colon"],
    "search": ["slash"],
}
"""Keys that lead from the run to another screen, by its name."""
MOST_ESCAPES = 12


@pytest.fixture(autouse=True)
def in_an_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def burst(app: NntuiApp, *keys: str) -> None:
    """Send keys as a terminal does that hands over all of them in one read."""
    for key in keys:
        name = key if len(key) > 1 or key.isalnum() else _character_to_key(key)
        app.post_message(Key(name, key if len(key) == 1 else None))


async def back_at_the_run(pilot) -> None:
    """Press escape until the run is there."""
    app = pilot.app
    for _ in range(MOST_ESCAPES):
        await until(pilot, lambda: app._exit or not (app.reading or app._waiting))
        if app._exit:
            return  # quit was among the keys
        there = app.screen is app.stepping and app.screen.is_mounted
        if there and not app.stepping.command_line.shown:
            return
        await pilot.press("escape")
    raise AssertionError(f"no way back from {app.screen_stack}")


@pytest.fixture
def app_on_copy(tmp_path):
    """The app on a document of the user's own."""

    def make() -> NntuiApp:
        document = tmp_path / "net.json"
        shutil.copy(samples()["sample"], document)
        return NntuiApp(document=document)

    return make


async def started(pilot) -> None:
    await until(pilot, lambda: pilot.app.screen is pilot.app.stepping)


async def each_over_others(app: NntuiApp, first: str, seconds, times) -> None:
    """Open screens over one, each key some times in one burst, with a way back each time."""
    async with app.run_test(size=(80, 24)) as pilot:
        for second, count in product(seconds, times):
            opening = *OPENERS[first], *OPENERS[second], "enter"
            burst(app, *(key for key in opening for _ in range(count)))
            await pilot.pause()
            await back_at_the_run(pilot)
            assert len(app.screen_stack) == 2


@pytest.mark.parametrize("first", ["editor", "palette"])
async def test_there_is_a_way_back_from_a_screen_over_another(app_on, first):
    await each_over_others(app_on(), first, ["form of the editor", "why", "palette"], [2])


@pytest.mark.deep
@pytest.mark.parametrize("first", OPENERS)
async def test_there_is_a_way_back_from_every_screen_over_every_other(app_on, first):
    await each_over_others(app_on(), first, OPENERS, [3])


def types(screens):
    return [type(screen) for screen in screens]


@pytest.mark.parametrize(("times", "over"), [(1, []), (2, [EditForm]), (3, []), (4, [EditForm])])
async def test_enter_pressed_too_often_acts_on_what_the_one_before_has_shown(
    app_on_copy, times, over
):
    app = app_on_copy()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        burst(app, "M", "S")
        await until(pilot, lambda: len(app.screen_stack) == 4)
        burst(app, *["enter"] * times)
        there = [EditorScreen, *over]
        await until(pilot, lambda: not app._waiting and types(app.screen_stack[2:]) == there)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert types(app.screen_stack[2:]) == there


async def test_the_run_follows_an_edit_that_came_in_one_burst(app_on_copy, debugger_of):
    app = app_on_copy()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        burst(app, "M", "a", "enter", "enter", "escape", "escape")
        await back_at_the_run(pilot)
        assert debugger_of(app).experiment is app.document.edited.experiment
        assert app.unsaved


async def test_letters_typed_behind_a_key_that_opens_a_form_are_in_its_field(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "M", "a", *"abc")
        await pilot.pause()
        assert app.screen.query_one("#edit-name", Input).value == "abc"


async def test_keys_behind_the_last_one_open_nothing(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "q", "M", "question_mark", "W", "ctrl+p", "ctrl+s")
        await pilot.pause()
    assert app.return_code == 0


async def test_a_question_that_was_just_asked_takes_enter_for_stay(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "M", "delete", "escape", "q", "enter")
        await until(pilot, lambda: app.unsaved and not app._waiting)
        await until(pilot, lambda: app.screen is app.stepping)
        assert app.is_running


async def test_two_screens_are_left_by_two_escapes(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "M", "S", "escape", "escape")
        await pilot.pause()
        assert app.screen is app.stepping
        burst(app, "M", "S", "escape")
        await pilot.pause()
        assert isinstance(app.screen, EditorScreen)
        burst(app, "S", "S")
        await pilot.pause()
        assert isinstance(app.screen, SaveForm)
        assert app.screen.query_one("#path", Input).value.endswith("S")


KEYS = sorted(
    {key for row in (*EVERYWHERE, *LISTS, *EDITOR) for key in row.keys.split(",")}
    | {*"0123456789hxyw.", "escape", "enter", "tab", "shift+tab", "f1", "ctrl+q", "home", "end"}
)  # fmt: skip
OFTEN = ["escape", "enter", "enter", "M", "o", "ctrl+p", "W", "question_mark", "B", "colon"]


async def random_keys(app: NntuiApp, seed: int, count: int, size: tuple[int, int]) -> None:
    """Send random keys in bursts; then there is a way back to the run, or the app has ended."""
    rng = random.Random(seed)
    sent: list[str] = []
    try:
        async with app.run_test(size=size) as pilot:
            await started(pilot)
            while len(sent) < count and app.is_running and not app._exit:
                keys = []
                for _ in range(rng.randint(1, 8)):
                    keys += [rng.choice(OFTEN if rng.random() < 0.3 else KEYS)] * rng.randint(1, 3)
                sent += keys
                burst(app, *keys)
                if rng.random() < 0.3:
                    await pilot.pause()
            await back_at_the_run(pilot)
    except BaseException:
        print(f"seed {seed}, size {size}: {sent[-60:]}")
        raise


@pytest.mark.parametrize("size", SIZES)
async def test_random_keys_in_bursts_leave_a_way_back(app_on_copy, size):
    await random_keys(app_on_copy(), seed=1, count=60, size=size)


@pytest.mark.deep
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(2))
async def test_many_random_keys_in_bursts_leave_a_way_back(app_on_copy, seed, size):
    await random_keys(app_on_copy(), seed=seed, count=500, size=size)
