"""The loss pane on the screen."""

from __future__ import annotations

import json
import re

import pytest
from support.pilot import until
from textual.widgets import Static

from nntui.document.load import load
from nntui.engine.evaluate import right_ones
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.panes.loss import LossPane, accuracy_text


async def drawn(pilot) -> LossPane:
    """The pane, with nothing left to draw."""
    pane = pilot.app.screen.query_one(LossPane)
    answers = pilot.app.screen.answer_source
    await until(pilot, lambda: not (answers.is_waiting or pane.is_waiting))
    return pane


def text_of(pane: LossPane) -> str:
    """Return the text of the pane."""
    region = pane.region
    strips = pane.app.screen._compositor.render_strips()
    rows = ["".join(segment.text for segment in strip) for strip in strips]
    return "\n".join(row[region.x : region.right] for row in rows[region.y : region.bottom])


async def test_the_newest_losses_are_the_legend(app_on):
    async with app_on("classifier").run_test(size=(200, 60)) as pilot:
        await pilot.press("p", "p")
        pane = await drawn(pilot)
        snapshot = pilot.app.screen.latest.snapshot
        text = text_of(pane)
        for words, loss in (
            ("• test", snapshot["test_loss"]),
            ("whole epoch", snapshot["epoch_loss"]),
        ):
            assert f"{words} {loss:.3g}" in text
        assert "●" in text
        await pilot.press("s")
        text = text_of(await drawn(pilot))
        assert f"last epoch {snapshot['epoch_loss']:.3g}" in text


async def test_before_any_loss_a_sentence_says_so(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        pane = await drawn(pilot)
        text = " ".join(text_of(pane).replace("│", " ").split())
        assert "No loss yet: it is computed at the end of the forward pass." in text


async def test_until_the_curve_begins_bars_show_the_losses_so_far(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f")
        text = text_of(await drawn(pilot))
        debugger = pilot.app.screen.debugger
        losses = [f"{debugger['loss']:.3g}"]
        assert f"this example {losses[0]}" in text
        assert re.search(rf"► example 1 ▄+ +{losses[0]}", text)
        await pilot.press("f", "f", "f")
        losses.append(f"{debugger['loss']:.3g}")
        text = text_of(await drawn(pilot))
        assert re.search(rf"  example 1 ▄+ +{losses[0]}", text)
        assert re.search(rf"► example 2 ▄+ +{losses[1]}", text)
        # While the parameters change, the losses are still those of the passes.
        debugger.seek(debugger.schedule.passes_end(0) + 1)
        pilot.app.screen.show()
        text = text_of(await drawn(pilot))
        assert re.search(rf"  example 1 ▄+ +{losses[0]}", text)
        assert re.search(rf"  example 2 ▄+ +{losses[1]}", text)
        assert "► example 4" in text
        await pilot.press("u")
        assert "example" not in text_of(await drawn(pilot))


async def test_the_bars_are_left_alone_while_the_parameters_change(app_on, monkeypatch):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        debugger = pilot.app.screen.debugger
        debugger.seek(debugger.schedule.passes_end(0) + 1)
        pilot.app.screen.show()
        await drawn(pilot)
        bars = pilot.app.screen.query_one("LossPlot")
        monkeypatch.setattr(type(bars), "show", None)  # to call it would be an error
        await pilot.press("s", "s")
        assert "► example 4" in text_of(await drawn(pilot))


async def test_back_at_the_start_of_a_known_run_the_words_fit_the_curve(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("5", "u", "r")
        text = text_of(await drawn(pilot))
        assert "at the start · known to epoch 5" in text
        assert "No loss yet" not in text


async def test_a_click_on_the_curve_and_the_arrows_travel(app_on, debugger_of):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("5", "0", "u")
        pane = await drawn(pilot)
        plot = pane.query_one("LossPlot")
        text_of(pane)  # drawn only where it is looked at
        debugger = debugger_of(pilot.app)
        start = debugger.schedule.update_start
        await pilot.click(plot, offset=(plot._left + plot._columns // 2, 2))
        middle = start(round(1 + 49 * (plot._columns // 2) / (plot._columns - 1)))
        await until(pilot, lambda: debugger.position == middle)
        for key, by in (("right", 1), ("left", 0), ("left", -1)):
            await pilot.press(key)
            await until(pilot, lambda: debugger.position == middle + by * start(1))  # noqa: B023
        await pilot.click(plot, offset=(plot._left - 1, 2))  # the axis is the start
        await until(pilot, lambda: debugger.at_start)


async def test_why_the_loss_stands_still_is_a_line_of_its_own(tmp_path):
    document = json.loads(samples()["xor"].read_text(encoding="utf-8"))
    document["training"] |= {
        "loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 0}, "epochs": 60,
    }  # fmt: skip
    path = tmp_path / "still.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    app = NntuiApp(load(path), keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("1", "0", "p")
        assert "has not moved" not in text_of(await drawn(pilot))
        await pilot.press("3", "0", "p")
        text = text_of(await drawn(pilot))
        assert "Still for 39 epochs: no update" in text
        pilot.app.screen.open_pane("loss")
        pilot.app.screen.action_maximise()
        text = text_of(await drawn(pilot))
        assert "The loss has not moved for 39 epochs: no update changes anything" in text


async def test_l_and_capital_l_and_k_change_how_the_losses_are_looked_at(app_on, status):
    async with app_on("classifier").run_test(size=(120, 36)) as pilot:
        await pilot.press(*"9", "p")
        pane = await drawn(pilot)
        text = text_of(pane)
        assert " epoch " in text
        assert " 80 " not in text
        assert "L per update · l log" in text
        await pilot.press("L")
        assert "loss: per update" in status(pilot.app)
        text = text_of(await drawn(pilot))
        assert re.search(r"update .* 50", text)
        assert "L per epoch" in text
        await pilot.press("k")
        assert "the last 30 updates" in status(pilot.app)
        assert "last 30" in text_of(await drawn(pilot))
        await pilot.press("K", "L", "l")
        assert "logarithmic" in status(pilot.app)
        assert " log · " in text_of(await drawn(pilot))


async def test_k_goes_no_further_than_there_are_updates(app_on, status):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("k")
        assert "loss: all updates" in status(pilot.app)
        await pilot.press("5", "0", "u", "k", "k", "k")
        assert "the last 10 epochs" in status(pilot.app)
        await pilot.press("K", "K", "K")
        assert "loss: all epochs" in status(pilot.app)


async def test_back_in_time_the_rest_of_the_curve_stays_behind_a_line(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("5", "0", "u")
        before = text_of(await drawn(pilot))
        await pilot.press("2", "0", "U")
        text = text_of(await drawn(pilot))
        assert " 40 " in text
        assert text.count("│") > before.count("│")


@pytest.mark.parametrize("size", [pytest.param((80, 24), marks=pytest.mark.deep), (120, 36)])
@pytest.mark.parametrize("keys", ["", "l", "L", "lL", "k"])
async def test_a_run_that_diverges_is_drawn_with_crosses(tmp_path, size, keys):
    document = json.loads(samples()["xor"].read_text(encoding="utf-8"))
    document["network"] = {"layers": [2, {"size": 1, "activation": "linear"}]}
    document["training"] |= {
        "loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 100}, "epochs": 400,
    }  # fmt: skip
    path = tmp_path / "diverging.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    app = NntuiApp(load(path), keep_state=False)
    async with app.run_test(size=size) as pilot:
        if size[0] == 80:
            app.screen.open_pane("loss")
        await pilot.press("4", "0", "0", "u", *keys)
        assert "×" in text_of(await drawn(pilot))
        assert "this batch NaN" in text_of(await drawn(pilot))
        assert "The loss is no number any more" in text_of(await drawn(pilot))


async def test_another_theme_draws_the_chart_in_other_colours(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("5", "u")
        pane = await drawn(pilot)

        def ground() -> object:
            strips = pilot.app.screen._compositor.render_strips()
            strip = strips[pane.region.y + 5]
            segments = strip.crop(pane.region.x + 30, pane.region.x + 31)
            return [segment.style.bgcolor for segment in segments]

        dark = ground()
        pilot.app.theme = "textual-light"
        await until(pilot, lambda: ground() != dark)


@pytest.mark.parametrize("key", ["l", "L", "k"])
async def test_a_key_of_the_chart_turns_to_it_where_it_is_not_seen(
    app_on, pane_layout, status, key
):
    async with app_on("xor").run_test(size=(80, 24)) as pilot:
        await pilot.press("u")
        assert "loss" not in pane_layout(pilot.app).seen
        await pilot.press(key)
        assert "loss" in pane_layout(pilot.app).seen
        assert status(pilot.app).rpartition("loss:")[1]


async def test_where_examples_are_classified_those_right_are_counted(app_on):
    async with app_on("classifier").run_test(size=(200, 60)) as pilot:
        await pilot.press("p", "p")
        debugger = pilot.app.screen.debugger
        experiment, network = debugger.experiment, debugger.snapshot()
        counts = [
            right_ones(experiment, examples, network.b, network.w)
            for examples in (experiment.train_examples, experiment.test_examples)
        ]
        words = f"accuracy {counts[0]}/{len(experiment.train_examples)}"
        words += f", test {counts[1]}/{len(experiment.test_examples)}"
        assert words in text_of(await drawn(pilot))
        await pilot.press("s")  # the parameters are the same
        assert words in text_of(await drawn(pilot))


async def test_where_nothing_is_classified_no_example_is_right(tmp_path):
    document = json.loads(samples()["xor"].read_text(encoding="utf-8"))
    document["training"]["loss"] = "mse"
    path = tmp_path / "regression.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    app = NntuiApp(load(path), keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("p")
        assert "accuracy" not in text_of(await drawn(pilot))


async def test_the_percentage_of_those_right_is_rounded_down(app_on):
    async with app_on("classifier").run_test(size=(120, 36)) as pilot:
        await pilot.press("p", "p")
        await drawn(pilot)
        answers = pilot.app.screen.answer_source.latest
        trained, tested = answers.predictions.trained, answers.predictions.tested
        percentages = 100 * trained.right // 90, 100 * tested.right // 30
        assert accuracy_text(answers)[0] == "accuracy {} % of 90, test {} % of 30".format(
            *percentages
        )


async def test_each_branch_has_its_style_of_line_its_name_and_its_last_loss(
    app_on, typed, debugger_of
):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        debugger = debugger_of(pilot.app)
        await pilot.press("5", "u", "colon")
        main = debugger["epoch_loss"]
        await typed(pilot, "set learning_rate 0.25")
        await pilot.press("3", "u")
        text = text_of(await drawn(pilot))
        assert f"── η 1 {main:.3g}" in text
        assert f"╌╌ η 0.25 {debugger['epoch_loss']:.3g}" in text
        pane = pilot.app.screen.query_one(LossPane)
        plot = pane.query_one("LossPlot")
        text_of(pane)
        row = next(row for row, name in plot._named.items() if name == "main")
        await pilot.click(plot, offset=(plot.size.width - 4, row))
        await pilot.pause()
        assert debugger.branches.current.name == "main"
        await drawn(pilot)
        branch = next(curve for curve in pilot.app.screen.latest.curves if curve.number == 1)
        assert branch.name == "η 0.25"  # its colour and style stay


async def test_before_the_first_epoch_is_finished_updates_are_drawn(app_on):
    async with app_on("classifier").run_test(size=(120, 36)) as pilot:
        await pilot.press("u", "u")
        assert " update " in text_of(await drawn(pilot))
        await pilot.press("p")
        assert " epoch " in text_of(await drawn(pilot))


async def test_steps_that_change_no_loss_leave_the_pane_as_it_is(app_on, monkeypatch):
    async with app_on("classifier").run_test(size=(200, 60)) as pilot:
        await pilot.press("p", "p")
        pane = await drawn(pilot)
        said = []
        update = Static.update
        monkeypatch.setattr(
            Static, "update", lambda self, *a, **k: (said.append(self.id), update(self, *a, **k))
        )
        await pilot.press("s")
        await drawn(pilot)
        assert "loss-words" in said  # this epoch is the last one now
        said.clear()
        for _ in range(3):
            await pilot.press("s")
            await drawn(pilot)
        assert not [name for name in said if name in ("loss-words", "loss-why")]
        assert "last epoch" in text_of(pane)
