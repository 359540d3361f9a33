"""Keys that are typed while a document opens."""

from __future__ import annotations

from threading import Event

import pytest

from nntui.document.load import load
from nntui.document.user_state import write_recovery
from nntui.model.changes.structure import add_neuron
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.fault import FaultScreen
from nntui.tui.dialogs.question import OpeningScreen, Question
from nntui.tui.documents import loading
from nntui.tui.stepping.screen import SteppingScreen


@pytest.fixture
def may_open(monkeypatch):
    """Opening waits for this."""
    event, opened = Event(), loading.opened

    def opened_later(*arguments):
        assert event.wait(60)
        return opened(*arguments)

    monkeypatch.setattr(loading, "opened", opened_later)
    yield event
    event.set()


async def test_they_are_answered_in_their_order_when_the_run_is_there(
    document, may_open, until, shows, debugger_of
):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, OpeningScreen))
        await pilot.press("5", "s", "S", "colon", *"print", "space", "7")
        may_open.set()
        await until(pilot, shows(app, SteppingScreen))
        await until(pilot, lambda: debugger_of(app).position == 4)
        await until(pilot, lambda: app.screen.command_line.value == "print 7")


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_a_key_leaves_at_once_whatever_was_typed(document, may_open, until, shows, key):
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, OpeningScreen))
        await pilot.press("s", key)
        await until(pilot, lambda: app._exit)
        may_open.set()


async def test_escape_leads_back_to_the_run_before(document, may_open, until, shows, app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.stepping
        await pilot.press("s")
        app.open_document(document)
        await until(pilot, shows(app, OpeningScreen))
        await pilot.press("s", "s", "escape")
        await until(pilot, lambda: app.screen is before)
        may_open.set()
        await app.workers.wait_for_complete()
        await pilot.press("s")
        assert app.screen is before
        assert before.debugger.position == 2


async def test_they_answer_no_question_that_was_not_seen(document, may_open, until, shows):
    write_recovery(document, add_neuron(load(document), "h9").experiment)
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, OpeningScreen))
        await pilot.press("d", "t", "enter")
        may_open.set()
        await until(pilot, shows(app, Question))
        await pilot.pause()
        assert isinstance(app.screen, Question)


async def test_they_are_dropped_where_the_document_is_wrong(document, may_open, until, shows):
    document.write_text("{")
    app = NntuiApp(document=document)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, OpeningScreen))
        await pilot.press("s", "e")
        may_open.set()
        await until(pilot, shows(app, FaultScreen))
        await until(pilot, lambda: not app._typed_ahead)
