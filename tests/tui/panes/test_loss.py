"""The loss pane on the screen."""

from __future__ import annotations

import json
import re

import pytest
from support.pilot import until

from nntui.document.load import load
from nntui.engine.evaluate import right_ones
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.panes.loss import LossPane


async def drawn(pilot) -> LossPane:
    """The pane, with nothing left to draw."""
    pane = pilot.app.screen.query_one(LossPane)
    await until(pilot, lambda: not pane.is_waiting)
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
            ("━ batch", snapshot["batch_loss"]),
            ("• test", snapshot["test_loss"]),
            ("epoch", snapshot["epoch_loss"]),
            ("example", snapshot.loss),
        ):
            assert f"{words} {loss:.3g}" in text
        assert "●" in text


async def test_before_any_loss_a_sentence_says_so(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        pane = await drawn(pilot)
        assert "no example has met its loss yet" in text_of(pane)


async def test_before_the_first_update_is_finished_it_says_why_there_is_no_curve(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("f", "f")
        text = text_of(await drawn(pilot))
        assert "example 0." in text
        assert "no update is finished yet" in text
        await pilot.press("u")
        assert "no update is" not in text_of(await drawn(pilot))


async def test_l_and_capital_l_and_k_change_how_the_losses_are_looked_at(app_on, status):
    async with app_on("classifier").run_test(size=(120, 36)) as pilot:
        await pilot.press(*"9", "p")
        pane = await drawn(pilot)
        assert " 80 " in text_of(pane)  # updates
        await pilot.press("k")
        assert "the last 30 updates" in status(pilot.app)
        assert "last 30" in text_of(await drawn(pilot))
        await pilot.press("K", "L")
        assert "per epoch" in status(pilot.app)
        text = text_of(await drawn(pilot))
        assert " 80 " not in text
        assert "per epoch" in text
        assert "━ epoch" in text
        await pilot.press("l")
        assert "logarithmic" in status(pilot.app)
        assert "log · per epoch" in text_of(await drawn(pilot))
        await pilot.press("l", "L")
        text = text_of(await drawn(pilot))
        assert "log" not in text
        assert "per epoch" not in text


async def test_k_goes_no_further_than_there_are_updates(app_on, status):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("k")
        assert "loss: all updates" in status(pilot.app)
        await pilot.press("5", "0", "u", "k", "k", "k")
        assert "the last 10 updates" in status(pilot.app)
        await pilot.press("K", "K", "K")
        assert "loss: all updates" in status(pilot.app)


async def test_back_in_time_the_rest_of_the_curve_stays_behind_a_line(app_on):
    async with app_on("xor").run_test(size=(120, 36)) as pilot:
        await pilot.press("5", "0", "u")
        assert text_of(await drawn(pilot)).count("│\n") > 5
        before = text_of(await drawn(pilot))
        await pilot.press("2", "0", "U")
        text = text_of(await drawn(pilot))
        assert " 40 " in text
        assert text.count("│") > before.count("│")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
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
            await pilot.press("tab")
        await pilot.press("4", "0", "0", "u", *keys)
        assert "×" in text_of(await drawn(pilot))
        assert "batch NaN" in text_of(await drawn(pilot))


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


async def test_where_examples_are_classified_those_right_are_counted_at_rest(app_on):
    async with app_on("classifier").run_test(size=(120, 36)) as pilot:
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
        pane = pilot.app.screen.query_one(LossPane)
        await until(pilot, lambda: pane._timer is None)
        assert words in text_of(pane)


async def test_where_nothing_is_classified_no_example_is_right(tmp_path):
    document = json.loads(samples()["xor"].read_text(encoding="utf-8"))
    document["training"]["loss"] = "mse"
    path = tmp_path / "regression.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    app = NntuiApp(load(path), keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("p")
        assert "accuracy" not in text_of(await drawn(pilot))


async def test_where_there_is_room_accuracy_is_a_percentage_too(app_on):
    async with app_on("classifier").run_test(size=(200, 60)) as pilot:
        await pilot.press("p", "p")
        words = text_of(await drawn(pilot))
        found = re.search(r"accuracy (\d+) % of 90, test (\d+) % of 30", words)
        assert found, words
        debugger = pilot.app.screen.debugger
        experiment, network = debugger.experiment, debugger.snapshot()
        for share, examples in zip(
            found.groups(), (experiment.train_examples, experiment.test_examples), strict=True
        ):
            right = right_ones(experiment, examples, network.b, network.w)
            assert int(share) == 100 * right // len(examples)


async def test_other_branches_are_said_to_be_the_points(app_on, typed):
    async with app_on("xor").run_test(size=(200, 60)) as pilot:
        await pilot.press("5", "u", "colon")
        await typed(pilot, "set b[y] = 3")
        await pilot.press("3", "u")
        text = text_of(await drawn(pilot))
        assert "· 1 other branch" in text


async def test_per_epoch_before_the_first_one_is_finished_a_sentence_says_so(app_on):
    async with app_on("classifier").run_test(size=(120, 36)) as pilot:
        await pilot.press("u", "L")
        assert "no epoch is finished yet" in text_of(await drawn(pilot))
        await pilot.press("p")
        assert "no epoch" not in text_of(await drawn(pilot))
