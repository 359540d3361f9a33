"""The format nntui/1: one msgspec struct for each kind of object in a document.

What a value must be beyond its type (a known name, a vector's length) is checked where it is used.
``_expect`` gives the words of an error; descriptions go into the JSON Schema and ``nntui help``.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from nntui.model.experiment import MAX_EPOCHS
from nntui.model.initializers import SEED_LIMIT

FORMAT: Final = "nntui/1"

MAX_NEURONS: Final = 100_000
MAX_CONNECTIONS: Final = 1_000_000
MAX_UPDATES: Final = 10**15
MAX_SAMPLES: Final = 100_000
MAX_BATCH_SIZE: Final = 1_000_000_000
MAX_TITLE_LENGTH: Final = 200
"""Characters in a document's name."""
MAX_SCHEMA_LENGTH: Final = 2_000
MAX_DESCRIPTION_LENGTH: Final = 64 * 2**10

NETWORK_EXPECTED: Final = 'an object with "neurons" or "layers"'
DATA_EXPECTED: Final = 'an object with "inputs" and "targets", with "csv" or with "generator"'


def _expect(words: str, **rest: Any) -> Meta:
    return Meta(extra={"expected": words}, **rest)


def _whole(least: int, most: int) -> Meta:
    return _expect(f"a whole number from {least} to {most}", ge=least, le=most)


def _text(most: int, description: str | None = None) -> Meta:
    expected = f"text of at most {most} characters"
    return _expect(expected, max_length=most, description=description)


def _function(kind: str, description: str | None = None) -> Meta:
    expected = f"the name of {kind}, or an object with its name and settings"
    return _expect(expected, description=description)


Text = Annotated[str, _expect("text in double quotes")]
NeuronName = Annotated[str, _expect("the name of a neuron in double quotes")]
Switch = Annotated[bool, _expect("true or false")]
Object = Annotated[dict[str, Any], _expect("an object")]
Number = Annotated[float, _expect("a finite number")]
Parameter = Annotated[float | None, _expect("a finite number")]
NotNegative = Annotated[float, _expect("a number of at least 0", ge=0)]
Seed = Annotated[int, _whole(0, SEED_LIMIT)]
Function = Annotated[
    str | dict[str, Any], _expect('a name, or an object with "name" and its settings')
]
Vector = Annotated[list[Number], _expect("a list of numbers")]
Column = Annotated[
    str | Annotated[int, Meta(ge=1)],
    _expect("the name of a column as text, or its number from 1"),
]
Columns = Annotated[
    list[Column],
    Meta(description="Names of columns, or their numbers from 1."),
    _expect("a list of one or more column names or numbers", min_length=1),
]
TestFraction = Annotated[
    float,
    Meta(ge=0, lt=1, description="The part of the rows that is kept for testing."),
    _expect("a number from 0 to below 1"),
]


class ExpressionActivation(Struct, frozen=True, forbid_unknown_fields=True):
    """An activation function of your own: an expression of z.

    Operators: + - * / **, comparisons, and, or, not, "x if condition else y". Functions: abs, min,
    max, sqrt, exp, log, sign, floor, ceil, tanh, sigmoid, sin, cos, erf.
    """

    expression: Annotated[
        str,
        _expect("an expression in double quotes"),
        Meta(description="Such as floor(z) if z > 0 else 0.1*z; pi is known, too."),
    ]
    derivative: Annotated[
        str | None,
        _expect('an expression in double quotes, or "numeric"'),
        Meta(
            description='An expression of z and a, or "numeric": central differences of the '
            "expression. Backpropagation needs it."
        ),
    ] = None


class Neuron(Struct, frozen=True, forbid_unknown_fields=True):
    """A neuron. Inputs have neither activation nor bias."""

    name: Annotated[
        Text,
        Meta(description="Unique; up to 64 visible characters."),
        _expect("the neuron’s name in double quotes"),
    ]
    role: Literal["input", "hidden", "output"] = "hidden"
    activation: Annotated[
        Function | None,
        _function("an activation", "The activation function; linear when left out."),
    ] = None
    bias: Annotated[Parameter, Meta(description="Drawn by the initializer when left out.")] = None
    trainable: Annotated[Switch, Meta(description="Whether updates touch the bias.")] = True


class Connection(Struct, frozen=True, forbid_unknown_fields=True):
    """A weighted connection from one neuron to another."""

    source: Annotated[NeuronName, Meta(description="The name of the neuron it comes from.")]
    target: Annotated[NeuronName, Meta(description="The name of the neuron it leads to.")]
    weight: Annotated[Parameter, Meta(description="Drawn by the initializer when left out.")] = None
    trainable: Annotated[Switch, Meta(description="Whether updates touch the weight.")] = True


class Layer(Struct, frozen=True, forbid_unknown_fields=True):
    """A layer, fully connected to the one before it."""

    size: Annotated[int, _whole(1, MAX_NEURONS)]
    activation: Annotated[
        Function | None,
        _function("an activation", "The activation of its neurons; linear when left out."),
    ] = None
    names: Annotated[
        list[Text] | None,
        Meta(description="A name for each neuron; x1…, h1_1…, y1… when left out."),
        _expect("a list of names, one for each neuron"),
    ] = None
    bias: Annotated[
        Switch, Meta(description="false: the biases are 0, and updates do not touch them.")
    ] = True
    weights: Annotated[
        list[Vector] | None,
        Meta(
            description="A row for each neuron of this layer, with a number for each neuron of the "
            "layer before (as in PyTorch); drawn by the initializer when left out."
        ),
        _expect("a list of rows of numbers, one for each neuron of this layer"),
    ] = None
    biases: Annotated[
        Vector | None,
        Meta(description="A number for each neuron; drawn by the initializer when left out."),
        _expect("a list of numbers, one for each neuron"),
    ] = None
    trainable: Annotated[
        Switch, Meta(description="Whether updates touch its biases and incoming weights.")
    ] = True


LayerForm: TypeAlias = Annotated[int | Layer, _expect('a size, or an object such as {"size": 4}')]


class ExplicitNetwork(Struct, frozen=True, forbid_unknown_fields=True):
    """A network of neurons and connections."""

    neurons: Annotated[
        list[Neuron],
        _expect(f"a list of at most {MAX_NEURONS} neurons", max_length=MAX_NEURONS),
    ]
    connections: Annotated[
        list[Connection],
        _expect(f"a list of at most {MAX_CONNECTIONS} connections", max_length=MAX_CONNECTIONS),
    ] = []
    initializer: Function | UnsetType = UNSET


class LayeredNetwork(Struct, frozen=True, forbid_unknown_fields=True):
    """A fully connected network, layer by layer: the first are the inputs, the last the outputs."""

    layers: Annotated[
        list[LayerForm],
        Meta(min_length=2, max_length=MAX_NEURONS),
        _expect("a list of two layers or more, inputs first and outputs last"),
    ]
    initializer: Function | UnsetType = UNSET


class InlineData(Struct, frozen=True, forbid_unknown_fields=True):
    """Rows in the document: inputs and a target for each example."""

    inputs: Annotated[
        list[Vector],
        _expect("a list of one or more rows, each a list of numbers", min_length=1),
    ]
    targets: Annotated[
        list[Annotated[int | Vector, _expect("a list of numbers, or a class index")]],
        _expect(
            "a list of one or more rows, each a list of numbers or a class index", min_length=1
        ),
    ]
    test_fraction: TestFraction = 0.0


class CsvData(Struct, frozen=True, forbid_unknown_fields=True):
    """Data from columns of a CSV file.

    A column of targets may hold words: each is a class, numbered in order of appearance. Lines
    that begin with # are comments.
    """

    csv: Annotated[Text, Meta(description="The file; a relative path starts at the document.")]
    inputs: Columns
    targets: Columns
    separator: Annotated[
        Literal[",", ";", "|", "tab", "blank", "\t", " "] | UnsetType,
        Meta(description="What stands between cells; told from the file when left out."),
        _expect('",", ";", "|", "tab" or "blank"'),
    ] = UNSET
    decimal: Annotated[
        Literal[".", ","] | UnsetType,
        Meta(description="The decimal sign; told from the file when left out."),
        _expect('"." or ","'),
    ] = UNSET
    header: Annotated[
        Switch | UnsetType,
        Meta(
            description="Whether the first line holds the columns' names; else they go by number."
        ),
    ] = UNSET
    missing: Annotated[
        Literal["error", "skip"] | UnsetType,
        Meta(description="Whether rows that lack a value (empty, NA, NaN, ?) are left out."),
        _expect('"error" or "skip"'),
    ] = UNSET
    test_fraction: TestFraction = 0.0


class GeneratedData(Struct, frozen=True, forbid_unknown_fields=True):
    """Data from a generator: two inputs, one target."""

    generator: Text
    samples: Annotated[int, _whole(1, MAX_SAMPLES)] = 200
    noise: Annotated[float, _expect("a number from 0 to 0.5", ge=0, le=0.5)] = 0.0
    seed: Seed = 0
    test_fraction: TestFraction = 0.0


class OptimizerState(Struct, frozen=True, forbid_unknown_fields=True):
    """What a run goes on from, written by saving a trained network: leave it away to start anew.

    The lists hold what the optimizer remembers: a number for each bias and each weight, in the
    order of the updates (frozen ones too).
    """

    updates: Annotated[
        int, _whole(0, MAX_UPDATES), Meta(description="Updates done before: t counts on from here.")
    ] = 0
    epochs: Annotated[
        int, _whole(0, MAX_UPDATES), Meta(description="Epochs done before: the order of examples.")
    ] = 0
    m: Vector | UnsetType = UNSET
    v: Vector | UnsetType = UNSET
    s: Vector | UnsetType = UNSET


class Regularization(Struct, frozen=True, forbid_unknown_fields=True):
    """Penalties on weights (biases are left alone)."""

    l1: Annotated[NotNegative, Meta(description="Adds l1·sign(w) to a weight's gradient.")] = 0.0
    l2: Annotated[NotNegative, Meta(description="Adds l2·w to a weight's gradient.")] = 0.0


class Training(Struct, frozen=True, forbid_unknown_fields=True):
    """How the network is trained."""

    loss: Annotated[Function | UnsetType, _function("a loss")] = UNSET
    optimizer: Annotated[Function | UnsetType, _function("an optimizer")] = UNSET
    batch_size: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_BATCH_SIZE)] | UnsetType | None,
        Meta(description="Examples in a batch; null: the whole training set."),
        _expect(f"a whole number from 1 to {MAX_BATCH_SIZE}, or null for all examples"),
    ] = UNSET
    shuffle: Switch | UnsetType = UNSET
    reduction: Literal["mean", "sum"] | UnsetType = UNSET
    gradient: Annotated[
        Literal["backpropagation", "central_differences"] | UnsetType,
        Meta(
            description="central_differences measures each slope: two more forward passes over the "
            "batch for each parameter, and no backward pass."
        ),
    ] = UNSET
    regularization: Regularization | UnsetType = UNSET
    epochs: Annotated[int, _whole(1, MAX_EPOCHS)] | UnsetType = UNSET
    seed: Annotated[
        Seed | UnsetType, Meta(description="Decides the order of the examples and the test set.")
    ] = UNSET


class Document(Struct, frozen=True, forbid_unknown_fields=True, rename={"schema": "$schema"}):
    """A neural network, its data and how it is trained: what nntui steps through."""

    format: Annotated[Literal["nntui/1"], Meta(description="The version of this format.")]
    network: Annotated[dict[str, Any], _expect(NETWORK_EXPECTED)]
    data: Annotated[dict[str, Any], _expect(DATA_EXPECTED)]
    schema: Annotated[
        str, _text(MAX_SCHEMA_LENGTH, "For text editors: where they find the JSON schema.")
    ] = ""
    name: Annotated[str, _text(MAX_TITLE_LENGTH)] = ""
    description: Annotated[
        str, _text(MAX_DESCRIPTION_LENGTH, "Markdown: the story, a card for each paragraph.")
    ] = ""
    training: Training | UnsetType = UNSET
    debugger: Annotated[
        Object | UnsetType,
        Meta(description="What the debugger remembers: breakpoints, displays, position."),
        _expect("an object"),
    ] = UNSET
