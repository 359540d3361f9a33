"""Continue and reverse-continue stop exactly where looking after every single step would."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.experiments import experiments, in_both_ways
from support.values import value_names

import nntui
from nntui.debugger.breakpoints import search_context
from nntui.debugger.breakpoints.breakpoint import LINES, BreakpointError, Place
from nntui.debugger.breakpoints.parse import parse_breakpoint, parse_command, parse_watchpoint
from nntui.debugger.breakpoints.reachability import Reachability
from nntui.debugger.breakpoints.recorded import RECORDED, RecordedFilter
from nntui.debugger.breakpoints.search import ContinueSearch
from nntui.debugger.debugger import Debugger
from nntui.engine.edits import Edit
from nntui.model.activations import Activation
from nntui.model.losses import Loss
from nntui.model.names import parse_value_name
from nntui.model.optimizers import Optimizer
from nntui.model.wiring import value_owners

small = in_both_ways(experiments(most_neurons=4, most_examples=4, most_epochs=3))
wild = experiments(
    most_neurons=3,
    most_examples=3,
    most_epochs=3,
    activation=st.sampled_from([Activation.of(name) for name in ("square", "linear", "elu")]),
    loss=st.sampled_from([Loss.of(name) for name in ("squared_error", "mse", "cross_entropy")]),
    optimizer=st.sampled_from(
        [Optimizer.of("sgd", learning_rate=1e10), Optimizer.of("sgd", learning_rate=1e160)]
    ),
)

SMALLEST = pytest.param(0.0, marks=pytest.mark.deep)


class Author:
    """Writes random commands about a network."""

    def __init__(self, experiment, chance: Random) -> None:
        self.experiment, self.chance = experiment, chance
        self.values = value_names(experiment)

    def place(self) -> str:
        net, chance = self.experiment.network.wiring(), self.chance
        direction = chance.choice(["", "", " forward", " backward", " update"])
        kind = chance.choice(
            ["edge", "edge", "neuron", "neuron", "layer", "phase", "line", "period", "step"]
        )
        if kind == "edge" and net.connection_count:
            i, j = chance.choice(sorted(value_owners(net, "w")))
            return f"{self._neuron(i)}->{self._neuron(j)}{direction}"
        if kind == "layer":
            return f"layer {chance.randint(1, max(net.layer.values()))}{direction}"
        if kind == "phase":
            return f"phase {chance.choice(['forward', 'loss', 'backward', 'update'])}"
        if kind == "line":
            return f"line {chance.choice(LINES)}"
        if kind == "period":
            period = chance.choice(["example", "update", "epoch"])
            return (
                period
                + chance.choice(["", f" {chance.randint(1, 4)}"])
                + chance.choice(["", " end"])
            )
        if kind == "step":
            return chance.choice(["step ", ""]) + str(chance.randint(1, 200))
        return self._neuron(chance.choice(net.neurons)) + direction

    def number(self, depth: int = 1) -> str:
        chance = self.chance
        if depth and chance.random() < 0.3:
            a, b = self.number(depth - 1), self.number(depth - 1)
            return chance.choice(
                [f"{a} + {b}", f"{a} * {b}", f"abs({a})", f"max({a}, {b})", f"({a}) / ({b})"]
            )
        if chance.random() < 0.1:
            net = self.experiment.network.wiring()
            layer = chance.randint(1, max(net.layer.values()))
            of = (
                [f"db[layer {layer}]", "delta", "b", "g"]
                if [*value_owners(net, "g")]
                else ["delta"]
            )
            function = chance.choice(["norm", "max", "min", "sum", "mean"])
            return f"{function}(abs({chance.choice(of)}))"
        return chance.choice(self.values)

    def level(self) -> str:
        return self.chance.choice(["0", "0.1", "-0.3", "0.5", "1", "2", "7", "40"])

    def condition(self, depth: int = 2) -> str:
        chance = self.chance
        if depth and chance.random() < 0.4:
            a, b = self.condition(depth - 1), self.condition(depth - 1)
            return chance.choice([f"({a} and {b})", f"({a} or {b})", f"not ({a})"])
        test = chance.choice(
            ["compare", "compare", "compare", "counter", "isblank", "isnan", "isfinite", "chain"]
        )
        if test == "compare":
            sign = chance.choice(["<", "<=", ">", ">=", "==", "!="])
            return f"{self.number()} {sign} {chance.choice([self.level(), self.number()])}"
        if test == "counter":
            counter = chance.choice(["epoch", "update", "example", "step"])
            return f"{counter} {chance.choice(['==', '>', '<='])} {chance.randint(0, 6)}"
        if test == "chain":
            return f"-0.5 < {self.number()} <= {self.level()}"
        return f"{test}({self.number()})"

    def row(self, number: int):
        chance = self.chance
        clauses = chance.choice(["", "", f" every {chance.randint(1, 4)}"])
        clauses += chance.choice(["", "", f" ignore {chance.randint(0, 9)}"])
        kind = chance.choice(["place", "place", "anywhere", "watch", "watch"])
        if kind in ("place", "anywhere"):
            text = self.place() if kind == "place" else ""
            if kind == "anywhere" or chance.random() < 0.6:
                clauses += f" if {self.condition()}"
            read = parse_breakpoint
        else:
            event = chance.choice(["", f" crosses {self.level()}", "becomes", "nonfinite"])
            text = self.number() + event
            if event == "becomes":
                text = f"{self.condition()} becomes true"
            elif event == "nonfinite":
                text = event
            if chance.random() < 0.2:
                clauses += f" if {self.condition()}"
            read = parse_watchpoint
        if chance.random() < 0.15:
            clauses += f' log "{number} {{{self._plain_value()}}}"'
        return read(text + clauses, self.experiment.network, temporary=chance.random() < 0.1)

    def edit(self, position: int) -> Edit:
        chance = self.chance
        targets = [v for v in self.values if v.startswith(("w[", "b[", "x["))] + ["learning_rate"]
        return Edit(position, chance.choice(targets), chance.choice([0.0, 0.25, 2.0, 1e200]))

    def _plain_value(self) -> str:
        return self.chance.choice([v for v in self.values if '"' not in v])

    def _neuron(self, name: str) -> str:
        return Place("neuron", (name,)).text


def stops_like(debugger, one_by_one, author, chance, *, bursts) -> None:
    """Wander with continue and reverse-continue; each time both must agree on everything."""
    for number in range(1, chance.randint(1, 3) + 1):
        debugger.breakpoints.add(author.row(number))
    book = one_by_one(debugger, debugger.breakpoints)
    for _ in range(8):
        if chance.random() < 0.3:
            book.position = chance.randint(0, debugger.total)
            debugger.seek(book.position)
        direction = chance.choice([1, 1, -1])
        searching = ContinueSearch(debugger, debugger.breakpoints, direction)
        while (stop := searching.burst(bursts)) is None:
            pass
        context = (
            f"from {book.position} {direction}: {[r.text for r in debugger.breakpoints]} {stop}"
        )
        position, kind, numbers = book.go(direction)
        assert (stop.position, stop.kind) == (position, kind), context
        assert debugger.position == position
        assert [number for number, _ in stop.hits] == numbers, context
        assert list(stop.messages) == book.messages, context
        left = {row.number for row in debugger.breakpoints}
        for row in book.rows:
            counter = book.counters[row.number]
            assert (row.number in left) is not counter.deleted
            if not counter.deleted:
                assert debugger.breakpoints[row.number].hits == counter.hits, context
                assert debugger.breakpoints[row.number].ignore == counter.ignore, context
        last = debugger.last
        assert (last.position.step if last else -1) == position - 1


@pytest.mark.parametrize("bursts", [10.0, SMALLEST], ids=["at once", "in the smallest bursts"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(experiment=small, seed=st.integers(0, 2**32))
def test_stops_are_those_of_looking_after_every_step(experiment, seed, bursts, one_by_one) -> None:
    chance = Random(seed)
    stops_like(Debugger(experiment), one_by_one, Author(experiment, chance), chance, bursts=bursts)


@given(experiment=wild, seed=st.integers(0, 2**32))
def test_so_are_those_of_a_run_that_diverges(experiment, seed, one_by_one) -> None:
    chance = Random(seed)
    stops_like(Debugger(experiment), one_by_one, Author(experiment, chance), chance, bursts=10.0)


@given(experiment=small, seed=st.integers(0, 2**32))
def test_so_are_those_of_a_run_with_edits(experiment, seed, one_by_one, with_edits) -> None:
    chance = Random(seed)
    author = Author(experiment, chance)
    total = Debugger(experiment).total
    positions = sorted(chance.randint(0, total - 1) for _ in range(chance.randint(1, 3)))
    debugger = with_edits(experiment, [author.edit(p) for p in positions])
    stops_like(debugger, one_by_one, author, chance, bursts=10.0)


class AuthorOfRecords(Author):
    """Writes only of what is recorded of a run, so that updates are skipped without computing."""

    def __init__(self, experiment, chance: Random) -> None:
        super().__init__(experiment, chance)
        self.values = sorted(RECORDED - {"test_loss"})

    def number(self, depth: int = 1) -> str:
        chance = self.chance
        a, b = chance.choice(self.values), chance.choice([*self.values, self.level()])
        return chance.choice([a, a, f"{a} - {b}", f"max({a}, {b})"])

    def condition(self, depth: int = 2) -> str:
        chance = self.chance
        if depth and chance.random() < 0.3:
            return f"({self.condition(0)} {chance.choice(['and', 'or'])} {self.condition(0)})"
        sign = chance.choice(["<", "<=", ">", ">=", "==", "!="])
        other = chance.choice([self.number(), self.level(), str(chance.randint(1, 9))])
        return chance.choice([f"{self.number()} {sign} {other}", f"isblank({self.number()})"])

    def row(self, number: int):
        while True:
            row = super().row(number)
            if RecordedFilter.can_tell([row]):
                return row

    def edit(self, position: int) -> Edit:
        chance = self.chance
        targets = [f"b[{j}]" for j in self.experiment.network.wiring().neurons if j.isidentifier()]
        return Edit(
            position, chance.choice([*targets, "learning_rate"]), chance.choice([0.25, 2.0])
        )


@pytest.mark.parametrize("bursts", [10.0, SMALLEST], ids=["at once", "in the smallest bursts"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    experiment=in_both_ways(experiments(most_neurons=3, most_examples=5, most_epochs=8)),
    data=st.data(),
)
def test_so_are_those_that_are_told_from_what_was_recorded(
    experiment, data, bursts, one_by_one, with_edits
) -> None:
    chance = Random(data.draw(st.integers(0, 2**32)))
    author = AuthorOfRecords(experiment, chance)
    total = Debugger(experiment).total
    positions = sorted(chance.randint(0, total - 1) for _ in range(chance.choice([0, 0, 1, 3])))
    debugger = with_edits(experiment, [author.edit(p) for p in positions])
    if chance.random() < 0.3:  # all of it is recorded
        debugger.seek(debugger.total)
        debugger.seek(0)
    stops_like(debugger, one_by_one, author, chance, bursts=bursts)


class AuthorOfTests(Author):
    """Writes of what straight-line code has in variables: most updates are not looked at."""

    def row(self, number: int):
        while True:
            row = super().row(number)
            watched = getattr(row, "expression", None)
            expression = row.condition if watched is None else watched
            known = {"x", "t", "z", "a", "da", "delta", "b", "db", "w", "dw", "loss"}
            known = known if watched is None else {"b", "w"}
            if expression and {parse_value_name(name)[0] for name in expression.names} <= known:
                return row


@pytest.mark.parametrize("bursts", [10.0, SMALLEST], ids=["at once", "in the smallest bursts"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(experiment=small, data=st.data())
def test_so_are_those_that_are_tested_in_straight_line_code(
    experiment, data, bursts, one_by_one, with_edits
) -> None:
    chance = Random(data.draw(st.integers(0, 2**32)))
    author = AuthorOfTests(experiment, chance)
    total = Debugger(experiment).total
    positions = sorted(chance.randint(0, total - 1) for _ in range(chance.choice([0, 0, 1, 3])))
    debugger = with_edits(experiment, [author.edit(p) for p in positions])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_context, "_WORTH_COMPILING", -1.0)
        stops_like(debugger, one_by_one, author, chance, bursts=bursts)


@pytest.mark.parametrize("direction", [1, pytest.param(-1, marks=pytest.mark.deep)])
@pytest.mark.parametrize(
    "level", [0.03, *(pytest.param(n, marks=pytest.mark.deep) for n in (-0.2, 0.55))]
)
def test_straight_line_code_stops_where_looking_at_each_update_does(
    direction, level, monkeypatch
) -> None:
    commands = [
        *(f"watch {v} crosses {{}}" for v in ("w[x1,h1]", "b[out]", "w[h1,out] - w[h2,out]")),
        "watch b[h2] > {} becomes true", "watch b[h2] < {} becomes true",
        "break h1 backward if isfinite(delta[h1]) and max(delta[h1], 0) > {}",
        "break if loss < {} or isnan(loss) or a[out] == x[x1]", "watch w[x1,h1] every 7",
    ]  # fmt: skip
    experiment = nntui.load("sample")
    for command in commands:
        found = []
        for seconds in (-1.0, 1e9):
            monkeypatch.setattr(search_context, "_WORTH_COMPILING", seconds)
            debugger = Debugger(experiment)
            debugger.breakpoints.add(parse_command(command.format(level), experiment.network))
            debugger.seek(0 if direction > 0 else debugger.total)
            found.append([debugger.resume(direction).position for _ in range(3)])
        assert found[0] == found[1], command.format(level)


def test_a_stop_leaves_no_future_that_an_edit_would_branch_off() -> None:
    debugger = Debugger(nntui.load("xor"))
    debugger.breakpoints.add(parse_breakpoint("if batch_loss < 0.6", debugger.experiment.network))
    stop = debugger.resume()
    assert stop.kind == "stop"
    assert debugger.training_run.timeline.reached == debugger.position


tame = experiments(
    most_neurons=4,
    most_examples=3,
    most_epochs=2,
    activation=st.sampled_from([Activation.of(name) for name in ("linear", "relu", "square")]),
    loss=st.sampled_from([Loss.of(name) for name in ("mae", "huber", "mse")]),
    optimizer=st.sampled_from([Optimizer.of("sgd", learning_rate=r) for r in (1e-3, 1e250)]),
)


@given(experiment=tame, seed=st.integers(0, 2**32))
def test_the_steps_that_wrote_nonfinite_numbers_are_found(
    experiment, seed, one_by_one, with_edits
) -> None:
    """Huge numbers overflow in every kind of step: sums, products, activations, gradients."""
    chance = Random(seed)
    author = Author(experiment, chance)
    targets = [v for v in author.values if v.startswith(("w[", "b[", "x["))]
    edits = [
        Edit(0, target, chance.choice([-1, 1]) * 10.0 ** chance.randint(60, 300))
        for target in chance.sample(targets, chance.randint(1, len(targets)))
    ]
    debugger = with_edits(experiment, edits)
    debugger.breakpoints.add(parse_watchpoint("nonfinite", experiment.network))
    book = one_by_one(debugger, debugger.breakpoints)
    for direction in (1, 1, 1, 1, 1, 1, -1, -1, -1):
        assert debugger.resume(direction).position == book.go(direction)[0]
    every = debugger.breakpoints.every(1, 10**9)
    debugger.seek(0)
    debugger.resume()
    found = sum(book.book.matches(every, s) for s in range(debugger.total))
    assert debugger.breakpoints[1].hits - every.hits == found  # counted without stepping


@given(experiment=small, seed=st.integers(0, 2**32))
def test_what_is_refused_when_it_is_set_matches_no_step(experiment, seed, one_by_one) -> None:
    """And each place that it says to write instead is one that is taken."""
    chance = Random(seed)
    debugger, author = Debugger(experiment), Author(experiment, chance)
    reachability, refused = Reachability.of(debugger.training_run), []
    for row in [author.row(1) for _ in range(12)]:
        try:
            reachability.check(row)
        except BreakpointError as error:
            refused.append((row, str(error)))
    book = one_by_one(debugger, [row for row, _ in refused]).book
    for row, said in refused:
        there = [s for s in range(debugger.total) if book.matches(row, s)]
        assert not there, f"{row.text}: {said}, but steps {there[:5]}"
        if ": write break " in said and "…" not in said:
            advice = said.partition(": write break ")[2]
            reachability.check(parse_breakpoint(advice, debugger.experiment.network))
