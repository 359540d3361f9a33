"""Cases 1 to 16 and 23: the way back through the layers."""

from __future__ import annotations

from typing import Any

import numpy as np
from verify.cases.case import (
    XOR,
    XOR_TARGETS,
    After,
    Made,
    case,
    classes,
    data,
    document,
    means,
    parameters,
    sigmoid,
    softmax,
)

ONE = {"name": "sgd", "learning_rate": 1.0}


@case(
    1,
    "https://github.com/joelgrus/data-science-from-scratch/issues/31",
    "mistake",
    mistakes=("updated_weights",),
)
def output_weights_updated_first() -> Made:
    """The errors of the hidden neurons are computed with output weights that are updated already;
    neuron by neuron, the bias being the weight of an input that is always 1."""
    x, y = data(3, 3, 2)
    w1, b1, w2, b2 = drawn = parameters(3, 4, 2)
    hidden = [[*w1[:, j], b1[j]] for j in range(4)]
    output = [[*w2[:, k], b2[k]] for k in range(2)]
    after = After()
    for inputs, wanted in zip(x, y, strict=True):
        with_bias = [*inputs, 1]
        h = [sigmoid(np.dot(weights, with_bias)) for weights in hidden]
        out = [sigmoid(np.dot(weights, [*h, 1])) for weights in output]
        deltas = [o * (1 - o) * (o - t) for o, t in zip(out, wanted, strict=True)]
        for k, weights in enumerate(output):
            for j, h_j in enumerate([*h, 1]):
                weights[j] -= deltas[k] * h_j
        errors = [h[j] * (1 - h[j]) * np.dot(deltas, [w[j] for w in output]) for j in range(4)]
        for j, weights in enumerate(hidden):
            for i, x_i in enumerate(with_bias):
                weights[i] -= errors[j] * x_i
        (w1, b1), (w2, b2) = (np.split(np.array(layer), [-1], axis=1) for layer in (hidden, output))
        after.keep(w1, b1[:, 0], w2, b2[:, 0])
    settings = {"optimizer": ONE, "batch_size": 1}
    return document(x, y, drawn, "sigmoid sigmoid", "half_squared_error", **settings), after


@case(
    2,
    "https://github.com/kim-marcel/basic_neural_network/issues/7",
    "mistake",
    mistakes=("raw_error_passed_back", "updated_weights"),
)
def errors_through_updated_weights() -> Made:
    """What goes back to a layer is Wᵀ·(t − a), with W updated already and without the slope."""
    x, y = data(1, 3, 2)
    w1, b1, w2, b2 = drawn = parameters(3, 4, 2)
    column = x.T
    h = sigmoid(w1.T @ column + b1[:, None])
    out = sigmoid(w2.T @ h + b2[:, None])
    errors = y.T - out
    gradient = 0.1 * errors * out * (1 - out)
    new_w2 = w2.T + gradient @ h.T
    new_b2 = b2[:, None] + gradient
    errors = new_w2.T @ errors
    gradient = 0.1 * errors * h * (1 - h)
    new_w1 = w1.T + gradient @ column.T
    new_b1 = b1[:, None] + gradient
    numbers = {"W1": new_w1[None], "b1": new_b1.T, "W2": new_w2[None], "b2": new_b2.T}
    return document(x, y, drawn, "sigmoid sigmoid", "half_squared_error"), numbers


@case(
    3,
    "https://github.com/CodingTrain/Toy-Neural-Network-JS/issues/72",
    "mistake",
    mistakes=("updated_weights",),
    note="As the report has it: the deltas go back; the code of that day passed t − a back.",
)
def xor_with_updated_weights() -> Made:
    """2-2-1 for XOR, an example at a time: the output weights move before the hidden deltas."""
    drawn = parameters(2, 2, 1)
    w1, b1, w2, b2 = (array.copy() for array in drawn)
    after = After()
    for inputs, target in zip(XOR, XOR_TARGETS, strict=True):
        h = sigmoid(inputs @ w1 + b1)
        out = sigmoid(h @ w2 + b2)
        delta = (target - out) * out * (1 - out)
        w2 += 0.1 * np.outer(h, delta)
        b2 += 0.1 * delta
        hidden = (w2 @ delta) * h * (1 - h)
        w1 += 0.1 * np.outer(inputs, hidden)
        b1 += 0.1 * hidden
        after.keep(w1, b1, w2, b2)
    made = document(XOR, XOR_TARGETS, drawn, "sigmoid sigmoid", "half_squared_error", batch_size=1)
    return made, after


@case(
    4,
    "https://github.com/Bot-Academy/NeuralNetworkFromScratch/pull/3",
    "mistake",
    mistakes=("no_output_derivative", "updated_weights"),
)
def no_output_slope_and_updated_weights() -> Made:
    """The output's delta is a − t without σ′, and the hidden delta takes the updated weights."""
    x, y = data(1, 4, 3)
    w1, b1, w2, b2 = drawn = parameters(4, 3, 3)
    image, label = x.T, y.T
    h = sigmoid(b1[:, None] + w1.T @ image)
    out = sigmoid(b2[:, None] + w2.T @ h)
    delta_out = out - label
    new_w2 = w2.T - 0.1 * delta_out @ h.T
    new_b2 = b2[:, None] - 0.1 * delta_out
    delta_h = new_w2.T @ delta_out * (h * (1 - h))
    new_w1 = w1.T - 0.1 * delta_h @ image.T
    new_b1 = b1[:, None] - 0.1 * delta_h
    numbers = {"W1": new_w1[None], "b1": new_b1.T, "W2": new_w2[None], "b2": new_b2.T}
    return document(x, y, drawn, "sigmoid sigmoid", "half_squared_error"), numbers


@case(
    5,
    "https://github.com/louisjc/mnist-neural-network/issues/1",
    "mistake",
    mistakes=("no_output_derivative", "no_derivative"),
    note="Only the right code is quoted, with both slopes: here both are missing.",
)
def no_slope_in_either_layer() -> Made:
    """σ′ is missing in the output layer, and in the hidden layer."""
    x, y = data(5, 4, 3)
    w1, b1, w2, b2 = drawn = parameters(4, 5, 3)
    grads = {name: np.zeros_like(array) for name, array in zip("1a2b", drawn, strict=True)}
    for vector, target in zip(x, y, strict=True):
        h = sigmoid(vector @ w1 + b1)
        out = sigmoid(h @ w2 + b2)
        out_delta = out - target
        hidden_delta = np.dot(w2, out_delta)
        grads["2"] += np.outer(h, out_delta) / 5
        grads["b"] += out_delta / 5
        grads["1"] += np.outer(vector, hidden_delta) / 5
        grads["a"] += hidden_delta / 5
    numbers = {"dW1": grads["1"], "db1": grads["a"], "dW2": grads["2"], "db2": grads["b"]}
    return document(x, y, drawn, "sigmoid sigmoid", "half_squared_error"), numbers


@case(
    6,
    "https://stackoverflow.com/questions/59399842/xor-gate-with-backpropagation",
    "mistake",
    mistakes=("raw_error_in_gradient",),
)
def no_slope_in_output_weights_only() -> Made:
    """2-2-1 without biases: ∂L/∂w of the output layer lacks σ′, the hidden layer's has it."""
    w0, _, w1, _ = drawn = parameters(2, 2, 1, seed=4)
    x, y = XOR[::-1], XOR_TARGETS[::-1]
    (x0, x1), target = x[1], y[1, 0]
    h0 = sigmoid(w0[0, 0] * x0 + w0[1, 0] * x1)
    h1 = sigmoid(w0[0, 1] * x0 + w0[1, 1] * x1)
    out = sigmoid(w1[0, 0] * h0 + w1[1, 0] * h1)
    error = -(target - out)
    d00 = error * out * (1 - out) * w1[0, 0] * h0 * (1 - h0) * x0
    d01 = error * out * (1 - out) * w1[1, 0] * h1 * (1 - h1) * x0
    d10 = error * out * (1 - out) * w1[0, 0] * h0 * (1 - h0) * x1
    d11 = error * out * (1 - out) * w1[1, 0] * h1 * (1 - h1) * x1
    numbers = {"dW1": [[d00, d01], [d10, d11]], "dW2": [[error * h0], [error * h1]]}
    made = document(x[1:2], y[1:2], drawn, "sigmoid sigmoid", "half_squared_error", bias=False)
    return made, numbers


@case(
    7,
    "https://stackoverflow.com/questions/55858141/my-neural-network-made-with-numpy-is-not-"
    "converging-why-is-the-cost-decreasin",
    "mistake",
    mistakes=("own_a",),
)
def own_activation_in_dw() -> Made:
    """1-3-1, y = sin x, examples in columns: dW2 = dZ2·A2ᵀ, which broadcasting spreads over W2."""
    x = np.array([[0.3, 1.2, 2.0, 2.7, 4.0]])
    y = np.sin(x).round(2)
    w1, b1, w2, b2 = drawn = parameters(1, 3, 1)
    m = x.shape[1]
    a1 = np.tanh(w1.T @ x + b1[:, None])
    a2 = sigmoid(w2.T @ a1 + b2[:, None])
    dz2 = a2 - y
    dw2 = dz2 @ a2.T / m
    db2 = dz2.sum(axis=1) / m
    dz1 = w2 * dz2 * (1 - np.power(a1, 2))
    dw1, db1 = dz1 @ x.T / m, dz1.sum(axis=1) / m
    numbers = {"dW1": dw1, "db1": db1, "dW2": np.broadcast_to(dw2, (1, 3)), "db2": db2}
    return document(x.T, y.T, drawn, "tanh sigmoid", "bce"), numbers


@case(
    8,
    "https://stats.stackexchange.com/questions/550353/classification-neural-network-cost-stop-"
    "changing-after-1-iteration",
    "mistake",
    mistakes=("no_derivative",),
)
def no_slope_of_last_hidden_layer() -> Made:
    """Softmax and cross-entropy: the loop back leaves σ′ out in the last hidden layer alone."""
    (x, _), y = data(5, 4, 3), classes(5, 3)
    drawn = parameters(4, 3, 5, 3)
    w, b = [array.T for array in drawn[::2]], [array[:, None] for array in drawn[1::2]]
    a = [x.T]
    for i in range(3):
        z = w[i] @ a[i] + b[i]
        a.append(softmax(z.T).T if i == 2 else sigmoid(z))
    d, numbers = a[3] - y.T, {}
    for i in (2, 1, 0):
        numbers[f"dW{i + 1}"], numbers[f"db{i + 1}"] = d @ a[i].T, d.sum(axis=1)
        d = w[i].T @ d
        if i == 1:
            d = d * a[i] * (1 - a[i])
    made = document(x, y, drawn, "sigmoid sigmoid linear", "cross_entropy", reduction="sum")
    return made, numbers


@case(
    9,
    "https://whosebug.com/question/2948401/Backpropagation-Why-doesn-t-error-approach-zero-when-"
    "it-is-multiplied-by-deriv-of-sigmoid",
    "mistake",
    mistakes=("raw_error_passed_back", "passed_back_without_w"),
)
def hidden_delta_of_the_output_error() -> Made:
    """2-2-1 without biases: the hidden delta is (t − a)·σ′(hidden), with neither w nor σ′(output);
    Wᵀ·(t − a) is computed and never used. Printed with 6 digits."""
    w_0, _, w_1, _ = drawn = parameters(2, 2, 1, seed=5)
    inputs, label = np.array([[0.0, 1.0]]).T, np.array([[0.0]])
    hidden = sigmoid(w_0.T @ inputs)
    output = sigmoid(w_1.T @ hidden)
    error = label - output
    delta = error * output * (1 - output)
    delta_hidden = error * hidden * (1 - hidden)
    numbers = {
        "dW1": [[float(f"{g:.6g}") for g in row] for row in -delta_hidden @ inputs.T],
        "dW2": [[float(f"{g:.6g}") for g in row] for row in -delta @ hidden.T],
    }
    made = document(inputs.T, label, drawn, "sigmoid sigmoid", "half_squared_error", bias=False)
    return made, numbers


@case(
    10,
    "https://datascience.stackexchange.com/questions/37545/neural-network-example-not-working-"
    "with-sigmoid-activation-function",
    "mistake",
    mistakes=("derivative_of_a",),
)
def sigmoid_slope_at_a() -> Made:
    """The slope is σ(a)·(1 − σ(a)): fine for tanh as 1 − a², wrong once it is a sigmoid of z."""
    x, y = XOR, XOR_TARGETS
    w1, b1, w2, b2 = drawn = parameters(2, 2, 1, seed=6)

    def slope(x: Any) -> Any:
        return sigmoid(x) * (1.0 - sigmoid(x))

    a = [x, sigmoid(x @ w1 + b1)]
    a.append(sigmoid(a[1] @ w2 + b2))
    deltas = [(a[2] - y) * slope(a[2])]
    deltas.append(deltas[0] @ w2.T * slope(a[1]))
    d2, d1 = deltas
    return document(x, y, drawn, "sigmoid sigmoid", "half_squared_error"), means(x, d1, a[1], d2)


@case(
    11,
    "https://github.com/liashchynskyi/skynet/pull/1",
    "mistake",
    mistakes=("derivative_of_a",),
)
def activation_applied_twice() -> Made:
    """On the way back the activation is applied to what it has made: σ′ of σ(z); 2-3-1, a row of
    weights for each neuron, neuron by neuron."""
    w1, b1, w2, b2 = drawn = parameters(2, 3, 1, seed=7)
    dw1, db1, dw2, db2 = (np.zeros_like(array) for array in drawn)

    def derivative(value: float) -> float:
        again = 1 / (1 + np.exp(-value))
        return float(again * (1 - again))

    for inputs, target in zip(XOR, XOR_TARGETS, strict=True):
        h = [sigmoid(sum(inputs[i] * w1[i, j] for i in range(2)) + b1[j]) for j in range(3)]
        out = sigmoid(sum(h[j] * w2[j, 0] for j in range(3)) + b2[0])
        delta = (out - target[0]) * derivative(out)
        db2[0] += delta / 4
        for j in range(3):
            dw2[j, 0] += delta * h[j] / 4
            hidden = delta * w2[j, 0] * derivative(h[j])
            db1[j] += hidden / 4
            for i in range(2):
                dw1[i, j] += hidden * inputs[i] / 4
    numbers = {"dW1": dw1.T, "db1": db1, "dW2": dw2.T, "db2": db2}
    return document(XOR, XOR_TARGETS, drawn, "sigmoid sigmoid", "half_squared_error"), numbers


@case(
    12,
    "https://github.com/davidrmiller/neural2d/issues/40",
    "mistake",
    mistakes=("derivative_of_a",),
)
def tanh_slope_at_the_output() -> Made:
    """The slope is 1 − tanh(output)², where output is tanh(z) already; a neuron's gradient at a
    time, for XOR as −1 and 1."""
    x, y = 2 * XOR - 1, 2 * XOR_TARGETS - 1
    w1, b1, w2, b2 = drawn = parameters(2, 3, 1, seed=8)
    h = np.tanh(x @ w1 + b1)
    out = np.tanh(h @ w2 + b2)
    gradient2 = (out - y) * (1 - np.tanh(out) * np.tanh(out))
    gradient1 = gradient2 @ w2.T * (1 - np.tanh(h) * np.tanh(h))
    numbers = means(x, gradient1, h, gradient2)
    return document(x, y, drawn, "tanh tanh", "half_squared_error"), numbers


@case(
    13,
    "https://github.com/tsoding/nn.h/issues/18 https://github.com/OpenANN/OpenANN/issues/164 "
    "https://github.com/NervanaSystems/neon/issues/65 "
    "https://github.com/scikit-learn/scikit-learn/issues/14244",
    "right",
)
def slope_written_in_a() -> Made:
    """No mistake: a·(1 − a) and 1 − a² are the slopes, written in a. Backwards from ∂L/∂a, layer by
    layer, as nn.h does."""
    x, y = data(5, 3, 2)
    drawn = parameters(3, 4, 3, 2)
    a = [x]
    for w, b, f in zip(drawn[::2], drawn[1::2], (np.tanh, sigmoid, sigmoid), strict=True):
        a.append(f(a[-1] @ w + b))
    slopes = (lambda a: 1 - a**2, lambda a: a * (1 - a), lambda a: a * (1 - a))
    da, numbers = 2 * (a[3] - y) / 2, {}
    for n in (3, 2, 1):
        d = da * slopes[n - 1](a[n])
        numbers[f"dW{n}"], numbers[f"db{n}"] = a[n - 1].T @ d / 5, d.sum(axis=0) / 5
        da = d @ drawn[2 * (n - 1)].T
    return document(x, y, drawn, "tanh sigmoid sigmoid", "mse"), numbers


@case(
    14,
    "https://github.com/unda-ml/unda/issues/1",
    "mistake",
    mistakes=("other_layers_derivative",),
)
def slope_of_the_next_layers_activation() -> Made:
    """Each layer takes the derivative of the activation of the layer behind it, at its own z."""
    x, y = data(5, 3, 2)
    w1, b1, w2, b2, w3, b3 = drawn = parameters(3, 4, 4, 2)
    z1 = x @ w1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ w2 + b2
    a2 = sigmoid(z2)
    out = np.tanh(a2 @ w3 + b3)
    d3 = 2 * (out - y) / 2 * (1 - out**2)
    d2 = d3 @ w3.T * (1 - np.tanh(z2) ** 2)
    d1 = d2 @ w2.T * sigmoid(z1) * (1 - sigmoid(z1))
    numbers = {
        "dW1": x.T @ d1 / 5, "db1": d1.mean(axis=0), "dW2": a1.T @ d2 / 5, "db2": d2.mean(axis=0),
        "dW3": a2.T @ d3 / 5, "db3": d3.mean(axis=0),
    }  # fmt: skip
    return document(x, y, drawn, "tanh sigmoid tanh", "mse"), numbers


def planar(seed: int) -> tuple[Any, ...]:
    """Make the network of the course's planar data: examples in columns, W as (out, in)."""
    x, _ = data(6, 2, 1, seed)
    y = (np.arange(6) % 2.0)[:, None]
    w1, b1, w2, b2 = drawn = parameters(2, 4, 1, seed=seed)
    z1 = w1.T @ x.T + b1[:, None]
    a1 = np.tanh(z1)
    a2 = sigmoid(w2.T @ a1 + b2[:, None])
    return document(x, y, drawn, "tanh sigmoid", "bce"), x.T, y.T, w2.T, z1, a1, a2


@case(
    15,
    "https://community.deeplearning.ai/t/c1w3a1-backward-propagation-valueerror-operands-could-not-"
    "be-broadcast-together-with-shapes-7-9-9-7/31965",
    "mistake",
    mistakes=("derivative_on_z",),
)
def slope_in_a_applied_to_z() -> Made:
    """dZ1 = W2ᵀ·dZ2 · (1 − Z1²): tanh′ is 1 − A1²; examples in columns."""
    made, x, y, w2, z1, a1, a2 = planar(9)
    m = 6
    dz2 = a2 - y
    dz1 = w2.T @ dz2 * (1 - np.power(z1, 2))
    numbers = {
        "dW1": dz1 @ x.T / m, "db1": dz1.sum(axis=1, keepdims=True) / m,
        "dW2": dz2 @ a1.T / m, "db2": dz2.sum(axis=1, keepdims=True) / m,
    }  # fmt: skip
    return made, numbers


@case(
    16,
    "https://community.deeplearning.ai/t/course-1-week-3-a1-excercise-6-dw2-operands-could-not-be-"
    "broadcast/152009",
    "error",
    error="dW2",
)
def product_by_elements() -> Made:
    """dW2 = dZ2 * A1 by elements instead of the matrix product with A1ᵀ: one number an example."""
    made, x, y, w2, _, a1, a2 = planar(10)
    dz2 = a2 - y
    dz1 = w2.T @ dz2 * (1 - a1**2)
    return made, {"dW1": dz1 @ x.T / 6, "dW2": dz2 * a1 / 6}


@case(
    23,
    "https://github.com/karpathy/micrograd/issues/2 "
    "https://github.com/karpathy/micrograd/issues/96 https://github.com/karpathy/micrograd/pull/64",
    "mistake",
    mistakes=("one_path",),
    note="b = a + a as two connections of weight 1 over two neurons: only one joins a pair.",
)
def one_path_of_two() -> Made:
    """The gradient of a value that is used twice is overwritten (=) instead of added to (+=): the
    use that is visited last stays."""
    neurons = [
        {"name": "x", "role": "input"},
        *({"name": name, "activation": "linear", "bias": 0.5} for name in ("a", "left", "right")),
        {"name": "c", "role": "output", "activation": "tanh", "bias": -0.25},
    ]
    weights = {("x", "a"): 0.5, ("a", "left"): 1, ("a", "right"): 1}
    weights |= {("left", "c"): 0.5, ("right", "c"): 0.75}
    made = {
        "format": "nntui/1",
        "network": {
            "neurons": neurons,
            "connections": [
                {"source": i, "target": j, "weight": w} for (i, j), w in weights.items()
            ],
        },
        "data": {"inputs": [[0.5]], "targets": [[0.25]]},
        "training": {"loss": "half_squared_error", "optimizer": ONE},
    }
    a = 0.5 * 0.5 + 0.5
    left = right = a + 0.5
    c = np.tanh(0.5 * left + 0.75 * right - 0.25)
    d = (c - 0.25) * (1 - c**2)
    d_left, d_right = 0.5 * d, 0.75 * d
    d_a = d_right
    d_a = d_left  # where it should be added
    numbers = {
        "dw[left,c]": d * left, "dw[right,c]": d * right, "db[c]": d,
        "dw[a,left]": d_left * a, "dw[a,right]": d_right * a,
        "db[left]": d_left, "db[right]": d_right,
        "dw[x,a]": d_a * 0.5, "db[a]": d_a,
    }  # fmt: skip
    return made, numbers
