"""The command palette: everything is found in it, and done."""

from __future__ import annotations

import pytest
from support.pilot import until
from textual.widgets import Input

from nntui.debugger.commands.interpreter import COMMANDS
from nntui.samples import samples
from nntui.tui.command_palette import Entry, Everything, match_of
from nntui.tui.dialogs.settings_form import SettingsForm
from nntui.tui.keys import GROUPS
from nntui.tui.user_files import PreferencesFile


async def _names(app) -> list[str]:
    return [str(hit.display) async for hit in Everything(app.screen).discover()]


async def _choose(pilot, words: str) -> None:
    """Type words into the palette, and take the first of what it finds."""
    await pilot.press("ctrl+p")
    await pilot.pause()
    palette = pilot.app.screen
    palette.query_one(Input).value = words
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await until(pilot, lambda: palette.query("OptionList").last().option_count)
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is not palette)


async def test_everything_is_in_it(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        text = "\n".join(await _names(app))
        for key in (key for keys in GROUPS.values() for key in keys):
            sentence = key.help[0].upper() + key.help[1:]
            assert key.name in ("palette", "quit") or sentence in text
        assert all(f":{name}" in text for name in COMMANDS)
        assert all(f"Open {name}" in text for name in samples())
        assert all(f"Theme {theme}" in text for theme in app.available_themes)


async def test_what_a_command_takes_stands_in_its_entry_with_all_its_brackets(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        usages = {f":{command.usage}" for command in COMMANDS.values()}
        assert usages <= set(await _names(app))
        hits = [hit async for hit in Everything(app.screen).search("break")]
        assert any(str(hit.match_display) == f":{COMMANDS['break'].usage}" for hit in hits)


async def test_the_words_of_a_setting_find_it_in_the_form_where_it_is_changed(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _choose(pilot, "learning rate")
        await pilot.pause()
        assert isinstance(app.screen, SettingsForm)


async def test_the_meaning_of_a_word_is_found(app_on, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _choose(pilot, "delta")
        assert "how fast the loss grows when this neuron’s z grows" in status(app)


def _best(query: str, *titles: str) -> str:
    return max(titles, key=lambda title: match_of(query, Entry(title, "", lambda: None)))


def test_whole_words_come_before_parts_of_words_and_nothing_matches_by_scattered_letters():
    assert _best("new", "Next write", "Renew it", "Open a new network") == "Open a new network"
    assert match_of("learn", Entry("Clear a bean", "", lambda: None)) == 0
    assert match_of("eta", Entry("Change it", "", lambda: None, also="η eta")) > 0


async def test_an_action_is_done(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _choose(pilot, "to the end of this neuron")
        assert debugger_of(app).position == 1


async def test_a_command_is_begun_on_the_command_line(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _choose(pilot, ":tbreak")
        assert app.screen.command_line.shown
        assert app.screen.command_line.value == "tbreak "


async def test_a_sample_is_opened(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _choose(pilot, "open skip")
        name = "A straight line and a bend"
        await until(pilot, lambda: debugger_of(app).experiment.name == name)


async def test_a_theme_is_worn_and_remembered(app_on, own_directories):
    app = app_on()
    app.preferences = PreferencesFile(kept=True)
    async with app.run_test(size=(120, 36)) as pilot:
        assert app.theme == "nntui-dark"
        await _choose(pilot, "theme nntui-contrast")
        assert app.theme == "nntui-contrast"
    assert PreferencesFile(kept=True).now.theme == "nntui-contrast"


async def test_motion_is_reduced_when_asked_for(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await _choose(pilot, "reduce motion")
        assert app.animation_level == "none"
        assert app.preferences.now.still


async def test_the_picker_offers_what_needs_no_run(seen):
    from nntui.tui.app import NntuiApp

    app = NntuiApp(keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        names = await _names(app)
        assert "Open xor" in names
        assert not any(name.startswith(":") for name in names)
        assert not any(name.endswith("s F11") for name in names)


@pytest.mark.parametrize("kept", [True, False])
def test_the_theme_kept_is_the_first_one_worn_unless_nothing_is_to_be_read(own_directories, kept):
    from nntui.tui.app import NntuiApp

    PreferencesFile(kept=True).change(theme="nord", still=True)
    app = NntuiApp(keep_state=kept)
    assert app.theme == ("nord" if kept else "nntui-dark")
    assert app.preferences.now.still == kept


def test_a_theme_that_is_no_more_is_not_missed(own_directories):
    from nntui.tui.app import NntuiApp

    PreferencesFile(kept=True).change(theme="of a plugin that is gone")
    assert NntuiApp(keep_state=True).theme == "nntui-dark"


@pytest.mark.parametrize("opened", ["ctrl+p", "question_mark", "o", "M"])
async def test_behind_whatever_lay_over_the_screen_the_arrows_choose_neurons_again(app_on, opened):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        stepping = app.screen
        await pilot.press(opened)
        await until(pilot, lambda: app.screen is not stepping)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is stepping)
        await pilot.press("down")
        assert stepping.focused is None
        assert stepping.neuron_focus.neuron == "x1"


async def test_on_the_smallest_terminal_there_are_five_of_its_entries_to_see(app_on, seen):
    app = app_on()
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "one step back" in seen(app).lower())
        lines = seen(app).splitlines()
        assert "Search for commands" in lines[1]
        assert sum("   " in line.strip(" │") for line in lines[3:]) >= 5
