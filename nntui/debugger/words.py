"""The words with the numbers of this moment: what δ means, and what it is here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from nntui.debugger.snapshot import Snapshot, is_passed_back
from nntui.debugger.values import probability
from nntui.engine.schedule import MOVES
from nntui.explain.numbers import rounded
from nntui.explain.sentences import FLAT
from nntui.explain.source import which_parameter
from nntui.explain.symbols import math_name
from nntui.explain.words import WORDS, Word, word_for
from nntui.model.errors import counted
from nntui.model.names import escaped, value_name

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.model.experiment import Experiment

_number: Final = rounded(3)
_GROWTH: Final = 0.01
"""By how much a value grows in what is said of a gradient."""
_MOST_NAMES: Final = 4


class Moment(Struct, frozen=True):
    """What the words have their numbers from.

    ``neuron`` is the one to speak of, if it is known: the one in focus, say. ``stops``: how many
    breakpoints and watchpoints there are; ``displays`` and ``branches``: how many of them.
    """

    snapshot: Snapshot
    experiment: Experiment
    neuron: str | None = None
    stops: int = 0
    displays: int = 0
    branches: int = 1

    @property
    def computing(self) -> str:
        """The neuron to speak of that computes: the chosen one, the last step's, or an output."""
        net, last = self.snapshot.net, self.snapshot.last
        at_hand = last.operation[-1] if last and last.operation[1:] else None
        for j in (self.neuron, at_hand, *net.outputs):
            if j in net.sources:
                assert j is not None
                return j
        return net.neurons[0]

    @property
    def edge(self) -> tuple[str, str] | None:
        """The connection to speak of: the last step's, or one of the neuron to speak of."""
        net, last, j = self.snapshot.net, self.snapshot.last, self.computing
        if last is not None and len(last.operation) == 3 and j in last.operation:
            return last.operation[1], last.operation[2]
        if sources := net.sources[j]:
            return sources[0], j
        return next(((j, k) for k in net.targets[j]), None)


def moment_of(debugger: Debugger) -> Moment:
    """Take the moment at which a debugger is."""
    return Moment(
        debugger.snapshot(),
        debugger.experiment,
        stops=len(tuple(debugger.breakpoints)),
        displays=len(tuple(debugger.displays)),
        branches=len(debugger.branches),
    )


def here(word: Word, moment: Moment) -> str:
    """Say what a word stands for at a moment: ``δ of h2 = 0.047: if …``; "" where nothing is."""
    return _HERE[word.title](moment) if word.title in _HERE else ""


def words_here(moment: Moment) -> list[tuple[Word, str]]:
    """List every word with what it is at a moment, those that the last step is about first."""
    last, found = moment.snapshot.last, dict.fromkeys(WORDS)
    if last is not None:
        symbols = (name.partition("[")[0] for name in (*last.writes, *last.reads))
        near = [word for symbol in dict.fromkeys(symbols) if (word := word_for(symbol))]
        if last.kind == "update" and (rate := word_for("η")):
            near.append(rate)
        if last.kind in MOVES and (measured := word_for("central differences")):
            near.insert(0, measured)
        found = dict.fromkeys((*near, *WORDS))
    return [(word, here(word, moment)) for word in found]


def explained_word(word: Word, moment: Moment) -> tuple[str, ...]:
    """Write a word's sentence, and below it what it is at a moment."""
    return tuple(filter(None, (word.sentence, here(word, moment))))


def _of_neuron(symbol: str) -> Callable[[Moment], str]:
    return lambda m: _known(m, symbol, m.computing)


def _known(m: Moment, symbol: str, *neurons: str) -> str:
    value = m.snapshot[value_name(symbol, *neurons)]
    name = math_name(symbol, *neurons)
    return f"{name}: not computed yet" if value is None else f"{name} = {_number(value)}"


def _weight(m: Moment) -> str:
    return _known(m, "w", *m.edge) if m.edge else "no connection here"


def _gradient_of(symbol: str, cause: str) -> Callable[[Moment], str]:
    """Make what is said of a gradient: what its number means for a small growth."""

    def write(m: Moment) -> str:
        neurons = (m.computing,) if symbol != "dw" else m.edge
        if neurons is None:
            return "no connection here"
        value, said = m.snapshot[value_name(symbol, *neurons)], _known(m, symbol, *neurons)
        if value is None:
            return said
        effect = "the loss"
        if symbol in ("db", "dw"):  # summed over the batch
            if value == 0.0 and not _has_share(m.snapshot, neurons):
                return f"{said} so far"
            if _updates(m)[1] > 1:
                effect = "the sum of the losses so far"
        grown = math_name(cause, *neurons)
        if value == 0.0:
            return f"{said}: if {grown} grew a little, {effect} would not change"
        way, by = "grow" if value > 0 else "fall", _number(abs(value) * _GROWTH)
        return f"{said}: if {grown} grew by {_GROWTH}, {effect} would {way} by about {by}"

    return write


def _has_share(snapshot: Snapshot, neurons: tuple[str, ...]) -> bool:
    """Whether the gradient of a bias or a weight has its share of the example at hand."""
    if len(neurons) == 1:
        return neurons[0] in snapshot.delta
    return is_passed_back(snapshot, neurons[0], neurons[1])


def _slope(m: Moment) -> str:
    j = m.computing
    found = _slope_of(m, j)
    name = f"{m.snapshot.net.activation[j].name} at z[{escaped(j)}]"
    return f"{name}: not computed yet" if found is None else f"{name}: {_number(found)}"


def _slope_of(m: Moment, j: str) -> float | None:
    s = m.snapshot
    if j not in s.a or j not in s.z:
        return None
    return float(s.net.activation[j].derivative(s.z[j], s.a[j]))


def _saturated(m: Moment) -> str:
    slopes = {j: slope for j in m.snapshot.net.neurons if (slope := _slope_of(m, j)) is not None}
    if not slopes:
        return "no neuron is computed yet"
    flat = [j for j, slope in slopes.items() if abs(slope) < FLAT]
    if not flat:
        return f"now: none of {counted(len(slopes), 'neuron')} computed"
    names = ", ".join(map(escaped, flat[:_MOST_NAMES])) + (" …" if len(flat) > _MOST_NAMES else "")
    return f"now: {len(flat):,} of {len(slopes):,} ({names})"


def _neurons(m: Moment) -> str:
    net = m.snapshot.net
    return f"here: {counted(len(net.inputs), 'input')}, {len(net.neurons):,} that compute"


def _layers(m: Moment) -> str:
    sizes = Counter(m.snapshot.net.layer.values())
    each = "-".join(str(sizes[n]) for n in range(max(sizes) + 1)[:12])
    return f"here: {counted(max(sizes), 'layer')} behind the inputs, {each}"


def _example(m: Moment) -> str:
    count, last = len(m.experiment.data), m.snapshot.last
    if last is None or last.position.example is None:
        return f"here: {count:,}"
    return f"now: number {last.position.number('example'):,} of {count:,}"


def _input(m: Moment) -> str:
    inputs = m.snapshot.net.inputs
    return _known(m, "x", m.neuron if m.neuron in inputs and m.neuron else inputs[0])


def _target(m: Moment) -> str:
    s = m.snapshot
    k = m.neuron if m.neuron in s.net.outputs and m.neuron else s.net.outputs[0]
    says = f"; {escaped(k)} says {_number(s.a[k])}" if k in s.a else ""
    return f"of {escaped(k)} now: {_number(s.t[k])}{says}"


def _loss(m: Moment) -> str:
    loss, name = m.snapshot.loss, m.experiment.training.loss.name
    return f"{name}: not computed yet" if loss is None else f"{name} = {_number(loss)}"


def _softmax(m: Moment) -> str:
    loss, k = m.experiment.training.loss.name, m.snapshot.net.outputs[0]
    if loss != "cross_entropy":
        made = "sigmoid makes probabilities of logits" if loss == "bce_with_logits" else "none here"
        return f"the loss is {loss}: {made}"
    p = probability(m.experiment, m.snapshot.a, k)
    name = math_name("p", k)
    return f"{name}: not computed yet" if p is None else f"{name} = {_number(p)}"


def _step(m: Moment) -> str:
    return f"now: {m.snapshot.position:,} of {m.snapshot.total:,}"


def _pass(m: Moment) -> str:
    last = m.snapshot.last
    return f"now: {last.position.phase}" if last else "none has begun"


def _updates(m: Moment) -> tuple[int, int]:
    """The updates of an epoch, and the examples in a full batch."""
    examples = len(m.experiment.train_examples)
    size = min(m.experiment.training.batch_size or examples, examples)
    return -(-examples // size), size


def _batch(m: Moment) -> str:
    (_, size), last = _updates(m), m.snapshot.last
    over = f", their {m.experiment.training.reduction}" if size > 1 else ""
    said = f"here: {counted(size, 'example')}{over}"
    if last is None or last.position.place is None or size == 1:
        return said
    return f"{said}; now number {last.position.place + 1:,}"


def _update(m: Moment) -> str:
    total, last = _updates(m)[0] * m.experiment.training.epochs, m.snapshot.last
    return f"now: {last.position.number('update'):,} of {total:,}" if last else f"here: {total:,}"


def _epoch(m: Moment) -> str:
    total, last = m.experiment.training.epochs, m.snapshot.last
    return f"now: {last.position.number('epoch'):,} of {total:,}" if last else f"here: {total:,}"


def _learning_rate(m: Moment) -> str:
    return f"here: {_number(m.experiment.training.optimizer.learning_rate)}"


def _momentum(m: Moment) -> str:
    settings = dict(m.experiment.training.optimizer.settings)
    if not (mu := settings.get("momentum")):
        return f"here: none ({m.experiment.training.optimizer.name})"
    return f"here: {_number(mu)}{', nesterov' if settings.get('nesterov') else ''}"


def _penalty(m: Moment) -> str:
    training = m.experiment.training
    penalties = {"l1": training.l1, "l2": training.l2}
    penalties["weight_decay"] = dict(training.optimizer.settings)["weight_decay"]
    found = [f"{name} = {_number(value)}" for name, value in penalties.items() if value]
    return f"here: {' and '.join(found) or 'none'}"


def _frozen(m: Moment) -> str:
    net = m.snapshot.net
    return f"here: {len(net.frozen):,} of {counted(net.parameter_count, 'parameter')}"


def _differences(m: Moment) -> str:
    if m.experiment.training.gradient != "central_differences":
        return "here: the gradient comes by backpropagation"
    last = m.snapshot.last
    if last is None or last.position.move is None:
        return "now: no number is moved"
    return f"now: {which_parameter(m.experiment, last.position.move)}"


_HERE: Final[dict[str, Callable[[Moment], str]]] = {
    "neuron": _neurons,
    "layer": _layers,
    "w (weight)": _weight,
    "b (bias)": _of_neuron("b"),
    "z (sum)": _of_neuron("z"),
    "a (activation)": _of_neuron("a"),
    "f′(z) (slope)": _slope,
    "saturated": _saturated,
    "example": _example,
    "x (input)": _input,
    "t (target)": _target,
    "L (loss)": _loss,
    "p (softmax)": _softmax,
    "gradient": _gradient_of("dw", "w"),
    "central differences": _differences,
    "∂L/∂a": _gradient_of("da", "a"),
    "δ (delta)": _gradient_of("delta", "z"),
    "∂L/∂w": _gradient_of("dw", "w"),
    "∂L/∂b": _gradient_of("db", "b"),
    "step": _step,
    "pass": _pass,
    "batch": _batch,
    "update": _update,
    "epoch": _epoch,
    "η (learning rate)": _learning_rate,
    "optimizer": lambda m: f"here: {m.experiment.training.optimizer.name}",
    "μ (momentum)": _momentum,
    "regularization": _penalty,
    "frozen": _frozen,
    "breakpoint": lambda m: f"here: {m.stops:,} set" if m.stops else "here: none is set",
    "display": lambda m: f"here: {m.displays:,}" if m.displays else "here: none",
    "branch": lambda m: f"here: {counted(m.branches, 'run')}",
}  # fmt: skip
"""What is said of each word that has a number, by its title."""
