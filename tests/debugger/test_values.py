"""Values computed where they are asked: gradients, memory, probabilities, settings, accuracy."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bits import bits
from support.experiments import experiments, in_both_ways, layered
from support.values import all_values, value_names

from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger
from nntui.debugger.stepper import approach
from nntui.engine.evaluate import classifies, right_ones
from nntui.engine.run import Run
from nntui.model.names import SETTINGS, parameter_name, value_name
from nntui.model.optimizers import OPTIMIZERS, Optimizer
from nntui.model.wiring import value_owners

small = in_both_ways(experiments(most_neurons=4, most_examples=3, most_epochs=2))


def test_every_setting_of_an_optimizer_is_a_value() -> None:
    of_optimizers = {name for row in OPTIMIZERS.values() for name in row.settings}
    assert set(SETTINGS) == of_optimizers | {"l1", "l2"}


@given(experiment=small)
def test_g_and_the_memory_are_what_the_update_steps_say(experiment) -> None:
    """The equations of the step pane, made with the values before the step, are the oracle."""
    debugger = Debugger(experiment)
    net, schedule = experiment.network.wiring(), debugger.schedule
    for update in range(schedule.updates):
        passes = schedule.gradients_end(update)
        debugger.seek(passes - 1)
        assert all(debugger[value_name("g", *p)] is None for p in value_owners(net, "g"))
        debugger.seek(passes)
        wanted = {
            value_name("g", *p): debugger[value_name("g", *p)] for p in value_owners(net, "g")
        }
        while debugger.position < schedule.update_start(update + 1):
            step = debugger.step()
            said = {line.target: line.result for line in step.lines()}
            neurons = step.operation[1:]
            if "g" in said:
                got = float(said["g"].replace("Infinity", "inf"))
                assert bits(got) == bits(wanted[value_name("g", *neurons)])
            for symbol in experiment.training.optimizer.row.memory:
                if symbol in said:
                    got = float(said[symbol].replace("Infinity", "inf"))
                    assert bits(got) == bits(debugger[value_name(symbol, *neurons)])
            assert {name: bits(debugger[name]) for name in wanted} == {
                name: bits(value) for name, value in wanted.items()
            }
        if not debugger.at_end:
            debugger.step()
            assert all(debugger[name] is None for name in wanted)


@given(experiment=small)
def test_accuracy_is_that_of_the_parameters_before_the_update_under_way(experiment) -> None:
    debugger, examples = Debugger(experiment), experiment.train_examples
    wanted = None
    while True:
        s = debugger.snapshot()
        if s.last is None or s.last.kind != "update" or s.next is None or s.next.phase != "update":
            right = classifies(experiment) and right_ones(experiment, examples, s.b, s.w)
            wanted = right / len(examples) if classifies(experiment) else None
        assert debugger["accuracy"] == wanted
        if debugger.at_end:
            break
        debugger.step()


@given(experiment=small, seed=st.integers(0, 2**32))
def test_an_error_in_the_middle_of_a_movement_leaves_a_true_state(experiment, seed) -> None:
    """Wherever it strikes, the debugger then stands at a position and has its values."""
    chance = Random(seed)
    debugger, other = Debugger(experiment), Debugger(experiment)

    class StrikeError(Exception):
        pass

    make = Run._advance

    def striking(run, target, witness):
        within = chance.randint(run.position, target)
        if chance.random() < 0.7:
            return make(run, target, witness)
        if within > run.position:
            next(run._steps if run._state is not None else iter(()), None)
        raise StrikeError

    with pytest.MonkeyPatch.context() as patch:
        for _ in range(6):
            patch.setattr(Run, "_advance", striking)
            try:
                move = chance.choice(["step", "seek", "resume", "approach", "edit"])
                match move:
                    case "step" if not debugger.at_end:
                        debugger.step()
                    case "seek":
                        debugger.seek(chance.randint(0, debugger.total))
                    case "resume" if not debugger.at_end:
                        debugger.resume()
                    case "approach":
                        approach(debugger, chance.randint(0, debugger.total), 0.01)
                    case "edit":
                        debugger.edit("learning_rate", experiment.training.optimizer.learning_rate)
            except StrikeError:
                pass
            patch.setattr(Run, "_advance", make)
            other.seek(debugger.position)
            there = all_values(other)
            assert {n: bits(v) for n, v in all_values(debugger).items()} == {
                n: bits(v) for n, v in there.items()
            }
            assert debugger.branches.current.timeline is debugger.training_run.timeline


@given(experiment=small, seed=st.integers(0, 2**32))
def test_set_says_the_next_step_that_reads_what_it_has_changed(experiment, seed) -> None:
    """The step that is named is the first from here on that another value makes a difference to."""
    chance = Random(seed)
    debugger = Debugger(experiment)
    debugger.seek(chance.randint(0, debugger.total))
    net = experiment.network.wiring()
    parameters = [parameter_name(p) for p in net.parameters]
    targets = [*parameters, *(value_name("x", i) for i in net.inputs), "learning_rate"]
    target = chance.choice(targets)
    here = debugger.position
    example = debugger.schedule.example_shown(here)
    reply = Interpreter(debugger).reply(f"set {target} 0.0123")
    assert reply.ok, reply.text
    step = reply.data["counts_from"]
    seen = None
    while seen is None and not debugger.at_end:
        z = target.replace("b[", "z[")
        blank = target.startswith("b[") and debugger[z] is None
        done = debugger.step()
        reads = target in done.reads or (blank and debugger[z] is not None)
        if target == "learning_rate":
            reads = done.kind == "update"
        if target.startswith("x[") and done.position.example != example:
            reads = False
        seen = done.position.number("step") if reads else None
    assert step == seen


def test_last_write_behind_the_very_step_names_it_and_then_the_one_before() -> None:
    debugger = Debugger(layered(2, 2, 1, epochs=3, batch_size=1))
    debugger.seek(debugger.schedule.update_start(5))
    run = Interpreter(debugger).reply
    here = debugger.position
    first, second = run("last-write w[h1_2,y1]"), run("last-write w[h1_2,y1]")
    assert first.position == here
    assert second.position == debugger.schedule.update_start(4) < here
    assert run("next-write w[h1_2,y1]").position == here
    assert run("last-write w[h1_2,y1]").position == debugger.schedule.update_start(4)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("p[y1]", "softmax of the outputs under cross_entropy; the loss is mse"),
        ("accuracy", "known where a loss classifies"),
        ("m[x1,h1_1]", "sgd remembers no m: it remembers v"),
        ("beta1", "sgd has no beta1: it has learning_rate, momentum, nesterov"),
        ("z[y1]", "forward_edge h1_1 → y1 writes z[y1]"),
        ("test_loss", "where the data has a test set"),
    ],
)
def test_what_is_blank_says_why(name, said) -> None:
    debugger = Debugger(layered(2, 2, 1))
    assert said in Interpreter(debugger).reply(f"print {name}").text


def test_all_values_of_a_kind_or_of_a_layer() -> None:
    debugger = Debugger(layered(2, 3, 1, optimizer=Optimizer.of("adam"), epochs=2))
    debugger.seek(debugger.schedule.update_start(1))
    of = {name: value for name, value in all_values(debugger).items() if name.startswith("dw[")}
    into_h = [value for name, value in of.items() if ",h1_" in name]
    assert debugger.evaluate("max(abs(dw))") == max(map(abs, of.values()))
    assert debugger.evaluate("norm(dw[layer 1])") == sum(v * v for v in into_h) ** 0.5
    assert debugger.evaluate("mean(dw) == sum(dw) / 9") is True
    assert debugger.evaluate("max(abs(dw - dw)) == 0 and norm(g) > 0") is True
    assert debugger.evaluate("t[y1] == y[y1]") is True
    assert len(value_names(debugger.experiment)) > 60
    for text, said in [
        ("dw > 1", "of all of them: max(abs(dw)), norm(dw)"),
        ("max(dw, 1)", "dw is many values"),
        ("norm(2)", "norm takes all values of a kind"),
        ("norm(dw[layer 7])", "layers go from 0 (the inputs) to 2"),
        ("norm(dw - a)", "a is 6 values, dw is 9 values"),
        ("softmax(a[y1])", "p[…] is the softmax of the outputs"),
    ]:
        reply = Interpreter(debugger).reply(f"print {text}")
        assert not reply.ok
        assert said.split(",")[0] in reply.text
