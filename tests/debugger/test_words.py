"""The words with the numbers of a moment: each number is the run's own."""

from __future__ import annotations

import re

import pytest
from support.experiments import layered, measured

from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger
from nntui.debugger.words import Moment, explained_word, here, moment_of, words_here
from nntui.document.load import load
from nntui.explain.words import WORDS, word_for
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer
from nntui.samples import samples


def at(debugger: Debugger, symbol: str, neuron: str | None = None) -> str:
    moment, word = moment_of(debugger), word_for(symbol)
    assert word is not None
    return here(word, Moment(moment.snapshot, moment.experiment, neuron))


def test_a_gradient_says_how_the_loss_changes_when_its_value_grows_a_little() -> None:
    debugger = Debugger(layered(2, 2, 1, examples=1, epochs=2))
    while debugger.step().operation != ("backward_edge", "x1", "h1_1"):
        pass
    snapshot = debugger.snapshot()
    for symbol, name in (("δ", "delta[h1_1]"), ("∂L/∂a", "da[h1_1]"), ("∂L/∂b", "db[h1_1]"),
                         ("∂L/∂w", "dw[x1,h1_1]")):  # fmt: skip
        value = snapshot[name]
        assert value
        said = at(debugger, symbol, "h1_1")
        assert f" = {value:.3g}: " in said
        way, by = re.search(r"the loss would (grow|fall) by about (.*)$", said).groups()
        assert way == ("grow" if value > 0 else "fall")
        assert float(by) == pytest.approx(abs(value) * 0.01, rel=0.01)


def test_what_the_loss_does_is_near_what_is_said() -> None:
    experiment = layered(1, 1, examples=1, epochs=1, output="tanh", loss=Loss.of("squared_error"))
    debugger = Debugger(experiment)
    debugger.seek(5)  # load, edge, neuron, loss, δ
    said = at(debugger, "∂L/∂b", "y1")
    loss = debugger.snapshot().loss
    net = experiment.network.copy()
    net.set_bias("y1", experiment.network.wiring() and net.neuron("y1").bias + 0.01)
    other = Debugger(experiment.altered(network=net))
    other.seek(5)
    change = other.snapshot().loss - loss
    way, by = re.search(r"(grow|fall) by about (.*)$", said).groups()
    assert (change > 0) == (way == "grow")
    assert abs(change) == pytest.approx(float(by), rel=0.05)


@pytest.mark.parametrize("name", sorted(samples()))
@pytest.mark.parametrize("steps", [0, 1, 15, 60])
def test_every_word_is_said_at_any_moment_of_any_sample(name, steps) -> None:
    debugger = Debugger(load(samples()[name]))
    debugger.seek(min(steps, debugger.total))
    moment = moment_of(debugger)
    found = words_here(moment)
    assert {word.title for word, _ in found} == {word.title for word in WORDS}
    for word in WORDS:
        lines = explained_word(word, moment)
        assert lines[0] == word.sentence
        assert all(line and "None" not in line and "nan" not in line for line in lines)


def test_settings_and_counts_are_those_of_the_run() -> None:
    optimizer = Optimizer.of("sgd", learning_rate=0.25, momentum=0.9)
    debugger = Debugger(layered(2, 3, 1, examples=4, batch_size=2, epochs=5, optimizer=optimizer))
    debugger.seek(1)
    assert at(debugger, "η") == "here: 0.25"
    assert at(debugger, "momentum") == "here: 0.9"
    assert at(debugger, "batch") == "here: 2 examples, their mean; now number 1"
    assert at(debugger, "update") == "now: 1 of 10"
    assert at(debugger, "epoch") == "now: 1 of 5"
    assert at(debugger, "neuron") == "here: 2 inputs, 4 that compute"
    assert at(debugger, "δ") == "δ[y1]: not computed yet"
    assert at(debugger, "∂L/∂w") == "∂L/∂w[h1_1,y1] = 0 so far"


def test_what_is_moved_is_said() -> None:
    debugger = Debugger(measured(layered(2, 1, examples=1, epochs=1)))
    assert at(debugger, "central differences") == "now: no number is moved"
    debugger.seek(debugger.schedule.move_step(0, 4) + 1)
    assert at(debugger, "central differences") == "now: parameter 2 of 3, minus h"
    assert words_here(moment_of(debugger))[0][0].title == "central differences"


def test_a_symbol_alone_is_answered_with_its_meaning_and_all_its_values() -> None:
    debugger = Debugger(layered(2, 2, 1, examples=1, epochs=1))
    interpreter = Interpreter(debugger)
    reply = interpreter.reply("print b")
    assert reply.ok
    assert reply.lines[0].startswith("b (bias): ")
    assert [line.partition(" = ")[0] for line in reply.lines[1:]] == ["b[h1_1]", "b[h1_2]", "b[y1]"]
    assert interpreter.reply("print learning rate").lines[1] == "here: 0.001"
    assert not interpreter.reply("print nonsense").ok


def test_help_explains_words_as_well_as_commands() -> None:
    interpreter = Interpreter(Debugger(layered(2, 2, 1, examples=1, epochs=1)))
    assert interpreter.reply("help delta").lines[0].startswith("δ (delta): ")
    assert interpreter.reply("help learning rate").lines[0].startswith("η (learning rate): ")
    assert interpreter.reply("help step").lines[0].startswith("step [COUNT]")
    assert len(interpreter.reply("help words").lines) > len(WORDS)
    refused = interpreter.reply("help gradeint")
    assert not refused.ok
    assert "gradient" in refused.lines[0]
