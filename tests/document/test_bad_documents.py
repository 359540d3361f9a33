"""Every bad document ends in one sentence: file, place, what was found, what was expected."""

import pytest

GONE = object()
N, C, T = "network.neurons", "network.connections", "training"

# Where the explicit document is changed, to what → the error's place, and words of its sentence.
CHANGES = [
    # The document itself.
    ("format", GONE, "format", ["found nothing", '"nntui/1"']),
    ("format", "nntui/2", "format", ['the version "nntui/2"', "a newer nntui"]),
    ("format", "json", "format", ['"json"', '"nntui/1"']),
    ("format", 1, "format", ["found 1,", '"nntui/1"']),
    ("$schema", 1, '["$schema"]', ["found 1,", "text"]),
    ("$schema", "a\nb", '["$schema"]', ["U+000A"]),
    ("loss", "mse", "", ['"loss" belongs in "training"']),
    ("training.lr", 1, "training", ['"learning_rate" belongs in "training.optimizer"']),
    ("training.weight_decay", 1, "training", ['"weight_decay" belongs in "training.optimizer"']),
    ("training.loss", "mean_squared_error", "training.loss", ['did you mean "mse"?']),
    (f"{N}[2].activation", "softmax", f"{N}[2].activation", ["the loss cross_entropy"]),
    ("nmae", "x", "", ['unknown key "nmae"', 'did you mean "name"?']),
    ("name", "a\nb", "name", ["U+000A", "without control characters"]),
    ("name", "a\u202eb", "name", ["U+202E", "without control characters"]),
    ("name", "x" * 201, "name", ["201 characters", "at most 200"]),
    ("name", 3, "name", ["found 3,", "text"]),
    ("description", "\u001b[2J", "description", ["U+001B", "but line feed and tab"]),
    ("description", "x" * 70000, "description", ["70000 characters", "at most 65536"]),
    ("debugger", [], "debugger", ["an empty list", "an object"]),
    ("debugger", {"a": "x" * 2**20}, "debugger", ["bytes", "at most 1048576"]),
    ("network", GONE, "network", ["nothing", '"neurons" or "layers"']),
    ("network", [1], "network", ["a list of 1", '"neurons" or "layers"']),
    ("network", {"layer": [2, 1]}, "network", ['did you mean "layers"?']),
    ("network.layers", [2, 1], "network", ["both", "one of them"]),
    ("network.edges", [], "network", ['unknown key "edges"', "connections"]),
    ("data", GONE, "data", ["nothing", '"csv"']),
    ("data", {"cvs": "x"}, "data", ['did you mean "csv"?']),
    ("training", None, "training", ["null", "an object"]),
    # Neurons.
    (N, [], N, ["no input neuron"]),
    (N, {}, N, ["an empty object", "a list"]),
    (f"{N}[0].role", "hidden", "data.inputs[0]", ["2 numbers", "1, one for each input"]),
    (f"{N}[3].role", "hidden", N, ["no output neuron", '"role": "output"']),
    (f"{N}[2]", "h1", f"{N}[2]", ['"h1"', "an object"]),
    (f"{N}[2].name", GONE, f"{N}[2].name", ["nothing", "the neuron’s name"]),
    (f"{N}[2].name", 5, f"{N}[2].name", ["found 5,", "in double quotes"]),
    (f"{N}[2].name", "x1", f"{N}[2].name", ['"x1" a second time', f"{N}[0]"]),
    (f"{N}[2].name", "", f"{N}[2].name", ["an empty name", "64 visible characters"]),
    (f"{N}[2].name", "n" * 65, f"{N}[2].name", ["65 characters", "64 visible characters"]),
    (f"{N}[2].name", "\u001b[31mred", f"{N}[2].name", ["U+001B", "\\u001b[31mred"]),
    (f"{N}[2].name", "a\u200bb", f"{N}[2].name", ["invisible", "a\\u200bb"]),
    (f"{N}[2].name", "\ud800", f"{N}[2].name", ["\\ud800", "surrogate"]),
    (f"{N}[2].name", " a", f"{N}[2].name", ["a blank at the edge"]),
    (f"{N}[2].activaton", "relu", f"{N}[2]", ['"activaton"', 'did you mean "activation"?']),
    (f"{N}[2].activation", "rleu", f"{N}[2].activation", ['"rleu"', 'did you mean "relu"?']),
    (f"{N}[2].activation", 7, f"{N}[2].activation", ["found 7,", "the name of an activation"]),
    (f"{N}[2].activation", {}, f"{N}[2].activation.name", ["nothing", "the name of"]),
    (f"{N}[3].activation.name", "relu", f"{N}[3].activation", ['key "slope"', "only name"]),
    (f"{N}[3].activation.slop", 1, f"{N}[3].activation", ['"slop"', 'did you mean "slope"?']),
    (f"{N}[3].activation.cls", 1, f"{N}[3].activation", ['the unknown key "cls"']),
    (f"{N}[3].activation.slope", "1", f"{N}[3].activation.slope", ['"1"', "a finite number"]),
    (f"{N}[3].activation.slope", True, f"{N}[3].activation.slope", ["true", "a finite number"]),
    (f"{N}[0].activation", "relu", f"{N}[0].activation", ["an input has no activation"]),
    (f"{N}[0].bias", 1, f"{N}[0].bias", ["an input has no bias"]),
    (f"{N}[2].bias", False, f"{N}[2].bias", ['"bias": 0, "trainable": false']),
    (f"{N}[2].bias", True, f"{N}[2].bias", ["true", "a finite number"]),
    (f"{N}[2].role", "hiden", f"{N}[2].role", ['"hiden"', 'did you mean "hidden"?']),
    (f"{N}[2].trainable", 1, f"{N}[2].trainable", ["found 1,", "true or false"]),
    # Connections.
    (C, None, C, ["null", "a list"]),
    (f"{C}[1].wieght", 1, f"{C}[1]", ['"wieght"', 'did you mean "weight"?']),
    (f"{C}[1].weight", "abc", f"{C}[1].weight", ['found "abc", expected a finite number']),
    (f"{C}[1].source", GONE, f"{C}[1].source", ["nothing", "the name of a neuron"]),
    (f"{C}[1].source", None, f"{C}[1].source", ["null", "the name of a neuron"]),
    (f"{C}[1].source", "x3", f"{C}[1].source", ['"x3"', "x1, x2, h1, y"]),
    (f"{C}[1].target", "h11", f"{C}[1].target", ['"h11"', 'did you mean "h1"?']),
    (f"{C}[1].source", "x1", f"{C}[1]", ["a second connection", f"which is {C}[0]"]),
    (f"{C}[1].source", "h1", f"{C}[1]", ['from "h1" to itself', "two different neurons"]),
    (f"{C}[1].source", "y", f"{C}[1]", ["a cycle: h1 → y → h1", "forward"]),
    (f"{C}[1].source", "h1", f"{C}[1]", ["unroll a recurrence", "h1_1 → h1_2"]),
    (f"{C}[1].source", "y", f"{C}[1]", ["unroll a recurrence"]),
    (f"{C}[2].target", "x1", f"{C}[2].target", ['the input "x1"', "no input"]),
    # The initializer.
    ("network.initializer", None, "network.initializer", ["null", "a name"]),
    ("network.initializer", "unifrom", "network.initializer", ['did you mean "uniform"?']),
    ("network.initializer.sed", 1, "network.initializer", ['did you mean "seed"?']),
    ("network.initializer.seed", -1, "network.initializer.seed", ["-1", "from 0 to"]),
    ("network.initializer.seed", 2**64, "network.initializer.seed", ["from 0 to"]),
    ("network.initializer.low", 2, "network.initializer.low", ["not above high"]),
    # Layers.
    ("network", {"layers": 7}, "network.layers", ["found 7,", "a list"]),
    ("network", {"layers": [2]}, "network.layers", ["a list of 1", "two layers"]),
    ("network", {"layers": [2, 0, 1]}, "network.layers[1]", ["found 0,", "1 to 100000"]),
    ("network", {"layers": [2, 1.5]}, "network.layers[1]", ["found 1.5,", "a size"]),
    ("network", {"layers": [2, True]}, "network.layers[1]", ["true", "a size"]),
    ("network", {"layers": [2, 10**30]}, "network.layers[1]", ["31 characters", "100000"]),
    ("network", {"layers": [2, 90000, 20000]}, "network.layers", ["110,002 neurons", "100,000"]),
    ("network", {"layers": [2, 5000, 5000]}, "network.layers", ["25,010,000", "1,000,000"]),
    ("network", {"layers": [2, {"sise": 1}]}, "network.layers[1]", ['did you mean "size"?']),
    ("network", {"layers": [2, {"size": "3"}]}, "network.layers[1].size", ['"3"', "whole"]),
    (
        "network",
        {"layers": [2, {"size": 2, "names": ["a"]}, 1]},
        "network.layers[1].names",
        ["1 name", "2, the layer’s size"],
    ),
    (
        "network",
        {"layers": [2, {"size": 2, "names": ["a", "x1"]}, 1]},
        "network.layers[1].names[1]",
        ['"x1" a second time'],
    ),
    (
        "network",
        {"layers": [{"size": 2, "activation": "relu"}, 1]},
        "network.layers[0].activation",
        ["an input has no activation"],
    ),
    # Data.
    ("data.input", [], "data", ['"input"', 'did you mean "inputs"?']),
    ("data.csv", "x", "data.inputs[0]", ["a list of 2", "text"]),
    ("data", {"csv": "a", "generator": "b"}, "data", ['"csv" and "generator"', "only one"]),
    ("data.inputs", [], "data.inputs", ["an empty list", "one or more rows"]),
    ("data.inputs[0]", 1, "data.inputs[0]", ["found 1,", "a list of numbers"]),
    ("data.inputs[0]", [1], "data.inputs[0]", ["1 number", "2, one for each input neuron"]),
    ("data.inputs[1][0]", "a", "data.inputs[1][0]", ['"a"', "a finite number"]),
    ("data.inputs[1][0]", None, "data.inputs[1][0]", ["null", "a finite number"]),
    ("data.inputs[1][0]", False, "data.inputs[1][0]", ["false", "a finite number"]),
    ("data.targets", [[1]], "data.targets", ["1 row", "which has 3 rows"]),
    ("data.targets", GONE, "data.targets", ["nothing", "rows"]),
    ("data.targets[1]", [], "data.targets[1]", ["0 numbers", "1, one for each output"]),
    ("data.targets[1]", 1, "data.targets[1]", ["the number 1", "cross_entropy"]),
    ("data.targets[1]", 1.5, "data.targets[1]", ["1.5", "a class index"]),
    ("data.test_fraction", 1, "data.test_fraction", ["found 1,", "from 0 to below 1"]),
    ("data", {"generator": "circel"}, "data.generator", ['did you mean "circle"?']),
    ("data", {"generator": "xor", "noise": 2}, "data.noise", ["found 2,", "0 to 0.5"]),
    ("data", {"generator": "xor", "samples": -2}, "data.samples", ["-2", "1 to 100000"]),
    ("data", {"generator": "xor", "samples": 10**6}, "data.samples", ["1 to 100000"]),
    ("data", {"generator": "xor", "seed": -1}, "data.seed", ["-1", "from 0"]),
    ("data", {"generator": "xor", "sample": 1}, "data", ['did you mean "samples"?']),
    # Training.
    (f"{T}.optimiser", "adam", T, ['did you mean "optimizer"?']),
    (f"{T}.loss", "msee", f"{T}.loss", ['"msee"', 'did you mean "mse"?']),
    (f"{T}.loss.name", "mse", f"{T}.loss", ['key "delta"', "only name"]),
    (f"{T}.loss", "cross_entropy", "data.targets[0]", ["probabilities", "add up to 1"]),
    (f"{T}.loss.delta", 0, f"{T}.loss.delta", ["found 0,", "a number above 0"]),
    (f"{T}.optimizer", "adm", f"{T}.optimizer", ['did you mean "adam"?']),
    (f"{T}.optimizer.lr", 1, f"{T}.optimizer", ['the unknown key "lr"', "learning_rate"]),
    (f"{T}.optimizer.name", GONE, f"{T}.optimizer.name", ["nothing"]),
    (f"{T}.optimizer.learning_rate", -1, f"{T}.optimizer.learning_rate", ["at least 0"]),
    (f"{T}.optimizer.nesterov", 1, f"{T}.optimizer.nesterov", ["true or false"]),
    (f"{T}.optimizer.nesterov", True, f"{T}.optimizer.nesterov", ["a momentum above 0"]),
    (f"{T}.batch_size", 0, f"{T}.batch_size", ["found 0,", "from 1", "or null"]),
    (f"{T}.batch_size", True, f"{T}.batch_size", ["true", "from 1"]),
    (f"{T}.epochs", 0, f"{T}.epochs", ["found 0,", "from 1"]),
    (f"{T}.epochs", 1.5, f"{T}.epochs", ["1.5", "a whole number"]),
    (f"{T}.shuffle", "yes", f"{T}.shuffle", ['"yes"', "true or false"]),
    (f"{T}.reduction", "meen", f"{T}.reduction", ['did you mean "mean"?']),
    (f"{T}.regularization.l1", -1, f"{T}.regularization.l1", ["-1", "at least 0"]),
    (f"{T}.regularization.l3", 1, f"{T}.regularization", ['the unknown key "l3"']),
    (f"{T}.seed", 2**63, f"{T}.seed", ["9223372036854775808", "from 0 to"]),
]


def changed(document, path, value):
    """The document with the value at a path replaced, added or taken away."""
    *before, last = [
        int(key) if key.isdigit() else key
        for key in path.replace("]", "").replace("[", ".").split(".")
    ]
    inside = document
    for key in before:
        inside = inside[key]
    if value is GONE:
        del inside[last]
    else:
        inside[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "place", "words"),
    CHANGES,
)
def test_a_wrong_value_is_named_with_its_place(error, explicit, path, value, place, words):
    found = error(changed(explicit, path, value))
    assert (found.file, found.place) == ("doc.json", place)
    for word in words:
        assert word in str(found)


def test_a_range_that_no_float_holds_is_named(error, explicit):
    explicit["network"]["initializer"] |= {"low": -1.7e308, "high": 1.7e308}
    assert error(explicit).place == "network.initializer.high"


@pytest.mark.parametrize(
    "target", [3, -1, 10**300, [1.5], [3], [0.5, 0.5], [0.5, 0.5, 1], [-1, 1, 1]]
)
def test_a_class_that_is_none_is_named_by_its_row(error, classifier, target):
    classifier["data"]["targets"][2] = target
    assert error(classifier).place == "data.targets[2]"


def test_a_generator_must_fit_the_network(error, generated):
    generated["network"] = {"layers": [3, 1]}
    found = error(generated)
    assert found.place == "data.generator"
    assert "2 inputs and 1 target" in found.found
    assert "3 inputs and 1 output" in found.expected


def test_a_generators_classes_need_an_output_each(error, generated):
    generated |= {"network": {"layers": [2, 1]}, "training": {"loss": "cross_entropy"}}
    found = error(generated)
    assert found.place == "data.generator"
    assert "2 classes" in found.found


def test_a_long_cycle_is_named_by_its_neurons(error, explicit):
    names = [f"c{n}" for n in range(40)]
    network = explicit["network"]
    network["neurons"] += [{"name": name} for name in names]
    pairs = zip(names, [*names[1:], names[0]], strict=True)
    network["connections"] += [{"source": i, "target": j} for i, j in pairs]
    found = error(explicit)
    assert found.place.startswith("network.connections[")
    assert "c0 → c1 → " in found.found
    assert "…" in found.found
