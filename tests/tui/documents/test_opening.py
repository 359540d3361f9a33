"""Documents that are wrong, and documents that change on disk while they are shown."""

from __future__ import annotations

import asyncio
import shutil
from threading import Event

import pytest

from nntui.document.errors import DocumentError
from nntui.document.load import load
from nntui.document.save import save
from nntui.model.changes.settings import change_setting
from nntui.model.changes.structure import add_neuron, delete_neuron
from nntui.samples import samples
from nntui.sessions import open_session, save_session
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.fault import FaultScreen
from nntui.tui.dialogs.picker import PickerScreen
from nntui.tui.dialogs.question import Question
from nntui.tui.documents.loading import opened
from nntui.tui.stepping.screen import SteppingScreen


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr("nntui.tui.documents.opening.EVERY", 0.02)


def spoiled(document) -> None:
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace('"tanh"', '"tahn"', 1), encoding="utf-8")


def mended(document) -> None:
    shutil.copy(samples()["sample"], document)


async def test_a_wrong_document_is_shown_with_its_lines_and_opened_when_it_is_right(
    document, seen, until, shows
):
    spoiled(document)
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, FaultScreen))
        text = seen(app)
        assert "mine.json cannot be opened" in text
        assert 'did you mean "tanh"?' in text
        (marked,) = (line for line in text.splitlines() if "▶" in line)
        assert '"tahn"' in marked
        mended(document)
        await until(pilot, shows(app, SteppingScreen))
        assert len(app.screen_stack) == 2


async def test_a_document_that_is_wrong_in_another_way_shows_that(document, seen, until, shows):
    document.write_text("{")
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, FaultScreen))
        document.write_text('{"format": "nntui/2"}')
        await until(pilot, lambda: "nntui/2" in seen(app))


async def test_leaving_a_wrong_document_gives_the_reason(document, until, shows):
    document.write_text("{")
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, FaultScreen))
        await pilot.press("escape")
        assert isinstance(app.screen, FaultScreen)
        await pilot.press("q")
    assert isinstance(app.return_value, DocumentError)


async def test_from_the_picker_a_wrong_document_is_shown_and_escape_leads_back(
    document, until, shows
):
    document.write_text("{")
    app = NntuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.screen.post_message(PickerScreen.Picked(document))
        await until(pilot, shows(app, FaultScreen))
        await pilot.press("escape")
        assert isinstance(app.screen, PickerScreen)
        app.screen.post_message(PickerScreen.Picked(samples()["sample"]))
        await until(pilot, shows(app, SteppingScreen))
        assert len(app.screen_stack) == 2


async def test_a_document_that_changes_on_disk_is_read_anew(
    document, until, debugger_of, status, shows
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        await pilot.press("right", "right", "b", "5", "s")
        save(change_setting(load(document), "epochs", "200").experiment, document, overwrite=True)
        await until(pilot, lambda: debugger_of(app).experiment.training.epochs == 200)
        debugger = debugger_of(app)
        assert debugger.at_start
        assert [row.text for row in debugger.breakpoints] == ["break h1"]
        await until(pilot, lambda: "read anew" in status(app))


async def test_a_document_written_again_with_the_same_content_changes_nothing(
    document, until, debugger_of, shows
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        await pilot.press("5", "s")
        before = app.document.on_disk
        save(load(document), document, overwrite=True)
        await until(pilot, lambda: app.document.on_disk != before)
        assert debugger_of(app).position == 5


async def test_when_breakpoints_would_be_lost_it_is_asked_first(
    document, until, debugger_of, seen, shows
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        await pilot.press("right", "right", "b", "3", "s")
        save(delete_neuron(load(document), "h1").experiment, document, overwrite=True)
        await until(pilot, shows(app, Question))
        await until(pilot, lambda: "h1" in seen(app))
        await pilot.press("k")
        assert debugger_of(app).position == 3
        save(delete_neuron(load(document), "h2").experiment, document, overwrite=True)
        await until(pilot, shows(app, Question))
        await pilot.press("r")
        await until(pilot, lambda: "h1" not in debugger_of(app).experiment.network)


async def test_when_there_are_unsaved_edits_it_is_asked_first(document, until, debugger_of, shows):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        app.make_change(add_neuron(app.document.edited.experiment, "mine"))
        save(add_neuron(load(document), "theirs").experiment, document, overwrite=True)
        await until(pilot, shows(app, Question))
        await pilot.press("k")
        assert "mine" in app.document.edited.experiment.network
        save(add_neuron(load(document), "more").experiment, document, overwrite=True)
        await until(pilot, shows(app, Question))
        await pilot.press("r")
        await until(pilot, lambda: "theirs" in debugger_of(app).experiment.network)
        assert not app.document.edited.unsaved


async def test_a_document_spoiled_on_disk_is_shown_over_the_run(
    document, until, debugger_of, shows
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        await pilot.press("4", "s")
        spoiled(document)
        await until(pilot, shows(app, FaultScreen))
        await pilot.press("escape")
        assert debugger_of(app).position == 4
        mended(document)
        await until(pilot, lambda: app.document.on_disk == app.document.seen[0])
        assert isinstance(app.screen, SteppingScreen)


async def test_a_document_opened_again_is_taken_up_where_it_was_left(
    document, until, debugger_of, shows
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        before = debugger_of(app)
        await pilot.press("right", "right", "b", "3", "s")
        app.open_document(document)
        await until(pilot, lambda: len(app.screen_stack) == 2 and debugger_of(app) is not before)
        assert debugger_of(app).position == 3
        assert [row.text for row in debugger_of(app).breakpoints] == ["break h1"]


@pytest.fixture
def held_up(monkeypatch):
    """A document that is read only when somebody says so; others are read at once."""
    from nntui.tui.documents import loading

    free, slow, read = Event(), [], loading.opened

    def opened(document, keep_state, at):
        if document in slow:
            assert free.wait(20)
        return read(document, keep_state, at)

    monkeypatch.setattr(loading, "opened", opened)
    yield slow, free
    free.set()


async def test_a_document_that_nobody_waits_for_any_more_is_not_shown(
    document, tmp_path, until, debugger_of, held_up, shows
):
    slow, free = held_up
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{")
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        run = debugger_of(app)
        app.open_document(wrong)
        await until(pilot, shows(app, FaultScreen))
        slow.append(wrong)
        mended(wrong)
        await until(pilot, lambda: app.reading)
        await pilot.press("escape")
        free.set()
        await until(pilot, lambda: not app.reading)
        assert isinstance(app.screen, SteppingScreen)
        assert debugger_of(app) is run


async def test_of_two_documents_the_one_asked_for_last_is_shown(
    document, tmp_path, until, debugger_of, held_up, shows
):
    slow, free = held_up
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{")
    app = NntuiApp(document=wrong)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, FaultScreen))
        slow.append(wrong)
        shutil.copy(samples()["xor"], wrong)
        await until(pilot, lambda: app.reading)
        await pilot.press("o")
        app.screen.post_message(PickerScreen.Picked(document))
        await until(pilot, shows(app, SteppingScreen))
        free.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert debugger_of(app).experiment.name == load(document).name


async def test_a_document_that_is_read_while_the_app_ends_is_not_shown(
    document, monkeypatch, until, held_up, shows
):
    slow, free = held_up
    document.write_text("{")
    app = NntuiApp(document=document)

    async def read_now(screen):
        free.set()
        async with asyncio.timeout(20):
            while app.reading:
                await asyncio.sleep(0.001)

    monkeypatch.setattr(FaultScreen, "on_unmount", read_now, raising=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, FaultScreen))
        slow.append(document)
        document.write_text("[")
        await until(pilot, lambda: app.reading)


async def test_of_a_document_in_one_line_the_part_at_fault_is_shown(document, seen, until, shows):
    text = document.read_text(encoding="utf-8").replace('"tanh"', '"tahn"', 1)
    document.write_text(" ".join(text.split()), encoding="utf-8")
    app = NntuiApp(document=document, keep_state=False)
    async with app.run_test(size=(60, 16)) as pilot:
        await until(pilot, shows(app, FaultScreen))
        lines = seen(app).splitlines()
        marked = next(n for n, line in enumerate(lines) if "▶ 1 │ …" in line)
        column = lines[marked + 1].index("▲")
        assert lines[marked][column:].startswith('"activation": "tahn"')
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert any('"tahn"' in line and "▶ 1" in line for line in seen(app).splitlines())


async def test_a_document_that_is_not_there_is_opened_when_it_is(document, seen, until, shows):
    text = document.read_text(encoding="utf-8")
    document.unlink()
    app = NntuiApp(document=document, keep_state=False)
    async with app.run_test(size=(60, 16)) as pilot:
        await until(pilot, shows(app, FaultScreen))
        assert "as soon as you save it" in seen(app)
        document.write_text(text, encoding="utf-8")
        await until(pilot, shows(app, SteppingScreen))


async def test_it_opens_at_the_step_that_was_asked_for_and_says_if_there_is_none(
    document, seen, until, shows
):
    app = NntuiApp(document=document, at=5)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, SteppingScreen))
        assert app.stepping.debugger.position == 5
        assert "as you left it" not in seen(app)
    found = opened(document, keep_state=False, at=10**6)
    assert found.debugger.position == 0
    assert found.problems == ("there is no step 1,000,000: the run has 11,600",)


def test_a_step_that_was_asked_for_is_one_of_the_documents_own_run(document):
    debugger, _ = open_session(load(document))
    debugger.seek(7)
    debugger.branches.edit("w[x1,h1]", 0.25)
    assert save_session(debugger, document) is None
    assert opened(document, keep_state=True).debugger.branches.current.parent is not None
    found = opened(document, keep_state=True, at=9).debugger
    assert (found.position, found.branches.current.name) == (9, "main")
