"""Copying and saving what is on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from nntui.explain.numbers import exact
from nntui.tui.dialogs.save_form import SaveForm


async def test_without_a_focus_the_formula_is_copied(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s", "y")
        assert app.clipboard == "z[h1] = z[h1] + w[x1,h1] · a[x1]\n  = 0.1 + 0.6 · 1\n  = 0.7"


async def test_the_focused_value_is_copied_exactly_with_its_name(app_on, debugger_of, toasts):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("2", "u", "f", "right", "right", "y")
        await pilot.pause()
        assert app.clipboard == f"a[h1] = {exact(debugger_of(app).value('a[h1]'))}"
        assert "copied: a[h1] = " in toasts(app)


async def test_where_there_is_nothing_to_copy_that_is_said(app_on, status):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("y")
        assert "nothing was computed yet" in status(app)
        await pilot.press("right", "right", "y")
        assert "has no value yet" in status(app)
        assert app.clipboard == ""


async def _save(app, pilot, action) -> SaveForm:
    await app.screen.run_action(action)
    await pilot.pause()
    assert isinstance(app.screen, SaveForm)
    return app.screen


@pytest.mark.parametrize(("action", "ending"), [("save_picture", "svg"), ("save_pass", "md")])
async def test_a_file_is_named_after_the_document_and_the_step(
    app_on, debugger_of, tmp_path, monkeypatch, action, ending
):
    monkeypatch.chdir(tmp_path)
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("1", "2", "s")
        for more in ("", "-2"):
            form = await _save(app, pilot, action)
            place = Path(form.query_one("#path").value)
            assert place.parent == tmp_path
            assert place.name.endswith(f"-step-12{more}.{ending}")
            await pilot.press("enter")
            await pilot.pause()
            assert place.is_file()
    text = place.read_text(encoding="utf-8")
    assert ("<svg" in text) if ending == "svg" else ("| step | value |" in text)


async def test_a_file_that_is_there_is_replaced_only_when_asked_for_twice(
    app_on, tmp_path, seen, toasts
):
    place = tmp_path / "there.md"
    place.write_text("precious")
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s")
        form = await _save(app, pilot, "save_pass")
        form.query_one("#path").value = str(place)
        await pilot.press("enter")
        await pilot.pause()
        assert "enter again replaces it" in seen(app)
        assert place.read_text() == "precious"
        await pilot.press("enter")
        await pilot.pause()
        assert "z[h1]" in place.read_text()
        assert str(place) in toasts(app)


async def test_a_file_gets_the_name_that_is_seen_in_the_form(app_on, tmp_path):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        form = await _save(app, pilot, "save_picture")
        form.query_one("#path").value = f"{tmp_path}/a\0b.svg"
        await pilot.press("enter")
        await pilot.pause()
        assert [file.name for file in tmp_path.glob("*.svg")] == [r"a\u0000b.svg"]


@pytest.mark.parametrize("name", ["", "{folder}", "{folder}/no/such/file", "~nobody-at-all/file"])
async def test_a_place_that_cannot_be_written_is_refused_in_the_form(app_on, tmp_path, name):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        form = await _save(app, pilot, "save_picture")
        form.query_one("#path").value = name.format(folder=tmp_path)
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is form
        await pilot.press("escape")
        assert app.screen is not form


async def test_a_name_that_the_disk_refuses_is_said_and_no_error(app_on, tmp_path, toasts):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        form = await _save(app, pilot, "save_picture")
        form.query_one("#path").value = str(tmp_path / ("a" * 300))
        await pilot.press("enter")
        await pilot.pause()
        assert "a file name that is too long" in toasts(app)


async def test_a_working_folder_that_is_gone_is_no_error(app_on, tmp_path, monkeypatch, toasts):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        gone.rmdir()
        await _save(app, pilot, "save_pass")
        await pilot.press("enter")
        await pilot.pause()
        assert "not saved" in toasts(app)


async def test_the_pass_is_written_with_every_step_so_far_and_the_run_stays(
    app_on, debugger_of, tmp_path
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f", "s", "s", "s")
        debugger = debugger_of(app)
        here = debugger.position
        form = await _save(app, pilot, "save_pass")
        form.query_one("#path").value = str(tmp_path / "pass.md")
        await pilot.press("enter")
        await pilot.pause()
        assert debugger.position == here
    lines = (tmp_path / "pass.md").read_text(encoding="utf-8").split("\n")
    numbers = [line.split("|")[1].strip() for line in lines if line.startswith("| ")][2:]
    assert [number for number in numbers if number] == [str(here - 2), str(here - 1), str(here)]
    assert "backward" in "\n".join(lines)
