"""How a value came about: its equations and the values read, one function for each symbol."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct, structs

from nntui.debugger.queries.past import Past
from nntui.debugger.queries.writes import Write
from nntui.debugger.step import Step
from nntui.engine.schedule import MOVES
from nntui.explain.formulas import EquationLine, gradient
from nntui.explain.numbers import bracketed, exact
from nntui.model.errors import counted
from nntui.model.names import MEMORY, parameter_name, value_name
from nntui.model.wiring import Wiring, parameter_key


class Read(Struct, frozen=True):
    """A value as it was at a position."""

    name: str
    position: int


class DataRead(Read, frozen=True):
    """A number of the data as a step read it: ``x[i]`` or ``t[k]`` of an example."""

    example: int
    value: float


class TermRead(Read, frozen=True):
    """The term that a step (number ``position``) added to a sum; ``name`` is the sum's."""


SPELLED: Final = 6
"""A sum of more terms than this is not written out in numbers."""


class Term(Struct, frozen=True):
    """A term of a sum: ``line`` is its equation, ``reads`` the values in it."""

    name: str
    value: float
    line: EquationLine
    reads: tuple[Read, ...]


# The two factors of the product that an edge step adds, for the connection i → j.
_FACTORS: Final = {
    "z": lambda i, j: (value_name("w", i, j), value_name("a", i)),
    "da": lambda i, j: (value_name("w", i, j), value_name("delta", j)),
    "dw": lambda i, j: (value_name("delta", j), value_name("a", i)),
}


def term_of(step: Step, symbol: str, name: str, net: Wiring) -> Term:
    """The term that a step added to a sum with that symbol (z, da, dw)."""
    if step.kind == "loss":  # ∂L/∂a of an output: from its own output alone, or from all of them
        (line,) = _lines(step, name)
        every = step.experiment.training.loss.row.classes
        outputs = [k for k in net.outputs if every or value_name("da", k) == name]
        return Term(name, step.writes[name], line, loss_reads(step, outputs))
    _, i, j = step.operation
    left, right = _FACTORS[symbol](i, j)
    value = step.reads[left] * step.reads[right]
    product, at = f"{left} · {right}", step.position.step
    numbers = f"{exact(step.reads[left])} · {bracketed(exact(step.reads[right]))}"
    line = EquationLine(product, product, numbers, exact(value))
    return Term(product, value, line, (Read(left, at), Read(right, at)))


def sum_line(
    name: str, start: tuple[str, float] | None, terms: Sequence[Term] | int
) -> EquationLine:
    """Write the equation of a sum without its result: its terms, or just how many there are.

    ``start`` is the name and the number that it begins with.
    """
    symbols, numbers = ([start[0]], [exact(start[1])]) if start else ([], [])
    if isinstance(terms, int):
        symbols.append(f"Σ of {terms} products")
        numbers.append(f"Σ of {terms} products")
    else:
        for term in terms:
            symbols.append(term.name)
            shown = term.line.numbers
            if numbers and " · " in term.name:
                first, second = shown.split(" · ")
                shown = f"{bracketed(first)} · {second}"
            elif numbers:
                shown = bracketed(exact(term.value))
            numbers.append(shown)
    return EquationLine(name, " + ".join(symbols), " + ".join(numbers), "")


def loss_reads(step: Step, outputs: Sequence[str]) -> tuple[Read, ...]:
    """The reads of a loss step: each output's activation and its target."""
    at, example = step.position.step, step.position.example
    assert example is not None
    targets = (value_name("t", k) for k in outputs)
    return (
        *(Read(value_name("a", k), at) for k in outputs),
        *(DataRead(name, at, example, step.reads[name]) for name in targets),
    )


_OF_A: Final = re.compile(r"(?<![A-Za-z])a(?![A-Za-z])")  # a slope in terms of a: 1 − a²


class Origin(Struct, frozen=True):
    """A value's equations (the last one without its result), and the values in them."""

    lines: tuple[EquationLine, ...] = ()
    reads: tuple[Read, ...] = ()
    note: str = ""


def _z(past: Past, write: Write, j: str) -> Origin:
    edges = past.writes.offsets.forward_edges(j)
    first = past.schedule.example_start(write.written_by) + edges.start
    bias = value_name("b", j)
    steps = range(first, write.written_by + 1 if edges else first)
    b = past.step(first).reads[write.name]  # z[j] starts as b[j]
    return _sum(past, write, (bias, b), steps, len(edges), (Read(bias, first),))


def _a(past: Past, write: Write, j: str) -> Origin:
    step = past.step(write.written_by)
    if step.kind == "load":
        name = value_name("x", j)
        assert write.example is not None
        read: Read = DataRead(name, write.written_by, write.example, step.reads[name])
    else:
        # Where nothing flows in, z is known only when the neuron is done.
        known = write.written_by if past.net.sources[j] else write.written_by + 1
        read = Read(value_name("z", j), known)
    return Origin(_lines(step, write.name), (read,))


def _loss(past: Past, write: Write) -> Origin:
    step = past.step(write.written_by)
    return Origin(_lines(step, write.name), loss_reads(step, past.net.outputs))


def _da(past: Past, write: Write, i: str) -> Origin:
    load = past.schedule.example_start(write.written_by)
    offsets = past.writes.offsets.writing("da", (i,))
    steps = [load + offset for offset in offsets if load + offset <= write.written_by]
    if len(offsets) == 1 and i in past.net.outputs:
        term = term_of(past.step(steps[0]), "da", write.name, past.net)
        return Origin((term.line,), term.reads)
    return _sum(past, write, None, steps, len(offsets))


def _delta(past: Past, write: Write, j: str) -> Origin:
    step = past.step(write.written_by)
    activation = step.experiment.network.wiring().activation[j]
    slope_of = "a" if _OF_A.search(activation.row.derivative_formula) else "z"
    reads = [Read(value_name(slope_of, j), write.written_by)]
    da, note = value_name("da", j), ""
    if past.writes.offsets.writing("da", (j,)):
        reads.insert(0, Read(da, write.written_by))
    else:
        note = f"{da} counts as 0: nothing leads on from {j}"
    return Origin(_lines(step, write.name), tuple(reads), note)


def _db(past: Past, write: Write, j: str) -> Origin:
    if past.schedule.by_differences:
        return _measured(past, write, j)
    steps = _examples_until(past, write)
    delta = value_name("delta", j)
    reads = tuple(Read(delta, step + 1) for step in steps)
    if len(steps) > SPELLED:
        numbers = f"Σ of {len(steps)} numbers"
    else:
        numbers = _added([past.step(step).writes[delta] for step in steps])
    line = EquationLine(write.name, f"Σ {delta}", numbers, "")
    return Origin((line,), reads, _so_far(len(steps), _batch_length(past, write), "example"))


def _dw(past: Past, write: Write, i: str, j: str) -> Origin:
    if past.schedule.by_differences:
        return _measured(past, write, i, j)
    steps = _examples_until(past, write)
    return _sum(past, write, None, steps, _batch_length(past, write), term="example")


def _measured(past: Past, write: Write, *neurons: str) -> Origin:
    """A gradient by central differences: from the losses with its parameter moved up and down."""
    schedule, step = past.schedule, past.step(write.written_by)
    length = _batch_length(past, write)
    losses = []
    for passes in (2, 1):  # behind each pass stands one step that moves the parameter
        start = write.written_by - passes * length * schedule.steps_per_example - (passes - 1)
        for place in range(length):
            at = start + place * schedule.steps_per_example + schedule.loss_at
            losses.append(Read("loss", at + 1))
    origin = _before_moved(past, step, parameter_name(parameter_key(neurons)))
    return Origin(_lines(step, write.name), (origin, *losses))


def _before_moved(past: Past, step: Step, name: str) -> Read:
    """What a parameter was before it was moved, or what an edit has made of that since."""
    move, here = step.position.move, step.position.step
    assert move is not None
    first = past.schedule.move_step(step.position.update, move - move % len(MOVES))
    edits = (edit.position for edit in past.writes.edits if edit.target == name)
    return Read(name, max([first, *(at for at in edits if first < at <= here)]))


def _parameter(past: Past, write: Write, *neurons: str) -> Origin:
    step = past.step(write.written_by)
    if step.position.move is not None:  # it is moved, or moved back
        lines = tuple(line for line in step.lines() if line.target in ("h", write.name))
        return Origin(lines, (_before_moved(past, step, write.name),))
    gradient = "d" + write.name
    memory = _memory_reads(step, neurons)
    reads = (Read(write.name, write.written_by), Read(gradient, write.written_by), *memory)
    return Origin(step.lines(), reads)


def _memory(past: Past, write: Write, *neurons: str) -> Origin:
    """What the optimizer remembers of a parameter, from its update step."""
    step, name = past.step(write.written_by), parameter_name(parameter_key(neurons))
    lines, quantity = step.lines(), write.name.partition("[")[0]
    at, training = write.written_by, step.experiment.training
    upto = next((n for n, line in enumerate(lines) if line.target == quantity), None)
    if upto is None:
        return Origin(note=f"{training.optimizer.name} does not use it with these settings")
    named = (*lines[:upto], structs.replace(lines[upto], target=write.name))
    penalised = len(neurons) == 2 and (training.l1 or training.l2)
    decays = training.optimizer.gradient_decay
    parameter = (Read(name, at),) if penalised or decays else ()
    return Origin(named, (*parameter, Read("d" + name, at), *_memory_reads(step, neurons)))


def _g(past: Past, write: Write, *neurons: str) -> Origin:
    """The gradient that the optimizer gets: a batch's sum, reduced, with the penalty."""
    position, key = write.position, parameter_key(neurons)
    training, length = past.experiment_at(position).training, _batch_length(past, write)
    names = [parameter_name(key, "d")]
    if len(neurons) == 2 and (training.l1 or training.l2):
        names.append(parameter_name(key))
    values = [(name, past.value(name, position) or 0.0) for name in names]
    _, symbols, numbers = gradient(
        training, length, values[0], values[1] if len(values) > 1 else None
    )
    line = EquationLine(write.name, symbols, numbers, "")
    return Origin((line,), tuple(Read(name, position) for name in names))


def _p(past: Past, write: Write, k: str) -> Origin:
    names = [value_name("a", output) for output in past.net.outputs]
    numbers = [bracketed(exact(past.value(name, write.position) or 0.0)) for name in names]
    n = past.net.outputs.index(k)
    symbols, shown = (
        f"e^{each[n]} / ({' + '.join(f'e^{a}' for a in each)})" for each in (names, numbers)
    )
    line = EquationLine(write.name, symbols, shown, "")
    return Origin((line,), tuple(Read(name, write.position) for name in names))


def _accuracy(past: Past, write: Write) -> Origin:
    count = len(past.experiment_at(write.position).train_examples)
    right = round((past.value(write.name, write.position) or 0.0) * count)
    return Origin(note=f"{right} of {counted(count, 'training example')} are classified right")


def _mean_loss(past: Past, write: Write) -> Origin:
    schedule, here = past.schedule, past.schedule.position(write.written_by)
    updates = range(here.update, here.update + 1)
    if write.name == "epoch_loss":
        first = here.epoch * schedule.updates_per_epoch
        updates = range(first, first + schedule.updates_per_epoch)
    steps = [
        schedule.step(update, place, "loss", 0)
        for update in updates
        for place in range(schedule.batch_length(update))
    ]
    count = len(steps)
    numbers = f"Σ of {count} losses"
    if count <= SPELLED:
        numbers = _added([past.step(step).writes["loss"] for step in steps])
    divided = f" / {count}"
    if write.name == "batch_loss" and past.writes.experiment.training.reduction == "sum":
        divided = ""
    if count > 1 and divided:
        numbers = f"({numbers}){divided}"
    line = EquationLine(write.name, f"Σ loss{divided}", numbers, "")
    return Origin((line,), tuple(Read("loss", step + 1) for step in steps))


def _test_loss(past: Past, write: Write) -> Origin:
    count = counted(len(past.writes.experiment.test_examples), "test example")
    return Origin(note=f"the mean loss of {count}, by forward passes alone")


ORIGINS: Final[dict[str, Callable[..., Origin]]] = {
    "z": _z, "a": _a, "loss": _loss, "da": _da, "delta": _delta, "db": _db, "dw": _dw,
    "b": _parameter, "w": _parameter, "g": _g, "p": _p, "accuracy": _accuracy,
    **dict.fromkeys(MEMORY, _memory),
    "batch_loss": _mean_loss, "epoch_loss": _mean_loss, "test_loss": _test_loss,
    **dict.fromkeys(("step", "example", "update", "epoch"), lambda *_: Origin()),
}  # fmt: skip
"""By symbol: the origin of a value that a step wrote, from its write and its neurons."""


def _sum(
    past: Past, write: Write, start: tuple[str, float] | None, steps: Sequence[int], whole: int,
    before: tuple[Read, ...] = (), term: str = "term",
) -> Origin:  # fmt: skip
    """The origin of a sum whose terms some steps added; finished it has ``whole`` terms."""
    symbol = write.name.partition("[")[0]
    spelled = len(steps) <= SPELLED
    terms = [term_of(past.step(s), symbol, write.name, past.net) for s in steps] if spelled else []
    line = sum_line(write.name, start, terms if spelled else len(steps))
    if len(terms) == 1 and not before:
        reads = terms[0].reads  # the sum is that product itself
    else:
        reads = (*before, *(TermRead(write.name, s) for s in steps))
    return Origin((line,), reads, _so_far(len(steps), whole, term))


def _added(numbers: Sequence[float]) -> str:
    first, *others = map(exact, numbers)
    return " + ".join([first, *map(bracketed, others)])


def _lines(step: Step, name: str) -> tuple[EquationLine, ...]:
    return tuple(line for line in step.lines() if line.target == name)


def _memory_reads(step: Step, neurons: Sequence[str]) -> Iterator[Read]:
    """What an update step reads of the optimizer's memory, with the settings in force."""
    used = {line.target for line in step.lines()}
    for quantity in step.experiment.training.optimizer.row.memory:
        if quantity in used:
            yield Read(value_name(quantity, *neurons), step.position.step)


def _examples_until(past: Past, write: Write) -> range:
    """The write's step and its counterparts in the batch's examples before."""
    example = past.schedule.example_start(write.written_by)
    batch = past.schedule.update_start(past.schedule.position(write.written_by).update)
    first = batch + write.written_by - example
    return range(first, write.written_by + 1, past.schedule.steps_per_example)


def _batch_length(past: Past, write: Write) -> int:
    return past.schedule.batch_length(past.schedule.position(write.written_by).update)


def _so_far(count: int, whole: int, noun: str) -> str:
    return "" if count == whole else f"{count} of {counted(whole, noun)} so far"
