"""Why a value is what it is: each cause follows, bit for bit, from the causes that it names."""

import math
from random import Random

import pytest
from hypothesis import given, target
from hypothesis import strategies as st
from support.bits import bits
from support.experiments import experiments, in_both_ways, layered
from support.values import value_names

from nntui.debugger.debugger import Debugger
from nntui.debugger.queries.why import expand, lines_of, rows_of, why
from nntui.debugger.values import setting_values
from nntui.engine.central_differences import h
from nntui.engine.schedule import MOVES
from nntui.model.losses import softmax
from nntui.model.names import (
    MEMORY,
    SETTINGS,
    ValueNameError,
    parse_value_name,
    value_name,
)
from nntui.model.numerics import ordered_sum
from nntui.model.optimizers import Optimizer

EVERY = 10**6
small = in_both_ways(experiments(most_neurons=4, most_examples=3, most_epochs=3))
LEAVES = {"start", "data", "zeroed", "blanked", "edit"}


def recomputed(cause, children, debugger):
    """The value of a cause, made once more from the values of its children alone."""
    experiment = debugger.training_run.timeline.experiment_at(cause.step)
    net, training = experiment.network.wiring(), experiment.training
    values = [child.value for child in children]
    if " · " in cause.name and cause.origin == "term":
        return values[0] * values[1]
    symbol, neurons = parse_value_name(cause.name)
    if symbol in ("b", "w", "db", "dw") and cause.operation[0] in MOVES:
        p, *losses = values
        examples = len(losses) // 2
        if symbol in ("db", "dw"):
            up, down = ordered_sum(losses[:examples]), ordered_sum(losses[examples:])
            return (up - down) / (2 * h(p))
        return {"move_up": p + h(p), "move_down": p - h(p)}.get(cause.operation[0], p)
    if symbol == "z":
        return ordered_sum(values) if values[1:] else values[0]
    if symbol in ("dw", "da") and children[0].origin != "term" and children[0].name[:2] != "a[":
        return 0.0 + values[0] * values[1]  # a sum of one product has its factors as causes
    if symbol in ("dw", "db") or (symbol == "da" and children[0].origin == "term"):
        return ordered_sum(values)
    if symbol == "a":
        return values[0] if neurons[0] in net.inputs else net.activation[neurons[0]].f(values[0])
    if symbol == "delta":
        f = net.activation[neurons[0]]
        da, inner = values if len(values) == 2 else (0.0, values[0])
        of_a = children[-1].name.startswith("a[")
        return da * (f.derivative(math.nan, inner) if of_a else f.derivative(inner, math.nan))
    if symbol in ("loss", "da"):
        outputs = len(values) // 2
        a, y = values[:outputs], values[outputs:]
        if symbol == "loss":
            return training.loss.value(a, y)
        if training.loss.row.classes:
            return training.loss.gradient(a, y)[net.outputs.index(neurons[0])]
        # Its own output alone is named; what the others are makes no difference.
        k, others = net.outputs.index(neurons[0]), [0.5] * len(net.outputs)
        a, y = ([*others[:k], *own, *others[k + 1 :]] for own in (a, y))
        return training.loss.gradient(a, y)[k]
    if symbol == "p":
        return softmax(values)[net.outputs.index(neurons[0])]
    if symbol == "g":
        update = debugger.schedule.position(cause.step).update
        g = training.reduced(values[0], debugger.schedule.batch_length(update))
        return training.regularized(g, values[1]) if values[1:] else g
    if symbol in MEMORY:
        return memory_after(cause, children, training, debugger.schedule)
    if symbol in ("b", "w"):
        p, dp, *memory = values
        schedule = debugger.schedule
        update = schedule.position(cause.step).update
        g = training.reduced(dp, schedule.batch_length(update))
        if symbol == "w":
            g = training.regularized(g, p)
        row = training.optimizer.row
        remembered = [0.0] * len(row.memory)
        for child, number in zip(children[2:], memory, strict=True):
            remembered[row.memory.index(child.name[0])] = number
        return training.optimizer.update(p, g, tuple(remembered), update + 1, symbol == "w")[0]
    assert symbol in ("batch_loss", "epoch_loss")
    total = ordered_sum(values)
    return training.reduced(total, len(values)) if symbol == "batch_loss" else total / len(values)


def memory_after(cause, children, training, schedule):
    """What is remembered after an update, from what was before and the gradient."""
    if not children:
        return 0.0  # the rule does not use it
    update = schedule.position(cause.step).update
    given = {parse_value_name(child.name)[0]: child.value for child in children}
    p = given.get("w", given.get("b", 0.0))
    g = training.reduced(given["dw" if "dw" in given else "db"], schedule.batch_length(update))
    if "w" in given:
        g = training.regularized(g, p)
    names = training.optimizer.row.memory
    before = tuple(given.get(name, 0.0) for name in names)
    after = training.optimizer.update(p, g, before, update + 1)[1]
    return after[names.index(cause.name[0])]


def check_leaf(cause, experiment):
    assert cause.reads == ()
    if cause.origin == "blanked":
        assert cause.value is None
    elif cause.origin == "zeroed":
        assert bits(cause.value) == bits(0.0)
    elif cause.origin == "data" or cause.name[:2] in ("x[", "t["):
        net = experiment.network.wiring()
        symbol, (j,) = parse_value_name(cause.name)
        owners, row = (net.inputs, experiment.x) if symbol == "x" else (net.outputs, experiment.y)
        assert bits(cause.value) == bits(row(cause.example)[owners.index(j)])
    elif cause.name == "accuracy":
        assert cause.value is None or 0.0 <= cause.value <= 1.0
    elif cause.name in SETTINGS:
        assert cause.value == setting_values(experiment).get(cause.name)
    elif cause.name.startswith("b["):
        (j,) = parse_value_name(cause.name)[1]
        assert bits(cause.value) == bits(experiment.network.biases[j])
    elif cause.name.startswith("w["):
        edge = parse_value_name(cause.name)[1]
        assert bits(cause.value) == bits(experiment.network.weights[edge])
    else:
        assert cause.value in (None, 0.0)


def check_node(cause, elsewhere):
    """A cause stands where it says, and its children make it."""
    plain = cause.origin != "term"
    elsewhere.seek(cause.position)
    edits = elsewhere.training_run.timeline.edits
    # A row of the data may be edited at the very position behind the load that has read it.
    moot = cause.name[:2] in ("x[", "t[") and any(edit.position == cause.position for edit in edits)
    if plain and not moot:
        assert bits(elsewhere[cause.name]) == bits(cause.value), cause
    if cause.step is not None:
        assert elsewhere.last.position.step == cause.step
        assert elsewhere.last.operation == cause.operation
    children = expand(cause, count=EVERY)
    assert [read.name for read in cause.reads] == [
        read.name if child.origin == "term" else child.name
        for read, child in zip(cause.reads, children, strict=True)
    ]
    counted = cause.name in ("step", "epoch", "update", "example", "test_loss", "accuracy")
    if cause.origin in LEAVES or counted:
        assert not children
    else:
        assert bits(recomputed(cause, children, elsewhere)) == bits(cause.value), cause
    return children


@given(experiment=small, data=st.data())
def test_each_cause_follows_from_its_own_causes_all_the_way_back(experiment, data) -> None:
    debugger, elsewhere = Debugger(experiment), Debugger(experiment)
    chance = Random(data.draw(st.integers(0, 2**32)))
    for _ in range(8):
        position = chance.randint(0, debugger.total)
        debugger.seek(position)
        name = chance.choice(value_names(debugger.experiment))
        cause = why(debugger, name)
        assert cause.name == name
        assert bits(cause.value) == bits(debugger[name])
        while cause is not None:
            children = check_node(cause, elsewhere)
            if not children and cause.origin in LEAVES:
                check_leaf(cause, experiment)
            for child in children:
                assert child.position <= cause.position
                assert child.step is None or child.step < cause.position
            cause = chance.choice(children) if children else None
        assert debugger.position == position


@given(experiment=small, seed=st.integers(0, 2**32))
def test_each_cause_follows_from_its_own_causes_through_edits(experiment, seed, edited) -> None:
    chance = Random(seed)
    debugger, elsewhere = edited(experiment, chance)
    edits = debugger.training_run.timeline.edits
    found = 0
    for _ in range(12):
        debugger.seek(chance.randint(0, debugger.total))
        cause = why(debugger, chance.choice(value_names(debugger.experiment)))
        assert bits(cause.value) == bits(debugger[cause.name])
        while cause is not None:
            children = check_node(cause, elsewhere)
            if cause.origin == "edit":
                found += 1
                assert cause.position in {edit.position for edit in edits}
                if cause.name[:2] in ("b[", "w[", "x["):
                    assert cause.value in {e.value for e in edits if e.target == cause.name}
            elif cause.origin in LEAVES:
                check_leaf(cause, experiment)
            cause = chance.choice(children) if children else None
    target(float(found))


@given(experiment=small, data=st.data())
def test_every_value_at_a_position_has_its_cause(experiment, data) -> None:
    debugger, elsewhere = Debugger(experiment), Debugger(experiment)
    debugger.seek(data.draw(st.integers(0, debugger.total)))
    for name in value_names(debugger.experiment):
        cause = why(debugger, name)
        assert bits(cause.value) == bits(debugger[name])
        check_node(cause, elsewhere)
        assert lines_of(rows_of(cause, depth=2))


@given(experiment=small, data=st.data())
def test_what_is_remembered_comes_from_the_update_before(experiment, data) -> None:
    """The optimizer's memory, opened again and again, ends in zeros at the first update."""
    debugger = Debugger(experiment)
    debugger.seek(debugger.total)
    for name in (n for n in debugger.snapshot().values if n[:2] in ("b[", "w[")):
        cause, updates = why(debugger, name), 0
        memory = [child for child in expand(cause) if child.name[0] in MEMORY]
        while memory:
            updates += 1
            inner = data.draw(st.sampled_from(memory))
            if inner.origin == "start":
                assert inner.value == 0.0
                assert updates == debugger.schedule.updates
                break
            assert inner.lines[-1].target == inner.name
            assert float(inner.lines[-1].result.replace("Infinity", "inf")) == inner.value or (
                inner.value != inner.value
            )
            memory = [child for child in expand(inner) if child.name[0] in MEMORY]


def test_a_sum_names_all_its_products() -> None:
    experiment = layered(2, 2, 1, examples=3, batch_size=2, epochs=2)
    debugger = Debugger(experiment)
    debugger.seek(3)
    z = why(debugger, "z[h1_1]")
    bias, *products = expand(z)
    assert bias.name == "b[h1_1]"
    assert [product.name for product in products] == [
        "w[x1,h1_1] · a[x1]",
        "w[x2,h1_1] · a[x2]",
    ]
    assert [product.position for product in products] == [2, 3]
    assert z.text.count("·") == 2
    debugger.seek(2)
    half = why(debugger, "z[h1_1]")
    assert half.note == "1 of 2 terms so far"
    assert len(half.reads) == 2
    debugger.seek(debugger.schedule.update_start(1))
    gradient = why(debugger, "dw[x1,h1_1]")
    examples = expand(gradient)
    assert [each.name for each in examples] == ["delta[h1_1] · a[x1]"] * 2
    assert [each.example for each in examples] == [0, 1]
    assert gradient.note == ""


def test_a_blank_says_since_when_and_until_when() -> None:
    debugger = Debugger(layered(2, 2, 1))
    assert why(debugger, "z[y1]").where == "blank: nothing has written it yet"
    debugger.seek(4)
    cause = why(debugger, "z[y1]")
    assert cause.value is None
    assert cause.where == "blank since the load at step 1"
    assert cause.note == "step 8, example 1: forward_edge h1_1 → y1 will write it"
    assert cause.reads == ()


def test_the_optimizers_whole_formula_is_told() -> None:
    debugger = Debugger(layered(1, 1, optimizer=Optimizer.of("adam"), l2=0.1, epochs=2))
    debugger.seek(debugger.schedule.update_start(2))
    cause = why(debugger, "w[x1,y1]")
    assert [line.target for line in cause.lines] == ["g", "m", "v", "m̂", "v̂", "w[x1,y1]"]
    assert [child.name for child in expand(cause)] == [
        "w[x1,y1]", "dw[x1,y1]", "m[x1,y1]", "v[x1,y1]",
    ]  # fmt: skip
    m = expand(cause)[2]
    assert m.position == debugger.schedule.update_start(1)
    assert [line.target for line in m.lines] == ["g", "m[x1,y1]"]


def test_a_wide_sum_is_opened_a_page_at_a_time() -> None:
    debugger = Debugger(layered(50, 2, 1, examples=2))
    debugger.seek(51)
    cause = why(debugger, "z[h1_1]")
    assert "Σ of 50 products" in cause.text
    assert len(cause.reads) == 51
    assert len(expand(cause)) == 20
    page = expand(cause, first=20, count=5)
    assert [each.name for each in page] == [f"w[x{n},h1_1] · a[x{n}]" for n in range(20, 25)]
    assert lines_of(rows_of(cause, width=3))[-1] == "  … 48 more"
    assert len(rows_of(cause, depth=9, limit=30)) == 31
    assert lines_of(rows_of(cause, depth=9, limit=30))[-1].startswith("… more: ask why")


def test_a_tree_is_written_as_indented_lines() -> None:
    debugger = Debugger(layered(1, 1, epochs=2))
    debugger.seek(2)
    lines = lines_of(rows_of(why(debugger, "z[y1]"), depth=2))
    assert [line.split(" = ")[0] for line in lines] == [
        "z[y1]", "  b[y1]", "  w[x1,y1] · a[x1]", "    w[x1,y1]", "    a[x1]",
    ]  # fmt: skip
    assert lines[1].endswith("(as in the document: nothing has written it yet)")


def test_a_name_of_nothing_is_an_error() -> None:
    debugger = Debugger(layered(1, 1))
    with pytest.raises(ValueNameError, match="is not connected to"):
        why(debugger, "w[y1,x1]")


def test_asking_moves_nothing(seen) -> None:
    debugger = Debugger(layered(2, 2, 1, epochs=5))
    debugger.seek(100)
    before = seen(debugger.snapshot())
    for name in list(debugger.snapshot().values):
        lines_of(rows_of(why(debugger, name), depth=3))
    assert seen(debugger.snapshot()) == before
    assert value_name("z", "y1") in debugger.snapshot().values
