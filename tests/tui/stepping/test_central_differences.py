"""A run by central differences on the screen: what is moved, and the algorithm that measures."""

from dataclasses import replace
from random import Random

import pytest
from support.experiments import layered, measured

from nntui.model.activations import Activation
from nntui.model.experiment import Experiment
from nntui.tui.app import NntuiApp


def staircase() -> Experiment:
    """A network whose hidden neurons have no derivative."""
    experiment = measured(layered(2, 2, 1, epochs=3))
    network = experiment.network.copy()
    for j in ("h1_1", "h1_2"):
        network.set_activation(j, Activation.of_expression("floor(4*z)/4 if z > 0 else 0.1*z"))
    return replace(experiment, network=network)


def rows_of(app: NntuiApp, pane: str) -> list[str]:
    found = app.screen.query_one(f"#{pane}")
    return ["".join(piece.text for piece in found.segments(n)) for n in range(found.extent()[1])]


async def test_what_is_moved_is_on_the_screen(debugger_of, status):
    app = NntuiApp(staircase(), keep_state=False)
    async with app.run_test(size=(200, 60)) as pilot:
        debugger, screen = debugger_of(app), app.screen
        schedule = debugger.schedule

        async def shown(position: int) -> str:
            debugger.seek(position)
            screen.show()
            await pilot.pause()
            return " ".join(" ".join(rows_of(app, "step")).split())

        step = await shown(schedule.move_step(0, 3) + 1)
        assert "update 1/3 · parameter 2/9 +h" in status(app)
        assert "DIFFERENCE" in " ".join(rows_of(app, "header"))
        assert "move · the weight x1→h1_1 · parameter 2 of 9, plus h" in step
        assert "go forward again, through 24 connection steps" in step
        step = await shown(schedule.move_step(0, 3) + 3)
        assert "example 1/4 · parameter 2/9 +h" in status(app)
        assert "parameter 2 of 9, plus h" in step
        step = await shown(schedule.move_step(0, 5) + 1)
        assert "= (L₊ − L₋) / 2h" in step
        assert "It took 48 connection steps: backpropagation takes as many for all 9" in step


KEYS = ["s", "S", "n", "N", "f", "F", "e", "u", "U", "v", "W", "escape", "enter", "tab", "j",
        "down", "right", "b", "c", "z", "escape", "a", "G", "left", "escape", "escape"]  # fmt: skip


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(4))
async def test_no_key_is_too_much(debugger_of, seed):
    chance = Random(seed)
    app = NntuiApp(staircase(), keep_state=False)
    async with app.run_test(size=chance.choice([(80, 24), (120, 36), (200, 60)])) as pilot:
        for _ in range(12):
            while len(app.screen_stack) > 2:
                await pilot.press("escape")
            debugger_of(app).seek(chance.randint(0, debugger_of(app).total))
            app.screen_stack[1].show()
            await pilot.press(*chance.choices(KEYS, k=12))
        assert app.return_code in (None, 0)
