"""The mistakes that people make in the forward pass: another network than the document's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nntui.model.activations import Activation
from nntui.verify.mistakes.mistake import Mistake, Way, has_loss
from nntui.verify.passes import NetworkHooks, Passes

_USUAL: Final = tuple(map(Activation.of, ("linear", "sigmoid", "tanh", "relu")))


def _other_activations(passes: Passes) -> Iterator[Way]:
    """Give each layer, and all hidden ones, each of the usual activations that it has not."""
    layers = {block.layer: {f for f, _ in block.activations} for block in passes.blocks}
    hidden = [block.layer for block in passes.blocks if not block.is_output.any()]
    outputs = [block.layer for block in passes.blocks if block.is_output.all()]
    places = [(f"layer {n}", [n]) for n in hidden] + [("the output layer", [n]) for n in outputs]
    if len(hidden) > 1:
        places.append(("each hidden layer", hidden))
    for where, chosen in places:
        for g in _USUAL:
            # A sigmoid before a loss of logits is the mistake sigmoid_before_loss.
            is_told = g.name == "sigmoid" and chosen == outputs and _takes_logits(passes)
            if is_told or any(layers[n] == {g} for n in chosen):
                continue
            has = "has no activation" if g.name == "linear" else f"has the activation {g.name}"
            yield Way(NetworkHooks(dict.fromkeys(chosen, g)), word=f"{where} {has}")


_takes_logits: Final = has_loss("cross_entropy", "bce_with_logits")

NETWORK_MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "other_activation",
        "{word}, on the way there and back",
        "each layer has the activation that the document gives it",
        ("a = g(z), where {word}", "a = f(z)"),
        _other_activations,
    ),
    Mistake(
        "no_biases",
        "the biases are left out of the forward pass",
        "z begins with the neuron's bias",
        ("z[{j}] = Σ w[i,{j}] · a[i]", "z[{j}] = b[{j}] + Σ w[i,{j}] · a[i]"),
        (Way(NetworkHooks(no_biases=True)),),
    ),
)
