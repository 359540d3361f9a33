"""Someone's numbers on screen: the pane Check, the step that differs, the marks, the ways there."""

from __future__ import annotations

import pytest
from support.pilot import until

from nntui.verify.verdict import Difference, KindCount, Verdict

LINES = ("dW1 and db1 differ: δ of layer 1 lacks tanh′(z).", "Look: step 18")


@pytest.fixture
def check(debugger_of):
    """Type ``check mine.npz`` in an app; the verdict is of three numbers of the first update."""

    async def typed(app, pilot):
        debugger, screen = debugger_of(app), app.screen
        schedule = debugger.schedule
        last = schedule.steps_per_example * (schedule.batch_length(0) - 1)
        edge = last + schedule.offsets.backward_edge("x1", "h1") + 1
        found = (
            Difference("delta[h1]", schedule.offsets.backward_neuron("h1") + 1, 0.25, 0.5),
            Difference("db[h1]", last + schedule.offsets.backward_neuron("h1") + 1, 0.1234567, 0.1),
            Difference("dw[x1,h1]", edge, 0.12345678, 0.12345679),
        )
        verdict = Verdict(
            "mistake", LINES, (KindCount("dW1", 5, 6), KindCount("db1", 1, 2)), found,
            (("no f′",),), (("δ[h2] = ∂L/∂a[h2]", "δ[h2] = ∂L/∂a[h2] · f′(z[h2])"),),
        )  # fmt: skip
        screen.interpreter  # noqa: B018 - it gives the debugger who checks files
        debugger.checker = lambda *asked: verdict
        await pilot.press("colon", *"check", "space", *"mine", "full_stop", *"npz", "enter")
        return found

    return typed


async def test_the_pane_lists_what_differs_and_enter_goes_to_the_step_which_shows_both(
    app_on, debugger_of, pane_layout, seen, check, status
):
    app = app_on("sample")
    async with app.run_test(size=(80, 24)) as pilot:
        found = await check(app, pilot)
        await until(pilot, lambda: app.screen.check)
        assert pane_layout(app).is_turned_to("check")
        text = seen(app)
        assert "mine.npz, update 1: 6 of 8 numbers agree" in text
        assert "dW1 5/6 · db1 1/2" in text
        assert LINES[0] in text
        assert "δ[h1]" in text
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert debugger_of(app).position == found[2].step
        text = seen(app)
        assert "≠ ∂L/∂w[x1,h1]: yours 0.12345679, right 0.12345678" in text
        assert "yours  δ[h1] = ∂L/∂a[h1] " in text
        assert "right  δ[h1] = ∂L/∂a[h1] · f′(z[h1])" in text
        assert "step 2 of 2 that differ" in status(app)
        await pilot.press("vertical_line")
        assert debugger_of(app).position == found[1].step
        await pilot.press("exclamation_mark", "exclamation_mark")  # after the last the first
        assert "≠ δ[h1]: yours 0.5, right 0.25, and 1 more" in seen(app)
        assert debugger_of(app).position == found[0].step
        await pilot.press("S")
        assert "yours" not in seen(app)
        await pilot.press("escape", "escape")
        assert app.screen.check is None
        assert "check" not in pane_layout(app).tabs("step")


@pytest.mark.parametrize(("size", "of"), [((240, 60), ", the mean of the batch"), ((60, 20), "")])
async def test_where_room_is_scarce_the_right_number_is_not_what_is_cut(
    app_on, seen, check, size, of
):
    app = app_on("xor")
    async with app.run_test(size=size) as pilot:
        await check(app, pilot)
        await until(pilot, lambda: app.screen.check)
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert f"≠ ∂L/∂w[x1,h1]{of}: yours 0.12345679, right 0.12345678" in seen(app)


async def test_the_verdict_is_seen_first_wherever_the_run_stands(app_on, debugger_of, seen, check):
    app = app_on("sample")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("u", "u")
        await check(app, pilot)
        await until(pilot, lambda: app.screen.check)
        assert LINES[0] in seen(app)


async def test_the_table_marks_what_differs_where_it_is_computed_and_not_on_another_branch(
    app_on, debugger_of, seen, check
):
    app = app_on("sample")
    async with app.run_test(size=(120, 36)) as pilot:
        first, *_ = await check(app, pilot)
        await until(pilot, lambda: app.screen.check)
        assert "≠h1" not in seen(app)
        await pilot.press("exclamation_mark")
        line = next(line for line in seen(app).splitlines() if "≠h1" in line)
        assert line.count("≠") == 2  # the row's sign, and the cell's
        await pilot.press("e")  # δ of another example is no number that was compared
        assert "≠h1" not in seen(app)
        app.screen.run_command("set b[h1] 1")
        app.screen.run_command(f"goto {first.step}")
        await pilot.pause()
        assert "≠h1" not in seen(app)
        await pilot.press("exclamation_mark")  # the numbers are about the document's run
        assert debugger_of(app).branches.current.name == "main"
        await pilot.press("vertical_line")
        assert "≠h1" in seen(app)


async def test_a_file_that_cannot_be_read_is_a_message(app_on, status, refusal, typed):
    app = app_on("sample")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("colon")
        await typed(pilot, "check nothing.json")
        await until(pilot, lambda: "nothing.json: found no such file" in refusal(app))
        assert app.screen.check is None
        assert app.screen.command_line.value == "check nothing.json"
        await pilot.press("escape", "exclamation_mark")
        assert "no numbers of yours" in status(app)


async def test_numbers_are_never_cut_where_the_pane_is_narrow(app_on, debugger_of, seen):
    app = app_on("classifier")
    async with app.run_test(size=(120, 36)) as pilot:
        debugger, screen = debugger_of(app), app.screen
        names = "dw[sweetness,h1_1]", "dw[crunch,h1_1]", "db[h1_1]"
        found = tuple(
            Difference(name, 534 + n, 0.7654321 / 10**n, -0.1234567 * 10**n)
            for n, name in enumerate(names)
        )
        verdict = Verdict("unknown", ("dW1 differs.",), (KindCount("dW1", 0, 3),), found, (), ())
        screen.interpreter  # noqa: B018 - it gives the debugger who checks files
        debugger.checker = lambda *asked: verdict
        await pilot.press("colon", *"check", "space", *"mine", "full_stop", *"npz", "enter")
        await until(pilot, lambda: screen.check)
        rows = [row[78:119] for row in seen(app).split("\n")]
        assert [row.strip("│ ").split()[-3:] for row in rows if "≠" in row] == [
            ["yours", "≠", "right"],
            ["−0.123", "≠", "0.765"],
            ["−1.23", "≠", "0.0765"],
            ["−12.3", "≠", "0.00765"],
        ]
