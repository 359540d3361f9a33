"""The words of the screen: a plain sentence for each symbol and each word of the field."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from nntui.model.names import did_you_mean, escaped, listed


class Word(Struct, frozen=True):
    """A word: what it is called, what else it is looked for by, and what it means.

    ``title`` is the word as the screen writes it, with its name where it is a symbol. ``names``:
    the symbols, headings and values that mean it, and other words for it.
    """

    title: str
    names: tuple[str, ...]
    meaning: str

    @property
    def sentence(self) -> str:
        """The word and its meaning in a line: ``δ (delta): how fast …``."""
        return f"{self.title}: {self.meaning}"


WORDS: Final = (
    Word("neuron", ("unit", "node", "hidden", "input", "output"),
         "adds up what comes in along its connections, and sends one number on. An input takes "
         "its number from the example."),
    Word("layer", ("layers", "depth"),
         "the neurons that are equally far from the inputs, which are layer 0."),
    Word("w (weight)", ("w", "weights", "connection", "edge", "parameter", "parameters"),
         "how strongly a connection passes on what its source sends: the two are multiplied. "
         "Weights are what learns."),
    Word("b (bias)", ("b", "biases"),
         "what a neuron’s sum z starts with, before anything comes in. It learns as weights do."),
    Word("z (sum)", ("z", "pre-activation", "preactivation", "net input", "weighted sum"),
         "a neuron’s bias plus everything that comes in: each weight times what its source sends."),
    Word("a (activation)", ("a", "activations", "activation function", "f(z)", "value"),
         "what a neuron sends on: its z, put through its activation function (tanh, relu, …)."),
    Word("f′(z) (slope)", ("f′(z)", "f′", "slope", "steep", "derivative", "f'(z)"),
         "how steep the activation function is at this z: so much does a grow when z grows by 1, "
         "were it straight from here on."),
    Word("saturated", ("flat", "saturation", "dead", "dying relu", "vanishing"),
         "of a neuron whose activation function is nearly flat at its z (slope below 0.01): hardly "
         "any gradient gets through it, so the weights into it hardly learn."),
    Word("example", ("examples", "sample", "row", "data"),
         "one row of the data: numbers for the inputs, and the target that belongs to them."),
    Word("x (input)", ("x",), "a number of the example that an input neuron sends on as its a."),
    Word("t (target)", ("t", "y", "targets", "label", "want", "wanted", "right answer"),
         "the right answer of an example: what an output should say."),
    Word("L (loss)", ("L", "loss", "losses", "error", "cost", "batch_loss", "epoch_loss",
                  "test_loss"),
         "how wrong an answer is, as one number. Training makes it smaller."),
    Word("accuracy", ("right", "classified"), "the share of the examples that are classified "
         "right."),
    Word("p (softmax)", ("p", "softmax", "probability", "probabilities", "logits", "logit", "σ"),
         "the outputs as probabilities that add up to 1. The loss makes them of the outputs, "
         "which are then called logits: any numbers, not yet probabilities."),
    Word("gradient", ("gradients", "g", "backpropagation", "backprop"),
         "how fast the loss grows when one number grows and all others are kept. Above 0, a "
         "smaller number lowers the loss; below 0, a larger one."),
    Word("central differences", ("central differences", "central_differences", "differences",
                                 "difference", "numeric gradient", "move_up", "move_down"),
         "a gradient that is measured: how far the loss moves when one number is moved up and down "
         "by h, divided by 2h. Each number takes two more passes."),
    Word("∂L/∂a", ("∂L/∂a", "da", "∂L/∂x", "dL/da"),
         "how fast the loss grows when this neuron’s a grows: the sum of what came back to it "
         "along its connections."),
    Word("δ (delta)", ("δ", "delta", "deltas", "∂L/∂z", "dz", "dL/dz", "error signal"),
         "how fast the loss grows when this neuron’s z grows: ∂L/∂a times the slope f′(z)."),
    Word("∂L/∂w", ("∂L/∂w", "dw", "dL/dw", "Σ ∂L/∂w", "Σ", "gradient of a weight", ".grad"),
         "the gradient of a weight: how fast the loss grows when it grows, which is δ of its "
         "target times a of its source. Σ: added up over the batch’s examples so far."),
    Word("∂L/∂b", ("∂L/∂b", "db", "dL/db", "Σ ∂L/∂b", "gradient of a bias"),
         "the gradient of a bias: δ of its neuron, added up over the batch’s examples so far."),
    Word("Δ (change)", ("Δ", "Δw", "Δb", "|Δw|", "|Δb|", "|Δ|", "change"),
         "by how much the last update changed a weight or a bias."),
    Word("step", ("steps",),
         "the smallest thing that is done: one connection, one neuron, one loss, or the update of "
         "one weight or bias."),
    Word("pass", ("passes", "forward", "backward", "phase"),
         "one way through the network: forward from the inputs to the outputs, or backward from "
         "the loss to the inputs. A batch’s passes are followed by its update."),
    Word("batch", ("batches", "batch size", "reduction", "minibatch"),
         "the examples between two updates. Their gradients are added up, and the update goes by "
         "the mean (or, by the setting reduction, the sum)."),
    Word("update", ("updates", "iteration", "gradient descent", "training"),
         "after each batch, every weight and bias takes one step downhill, against its gradient."),
    Word("epoch", ("epochs",), "once through all the examples that are trained on."),
    Word("η (learning rate)", ("η", "eta", "learning", "learning rate", "learning_rate", "lr",
                               "rate"),
         "how far an update goes: its factor. Too small, and it learns slowly; too large, and the "
         "loss jumps about."),
    Word("optimizer", ("sgd", "adam", "adamw", "rmsprop", "adagrad", "m", "v", "s",
                        "beta1", "beta2", "β₁", "β₂", "eps", "ε", "alpha", "α", "lr_decay"),
         "the rule that makes a change of a gradient. sgd: η times the gradient. The others also "
         "remember the gradients before it."),
    Word("μ (momentum)", ("μ", "mu", "momentum", "nesterov", "velocity"),
         "the part of its way before that an update goes on with, as a ball that rolls: 0 none, "
         "0.9 most of it."),
    Word("regularization", ("l1", "l2", "λ₁", "λ₂", "lambda", "penalty", "weight decay",
                            "weight_decay", "decay_biases", "λ"),
         "pulls every weight towards 0 a little at each update (l2: more the larger it is; l1: "
         "all alike; weight_decay: biases, too, if decay_biases), so that none grows."),
    Word("frozen", ("trainable", "not trained"),
         "of a weight or bias that no update changes. Its gradient is computed all the same."),
    Word("breakpoint", ("breakpoints", "break", "stop", "condition"),
         "a place or a condition at which a run stops by itself."),
    Word("watchpoint", ("watchpoints", "watch"), "stops a run whenever a value changes."),
    Word("display", ("displays", "displayed"), "a value or an expression that is shown at every "
         "stop."),
    Word("branch", ("branches", "compare", "timeline"),
         "a second run from here, with a value changed. The first one is kept, to compare."),
)  # fmt: skip
"""The words, from the network over its two passes and the update to the debugger."""


def word_for(symbol: str) -> Word | None:
    """Return the word that a symbol, a heading, a value's name or a word stands for, if any."""
    return _find(symbol.strip()) or _find(symbol.partition("[")[0].strip())


def sentence_for(symbol: str) -> str:
    """Say what a symbol, a heading, a value's name or a word stands for; "" where unknown.

    >>> sentence_for("δ[h1]").partition(":")[0]
    'δ (delta)'
    """
    word = word_for(symbol)
    return word.sentence if word else ""


def nearest_words(text: str, most: int = 3) -> tuple[Word, ...]:
    """Return the words that have most to do with a text; there are always some."""

    def likeness(word: Word) -> float:
        names = (word.title, *word.names)
        return max(_likeness(text.casefold(), name.casefold()) for name in names)

    return tuple(sorted(WORDS, key=likeness, reverse=True)[:most])


def no_help(asked: str, topics: Iterable[str]) -> str:
    """Say that there is no help on what was asked, and which topic or word is nearest."""
    called = [name for each in WORDS for name in (each.title, *each.names) if len(name) > 3]
    nearest = listed(word.title for word in nearest_words(asked))
    hint = did_you_mean(asked, [*topics, *called]) or f"the nearest words are {nearest}"
    return f"there is no help on “{escaped(asked)}”; {hint}"


def _likeness(text: str, name: str) -> float:
    return difflib.SequenceMatcher(None, text, name).ratio()


def _find(name: str) -> Word | None:
    # As written first: L is the loss, while l would be none.
    return _BY_NAME.get(name) or _BY_NAME.get(name.casefold())


def _named(words: Iterable[Word]) -> dict[str, Word]:
    found: dict[str, Word] = {}
    for word in words:
        head, _, spoken = word.title.partition(" (")
        for name in (head, spoken.rstrip(")"), *word.names):
            if name:
                found.setdefault(name, word)
    return found


_BY_NAME: Final = _named(WORDS)
