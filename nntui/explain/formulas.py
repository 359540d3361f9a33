"""The formula of a step: each value it wrote, in symbols, in numbers, and as a result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final

from msgspec import Struct

from nntui.engine.central_differences import h
from nntui.engine.schedule import MOVES
from nntui.explain.numbers import Number, bracketed, exact
from nntui.explain.symbols import SIGNS
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment, Training
from nntui.model.names import parameter_name, value_name
from nntui.model.numerics import ordered_sum
from nntui.model.optimizers import Memory, Optimizer


class StepRecord(Struct, frozen=True):
    """What a step did: all that its formula needs.

    ``operation``: load, forward_edge, forward_neuron, loss, backward_neuron, backward_edge,
    move_up, move_down, difference or update, then the step's neuron or its connection's source and
    target. ``reads`` and ``writes``: the values by name, before and after the step. ``update``
    counts from 0 over the whole run. ``memory`` is the optimizer's of the parameter before an
    update step, else (). ``moved``, of a step that moves a parameter or takes its difference: what
    it was before, and the batch's losses summed with it moved up and moved down, as far as known.
    """

    experiment: Experiment
    operation: tuple[str, ...]
    reads: Mapping[str, float]
    writes: Mapping[str, float]
    update: int
    batch_length: int
    memory: Memory
    moved: tuple[float, ...] = ()


Name = Callable[..., str]
"""Writes a value's name: a function of its symbol and its neurons."""

_INPUTS_SPELLED: Final = 8
_TERMS_SPELLED: Final = 8
# Between these a negative number needs no brackets.
_OPENERS: Final = ("(", ",", "|", "if", "else")
_CLOSERS: Final = (")", ",", "|", "if", ">", "<")


class EquationLine(Struct, frozen=True):
    """One equation: ``target`` = ``symbols`` = ``numbers`` = ``result``.

    Where the step changes a value that there was, ``before`` is what it was and ``change`` by how
    much it changed, with its sign.
    """

    target: str
    symbols: str
    numbers: str
    result: str
    before: str = ""
    change: str = ""


def formula(
    step: StepRecord, number: Number = exact, name: Name = value_name, few: int | None = None
) -> tuple[EquationLine, ...]:
    """Write the equations of a step, in the order of computing.

    ``few``: of more inputs or outputs than that, those in the middle are left out, and so are the
    terms in the middle of a long sum. Then a line with no result is a remark: how many are left
    out, or how a function in the loss is defined.
    """
    return _lines(_Writer(step, number, name, few))


def equations(step: StepRecord) -> tuple[EquationLine, ...]:
    """Write the same with exact numbers, without what each value was before: for many steps."""
    return _lines(_Writer(step, exact, value_name, None, changes=False))


def _lines(writer: _Writer) -> tuple[EquationLine, ...]:
    kind, *neurons = writer.step.operation
    return tuple(_FORMULAS[kind](writer, *neurons))


def sentence(step: StepRecord) -> str:
    """Write a step in one line of exact numbers: ``z[h1] = 0.1 + 0.5 · 1 = 0.6``."""
    if step.operation[0] in ("forward_edge", "backward_edge"):
        return _sum_sentence(step)
    lines = equations(step)
    shown = [
        f"{line.target} = {line.result}"
        if line.numbers == line.result
        else f"{line.target} = {line.numbers} = {line.result}"
        for line in lines[: _INPUTS_SPELLED if step.operation[0] == "load" else None]
    ]
    if len(shown) < len(lines):
        shown.append(f"… ({len(lines)} inputs)")
    return "; ".join(shown)


def _sum_sentence(step: StepRecord) -> str:
    """Write a step along a connection: most steps are, so the words are filled into a template."""
    template, sums = sum_template(*step.operation)
    reads, writes, texts = step.reads, step.writes, list[str]()
    for value, left, right in sums:
        texts += (
            exact(reads[value]),
            bracketed(exact(reads[left])),
            bracketed(exact(reads[right])),
            exact(writes[value]),
        )
    return template % (*texts,)


@lru_cache(maxsize=16384)
def sum_template(kind: str, i: str, j: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """Return the sentence of a step along a connection with %s for its numbers; and the names.

    There are three in each sum: of the value that is added to, which is its result, too, and of two
    factors, whose numbers are bracketed.
    """
    sums = tuple([tuple([value_name(*value) for value in found]) for found in _sums(kind, i, j)])
    parts = [value.replace("%", "%%") + " = %s + %s · %s = %s" for value, *_ in sums]
    return "; ".join(parts), sums


def _sums(kind: str, i: str, j: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return what a step along a connection adds to which values: a product of two others."""
    if kind == "forward_edge":
        return ((("z", j), ("w", i, j), ("a", i)),)
    return (("dw", i, j), ("delta", j), ("a", i)), (("da", i), ("w", i, j), ("delta", j))


def substituted(template: str, words: Mapping[str, Any], write: Callable[[Any], str] = str) -> str:
    """Replace each variable of a formula by a name or a number, negative ones in brackets.

    ``write`` is called for those that are in the formula.
    """
    texts, variables = _parts(template, tuple(words))
    found = [texts[0]]
    for (variable, alone), text in zip(variables, texts[1:], strict=True):
        word = write(words[variable])
        found += word if alone else bracketed(word), text
    return "".join(found)


@lru_cache(maxsize=1024)
def _parts(template: str, words: tuple[str, ...]) -> tuple[list[str], list[tuple[str, bool]]]:
    """Split a formula into the texts around its variables, and these.

    With each variable comes whether it stands alone: a negative number needs no brackets there.
    """
    # Whole words only: the z of "tanh(z)" and "z²", but no letter of a longer word.
    pattern = "|".join(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in words)
    texts, variables, end = list[str](), list[tuple[str, bool]](), 0
    for match in re.finditer(pattern, template):
        before, after = template[: match.start()].rstrip(), template[match.end() :].lstrip()
        opened = before.endswith(_OPENERS) or not before
        variables.append((match[0], opened and (after.startswith(_CLOSERS) or not after)))
        texts.append(template[end : match.start()])
        end = match.end()
    return [*texts, template[end:]], variables


class _Writer(Struct, frozen=True):
    """Writes the values of one step by name and by number; with ``changes`` how they changed."""

    step: StepRecord
    number: Number
    name: Name
    few: int | None
    changes: bool = True

    def each(
        self, neurons: Sequence[str], what: str, line: Callable[[int], EquationLine]
    ) -> Iterator[EquationLine]:
        """Yield a line for each neuron by its index, or for the first and the last ones."""
        count = len(neurons)
        if self.few is None or count <= self.few:
            yield from map(line, range(count))
            return
        last = self.few // 3
        yield from map(line, range(self.few - last))
        yield EquationLine("…", f"{count - self.few:,} more {what}", "", "")
        yield from map(line, range(count - last, count))

    def sum(self, text: str) -> str:
        """Leave out the terms in the middle of a long sum."""
        terms = text.split(" + ")
        if self.few is None or len(terms) <= _TERMS_SPELLED:
            return text
        # The logarithms of bce come in pairs of terms, so even numbers of them are kept.
        return " + ".join([*terms[: _TERMS_SPELLED - 4], "…", *terms[-2:]])

    def read(self, symbol: str, *neurons: str) -> str:
        return self.number(self.step.reads[value_name(symbol, *neurons)])

    def line(self, symbol: str, *neurons: str, symbols: str, numbers: str) -> EquationLine:
        target, name = self.name(symbol, *neurons), value_name(symbol, *neurons)
        return self.equation(target, name, symbols, numbers)

    def equation(self, target: str, name: str, symbols: str, numbers: str) -> EquationLine:
        """Write the line of the value with that value name."""
        before, after = self.step.reads.get(name), self.step.writes[name]
        if before is None or not self.changes:
            return EquationLine(target, symbols, numbers, self.number(after))
        change = self.number(after - before)
        signed = change if change.startswith(("-", "NaN")) else f"+{change}"
        return EquationLine(
            target, symbols, numbers, self.number(after), self.number(before), signed
        )

    def added(self, value: tuple[str, ...], *factors: tuple[str, ...]) -> EquationLine:
        """Write a value (symbol and neurons) that the product of others was added to."""
        target, name, symbols, names = _addition(self.name, value, factors)
        number, reads, writes = self.number, self.step.reads, self.step.writes
        product = [bracketed(number(writes[n] if n in writes else reads[n])) for n in names]
        numbers = f"{number(reads[name])} + {' · '.join(product)}"
        return self.equation(target, name, symbols, numbers)


@lru_cache(maxsize=16384)  # every step of a run names the same values again
def _addition(
    name: Name, value: tuple[str, ...], factors: tuple[tuple[str, ...], ...]
) -> tuple[str, str, str, tuple[str, ...]]:
    """Return the name and the value name of a value that a product of others is added to.

    Then the sum in symbols, and the value names of the factors.
    """
    symbols = f"{name(*value)} + {' · '.join(name(*factor) for factor in factors)}"
    names = tuple(value_name(*factor) for factor in factors)
    return name(*value), value_name(*value), symbols, names


def _load(writer: _Writer) -> Iterator[EquationLine]:
    inputs = writer.step.experiment.network.wiring().inputs

    def line(n: int) -> EquationLine:
        i = inputs[n]
        return writer.line("a", i, symbols=writer.name("x", i), numbers=writer.read("x", i))

    yield from writer.each(inputs, "inputs", line)


def _edge(writer: _Writer, i: str, j: str) -> Iterator[EquationLine]:
    for value, *factors in _sums(writer.step.operation[0], i, j):
        yield writer.added(value, *factors)


def _forward_neuron(writer: _Writer, j: str) -> Iterator[EquationLine]:
    activation = writer.step.experiment.network.wiring().activation[j]
    template = activation.row.formula
    yield writer.line(
        "a", j,
        symbols=_by_name(template, writer.name, j),
        numbers=substituted(
            template,
            {"z": writer.step.reads[value_name("z", j)], **_settings(activation)},
            writer.number,
        ),
    )  # fmt: skip


def _loss(writer: _Writer) -> Iterator[EquationLine]:
    outputs = writer.step.experiment.network.wiring().outputs
    loss = writer.step.experiment.training.loss
    a = [bracketed(writer.read("a", k)) for k in outputs]
    weighed = loss.weighed([writer.step.reads[value_name("t", k)] for k in outputs])
    y, total = [bracketed(writer.number(y_k)) for y_k in weighed], "1"
    if loss.row.classes and not loss.is_plain:
        total = writer.number(ordered_sum(weighed))
    names = [writer.name("a", k) for k in outputs]
    targets = [writer.name("t", k) for k in outputs]
    # With settings, the targets of cross_entropy are not what its logarithms are multiplied by.
    by_name = len(outputs) <= 2 and (loss.is_plain or not loss.row.classes)
    formula, derivative = loss.formulas
    formula, _, definition = formula.partition(", ")  # of a word in it
    symbols = loss.spell(names, targets) if by_name else formula
    yield writer.line("loss", symbols=symbols, numbers=writer.sum(loss.spell(a, y)))

    def line(n: int) -> EquationLine:
        symbols = loss.spell_gradient(names, targets, n) if by_name else derivative
        slope = loss.spell_gradient(a, y, n, total)
        return writer.line("da", outputs[n], symbols=symbols, numbers=writer.sum(slope))

    if writer.step.experiment.training.gradient == "backpropagation":
        yield from writer.each(outputs, "outputs", line)
    if definition and writer.few is not None:
        yield EquationLine("", definition, "", "")


def _backward_neuron(writer: _Writer, j: str) -> Iterator[EquationLine]:
    activation = writer.step.experiment.network.wiring().activation[j]
    template = activation.row.derivative_formula
    z = writer.step.reads[value_name("z", j)]
    numbers = {"z": z, "a": activation.f(z), **_settings(activation)}
    slope = substituted(template, numbers, writer.number)
    yield writer.line(
        "delta", j,
        symbols=f"{writer.name('da', j)} · {_factor(_by_name(template, writer.name, j))}",
        numbers=f"{writer.read('da', j)} · {_factor(slope)}",
    )  # fmt: skip
    yield writer.added(("db", j), ("delta", j))


def _update(writer: _Writer, *neurons: str) -> Iterator[EquationLine]:
    step, training = writer.step, writer.step.experiment.training
    symbol = "b" if len(neurons) == 1 else "w"
    p = step.reads[value_name(symbol, *neurons)]
    dp = step.reads[value_name("d" + symbol, *neurons)]
    p_name, dp_name = writer.name(symbol, *neurons), writer.name("d" + symbol, *neurons)

    weight = (p_name, p) if symbol == "w" else None
    g, g_symbols, g_numbers = gradient(
        training, step.batch_length, (dp_name, dp), weight, writer.number
    )
    if g_symbols == dp_name:
        g_name = dp_name  # nothing was done to it: no line of its own
    else:
        g_name = "g"
        yield EquationLine("g", g_symbols, g_numbers, writer.number(g))

    optimizer, t = training.optimizer, step.experiment.resumed.updates + step.update + 1
    settings, templates = _rule(optimizer, symbol == "w")
    after = optimizer.update(p, g, step.memory, t, symbol == "w")[1] if step.memory else ()
    quantities = optimizer.quantities(step.memory, after, t)
    by_number = _Numbers(writer.number, {**settings, **quantities, "g": g, "p_before": p})
    by_number |= {"t": str(t), "p": writer.number(p)}  # in the place where it is behind no operator
    for target, template in templates:
        symbols = _in_signs(template, p_name, g_name)
        numbers = template.format_map(by_number)
        if target == "p":
            yield writer.line(symbol, *neurons, symbols=symbols, numbers=numbers)
        else:
            yield EquationLine(target, symbols, numbers, writer.number(quantities[target]))


@lru_cache(maxsize=16)
def _rule(optimizer: Optimizer, is_weight: bool) -> tuple[Mapping[str, Any], list[tuple[str, str]]]:
    """Return the settings and the formulas of an update: they are the same at every step."""
    settings = optimizer.settings_of(is_weight)
    return settings, optimizer.row.formula(**settings)


@lru_cache(maxsize=16384)
def _in_signs(template: str, p: str, g: str) -> str:
    return template.format_map(SIGNS | {"p": p, "p_before": p, "g": g})


class _Numbers(dict[str, str]):
    """The texts of a template's numbers, written when they are asked for; negative in brackets."""

    def __init__(self, number: Number, values: Mapping[str, float]) -> None:
        super().__init__()
        self._number, self._values = number, values

    def __missing__(self, word: str) -> str:
        return bracketed(self._number(self._values[word]))


def _move(writer: _Writer, *neurons: str, sign: str) -> Iterator[EquationLine]:
    symbol, origin = "b" if len(neurons) == 1 else "w", writer.step.moved[0]
    yield _distance(writer, writer.name(symbol, *neurons), origin)
    before = writer.number(origin)
    yield EquationLine(
        writer.name(symbol, *neurons),
        f"{writer.name(symbol, *neurons)} {sign} h",
        f"{before} {sign} {writer.number(h(origin))}",
        writer.number(writer.step.writes[value_name(symbol, *neurons)]),
    )


def _difference(writer: _Writer, *neurons: str) -> Iterator[EquationLine]:
    symbol, (origin, up, down) = "b" if len(neurons) == 1 else "w", writer.step.moved
    change = writer.number(up - down)
    yield EquationLine(
        "L₊ − L₋", "Σ L, moved up − Σ L, moved down",
        f"{writer.number(up)} − {bracketed(writer.number(down))}", change,
    )  # fmt: skip
    yield writer.line(
        f"d{symbol}", *neurons,
        symbols="(L₊ − L₋) / 2h", numbers=f"{change} / (2 · {writer.number(h(origin))})",
    )  # fmt: skip
    back = writer.number(origin)
    yield EquationLine(writer.name(symbol, *neurons), "as it was", back, back)


def moved_parameter(experiment: Experiment, move: int) -> str:
    """Write which parameter is moved, and which way: ``w[x1,h1] + h`` (``Position.move``)."""
    net = experiment.network.wiring()
    number, kind = divmod(move, len(MOVES))
    trainable = [p for p in net.parameters if p not in net.frozen] if net.frozen else net.parameters
    name = parameter_name(trainable[number])
    return f"{name} {'+−'[kind]} h" if kind < 2 else name


def _distance(writer: _Writer, name: str, origin: float) -> EquationLine:
    return EquationLine(
        "h", f"6e-6 · max(1, |{name}|)", f"6e-6 · max(1, |{writer.number(origin)}|)",
        writer.number(h(origin)),
    )  # fmt: skip


def gradient(
    training: Training,
    examples: int,
    dp: tuple[str, float],
    weight: tuple[str, float] | None,
    number: Number = exact,
) -> tuple[float, str, str]:
    """Compute the gradient that the optimizer gets; write it in symbols and in numbers.

    ``dp``: the name and the number of the sum over so many examples; ``weight``: those of a weight,
    None for a bias.
    """
    g, symbols, numbers = training.reduced(dp[1], examples), dp[0], number(dp[1])
    if training.reduction == "mean" and examples > 1:
        symbols, numbers = f"{symbols} / N", f"{numbers} / {examples}"
    if weight is None:
        return g, symbols, numbers
    name, w = weight
    if training.l2:
        symbols += f" + λ₂ · {name}"
        numbers += f" + {number(training.l2)} · {bracketed(number(w))}"
    if training.l1:
        symbols += f" + λ₁ · sign({name})"
        numbers += f" + {number(training.l1)} · sign({number(w)})"
    return training.regularized(g, w), symbols, numbers


@lru_cache(maxsize=16384)
def _by_name(template: str, name: Name, j: str) -> str:
    return substituted(template, {"z": name("z", j), "a": name("a", j)})


def _settings(activation: Activation) -> dict[str, float]:
    """Return the numbers among an activation's settings, by their signs."""
    return {SIGNS.get(key, key): x for key, x in activation.settings if not isinstance(x, str)}


def _factor(text: str) -> str:
    """Write a formula as a factor of a product: in brackets unless it is a single word."""
    if " " in text and '"' not in text:
        return f"({text})"  # most have several
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "name", text)  # a quoted name may hold anything
    return text if re.fullmatch(r"[\w.\[\],∂/]+|\S+\(\S*\)|\(-?[\w.]+\)", bare) else f"({text})"


_FORMULAS: Final[dict[str, Callable[..., Iterator[EquationLine]]]] = {
    "load": _load,
    "forward_edge": _edge,
    "forward_neuron": _forward_neuron,
    "loss": _loss,
    "backward_neuron": _backward_neuron,
    "backward_edge": _edge,
    "move_up": partial(_move, sign="+"),
    "move_down": partial(_move, sign="−"),
    "difference": _difference,
    "update": _update,
}
