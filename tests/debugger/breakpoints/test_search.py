"""What continuing is like: reasons, messages, pauses, and never hanging."""

from itertools import count

import pytest
from support.experiments import layered

from nntui.debugger.breakpoints.breakpoint import parse_message
from nntui.debugger.breakpoints.parse import parse_breakpoint, parse_watchpoint
from nntui.debugger.breakpoints.search import ContinueSearch
from nntui.debugger.breakpoints.stop import Stop
from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger
from nntui.document.load import load
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer


def debugger_with(*commands: str, sizes=(2, 3, 1), **training) -> Debugger:
    """A debugger with some breakpoints, and watchpoints where the word watch stands first."""
    debugger = Debugger(layered(*sizes, **{"epochs": 20} | training))
    for command in commands:
        word, _, words = command.partition(" ")
        read = parse_watchpoint if word == "watch" else parse_breakpoint
        debugger.breakpoints.add(
            read(words, debugger.experiment.network, temporary=word.startswith("t"))
        )
    return debugger


def diverging(*commands: str, **more) -> Debugger:
    return debugger_with(
        *commands, sizes=(1, 2, 1), activation="square", output="square", epochs=30,
        loss=Loss.of("squared_error"), optimizer=Optimizer.of("sgd", learning_rate=1e10), **more,
    )  # fmt: skip


def counted(debugger: Debugger, direction: int = 1) -> tuple[Stop, int]:
    """The next stop, and how many steps were tested one by one to find it."""
    search = ContinueSearch(debugger, debugger.breakpoints, direction)
    while (stop := search.burst(10.0)) is None:
        pass
    return stop, search.tested


# ---- neurons with the names of other things ----------------------------------------------------


def test_a_neuron_called_y_has_sums_of_its_own_beside_its_target() -> None:
    debugger = Debugger(load("samples/xor.json"))
    words = "y backward if db[y] < -0.2 and y[y] == 1"
    debugger.breakpoints.add(parse_breakpoint(words, debugger.experiment.network))
    forty_epochs = debugger.schedule.update_start(40)
    found = []
    while (stop := debugger.resume()).position <= forty_epochs:
        found.append(stop.position)
    assert len(found) == 41
    for position in found:
        debugger.seek(position)
        assert debugger["db[y]"] < -0.2
        assert debugger["y[y]"] == 1


@pytest.mark.parametrize("name", ["y", "slopes", "z"])
def test_so_has_one_whose_numbers_are_no_longer_finite(name) -> None:
    experiment = load("samples/skip.json")
    if name != "y":
        experiment.network.rename_neuron("y", name)
    debugger = Debugger(experiment)
    debugger.breakpoints.add(parse_watchpoint("nonfinite", experiment.network))
    Interpreter(debugger).reply("set learning_rate 1e300")
    stop = debugger.resume()
    assert stop.position == 103
    assert debugger["loss"] == float("inf")


# ---- why it stopped ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("break h1_1", "breakpoint 1: h1_1 (1st hit)"),
        ("tbreak h1_1 backward", "temporary breakpoint 1: h1_1 backward (1st hit)"),
        ("break if epoch == 2", "breakpoint 1: if epoch == 2 (1st hit)"),
        ("break example 2 every 3", "breakpoint 1: example 2 (3rd hit)"),
        ("break example ignore 11", "breakpoint 1: example (12th hit)"),
        ("watch epoch", "watchpoint 1: epoch went from blank to 1 (1st hit)"),
        ("watch epoch_loss > 0 becomes true", "watchpoint 1: epoch_loss > 0 became true"),
        ("break", "breakpoint 1: every step (1st hit)"),
    ],
)
def test_a_stop_says_why_and_how_often(command, reason) -> None:
    stop = debugger_with(command).resume()
    assert stop.reason.startswith(reason)
    assert stop.kind == "stop"


def test_a_value_that_changed_is_shown_before_and_after() -> None:
    debugger = debugger_with("watch w[x1,h1_1]")
    before = debugger["w[x1,h1_1]"]
    stop = debugger.resume()
    after = debugger["w[x1,h1_1]"]
    assert before != after
    assert stop.reason == f"watchpoint 1: w[x1,h1_1] went from {before} to {after} (1st hit)"
    assert debugger.last.parameter == "w[x1,h1_1]"


def test_a_value_that_crossed_a_number_is_compared_with_the_last_one_it_had() -> None:
    """Each load blanks the loss: it still goes from the one example's to the next one's."""
    debugger = debugger_with()
    losses = []
    for _ in range(2):
        debugger.move("pass")
        losses.append(debugger.step().writes["loss"])
        debugger.move("example")
    debugger.seek(0)
    middle = sum(losses) / 2
    debugger.breakpoints.add(
        parse_watchpoint(f"loss crosses {middle}", debugger.experiment.network)
    )
    stop = debugger.resume()
    told = f"loss went from {losses[0]} to {losses[1]}, across {middle}"
    assert stop.reason == f"watchpoint 1: {told} (1st hit)"
    assert debugger.last.kind == "loss"
    debugger.seek(debugger.position - 3)  # where it is blank, and was not seen before
    assert debugger.resume().reason == f"watchpoint 1: {told} (2nd hit)"


def test_the_step_that_wrote_the_first_infinity_is_named() -> None:
    debugger = diverging("watch nonfinite")
    stop = debugger.resume()
    assert "wrote" in stop.reason
    assert "while all that it read was finite" in stop.reason
    assert any(abs(value) == float("inf") for value in debugger.last.writes.values())
    assert all(abs(value) < float("inf") for value in debugger.last.reads.values())
    first = debugger.position
    while debugger.position > 0 and debugger.resume(-1).kind == "stop":
        assert debugger.position < first
        first = debugger.position
    assert debugger.at_start


@pytest.mark.parametrize("direction", [1, -1])
def test_it_is_named_though_an_edit_made_there_has_put_it_right(direction) -> None:
    debugger = debugger_with(
        "watch nonfinite", sizes=(1, 1), output="linear", examples=40, reduction="sum",
        loss=Loss.of("squared_error"), optimizer=Optimizer.of("sgd", learning_rate=1e308),
    )  # fmt: skip
    there = debugger.resume().position
    (name,) = debugger.last.writes
    debugger.edit(name, 0.5)
    debugger.seek(there - 1 if direction > 0 else there)
    stop = debugger.resume(direction)
    assert stop.position == (there if direction > 0 else there - 1)
    assert f"{'wrote' if direction > 0 else 'writes next'} {name} = " in stop.reason


def test_all_that_stop_at_a_step_are_told_and_counted() -> None:
    debugger = debugger_with("break example", "break", "break epoch 1", "tbreak phase forward")
    stop = debugger.resume()
    assert stop.hits == ((1, 1), (2, 1), (3, 1), (4, 1))
    assert stop.reason.count("(1st hit)") == 4
    assert [row.number for row in debugger.breakpoints] == [1, 2, 3]


def test_the_ends_of_the_run_are_stops_too() -> None:
    debugger = debugger_with("break if loss > 1e9")
    end = debugger.resume()
    assert (end.kind, end.position) == ("end", debugger.total)
    assert debugger.at_end
    assert debugger.resume() == end
    start = debugger.resume(-1)
    assert (start.kind, start.position) == ("start", 0)
    assert debugger.resume(-1) == start


@pytest.mark.parametrize("direction", [1, -1])
def test_where_a_condition_reads_a_blank_it_is_not_true(direction) -> None:
    debugger = debugger_with("break h1_1 if delta[h1_1] != 99")
    debugger.seek(0 if direction > 0 else debugger.total)
    for _ in range(2):
        assert debugger.resume(direction).kind == "stop"
        assert debugger.last.operation == ("backward_neuron", "h1_1")


# ---- messages ----------------------------------------------------------------------------------


def test_a_log_writes_the_values_after_the_step_and_goes_on() -> None:
    debugger = debugger_with('break phase loss every 2 log "{example}: {loss} {{ok}} {z[y1] > 0}"')
    debugger.breakpoints.add(parse_breakpoint("epoch 2", debugger.experiment.network))
    stop = debugger.resume()
    assert stop.hits == ((2, 1),)
    told = []
    for example in (1, 3):
        debugger.seek(debugger.schedule.step(0, example, "loss", 0) + 1)
        positive = "true" if debugger["z[y1]"] > 0 else "false"
        told.append(f"{example + 1}: {debugger['loss']} {{ok}} {positive}")
    assert stop.messages == tuple(told)
    assert debugger.breakpoints[1].hits == 4


def test_a_log_says_blank_where_a_value_is() -> None:
    debugger = debugger_with("break epoch 1 log d = {delta[y1]}", "break y1 forward")
    assert debugger.resume().messages == ("d = blank",)


def test_going_backwards_nothing_is_logged_or_counted_for_logs() -> None:
    debugger = debugger_with("break example log {step}", "break epoch 2")
    debugger.seek(debugger.total)
    stop = debugger.resume(-1)
    assert (stop.messages, stop.hits) == ((), ((2, 0),))
    assert debugger.breakpoints[1].hits == 0


def test_only_the_last_thousand_messages_are_kept() -> None:
    debugger = debugger_with("break log {step}")
    messages = debugger.resume().messages
    assert len(messages) == 1001
    assert messages[0] == f"… {debugger.total - 1000:,} earlier messages left out"
    assert messages[-1] == str(debugger.total)


def test_no_message_is_lost_when_a_breakpoint_is_set_on_the_way() -> None:
    debugger = debugger_with("break phase loss log {step}")
    search = ContinueSearch(debugger, debugger.breakpoints)
    while (stop := search.burst(0.0)) is None:
        if debugger.position and len(debugger.breakpoints) == 1:
            debugger.breakpoints.add(
                parse_breakpoint("if isnan(loss)", debugger.experiment.network)
            )
    assert len(debugger.breakpoints) == 2
    assert stop.messages == debugger_with("break phase loss log {step}").resume().messages


def test_a_listener_is_told_all_of_them_whatever_changes_on_the_way() -> None:
    debugger, told = debugger_with("break log {step}"), []
    search = ContinueSearch(debugger, debugger.breakpoints)
    search.log.pass_to(told.append, keep=False)
    while (stop := search.burst(0.0)) is None:
        if debugger.position >= 1500 and len(debugger.breakpoints) == 1:
            debugger.breakpoints.add(
                parse_breakpoint("phase loss ignore 100000", debugger.experiment.network)
            )
    assert told == [str(step + 1) for step in range(debugger.total)]
    assert stop.messages == ()


def test_a_message_can_be_given_to_any_row_later() -> None:
    debugger = debugger_with("break example")
    names = debugger.experiment.network
    debugger.breakpoints.log(1, parse_message("{example}", names))
    assert debugger.resume().messages[:3] == ("1", "2", "3")


# ---- filters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "break h1_1 if a[h1_1] > 5",
        "break h1_1 backward if delta[h1_1] == 7",
        "break x1->h1_1 backward if abs(dw[x1,h1_1]) > 1e3 and epoch >= 3",
        "break layer 2 backward if z[h1_2] > 99 or isnan(loss)",
        "break x2->h1_1 forward if z[h1_1] == 99",
        "break x1->h1_1 update if w[x1,h1_1] > 99",
        "break if loss > 1e3",
        "break if da[h1_1] > 99 or epoch_loss > 1e3 or y[y1] == 7",
        "break if step < 0",
        "break epoch if not isblank(batch_loss) and batch_loss > 99",
        "break if not (loss < 99 and isblank(delta[h1_1])) and dw[x1,h1_1] > 99",
        "break example every 1000000",
        "break ignore 100000000",
        "break if loss < 99 ignore 100000000",
        "watch w[x1,h1_1] every 1000000",
        "watch loss crosses 99",
        "watch test_loss crosses 99",
        "watch max(w[x1,h1_1], b[y1]) > 99 becomes true",
        "watch z[h1_1] + da[y1] crosses 99",
        "watch nonfinite",
    ],
)
def test_what_never_stops_is_never_stepped_through(command) -> None:
    debugger = debugger_with(command)
    end, tested = counted(debugger)
    assert (end.kind, tested) == ("end", 0)
    start, tested = counted(debugger, -1)
    assert start.kind == "start"
    assert tested <= debugger.schedule.steps_per_update  # the block where it stands


def test_counting_without_stepping_is_exact() -> None:
    debugger = debugger_with("break ignore 100000000", "break h1_2 backward every 1000000")
    debugger.resume()
    assert debugger.breakpoints[1].hits == debugger.total
    assert debugger.breakpoints[2].hits == 20 * 4
    debugger.resume(-1)
    assert [point.hits for point in debugger.breakpoints] == [0, 0]
    debugger.seek(debugger.total)
    debugger.resume(-1)  # the matches are numbered from the start before it goes back
    assert debugger.breakpoints[1].ignore == 100000000


def test_only_the_block_that_stops_is_stepped_through() -> None:
    debugger = debugger_with("break y1 backward if epoch == 17 and example == 2")
    for direction in (1, -1):
        debugger.seek(0 if direction > 0 else debugger.total)
        stop, tested = counted(debugger, direction)
        at = debugger.schedule.position(stop.position - 1)
        assert (at.number("epoch"), at.number("example")) == (17, 2)
        assert tested == 1


# ---- bursts, pauses, changes on the way --------------------------------------------------------


def test_a_hunt_in_bursts_stands_at_true_states_and_can_be_paused(seen) -> None:
    debugger = debugger_with("break if loss > 99 and step < 0", epochs=300)
    search = ContinueSearch(debugger, debugger.breakpoints)
    for _ in range(5):
        assert search.burst(0.0) is None
        other = Debugger(debugger.experiment)
        other.seek(debugger.position)
        assert seen(other.snapshot()) == seen(debugger.snapshot())
    where = debugger.position
    stop = search.pause()
    assert (stop.kind, stop.position, stop.reason) == ("pause", where, "paused")
    assert debugger.position == where
    assert search.burst(1.0) is stop


def test_pausing_on_the_way_back_stands_as_far_as_was_searched() -> None:
    debugger = debugger_with("break if step == 3", epochs=300)
    debugger.seek(debugger.total)
    search = ContinueSearch(debugger, debugger.breakpoints, -1)
    while search.position > debugger.total - 5000:
        assert search.burst(0.0) is None
    stop = search.pause()
    assert stop.position == debugger.position == search.position <= debugger.total - 5000
    assert debugger.resume(-1).position == 3


def test_a_breakpoint_added_between_bursts_counts_from_there_on() -> None:
    debugger = debugger_with("break if loss > 99", epochs=100)
    search = ContinueSearch(debugger, debugger.breakpoints)
    search.burst(0.0)
    debugger.breakpoints.add(parse_breakpoint("epoch 91", debugger.experiment.network))
    for _ in count():
        if (stop := search.burst(0.0)) is not None:
            break
    assert stop.hits == ((2, 1),)


def test_nothing_enabled_leads_to_the_ends() -> None:
    debugger = debugger_with("break", "watch loss")
    debugger.breakpoints.enable(1, False)
    debugger.breakpoints.enable(2, False)
    assert debugger.resume().kind == "end"
    assert debugger.resume(-1).kind == "start"
    assert [row.hits for row in debugger.breakpoints] == [0, 0]


# ---- this must not hang ------------------------------------------------------------------------


def test_a_breakpoint_at_every_step_stops_at_every_step_both_ways() -> None:
    debugger = debugger_with("break", epochs=1)
    for position in range(1, debugger.total + 1):
        assert debugger.resume().position == position
    assert debugger.resume().kind == "end"
    for position in reversed(range(1, debugger.total)):
        assert debugger.resume(-1).position == position
    assert debugger.resume(-1).kind == "start"


def test_a_long_run_behind_costs_nothing_when_the_last_stop_is_near() -> None:
    debugger = debugger_with("break example", epochs=3000)
    debugger.seek(debugger.total)
    stop, tested = counted(debugger, -1)
    assert stop.position > debugger.total - 2 * debugger.schedule.steps_per_epoch
    assert tested <= debugger.schedule.examples


def test_a_run_of_nothing_but_nans_is_screened_as_well() -> None:
    debugger = diverging("watch nonfinite every 100000000", "break if loss > 0 and step < 0")
    stop, tested = counted(debugger)
    assert (stop.kind, tested) == ("end", 0)
    assert debugger.breakpoints[1].hits > 0


@pytest.mark.parametrize(
    "training", [{"batch_size": 1}, {"batch_size": 3, "shuffle": True}, {"examples": 1}]
)
def test_batches_of_every_size_are_searched(training) -> None:
    debugger = debugger_with("break phase update", **training)
    updates = debugger.schedule.updates
    for update in range(updates):
        debugger.resume()
        assert debugger.schedule.position(debugger.position - 1).update == update
    assert debugger.resume().kind == "end"


# ---- going back --------------------------------------------------------------------------------


@pytest.mark.parametrize("clauses", ["", "every 3", "ignore 4", "every 2 ignore 3"])
@pytest.mark.parametrize("what", ["break y1 backward", "break update end", "break if loss > 0.1"])
def test_the_way_back_has_the_stops_of_the_way_there(what, clauses) -> None:
    debugger = debugger_with(f"{what} {clauses}", epochs=3)
    there = [(0, 0)]
    while (stop := debugger.resume()).position < debugger.total:
        there.append((stop.position, debugger.breakpoints[1].hits))
    for position, hits in reversed(there[1:]):
        assert (debugger.resume(-1).position, debugger.breakpoints[1].hits) == (position, hits)
    assert debugger.resume(-1).kind == "start"
    fresh = debugger_with(f"{what} {clauses}", epochs=3)
    fresh.seek(fresh.total)  # by no search: the matches are numbered before it goes back
    assert [fresh.resume(-1).position for _ in there[1:]] == [p for p, _ in reversed(there[1:])]


def test_going_back_a_watchpoint_stops_before_the_step_that_wrote() -> None:
    debugger = debugger_with("watch w[x1,h1_1]")
    there = [debugger.resume() for _ in range(3)]
    values = [debugger["w[x1,h1_1]"]]
    for stop in reversed(there):
        back = debugger.resume(-1)
        assert back.position == stop.position - 1
        values.append(debugger["w[x1,h1_1]"])
        assert f"w[x1,h1_1] went back from {values[-2]} to {values[-1]}" in back.reason
        assert back.reason.endswith("hit)")
    assert debugger.breakpoints[1].hits == 0
    assert debugger.resume().position == there[0].position
