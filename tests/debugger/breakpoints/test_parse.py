"""Breakpoints and watchpoints in words: read, refused with a reason, and written again."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments, network_of

from nntui.debugger.breakpoints.breakpoint import Breakpoint, BreakpointError, Place, Watchpoint
from nntui.debugger.breakpoints.parse import (
    parse_breakpoint,
    parse_command,
    parse_place,
    parse_watchpoint,
)
from nntui.debugger.debugger import Debugger
from nntui.debugger.expressions import ExpressionError
from nntui.model.errors import NntuiError
from nntui.model.wiring import value_owners

NET = network_of(
    ["x1", "x2"], ["h1", "my neuron", "layer", "if"], ["y"],
    [("x1", "h1"), ("x1", "my neuron"), ("h1", "y"), ("layer", "if")],
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("h1", Place("neuron", ("h1",))),
        ("h1 backward", Place("neuron", ("h1",), direction="backward")),
        ("h1 update", Place("neuron", ("h1",), direction="update")),
        ('"my neuron" forward', Place("neuron", ("my neuron",), direction="forward")),
        ("x1->h1", Place("edge", ("x1", "h1"))),
        ("x1 → h1 update", Place("edge", ("x1", "h1"), direction="update")),
        ('x1->"my neuron"', Place("edge", ("x1", "my neuron"))),
        ('"layer" -> "if" backward', Place("edge", ("layer", "if"), direction="backward")),
        ('"layer"', Place("neuron", ("layer",))),
        ("layer 2", Place("layer", number=2)),
        ("layer 1 forward", Place("layer", number=1, direction="forward")),
        ("phase backward", Place("phase", phase="backward")),
        ("phase update", Place("phase", phase="update")),
        ("line forward_edge", Place("line", line="forward_edge")),
        ("example", Place("example")),
        ("example 3", Place("example", number=3)),
        ("update 0", Place("update", number=0)),
        ("epoch 5", Place("epoch", number=5)),
    ],
)
def test_a_place_is_read_and_its_text_reads_back(words, place) -> None:
    assert parse_place(words, NET) == place
    assert parse_place(place.text, NET) == place


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "expected a neuron, an edge such as x1->h1, or layer"),
        ("h2x", "there is no neuron called “h2x”"),
        ('"my neurn"', 'did you mean "my neuron"'),
        ("my neuron", 'a name with blanks in it is quoted: "my neuron"'),
        ("laier 2", 'did you mean "layer"'),
        ("x1", "“x1” is an input: it has no steps of its own"),
        ("x1->y", "is not connected to"),
        ("y->h1", "the connection goes from h1 to y"),
        ("x1->", "leads nowhere"),
        ("x1->h9", "there is no neuron called “h9”"),
        ("h1 backwards", 'found “backwards” behind h1.*did you mean "backward"'),
        ("h1 forward backward", "found “backward” behind h1 forward"),
        ("layer", "layer without a number, expected a layer from 1 to 2"),
        ("layer 0", "layer 0 holds the inputs"),
        ("layer 3", "found layer 3, expected a layer from 1 to 2"),
        ("layer x", "found “x” behind layer, expected a whole number, counted from 0"),
        ("phase", "found nothing behind phase"),
        ("phase backwards", 'did you mean "backward"'),
        ("line", "found nothing behind line, expected load, forward_edge"),
        ("line forward_egde", 'did you mean "forward_edge"'),
        ("line loss forward", "found “forward” behind line loss"),
        ("example -1", "found “-1” behind example"),
        ("example 1.5", "expected a whole number"),
        ("example ²", "expected a whole number"),
        ("update 3 forward", "found “forward” behind update 3"),
        ("epoch 99999999999999999999", "expected a whole number"),
        ("forward", "“forward” needs a place before it"),
        ("w[x1,h1]", "the value is stopped at by watch"),
        ('h1 "', "a quote has no partner"),
        ("h1\x1b[2J", r"“h1\\u001b\[2J”"),
    ],
)
def test_a_place_that_is_none_is_refused_with_the_reason(words, said) -> None:
    with pytest.raises(BreakpointError, match=said):
        parse_place(words, NET)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("", "break"),
        ("h1", "break h1"),
        ("h1 backward if delta[h1] == 0", "break h1 backward if delta[h1] == 0"),
        ("if loss > 1", "break if loss > 1"),
        (
            'h1 log "δ is {delta[h1]}" if loss > 1 ignore 2 every 3',
            'break h1 every 3 ignore 2 if loss > 1 log "δ is {delta[h1]}"',
        ),
        ("h1 log δ is {delta[h1]}", 'break h1 log "δ is {delta[h1]}"'),
        ('h1 if log(loss) > 1 log "log"', 'break h1 if log(loss) > 1 log "log"'),
        (
            r'h1 log "{a[\"my neuron\"]} \\ {{x}}"',
            r'break h1 log "{a[\"my neuron\"]} \\ {{x}}"',
        ),
        ("epoch 2 disabled", "break epoch 2 disabled"),
    ],
)
def test_a_breakpoint_is_read_and_written(words, text) -> None:
    row = parse_breakpoint(words, NET)
    assert row.text == text
    assert parse_command(text, NET) == row


@pytest.mark.parametrize(
    ("words", "event", "level", "text"),
    [
        ("w[x1,h1]", "changed", None, "watch w[x1,h1]"),
        ("loss changed", "changed", None, "watch loss"),
        ("loss crosses 0.1", "crosses", 0.1, "watch loss crosses 0.1"),
        ("loss crosses -1/4", "crosses", -0.25, "watch loss crosses -0.25"),
        ("loss crosses inf", "crosses", float("inf"), "watch loss crosses inf"),
        ("loss < 0.1 becomes true", "becomes true", None, "watch loss < 0.1 becomes true"),
        ("nonfinite", "nonfinite", None, "watch nonfinite"),
        ("loss if epoch > 3 every 2", "changed", None, "watch loss every 2 if epoch > 3"),
        ('nonfinite log "{step}"', "nonfinite", None, 'watch nonfinite log "{step}"'),
    ],
)
def test_a_watchpoint_is_read_and_written(words, event, level, text) -> None:
    row = parse_watchpoint(words, NET)
    assert (row.event, row.level, row.text) == (event, level, text)
    assert parse_command(text, NET) == row


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ("h1 if loss", ExpressionError, "loss is a number, expected a condition"),
        ("h1 if loss = 1", ExpressionError, "compared with =="),
        ("h1 if loss > 1 lgo", ExpressionError, "expected an operator before “lgo”"),
        ("h1 if", ExpressionError, "found the end"),
        ("h1 if loss > 1 if loss > 2", BreakpointError, "more than one “if”"),
        ("h1 every", BreakpointError, "every needs a whole number"),
        ("h1 every 0", BreakpointError, "expected a whole number from 1"),
        ("h1 ignore -1", BreakpointError, "ignore needs a whole number"),
        ("h1 log", BreakpointError, "log needs a message"),
        ('h1 log "{loss"', BreakpointError, "{ has no partner"),
        ('h1 log "loss}"', BreakpointError, "} has no partner"),
        ('h1 log "{los}"', ExpressionError, "there is no value called"),
        ('h1 log ""x', BreakpointError, "expected one of if, log"),
        ("h1 disabled disable", BreakpointError, 'did you mean "disabled"'),
        ("h1 log " + "x" * 501, BreakpointError, "a message of 501 characters"),
    ],
)
def test_a_clause_that_means_nothing_is_refused(words, error, said) -> None:
    with pytest.raises(error, match=said):
        parse_breakpoint(words, NET)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "expected a value"),
        ("loss crosses", "expected a value"),
        ("loss crosses a[h1]", "crosses needs a fixed number, found “a"),
        ("loss crosses true", "crosses needs a fixed number"),
        ("loss becomes true", "“loss” is a number: it cannot become true"),
        ("loss < 1 crosses 2", "it can only become true"),
        ("loss becomes", "expected an operator before “becomes”"),
        ("loss = 3", "compared with =="),
        ("nonfinite foo", "expected one of if, log"),
    ],
)
def test_a_watchpoint_that_means_nothing_is_refused(words, said) -> None:
    with pytest.raises(NntuiError, match=said):
        parse_watchpoint(words, NET)


def test_the_place_of_a_fault_is_told_within_the_whole_line() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_breakpoint("h1 every 3 if delta[h1] == los", NET)
    assert caught.value.position == len("h1 every 3 if delta[h1] == ")
    assert caught.value.caret.splitlines()[0] == "h1 every 3 if delta[h1] == los"


@given(experiment=experiments(), seed=st.integers(0, 2**32))
def test_every_breakpoint_is_written_so_that_it_parses_back(experiment, seed) -> None:
    network, chance = experiment.network, Random(seed)
    net = network.wiring()
    value = chance.choice(list(Debugger(experiment).snapshot().values))
    place = chance.choice(
        [
            Place("neuron", (chance.choice(net.neurons),), direction="backward"),
            Place("layer", number=max(net.layer.values())),
            *(Place("edge", edge) for edge in value_owners(net, "w")),
        ]
    )
    clauses = f"every {chance.randint(2, 9)} ignore {chance.randint(1, 9)} if {value} > 1"
    row = parse_breakpoint(f"{place.text} {clauses}", network, temporary=chance.random() < 0.5)
    assert isinstance(row, Breakpoint)
    assert row.place == place
    assert parse_command(row.text, network) == row
    watch = parse_watchpoint(f"{value} crosses 0.5 {clauses}", network)
    assert isinstance(watch, Watchpoint)
    assert parse_command(watch.text, network) == watch


@given(text=st.text('h1x->→ "if log every ignore {}<>=01[],layer\\ phase\x00', max_size=40))
def test_any_words_are_read_or_refused_in_a_sentence(text) -> None:
    for read in (parse_breakpoint, parse_watchpoint):
        found = _outcome(read, text)
        if isinstance(found, str):
            assert found
        else:
            assert parse_command(found.text, NET) == found


def _outcome(read, text):
    try:
        return read(text, NET)
    except NntuiError as error:
        return str(error)
