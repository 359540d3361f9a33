"""What the letters in formulas stand for."""

from __future__ import annotations

import re

import pytest
from support.experiments import OPTIMIZERS_WITH_OPTIONS, layered

from nntui.debugger.debugger import Debugger
from nntui.explain.formulas import formula
from nntui.explain.letters import letters
from nntui.explain.numbers import exact
from nntui.explain.symbols import math_name
from nntui.model.losses import Loss


def test_letters_come_in_their_order_and_once():
    found = letters("forward_edge", "z[h1]", "z[h1] + w[x1,h1] · a[x1]")
    assert found == (
        ("z", "sum of what comes in"),
        ("w", "weight of the line"),
        ("a", "what a neuron sends"),
    )


def test_names_of_neurons_and_functions_and_numbers_are_no_letters():
    found = letters("loss", 'a[t] · log a["w]"] + 6e-6 · sign(b[L])')
    assert [letter for letter, _ in found] == ["a", "b"]


def test_t_and_v_mean_in_an_update_what_the_optimizer_means_by_them():
    assert dict(letters("loss", "t[y]"))["t"] == "right answer (target)"
    assert dict(letters("update", "m / (1 − 0.9^t)"))["t"] == "number of the update"
    assert dict(letters("update", "m", "v"))["v"] != dict(letters("update", "v"))["v"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS_WITH_OPTIONS)
def test_every_symbol_of_a_run_is_told(optimizer):
    debugger = Debugger(layered(2, 2, 1, loss=Loss.of("bce"), optimizer=optimizer, l2=0.1))
    for _ in range(debugger.schedule.update_length(0)):
        step = debugger.step()
        lines = formula(step, exact, math_name)
        texts = [part for line in lines for part in (line.target, line.symbols)]
        told = {letter for letter, _ in letters(step.kind, *texts)}
        values = {name for text in texts for name in re.findall(r"([\w∂/]+)\[", text)}
        computed = {line.target.partition("[")[0] for line in lines}
        assert values | computed <= told
