"""The source as shown: the one that runs, with the lines that each step executes."""

import inspect
import sys

import pytest
from support.experiments import OPTIMIZERS_WITH_OPTIONS, layered
from support.stepped import steps_of

from nntui.engine import algorithm, central_differences
from nntui.engine.schedule import MOVES
from nntui.engine.state import State
from nntui.explain.source import listing
from nntui.model import optimizer_rules as rules
from nntui.model.experiment import GRADIENTS

KINDS = [
    "load", "forward_edge", "forward_neuron", "loss",
    "backward_neuron", "backward_edge", "update_bias", "update_weight",
]  # fmt: skip
MEASURED = [*KINDS[:4], *MOVES, *KINDS[-2:]]


def test_every_kind_of_step_has_its_lines() -> None:
    assert sorted(listing("sgd").lines_of) == sorted(KINDS)
    assert sorted(listing("sgd", "central_differences").lines_of) == sorted(MEASURED)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_the_last_line_of_a_range_is_its_yield(gradient) -> None:
    shown = listing("sgd", gradient)
    for kind, lines in shown.lines_of.items():
        assert len(lines) >= 2, kind
        assert f'"{kind.partition("_")[0]}' in shown.lines[lines[-1]]
        assert "yield" in shown.lines[lines[-1]]
        assert not any("yield" in shown.lines[n] for n in lines[:-1])


def test_the_ranges_do_not_overlap() -> None:
    taken = [n for lines in listing("sgd").lines_of.values() for n in lines]
    assert len(taken) == len(set(taken))


def test_the_text_is_the_source_that_runs() -> None:
    shown = listing("sgd")
    text = "\n".join(shown.lines)
    assert shown.lines[0].startswith("def train(")
    for name in ("train", "load", "forward", "loss", "backward", "update"):
        assert inspect.getsource(getattr(algorithm, name)).rstrip() in text
    assert text.endswith(inspect.getsource(rules.sgd).rstrip())


def test_the_algorithm_that_measures_is_shown_with_what_it_shares() -> None:
    text = "\n".join(listing("sgd", "central_differences").lines)
    for name in ("train", "losses", "loss", "move_up", "move_down", "difference", "h"):
        assert inspect.getsource(getattr(central_differences, name)).rstrip() in text
    for name in ("load", "forward", "update"):
        assert inspect.getsource(getattr(algorithm, name)).rstrip() in text
    assert "backward" not in text
    assert text.count("def ") == 11


def test_below_it_stands_the_rule_of_the_optimizer_and_what_that_calls() -> None:
    text = "\n".join(listing("adamw").lines)
    rule, called = (inspect.getsource(f).rstrip() for f in (rules.adamw, rules.adam_step))
    assert text.endswith(f"\n\n{rule}\n\n{called}")
    assert "def adamw" not in "\n".join(listing("adam").lines)


@pytest.mark.parametrize("optimizer", OPTIMIZERS_WITH_OPTIONS, ids=str)
def test_the_marked_lines_are_those_that_really_run(optimizer) -> None:
    """Trace the generators: each step's last line is where it pauses, and all its lines ran."""
    shown = listing(optimizer.name)
    starts = {  # where each function's text begins in the file, and on the screen
        f.__code__: (inspect.getsourcelines(f)[1], shown.lines.index(line))
        for module in (algorithm, rules)
        for f in vars(module).values()
        if inspect.isfunction(f) and (line := inspect.getsource(f).split("\n")[0]) in shown.lines
    }
    ran: list[int] = []

    def tracer(frame, event, _):
        if frame.f_code not in starts:
            return None
        if event == "line":
            in_file, on_screen = starts[frame.f_code]
            ran.append(frame.f_lineno - in_file + on_screen)
        return tracer

    experiment = layered(2, 2, 1, epochs=1, optimizer=optimizer)
    steps = steps_of(experiment, State.first(experiment))
    seen = set()
    before = sys.gettrace()
    while True:
        ran.clear()
        sys.settrace(tracer)
        try:
            operation = next(steps, None)
        finally:
            sys.settrace(before)
        if operation is None:
            break
        marked = shown.executing(operation, dict(optimizer.settings))
        of_step = [n for n in marked if n < shown.rule[0][0]]
        seen.add((of_step[0], of_step[-1]))
        assert ran[-1] == of_step[-1], operation
        # A statement of several lines reports its first; all that is marked lies behind it.
        assert of_step[0] in ran, operation
        assert [n for n in marked if n >= shown.rule[0][0]] == sorted(
            {n for n in ran if n >= shown.rule[0][0]}
        )
    assert seen == {(lines[0], lines[-1]) for lines in shown.lines_of.values()}
