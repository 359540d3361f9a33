"""Every pane, filling the screen, in each of its modes and at each size: as text.

It shows in a difference what has changed; colours are seen in test_pictures.py.
Look at what is new before accepting it.
"""

from __future__ import annotations

import pytest
from pictures.make import drawn

OTHERS = [(60, 16), (100, 30), (120, 36), (200, 60)]
QUICK = (80, 24)
SIZES = [QUICK, *(pytest.param(s, marks=pytest.mark.deep) for s in OTHERS)]
COMMANDS = ("break h2 backward if abs(delta[h2]) > 0.05", "display loss", "set w[x1,h1] 0.25")
# By the pane: the keys of each mode, pressed one after the other.
MODES = {
    "network": {
        "as the pass has it": (),
        "activations": ("v",),
        "weights": ("v",),
        "gradients": ("v",),
        "changes": ("v",),
        "beside a focus": ("v", "right", "right"),
        "a layer folded": ("h",),
    },
    "step": {
        "a neuron on the way back": (),
        "three figures": ("A",),
        "exactly": ("a", "a", "a"),
        "an edge on the way forward": ("A", "A", "e", "s", "s"),
        "the loss": ("f", "s"),
        "an update": ("u", "S"),
    },
    "answers": {
        "examples and plane": (),
        "the worst first": ("number_sign",),
        "of a hidden neuron": ("left",),
    },
    "neurons": {
        "neurons": (),
        "connections": ("j",),
        "the connections in order": ("number_sign", "number_sign", "tilde"),
    },
    "loss": {
        "per update": (),
        "logarithmic": ("l",),
        "per epoch": ("l", "L"),
    },
    "algorithm": {"program": ()},
    "inspector": {"hidden": (), "an output": ("right",), "an input": ("left", "left")},
    "breakpoints": {"list": ()},
    "displays": {"list": ()},
    "branches": {"list": ()},
    "output": {"list": ()},
    "story": {"the first card": (), "the next card": ("d",)},
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_pane_in_its_modes(app_on, seen, pane_layout, typed, snapshot, size):
    app = app_on("xor")
    async with app.run_test(size=size) as pilot:
        await pilot.press("3", "u", "f", "f", "n", "s", "z")
        for command in COMMANDS:
            await pilot.press("colon")
            await typed(pilot, command)
        for pane, modes in MODES.items():
            while pane_layout(app).maximised != pane:
                await pilot.press("tab")
            shown = {}
            for mode, keys in modes.items():
                await pilot.press(*keys)
                await drawn(pilot)
                shown[mode] = "\n".join(line.rstrip() for line in seen(app).splitlines())
            for mode, text in shown.items():
                assert text == snapshot(name=f"{pane}: {mode}")
