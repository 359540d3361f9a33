"""The listing as shown: the generator's real source, with the lines that each step executes."""

import inspect
import sys

from support.experiments import layered

from nntui.engine import algorithm as engine
from nntui.engine.state import State
from nntui.explain.source import listing

KINDS = [
    "load", "forward_edge", "forward_neuron", "loss",
    "backward_neuron", "backward_edge", "update_bias", "update_weight",
]  # fmt: skip


def test_every_kind_of_step_has_its_lines() -> None:
    assert sorted(listing().lines_of) == sorted(KINDS)


def test_the_last_line_of_a_range_is_its_yield() -> None:
    shown = listing()
    for kind, lines in shown.lines_of.items():
        assert len(lines) >= 2, kind
        assert f'"{kind.partition("_")[0]}' in shown.lines[lines[-1]]
        assert "yield" in shown.lines[lines[-1]]
        assert not any("yield" in shown.lines[n] for n in lines[:-1])


def test_the_ranges_do_not_overlap() -> None:
    taken = [n for lines in listing().lines_of.values() for n in lines]
    assert len(taken) == len(set(taken))


def test_the_text_is_the_source_that_runs() -> None:
    shown = listing()
    source = inspect.getsource(engine)
    assert source.endswith("\n".join(shown.lines) + "\n")
    assert shown.lines[0].startswith("def train(")
    for part in (engine.load, engine.forward, engine.compare, engine.backward, engine.update):
        assert inspect.getsource(part).rstrip() in "\n".join(shown.lines)


def test_the_marked_lines_are_those_that_really_run() -> None:
    """Trace the generators: each step's last line is where it pauses, and all its lines ran."""
    shown = listing()
    first = inspect.getsourcelines(engine.train)[1]
    ran: list[int] = []

    def tracer(frame, event, _):
        if frame.f_code.co_filename != engine.__file__:
            return None
        if event == "line":
            ran.append(frame.f_lineno - first)
        return tracer

    experiment = layered(2, 2, 1, epochs=1)
    steps = engine.train(experiment, State.first(experiment))
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
        lines = shown.executing(operation)
        seen.add(lines)
        assert ran[-1] == lines[-1], operation
        # A statement of several lines reports its first; all that is marked lies behind it.
        assert lines[0] in ran, operation
    assert seen == set(shown.lines_of.values())
