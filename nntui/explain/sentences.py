"""Plain sentences about a step: what it asks and how it answers, and what the result is good for.

Each is true of the very step: of its activation, loss or optimizer, its sum so far, its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite
from typing import Any, Final

from msgspec import Struct

from nntui.explain.formulas import StepRecord
from nntui.explain.numbers import rounded
from nntui.explain.sums import running_sum
from nntui.model.errors import counted
from nntui.model.names import escaped, value_name
from nntui.model.wiring import Wiring

FLAT: Final = 0.01
"""A slope below this is nearly flat: its neuron counts as saturated."""

_number: Final = rounded(3)


class PlainWords(Struct, frozen=True):
    """Sentences about a step.

    ``question``: what is computed, and how; ``brief``: the same in one short line. ``use``: what
    the result says or is good for.
    """

    question: str
    brief: str
    use: str


def plain_words(step: StepRecord, place: int | None = None) -> PlainWords:
    """Write the sentences about a step; ``place``: the index of its example in the batch."""
    kind, *neurons = step.operation
    found = _WRITERS[kind](step, place, *neurons)
    if not all(map(isfinite, step.writes.values())):
        use = "The result is not a finite number any more. Often the learning rate is too large."
        return PlainWords(found.question, found.brief, use)
    return found


# ---- forward -------------------------------------------------------------------------------------


def _load(step: StepRecord, place: int | None) -> PlainWords:
    inputs = step.experiment.network.wiring().inputs
    what = "number becomes what the input sends out, its a"
    if len(inputs) > 1:
        what = f"{len(inputs):,} numbers become what the inputs send out, each its a"
    use = "Next is the forward pass: from these numbers to an answer."
    if place is not None and step.batch_length > 1:
        use = f"Example {place + 1:,} of {step.batch_length:,} in this batch: "
        if step.experiment.training.gradient == "central_differences":
            use += "their losses add up."
        else:
            use += "their gradients add up." if place else "the sums of the gradients start at 0."
    return PlainWords(
        f"What is the network asked now? The example’s {what}.",
        "A new example: its numbers are what the inputs send out.",
        use,
    )


def _forward_edge(step: StepRecord, place: int | None, source: str, target: str) -> PlainWords:
    net = step.experiment.network.wiring()
    i, j, f = escaped(source), escaped(target), net.activation[target].called
    sources = net.sources[target]
    n, count = sources.index(source) + 1, len(sources)
    start = "its bias" if n == 1 else "its sum so far"
    use = f"The sum is complete: next, {f} makes {j}’s a of it."
    if n < count:
        use = f"{n:,} of {count:,} connections are added; when all are, {f} makes {j}’s a of z."
    if step.reads[value_name("a", source)] == 0.0:
        use = f"{i} sends 0, so nothing is added, whatever the weight. {use}"
    return PlainWords(
        f"What reaches {j}? Its sum z is {start}, plus what {i} sends (its a) times the weight "
        f"{i}→{j}.",
        f"{j}’s z: {start}, plus {i}’s a times the weight.",
        use,
    )


def _forward_neuron(step: StepRecord, place: int | None, neuron: str) -> PlainWords:
    net = step.experiment.network.wiring()
    j, f = escaped(neuron), net.activation[neuron]
    does = str(f)
    if f.name in _ACTIVATIONS:
        does = _ACTIVATIONS[f.name](step.reads[value_name("z", neuron)], dict(f.settings))
    return PlainWords(
        f"What does {j} send on? Its sum z, put through {f.called}: {does}.",
        f"{j} sends on its z, put through {f.called}.",
        _use_of_activation(step, net, neuron),
    )


def _use_of_activation(step: StepRecord, net: Wiring, neuron: str) -> str:
    j, targets = escaped(neuron), net.targets[neuron]
    if neuron not in net.outputs:
        if not targets:
            return f"Nothing reads it: no connection leads on from {j}."
        to = escaped(targets[0]) if len(targets) == 1 else f"{len(targets):,} neurons"
        return f"This number goes on to {to}."
    loss = step.experiment.training.loss.name
    if loss == "cross_entropy":
        return "An output: a softmax of all outputs makes probabilities, which the loss judges."
    if loss == "bce_with_logits":
        return "An output: sigmoid makes a probability of it, which the loss judges."
    return f"{j} is an output: this is the answer, which the loss compares with the target."


def _from_0(z: float, above: str, below: str) -> str:
    return above if z > 0 else below


_UNCHANGED: Final = "a sum above 0 goes through unchanged"
_SMOOTH: Final = "about 0 where the sum is far below 0, about the sum itself far above"
_ACTIVATIONS: Final[dict[str, Callable[[float, Mapping[str, Any]], str]]] = {
    "linear": lambda z, s: "unchanged",
    "relu": lambda z, s: _from_0(z, _UNCHANGED, "a sum that is not above 0 gives 0"),
    "leaky_relu": lambda z, s: _from_0(
        z, _UNCHANGED, f"a sum that is not above 0 is multiplied by {_number(s['slope'])}"
    ),
    "elu": lambda z, s: _from_0(
        z, _UNCHANGED, f"a sum below 0 gives a number between 0 and {_number(-s['alpha'])}"
    ),
    "softplus": lambda z, s: f"a smooth relu, {_SMOOTH}",
    "sigmoid": lambda z, s: "any sum becomes a number between 0 and 1, and 0 becomes 0.5",
    "tanh": lambda z, s: "any sum becomes a number between -1 and 1, and 0 stays 0",
    "hard_tanh": lambda z, s: (
        "between -1 and 1 a sum goes through unchanged"
        if -1.0 < z < 1.0
        else "a sum beyond -1 or 1 is cut off there"
    ),
    "silu": lambda z, s: f"the sum times its own sigmoid, {_SMOOTH}",
    "gelu": lambda z, s: f"a smooth relu, {_SMOOTH}",
    "sin": lambda z, s: "a wave between -1 and 1",
    "abs": lambda z, s: "the sum without its sign",
    "square": lambda z, s: "the sum times itself",
    "step": lambda z, s: _from_0(z, "1, as the sum is above 0", "0, as the sum is not above 0"),
}
"""What an activation function does with a sum z, given its settings."""


# ---- loss ----------------------------------------------------------------------------------------


def _loss(step: StepRecord, place: int | None) -> PlainWords:
    loss = step.experiment.training.loss
    outputs = step.experiment.network.wiring().outputs
    answer, brief = _LOSSES[loss.name](len(outputs), loss.summed, dict(loss.settings))
    targets = (step.reads[value_name("t", k)] for k in outputs)
    if loss.name in _PROBABILITIES and not all(target in (0.0, 1.0) for target in targets):
        answer += " Each answer counts by its target, which is no plain yes or no."
    if step.experiment.training.gradient == "central_differences":
        use = "The losses of the batch are added up."
        return PlainWords(f"How wrong is the answer? {answer}", brief, use)
    slopes = {k: step.writes[value_name("da", k)] for k in outputs}
    felt = max(slopes, key=lambda k: abs(slopes[k]))
    k, slope = escaped(felt), slopes[felt]
    if slope == 0.0:
        use = "∂L/∂a = 0: changing the answer a little would not help."
    else:
        side = "larger" if slope < 0 else "smaller"
        most = f" Of all outputs the loss feels {k} most." if len(outputs) > 1 else ""
        sign = "<" if slope < 0 else ">"
        use = f"∂L/∂a[{k}] {sign} 0: a {side} {k} would lower the loss.{most}"
    return PlainWords(f"How wrong is the answer? {answer}", brief, use)


def _distances(how: str, short: str = "", *, mean: bool = False) -> Callable[..., tuple[str, str]]:
    """Make the sentences of a loss of distances: their sum over the outputs, or their mean."""

    def write(outputs: int, summed: bool, settings: Mapping[str, Any]) -> tuple[str, str]:
        over = "averaged" if mean and not summed else "added up"

        def said(what: str) -> str:
            if outputs == 1:
                return f"Its distance from the target, {what}."
            return f"The outputs’ distances from their targets, each {what}, {over}."

        made = how.format_map({key: _number(value) for key, value in settings.items()})
        return said(made), f"How wrong is it? {said(short or how)}"

    return write


def _surprise(what: str, brief: str) -> Callable[..., tuple[str, str]]:
    def write(outputs: int, summed: bool, settings: Mapping[str, Any]) -> tuple[str, str]:
        weighed = any(
            value != (1.0 if key != "label_smoothing" else 0.0) for key, value in settings.items()
        )
        extra = " The settings of the loss change how much each counts." if weighed else ""
        return f"{what}{extra}", f"How wrong is it? {brief}"

    return write


_PROBABILITIES: Final = ("bce", "bce_with_logits", "cross_entropy")
_LOSSES: Final[dict[str, Callable[..., tuple[str, str]]]] = {
    "squared_error": _distances("squared"),
    "half_squared_error": _distances("squared and halved"),
    "mse": _distances("squared", mean=True),
    "mae": _distances("without its sign", mean=True),
    "huber": _distances(
        "up to {delta} squared and halved, growing evenly beyond",
        "squared while small",
        mean=True,
    ),
    "bce": _surprise(
        "An output is taken as the probability of a 1. The less it gives to what is right, the "
        "larger the loss: −log of it.",
        "−log of the probability that it gives to what is right.",
    ),
    "bce_with_logits": _surprise(
        "sigmoid makes an output (a logit) the probability of a 1. The less it gives to what is "
        "right, the larger the loss: −log of it.",
        "−log of the probability that it gives to what is right.",
    ),
    "cross_entropy": _surprise(
        "softmax makes probabilities of the outputs. The less the right class gets, the larger "
        "the loss: −log of it.",
        "−log of the probability that the right class gets.",
    ),
}
"""The sentences about a loss: the question's answer, and the brief form."""


# ---- backward ------------------------------------------------------------------------------------


def _backward_neuron(step: StepRecord, place: int | None, neuron: str) -> PlainWords:
    net = step.experiment.network.wiring()
    j, f = escaped(neuron), net.activation[neuron]
    z, da = step.reads[value_name("z", neuron)], step.reads[value_name("da", neuron)]
    delta, slope = step.writes[value_name("delta", neuron)], float(f.derivative(z, f.f(z)))
    came, steep = _what_came_back(net, neuron), _steepness(f.called, slope)
    return PlainWords(
        f"How much does the loss feel {j}’s sum z? {came}, {steep}.",
        f"Does the loss feel {j}’s z? What came back, {steep.removesuffix(' everywhere')}.",
        _use_of_delta(step, net, neuron, f.called, slope, da, delta),
    )


def _what_came_back(net: Wiring, neuron: str) -> str:
    if not net.targets[neuron]:
        output = neuron in net.outputs
        return "What the loss says about its answer" if output else "Nothing came back to it"
    if neuron in net.outputs:
        return "What the loss says about it and what came back along its lines"
    return "What came back along its lines"


def _steepness(activation: str, slope: float) -> str:
    if activation in ("linear", "step"):
        return f"times {_number(slope)}, the slope of {activation} everywhere"
    if slope == 0.0:
        return f"times how steep {activation} is here: not at all"
    nearly = ": nearly flat" if abs(slope) < FLAT else ""
    return f"times how steep {activation} is here{nearly}"


def _use_of_delta(
    step: StepRecord,
    net: Wiring,
    neuron: str,
    activation: str,
    slope: float,
    da: float,
    delta: float,
) -> str:
    j = escaped(neuron)
    if delta == 0.0:
        if slope == 0.0 and da != 0.0:
            return f"δ = 0: {activation} is flat here, nothing goes further back through {j}."
        return f"δ = 0: the loss does not feel {j} in this example."
    if 0.0 < abs(slope) < FLAT:
        return f"The slope is {_number(slope)}: {j} is saturated and lets hardly anything back."
    sign, side = (">", "smaller") if delta > 0 else ("<", "larger")
    bias = "δ is the gradient of its bias, too."
    if neuron in net.frozen:
        bias = "Its bias is frozen: no update moves it."
    elif step.batch_length > 1:
        bias = "δ is added to the gradient of its bias."
    return f"δ {sign} 0: a {side} z would lower the loss. {bias}"


def _backward_edge(step: StepRecord, place: int | None, source: str, target: str) -> PlainWords:
    net = step.experiment.network.wiring()
    i, j = escaped(source), escaped(target)
    back = running_sum(step.operation, net)
    assert back is not None
    share = f"Back to {i} goes δ times the weight."
    if back.done > 1:
        share = f"δ times the weight is added to what came back to {i} before."
    elif back.start:
        share = f"δ times the weight is added to what the loss says about {i}."
    return PlainWords(
        f"How much does the loss feel the weight {i}→{j}? By {j}’s δ times what {i} sent (its a). "
        f"{share}",
        f"The weight’s gradient: {j}’s δ times {i}’s a. Back to {i}: δ times the weight.",
        _use_of_gradient(step, net, place, source, target),
    )


def _use_of_gradient(
    step: StepRecord, net: Wiring, place: int | None, source: str, target: str
) -> str:
    delta, a = step.reads[value_name("delta", target)], step.reads[value_name("a", source)]
    if (source, target) in net.frozen:
        return "The weight is frozen: no update moves it."
    if delta == 0.0:
        return f"δ is 0: nothing goes back from {escaped(target)} along this line."
    if a == 0.0:
        return f"{escaped(source)} sent 0: in this example its weight made no difference."
    sign, side = (">", "smaller") if delta * a > 0 else ("<", "larger")
    training = step.experiment.training
    if step.batch_length > 1:
        added = "" if place is None else f", {place + 1:,} added so far"
        over = f"the {training.reduction} over {step.batch_length:,} examples{added}"
        return f"In this example a {side} weight would lower the loss. The update takes {over}."
    settings, more = dict(training.optimizer.settings), "the gradients before"
    if training.l1 or training.l2:
        more = "the penalty"
    elif settings["weight_decay"]:
        more = "the weight decay"
    elif training.optimizer.name == "sgd" and not settings["momentum"]:
        way = "down" if delta * a > 0 else "up"
        return f"∂L/∂w {sign} 0: the update will move the weight the other way, {way}."
    return f"∂L/∂w {sign} 0: a {side} weight would lower the loss. The update also minds {more}."


# ---- difference ----------------------------------------------------------------------------------


def _move(step: StepRecord, place: int | None, *neurons: str, way: str) -> PlainWords:
    which = _parameter_called(neurons)
    edges = step.batch_length * step.experiment.network.wiring().connection_count
    over = (
        "the example" if step.batch_length == 1 else f"the batch’s {step.batch_length:,} examples"
    )
    before = "Next" if way == "up" else "L₊, the sum of the losses with it moved up, is known. Next"
    return PlainWords(
        f"What if {which} were a little {'larger' if way == 'up' else 'smaller'}? "
        f"It is moved {way} by h, from what it was.",
        f"{which[0].upper()}{which[1:]}, moved {way} by h.",
        f"{before}, {over} {'goes' if step.batch_length == 1 else 'go'} forward again, through "
        f"{counted(edges, 'connection step')}.",
    )


def _difference(step: StepRecord, place: int | None, *neurons: str) -> PlainWords:
    net, kind = step.experiment.network.wiring(), "db" if len(neurons) == 1 else "dw"
    edges = 2 * step.batch_length * net.connection_count
    slope = step.writes[value_name(kind, *neurons)]
    if slope == 0.0:
        use = "0: the loss does not feel it."
    else:
        sign, side = (">", "smaller") if slope > 0 else ("<", "larger")
        what = "bias" if len(neurons) == 1 else "weight"
        use = f"∂L/∂{kind[1]} {sign} 0: a {side} {what} would lower the loss."
    return PlainWords(
        f"How much does the loss feel {_parameter_called(neurons)}? By how far the loss moved, L₊ "
        "with it moved up and L₋ with it moved down, divided by how far it moved, 2h.",
        "The slope: how far the loss moved, by how far the parameter did.",
        f"{use} It took {counted(edges, 'connection step')}: backpropagation takes as many for "
        f"all {net.trainable_count:,} slopes.",
    )


def _parameter_called(neurons: Sequence[str]) -> str:
    kind = "bias of" if len(neurons) == 1 else "weight"
    return f"the {kind} {'→'.join(map(escaped, neurons))}"


# ---- update --------------------------------------------------------------------------------------


def _update(step: StepRecord, place: int | None, *neurons: str) -> PlainWords:
    training, symbol = step.experiment.training, "b" if len(neurons) == 1 else "w"
    name, dname = value_name(symbol, *neurons), value_name(f"d{symbol}", *neurons)
    before, after = step.reads[name], step.writes[name]
    g = float(training.reduced(step.reads[dname], step.batch_length))
    penalty = symbol == "w" and bool(training.l1 or training.l2)
    if penalty:
        g = float(training.regularized(g, before))
    kind = "bias" if symbol == "b" else "weight"
    which = _parameter_called(neurons)
    settings = training.optimizer.settings_of(symbol == "w")
    how, brief = _OPTIMIZERS[training.optimizer.name](settings)
    over = ""
    if step.batch_length > 1:
        over = f" g is the {training.reduction} over the {step.batch_length:,} examples"
        over += ", plus what pulls the weight towards 0." if penalty else "."
    elif penalty:
        over = " g also has what pulls the weight towards 0."
    if decay := training.optimizer.gradient_decay:
        over += f" λ ({_number(decay)}) times the {kind} is added to its gradient: weight decay."
    return PlainWords(
        f"Where does {which} go? {how}{over}",
        f"{which[0].upper()}{which[1:]}: {brief}",
        _use_of_update(settings, kind, g, before, after),
    )


def _sgd(s: Mapping[str, Any]) -> tuple[str, str]:
    eta, mu = _number(s["learning_rate"]), _number(s["momentum"])
    if not s["momentum"]:
        return f"Against its gradient, by η ({eta}) times it.", "η times its gradient, downhill."
    kept = f"v keeps {mu} of itself and adds the gradient"
    if s["nesterov"]:
        return (
            f"{kept}; the step is η ({eta}) times gradient plus μ·v, a look ahead.",
            "η times (gradient + μ·v), a look ahead.",
        )
    return f"{kept}; the step is η ({eta}) times v.", "η times v, the gradients so far."


def _adam(s: Mapping[str, Any]) -> tuple[str, str]:
    mean = "the mean of its gradients so far (m̂), divided by their size (√v̂)"
    how = f"By about η ({_number(s['learning_rate'])}): {mean}."
    return how, "about η: its gradients’ mean by their size."


def _adamw(s: Mapping[str, Any]) -> tuple[str, str]:
    how, brief = _adam(s)
    shrinks = s["learning_rate"] * s["weight_decay"]
    if shrinks:
        how += f" First it shrinks by η·λ = {_number(shrinks)} of itself."
    return how, brief


def _rmsprop(s: Mapping[str, Any]) -> tuple[str, str]:
    eta, mu = _number(s["learning_rate"]), s["momentum"]
    rolls = f" v keeps {_number(mu)} of the way before." if mu else ""
    return (
        f"Against its gradient, divided by its size of late (√s), by η ({eta}) times that.{rolls}",
        "η times its gradient by its size of late.",
    )


def _adagrad(s: Mapping[str, Any]) -> tuple[str, str]:
    eta = _number(s["learning_rate"])
    size = "divided by the size of all so far (√s)"
    how = f"Against its gradient, {size}, by η ({eta}) times that: the steps get smaller."
    return how, "η times its gradient by the size of all so far."


_OPTIMIZERS: Final[dict[str, Callable[[Mapping[str, Any]], tuple[str, str]]]] = {
    "sgd": _sgd, "adam": _adam, "adamw": _adamw, "rmsprop": _rmsprop, "adagrad": _adagrad,
}  # fmt: skip
"""How an optimizer makes a step of a gradient, and that in short."""


def _use_of_update(
    settings: Mapping[str, Any], kind: str, g: float, before: float, after: float
) -> str:
    change = after - before
    size = f"by {_number(abs(change))}"
    if change == 0.0:
        if g == 0.0:
            return f"Its gradient is 0: the {kind} stays as it is."
        if settings["learning_rate"] == 0.0:
            return "η is 0: nothing moves."
        return f"The change is too small for this number: the {kind} stays as it is."
    way = "down" if change < 0 else "up"
    if g != 0.0 and (g < 0.0) != (change < 0.0):
        sign = ">" if g > 0 else "<"
        return f"The {kind} goes {way} {size}: its gradient is {sign} 0, so this is downhill."
    causes = ["weight decay"] if settings["weight_decay"] else []
    if "beta1" in settings or settings.get("momentum") or not causes:
        causes.append("the gradients before")
    by = " and ".join(causes)
    if g == 0.0:
        return f"Its gradient is 0 now; the {kind} goes {way} {size} by {by}."
    other = "up" if change < 0 else "down"
    return f"The {kind} goes {way} {size} by {by}; this gradient alone would take it {other}."


_WRITERS: Final[dict[str, Callable[..., PlainWords]]] = {
    "load": _load,
    "forward_edge": _forward_edge,
    "forward_neuron": _forward_neuron,
    "loss": _loss,
    "backward_neuron": _backward_neuron,
    "backward_edge": _backward_edge,
    "move_up": partial(_move, way="up"),
    "move_down": partial(_move, way="down"),
    "difference": _difference,
    "update": _update,
}
"""The writer of each kind of step: it gets the step, its place and its neurons."""
