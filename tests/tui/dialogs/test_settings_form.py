"""The form of what can be set: its values, what it refuses, and beginning again from the start."""

SIZE = (120, 36)


def error(app) -> str:
    return str(app.screen.query_one("#form-error").render())


async def test_the_learning_rate_comes_first_and_a_new_value_begins_a_branch(app_on, debugger_of):
    app = app_on("xor")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("s", "equals_sign")
        await pilot.pause()
        debugger = debugger_of(app)
        assert app.screen.focused.value == f"{debugger.value('learning_rate'):g}"
        await pilot.press(*"0.1", "enter")  # what is typed replaces the value
        await pilot.pause()
        assert debugger.branches.current.name == "η 0.1"
        assert (debugger.position, debugger["learning_rate"]) == (1, 0.1)


async def test_several_values_make_one_branch(app_on, debugger_of):
    app = app_on("xor")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("equals_sign")
        await pilot.pause()
        await pilot.press(*"0.1", "down", *"0.5", "enter")
        await pilot.pause()
        assert [b.name for b in debugger_of(app).branches] == ["main", "η 0.1, momentum 0.5"]


async def test_behind_the_end_it_begins_again_from_the_start(app_on, debugger_of, seen):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("R")
        await app.workers.wait_for_complete()
        await pilot.pause()
        debugger = debugger_of(app)
        assert debugger.at_end
        await pilot.press("equals_sign")
        await pilot.pause()
        assert "it begins again from the start" in seen(app)
        await pilot.press(*"0.1", "enter")
        await pilot.pause()
        branch = debugger.branches.current
        assert (branch.name, branch.start, debugger.position) == ("η 0.1", 0, 0)
        await pilot.press("R")
        await app.workers.wait_for_complete()
        await pilot.pause()
        main = debugger.branches["main"].timeline.history
        assert branch.timeline.history.epoch[-1] != main.epoch[-1]


async def test_where_nothing_would_read_a_value_it_asks_before_it_begins_again(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("R")
        await app.workers.wait_for_complete()
        await pilot.press("S", "equals_sign")
        await pilot.pause()
        await pilot.press(*["down"] * (len(app.screen.query("Input")) - 1), *"mse", "enter")
        assert "begin again from the start" in error(app)
        await pilot.press("enter")
        await pilot.pause()
        assert (debugger_of(app).branches.current.start, debugger_of(app).position) == (0, 0)


async def test_what_cannot_be_is_said_in_the_form(app_on, debugger_of):
    app = app_on("xor")
    async with app.run_test(size=SIZE) as pilot:
        for typed, said in (
            (("0", "/", "0"), "finite"),
            (("backspace",), "learning_rate needs a value: it was 1"),
            (("minus", "1"), "learning_rate cannot be -1"),
            ((), "Nothing is changed yet"),
            (("up", *"hubber"), 'did you mean "huber"?'),
        ):
            await pilot.press("equals_sign")
            await pilot.pause()
            await pilot.press(*typed, "enter")
            await pilot.pause()
            assert said in error(app)
            await pilot.press("escape")
            await pilot.pause()
        assert len(debugger_of(app).branches) == 1
