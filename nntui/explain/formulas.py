"""The formula of a step: each value it wrote, in symbols, in numbers, and as a result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nntui.explain.numbers import Number, bracketed, exact
from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name, value_name
from nntui.model.optimizers import Memory
from nntui.model.wiring import Parameter, Wiring


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What a step did: all that its formula needs.

    ``operation``: load, forward_edge, forward_neuron, loss, backward_neuron, backward_edge or
    update, then the step's neuron or its connection's source and target. ``reads`` and ``writes``:
    the values by name, before and after the step. ``update`` counts from 0 over the whole run.
    ``memory`` is the optimizer's of the parameter before an update step, else ().
    """

    experiment: Experiment
    operation: tuple[str, ...]
    reads: Mapping[str, float]
    writes: Mapping[str, float]
    update: int
    batch_length: int
    memory: Memory


# ---- formulas ------------------------------------------------------------------------------------


Name = Callable[..., str]
"""How a value is called: a function of its symbol and its neurons."""

_DRESS: Final = {"delta": "δ", "da": "∂L/∂a", "dw": "∂L/∂w", "db": "∂L/∂b", "loss": "L"}
_GREEK: Final = {
    "learning_rate": "η", "momentum": "μ", "beta1": "β₁", "beta2": "β₂", "eps": "ε", "alpha": "α",
    "weight_decay": "λ", "lr_decay": "lr_decay", "t": "t", "g": "g",
    "m": "m", "v": "v", "s": "s", "m_hat": "m̂", "v_hat": "v̂",
    "m_before": "m", "v_before": "v", "s_before": "s", "t_before": "(t − 1)",
}  # fmt: skip
_SETTING_SIGNS: Final = {"alpha": "α", "slope": "slope"}
_INPUTS_SPELLED: Final = 8
_TERMS_SPELLED: Final = 8
# What may stand around a negative number without brackets.
_OPENERS: Final = ("(", ",", "|", "if", "else")
_CLOSERS: Final = (")", ",", "|", "if", ">", "<")


@dataclass(frozen=True, slots=True)
class EquationLine:
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


def dressed(symbol: str, *neurons: str) -> str:
    """A value's name in mathematical dress: ``δ[h1]``, ``∂L/∂w[x1,h1]``."""
    return value_name(_DRESS.get(symbol, symbol), *neurons)


def formula(
    step: StepRecord, number: Number = exact, name: Name = value_name, few: int | None = None
) -> tuple[EquationLine, ...]:
    """The equations of a step, in the order of computing.

    ``few``: of more inputs or outputs than that, those in the middle are left out, and so are the
    terms in the middle of a long sum. Then a line with no result is a remark: how many are left
    out, or what a function of the loss's own is.
    """
    kind, *neurons = step.operation
    return tuple(_FORMULAS[kind](_Pen(step, number, name, few), *neurons))


def sentence(step: StepRecord) -> str:
    """The step in one line of exact numbers: ``z[h1] = 0.1 + 0.5 · 1 = 0.6``."""
    lines = formula(step)
    shown = [
        f"{line.target} = {line.result}"
        if line.numbers == line.result
        else f"{line.target} = {line.numbers} = {line.result}"
        for line in lines[: _INPUTS_SPELLED if step.operation[0] == "load" else None]
    ]
    if len(shown) < len(lines):
        shown.append(f"… ({len(lines)} inputs)")
    return "; ".join(shown)


def spelled(template: str, words: Mapping[str, str]) -> str:
    """A formula of one variable with each of its words replaced; negative numbers in brackets."""

    def replace(match: re.Match[str]) -> str:
        word = words[match.group()]
        before, after = template[: match.start()].rstrip(), template[match.end() :].lstrip()
        opened = before.endswith(_OPENERS) or not before
        alone = opened and (after.startswith(_CLOSERS) or not after)
        return word if alone else bracketed(word)

    # A word stands alone: the z of "tanh(z)" and "z²", but not a letter of a longer word.
    pattern = "|".join(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in words)
    return re.sub(pattern, replace, template)


def elided(text: str) -> str:
    """A formula whose long sum, if there is one, lacks the terms in its middle."""
    terms = text.split(" + ")
    if len(terms) <= _TERMS_SPELLED:
        return text
    # The logarithms of bce come in pairs of terms, so even numbers of them are kept.
    return " + ".join([*terms[: _TERMS_SPELLED - 4], "…", *terms[-2:]])


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the values of one step: by name or by number."""

    step: StepRecord
    number: Number
    name: Name
    few: int | None

    def each(
        self, neurons: Sequence[str], what: str, line: Callable[[int], EquationLine]
    ) -> Iterator[EquationLine]:
        """A line for each neuron by its place, or for the first and the last ones."""
        count = len(neurons)
        if self.few is None or count <= self.few:
            yield from map(line, range(count))
            return
        last = self.few // 3
        yield from map(line, range(self.few - last))
        yield EquationLine("…", f"{count - self.few:,} more {what}", "", "")
        yield from map(line, range(count - last, count))

    def sum(self, text: str) -> str:
        """A sum, short enough."""
        return text if self.few is None else elided(text)

    def read(self, symbol: str, *neurons: str) -> str:
        return self.number(self.step.reads[value_name(symbol, *neurons)])

    def wrote(self, symbol: str, *neurons: str) -> str:
        return self.number(self.step.writes[value_name(symbol, *neurons)])

    def line(self, symbol: str, *neurons: str, symbols: str, numbers: str) -> EquationLine:
        target, name = self.name(symbol, *neurons), value_name(symbol, *neurons)
        before, after = self.step.reads.get(name), self.step.writes[name]
        if before is None:
            return EquationLine(target, symbols, numbers, self.number(after))
        change = self.number(after - before)
        signed = change if change.startswith(("-", "NaN")) else f"+{change}"
        return EquationLine(
            target, symbols, numbers, self.number(after), self.number(before), signed
        )


def _load(pen: _Pen) -> Iterator[EquationLine]:
    inputs = pen.step.experiment.network.wiring().inputs

    def line(n: int) -> EquationLine:
        i = inputs[n]
        return pen.line("a", i, symbols=pen.name("x", i), numbers=pen.read("x", i))

    yield from pen.each(inputs, "inputs", line)


def _forward_edge(pen: _Pen, i: str, j: str) -> Iterator[EquationLine]:
    z, w, a = pen.read("z", j), pen.read("w", i, j), pen.read("a", i)
    yield pen.line(
        "z", j,
        symbols=f"{pen.name('z', j)} + {pen.name('w', i, j)} · {pen.name('a', i)}",
        numbers=f"{z} + {bracketed(w)} · {bracketed(a)}",
    )  # fmt: skip


def _forward_neuron(pen: _Pen, j: str) -> Iterator[EquationLine]:
    activation = pen.step.experiment.network.wiring().activation[j]
    template = activation.row.formula
    yield pen.line(
        "a", j,
        symbols=spelled(template, {"z": pen.name("z", j)}),
        numbers=spelled(template, {"z": pen.read("z", j)} | _settings(pen, activation.settings)),
    )  # fmt: skip


def _loss(pen: _Pen) -> Iterator[EquationLine]:
    outputs = pen.step.experiment.network.wiring().outputs
    loss = pen.step.experiment.training.loss
    a = [bracketed(pen.read("a", k)) for k in outputs]
    y = [bracketed(pen.read("y", k)) for k in outputs]
    names = [pen.name("a", k) for k in outputs]
    targets = [pen.name("y", k) for k in outputs]
    spell, slope = loss.row.spell, loss.row.spell_gradient
    by_name = len(outputs) <= 2
    symbols = spell(names, targets) if by_name else loss.row.formula
    yield pen.line("loss", symbols=symbols, numbers=pen.sum(spell(a, y)))

    def line(n: int) -> EquationLine:
        symbols = slope(names, targets, n) if by_name else loss.row.derivative_formula
        return pen.line("da", outputs[n], symbols=symbols, numbers=pen.sum(slope(a, y, n)))

    yield from pen.each(outputs, "outputs", line)
    _, _, definition = loss.row.formula.partition(", ")  # of a function of its own
    if definition and pen.few is not None:
        yield EquationLine("", definition, "", "")


def _backward_neuron(pen: _Pen, j: str) -> Iterator[EquationLine]:
    activation = pen.step.experiment.network.wiring().activation[j]
    template = activation.row.derivative_formula
    z = pen.step.reads[value_name("z", j)]
    by_number = {"z": pen.number(z), "a": pen.number(activation.f(z))}
    by_name = {"z": pen.name("z", j), "a": pen.name("a", j)}
    slope = spelled(template, by_number | _settings(pen, activation.settings))
    yield pen.line(
        "delta", j,
        symbols=f"{pen.name('da', j)} · {_factor(spelled(template, by_name))}",
        numbers=f"{pen.read('da', j)} · {_factor(slope)}",
    )  # fmt: skip
    yield pen.line(
        "db", j,
        symbols=f"{pen.name('db', j)} + {pen.name('delta', j)}",
        numbers=f"{pen.read('db', j)} + {bracketed(pen.wrote('delta', j))}",
    )  # fmt: skip


def _backward_edge(pen: _Pen, i: str, j: str) -> Iterator[EquationLine]:
    delta, a, w = pen.read("delta", j), pen.read("a", i), pen.read("w", i, j)
    yield pen.line(
        "dw", i, j,
        symbols=f"{pen.name('dw', i, j)} + {pen.name('delta', j)} · {pen.name('a', i)}",
        numbers=f"{pen.read('dw', i, j)} + {bracketed(delta)} · {bracketed(a)}",
    )  # fmt: skip
    yield pen.line(
        "da", i,
        symbols=f"{pen.name('da', i)} + {pen.name('w', i, j)} · {pen.name('delta', j)}",
        numbers=f"{pen.read('da', i)} + {bracketed(w)} · {bracketed(delta)}",
    )  # fmt: skip


def _update(pen: _Pen, *neurons: str) -> Iterator[EquationLine]:
    step, training = pen.step, pen.step.experiment.training
    key: Parameter = neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])
    symbol = "b" if len(neurons) == 1 else "w"
    p = step.reads[parameter_name(key)]
    dp = step.reads[parameter_name(key, "d")]
    p_name, dp_name = pen.name(symbol, *neurons), pen.name("d" + symbol, *neurons)

    g = training.gradient(dp, step.batch_length)
    g_symbols, g_numbers = dp_name, pen.number(dp)
    if training.reduction == "mean" and step.batch_length > 1:
        g_symbols, g_numbers = f"{dp_name} / N", f"{g_numbers} / {step.batch_length}"
    if symbol == "w":
        g = training.regularized(g, p)
        if training.l2:
            g_symbols += f" + λ₂ · {p_name}"
            g_numbers += f" + {pen.number(training.l2)} · {bracketed(pen.number(p))}"
        if training.l1:
            g_symbols += f" + λ₁ · sign({p_name})"
            g_numbers += f" + {pen.number(training.l1)} · sign({pen.number(p)})"
    if g_symbols == dp_name:
        g_name = dp_name  # nothing was done to it: no line of its own
    else:
        g_name = "g"
        yield EquationLine("g", g_symbols, g_numbers, pen.number(g))

    optimizer, t = training.optimizer, step.update + 1
    settings = dict(optimizer.settings)
    _, after = optimizer.update(p, g, step.memory, t)
    quantities = optimizer.row.quantities(step.memory, after, t, **settings)
    by_number = {"t": str(t)} | {
        word: bracketed(pen.number(value))
        for word, value in (settings | quantities | {"g": g}).items()
    }
    for target, template in optimizer.row.formula(**settings):
        symbols = template.format_map(_GREEK | {"p": p_name, "g": g_name})
        numbers = template.format_map(by_number | {"p": pen.number(p)})
        if target == "p":
            yield pen.line(symbol, *neurons, symbols=symbols, numbers=numbers)
        else:
            yield EquationLine(target, symbols, numbers, pen.number(quantities[target]))


def _settings(pen: _Pen, settings: tuple[tuple[str, float], ...]) -> dict[str, str]:
    return {_SETTING_SIGNS[setting]: pen.number(value) for setting, value in settings}


def _factor(text: str) -> str:
    """A formula as a factor of a product: in brackets unless it is a single word."""
    return text if re.fullmatch(r"[\w.\[\],\"∂/]+|\S+\(\S*\)|\(-?[\w.]+\)", text) else f"({text})"


_FORMULAS: Final[dict[str, Callable[..., Iterator[EquationLine]]]] = {
    "load": _load,
    "forward_edge": _forward_edge,
    "forward_neuron": _forward_neuron,
    "loss": _loss,
    "backward_neuron": _backward_neuron,
    "backward_edge": _backward_edge,
    "update": _update,
}


# ---- sums ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sum:
    """A value that is summed up over several steps.

    ``start`` is what it begins with (``b``, the bias; ``L``, the loss; or nothing). ``terms`` are
    named by the neurons they come from, in the order of summing; the first ``done`` of them are
    in, the last of these by the step itself.
    """

    target: str
    start: str
    terms: tuple[str, ...]
    done: int


def sum_of(operation: tuple[str, ...], net: Wiring) -> Sum | None:
    """The sum that a step adds a term to, within its example; None when it adds none."""
    kind, *neurons = operation
    if kind == "forward_edge":
        i, j = neurons
        sources = net.sources[j]
        return Sum(dressed("z", j), "b", sources, sources.index(i) + 1)
    if kind == "backward_edge":
        i, j = neurons
        targets = tuple(reversed(net.targets[i]))  # as the backward pass meets them
        start = "L" if i in net.outputs else ""
        return Sum(dressed("da", i), start, targets, targets.index(j) + 1)
    return None
