"""Breakpoints and watchpoints in words: read, refused with a reason, and written again."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments, layered, network_of

from nntui.debugger.breakpoints.breakpoint import Breakpoint, BreakpointError, Place, Watchpoint
from nntui.debugger.breakpoints.parse import (
    parse_breakpoint,
    parse_command,
    parse_place,
    parse_watchpoint,
)
from nntui.debugger.commands.interpreter import Interpreter
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
        ("step 9,372", Place("step", number=9372)),
        ("update 1", Place("update", number=1)),
        ("epoch 5", Place("epoch", number=5)),
    ],
)
def test_a_place_is_read_and_its_text_reads_back(words, place) -> None:
    assert parse_place(words, NET) == place
    assert parse_place(place.text, NET) == place


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "expected a neuron, a connection such as x1->h1, or layer"),
        ("h2x", "there is no neuron called “h2x”"),
        ("q", "there is no neuron called “q”; it may be h1"),
        ('"my neurn"', 'did you mean "my neuron"'),
        ("my neuron", 'a name with blanks in it is quoted: "my neuron"'),
        ("laier 2", 'did you mean "layer"'),
        ("x1", "“x1” is an input: it has no steps of its own"),
        ("x1->y", "is not connected to"),
        ("y->h1", "the connection goes from h1 to y"),
        ("x1->", "leads nowhere"),
        ("x1->h9", "there is no neuron called “h9”"),
        ("h1 backwards", 'found “backwards” after h1.*did you mean "backward"'),
        ("h1 forward backward", "found “backward” after h1 forward"),
        ("layer", "layer without a number, expected a layer from 1 to 2"),
        ("layer 0", "layer 0 holds the inputs"),
        ("layer 3", "found layer 3, expected a layer from 1 to 2"),
        ("layer x", "found “x” after layer, expected a whole number, counted from 1"),
        ("phase", "found nothing after phase"),
        ("phase backwards", 'did you mean "backward"'),
        ("line", "found nothing after line, expected load, forward_edge"),
        ("line forward_egde", 'did you mean "forward_edge"'),
        ("line loss forward", "found “forward” after line loss"),
        ("example -1", "found “-1” after example"),
        ("example 1.5", "expected a whole number"),
        ("example ²", "expected a whole number"),
        ("update 4 forward", "found “forward” after update 4"),
        ("epoch 99999999999999999999", "expected a whole number"),
        ("forward", "“forward” needs a place before it"),
        ("w[x1,h1]", "the value is stopped at by watch"),
        ("move_up", "or is it line move_up?"),
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
        ("epoch 3 disabled", "break epoch 3 disabled"),
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


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            "break h1_1 forward if loss > 1",
            "loss is blank at h1_1 forward: write break h1_1 backwa",
        ),
        ("break epoch if loss > 1", "write break epoch end if loss > 1"),
        ("break epoch 1 if epoch_loss > 1", "write break epoch 1 end if epoch_loss > 1"),
        ("break phase update if example == 0", "example is blank at phase update"),
        ("break x1->h1_1 forward if not delta[h1_1] == 0", "write break x1->h1_1 backward if not"),
        ("break h1_1 if 1 > 2", "1 > 2 is never true"),
        ("break if step >= 0 and false", "is never true"),
        ("break if epoch == 21", "epoch goes from 1 to 20"),
        ("break epoch 6 if epoch == 3", "epoch is 6 there"),
        ("break epoch 21", "there is no epoch 21: they go from 1 to 20"),
        ("break epoch 0", "there is no epoch 0: they count from 1"),
        ("break update 100 end", "there is no update 100: they go from 1 to"),
        ("break 1781", "there is no step 1,781: they go from 1 to 1,780"),
        ("break example 5", "there is no example 5: they go from 1 to 4"),
        ("watch 1+1", "never changes"),
        ("watch 1 < 2 becomes true", "never changes"),
        ("watch test_loss", "there is no test set"),
        ("break if test_loss < 1", "there is no test set"),
        ("watch epoch crosses 21", "it goes from 1 to 20"),
        ("watch epoch > 20 becomes true", "never true"),
        ("watch w[x1,h1_1] if 1 > 2", "never true"),
        ("watch learning_rate", "no step of this run writes"),
        ("watch m[x1,h1_1]", "m[x1,h1_1] stays blank"),
        ("break if p[y1] > 0.5", "p[y1] stays blank"),
    ],
)
def test_what_can_never_stop_is_refused_when_it_is_set(command, said) -> None:
    debugger = Debugger(layered(2, 2, 1, epochs=20))
    reply = Interpreter(debugger).reply(command)
    assert not reply.ok, command
    assert said in reply.lines[0], reply.lines[0]
    assert len(debugger.breakpoints) == 0


@pytest.mark.parametrize(
    "command",
    [
        "break h1_1 if loss > 1e9", "break if loss > 1e9", "break epoch if epoch_loss > 1",
        "break epoch 2 if epoch_loss > 1", "break if isblank(loss)", "break epoch 20 end",
        "break phase loss if false or loss > 1", "break example 4", "watch epoch crosses 19",
        "break h1_1 forward if isblank(delta[h1_1])", "break if 3 < epoch < 6", "watch nonfinite",
        "break update end if batch_loss < 1", "break 1779", "watch loss > 1e9 becomes true",
    ],
)  # fmt: skip
def test_what_may_stop_is_taken(command) -> None:
    assert Interpreter(Debugger(layered(2, 2, 1, epochs=20))).reply(command).ok


def test_a_frozen_parameter_is_neither_watched_nor_stopped_at() -> None:
    experiment = layered(2, 1)
    experiment.network.set_trainable(("x1", "y1"), False)
    run = Interpreter(Debugger(experiment)).reply
    assert "no step of this run writes" in run("watch w[x1,y1]").lines[0]
    assert "is frozen" in run("break x1->y1 update").lines[0]
    assert run("set w[x1,y1] 2").ok
    assert run("watch w[x1,y1]").ok  # an edit changes it, as one sees going back


def test_a_condition_that_holds_in_one_pass_alone_says_so() -> None:
    reply = Interpreter(Debugger(layered(2, 2, 1))).reply("break h1_1 if loss > 1")
    assert reply.lines[1].strip() == (
        "asked at h1_1 backward alone: at h1_1 forward it cannot hold"
    )


def test_a_condition_given_later_is_looked_at_too() -> None:
    debugger = Debugger(layered(2, 2, 1))
    run = Interpreter(debugger).reply
    assert run("break h1_1 forward").ok
    assert "write break h1_1 backward" in run("condition 1 loss > 1").lines[0]
    assert debugger.breakpoints[1].condition is None
    assert "conditions go with break" in run("until h1_1 if loss > 1").lines[0]
