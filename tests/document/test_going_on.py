"""A run that goes on where a saved one has stopped: 10 epochs and 10 more are 20."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bits import bits, bits_of
from support.experiments import OPTIMIZERS_WITH_OPTIONS, experiments, layered

import nntui
from nntui.document.errors import DocumentError
from nntui.document.load import experiment_of, load
from nntui.document.save import laid_out, plain_document, save
from nntui.engine.full_speed.runner import FullSpeed
from nntui.engine.loss_history import LossHistory
from nntui.engine.run import Run
from nntui.model.changes.structure import add_neuron, change_neuron
from nntui.model.names import parse_value_name
from nntui.model.optimizers import Optimizer, OptimizerState


def with_epochs(experiment, epochs):
    return replace(experiment, training=replace(experiment.training, epochs=epochs))


def through_a_file(experiment, tmp_path):
    save(experiment, tmp_path / "saved.json")
    return load(tmp_path / "saved.json")


def end(experiment):
    """The bits at the end of a run: parameters, memory, losses; by stepping and at full speed."""
    debugger = nntui.Debugger(experiment)
    debugger.seek(debugger.total)
    run = Run(experiment)
    run.advance(run.schedule.total)
    full = FullSpeed(experiment)
    history = LossHistory()
    reached, _ = full.run(full.first(), 0, full.schedule.updates, history)
    stepped = full.training_state(run.state)
    assert bits_of(stepped.p) == bits_of(reached.p)
    assert bits_of(stepped.memory.ravel()) == bits_of(reached.memory.ravel())
    return debugger, bits_of(reached.p), bits_of(reached.memory.ravel()), bits_of(history.batch)


@pytest.mark.parametrize(
    ("optimizer", "shuffle"),
    [*((each, True) for each in OPTIMIZERS_WITH_OPTIONS), (Optimizer.of("adamw"), False)],
    ids=str,
)
def test_ten_epochs_and_ten_more_have_the_bits_of_twenty(optimizer, shuffle, tmp_path):
    experiment = layered(
        2, 3, 1, examples=5, batch_size=2, shuffle=shuffle, optimizer=optimizer, l2=0.01
    )
    _, p, memory, losses = end(with_epochs(experiment, 20))
    debugger, *_ = end(with_epochs(experiment, 10))
    first = through_a_file(debugger.continued(), tmp_path)
    assert (first.resumed.updates, first.resumed.epochs) == (30, 10)
    _, p_later, memory_later, losses_later = end(first)
    assert p_later == p
    assert memory_later == memory
    assert losses_later == losses[30:]


@pytest.mark.parametrize("name", ["adam", "adagrad"])
def test_the_formulas_of_a_run_that_goes_on_count_on(name, tmp_path):
    optimizer = Optimizer.of(name, **({"lr_decay": 0.5} if name == "adagrad" else {}))
    experiment = layered(2, 2, 1, examples=3, optimizer=optimizer, epochs=4)
    whole, half = nntui.Debugger(experiment), nntui.Debugger(with_epochs(experiment, 2))
    half.seek(half.total)
    later = nntui.Debugger(through_a_file(half.continued(), tmp_path))
    for position in range(1, 60):
        later.seek(position)
        whole.seek(half.total + position)
        if position < later.total:
            assert later.last.text == whole.last.text
    cause = later.why(f"w[x1,{experiment.network.wiring().neurons[0]}]")
    assert cause.value == whole[cause.name]


def test_a_moment_inside_an_epoch_counts_as_its_end(tmp_path):
    experiment = layered(2, 2, 1, examples=5, batch_size=2, optimizer=Optimizer.of("adam"))
    debugger = nntui.Debugger(experiment)
    debugger.seek(debugger.schedule.update_start(4))
    saved = through_a_file(debugger.continued(), tmp_path)
    assert (saved.resumed.updates, saved.resumed.epochs) == (4, 2)
    again = nntui.Debugger(saved)
    for name in ("w[x1,h1_1]", "b[y1]"):
        assert again[name] == debugger[name]


def test_a_network_of_another_structure_starts_anew():
    debugger = nntui.Debugger(layered(2, 2, 1, optimizer=Optimizer.of("adam")))
    debugger.seek(debugger.total)
    experiment = debugger.continued()
    assert experiment.resumed.updates > 0
    renamed = change_neuron(experiment, "h1_1", new_name="g").experiment
    assert renamed.resumed == experiment.resumed
    assert add_neuron(experiment, "h3").experiment.resumed == OptimizerState()
    other = replace(experiment.training, optimizer=Optimizer.of("adagrad"))
    assert experiment.altered(training=other).resumed == OptimizerState()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"updates": -1}, "state.updates: found -1, expected a whole number from 0"),
        ({"m": [0.5]}, r"state.m: found 1 number, expected 9, one for each bias and weight \(with"),
        ({"s": [0.5] * 9}, 'state.s: found "s", expected what adam remembers: m and v'),
        ({"v": ["a"] * 9}, r'state.v\[0\]: found "a", expected a finite number'),
        ({"steps": 3}, 'state: found the unknown key "steps"'),
        (3, "state: found 3, expected an object"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_with_what_would(state, words, tmp_path):
    document = {
        "format": "nntui/1",
        "network": {"layers": [2, 2, 1]},
        "data": {"inputs": [[0, 1]], "targets": [[1]]},
        "training": {"optimizer": {"name": "adam", "state": state}},
    }
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(document))
    with pytest.raises(DocumentError, match=words):
        load(path)


def test_memory_that_is_not_finite_cannot_be_saved():
    experiment = layered(2, 2, 1, optimizer=Optimizer.of("adam"))
    size = len(experiment.network.wiring().parameters)
    with pytest.raises(nntui.NntuiError, match=r"memory of b\[h1_1\] is inf"):
        experiment.continued([0.0] * size, [[float("inf")] * size, [0.0] * size], 1, 1)


@settings(max_examples=15)
@given(experiment=experiments(most_epochs=3), first=st.integers(1, 3))
def test_any_run_can_go_on_where_another_stopped(experiment, first) -> None:
    whole = with_epochs(experiment, first + experiment.training.epochs)
    begun = nntui.Debugger(with_epochs(experiment, first))
    begun.seek(begun.total)
    try:
        later = begun.continued()
    except nntui.NntuiError:  # it diverged
        return
    read = experiment_of(json.loads(laid_out(plain_document(later, "/"))), "")
    later = nntui.Debugger(with_epochs(read, experiment.training.epochs))
    once = nntui.Debugger(whole)
    for position in range(0, later.total + 1, 29):
        later.seek(position)
        once.seek(begun.total + position)
        for name in later.snapshot().values:
            symbol = parse_value_name(name)[0]
            if symbol in ("w", "b") or (position and symbol in ("z", "a", "delta", "loss", "dw")):
                assert bits(later[name]) == bits(once[name]), (position, name)
