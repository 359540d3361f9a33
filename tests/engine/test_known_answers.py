"""Numbers that others published or that can be done in the head."""

import pytest

from nntui.debugger.debugger import Debugger
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer


@pytest.fixture
def mazur() -> Debugger:
    """Matt Mazur, A Step by Step Backpropagation Example (2015)."""
    net = Network()
    for name in ("i1", "i2"):
        net.add_neuron(name, role="input")
    for name in ("h1", "h2"):
        net.add_neuron(name, activation="sigmoid", bias=0.35, trainable=False)
    for name in ("o1", "o2"):
        net.add_neuron(name, role="output", activation="sigmoid", bias=0.60, trainable=False)
    weights = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]
    pairs = ["i1 h1", "i2 h1", "i1 h2", "i2 h2", "h1 o1", "h2 o1", "h1 o2", "h2 o2"]
    for pair, weight in zip(pairs, weights, strict=True):
        net.connect(*pair.split(), weight)
    training = Training(
        loss=Loss.of("half_squared_error"),
        optimizer=Optimizer.of("sgd", learning_rate=0.5),
        epochs=10_000,
    )
    return Debugger(Experiment(net, Dataset.of([[0.05, 0.10]], [[0.01, 0.99]]), training))


def test_mazurs_forward_pass(mazur) -> None:
    mazur.move("pass")
    found = [mazur[name] for name in ("z[h1]", "a[h1]", "a[h2]", "z[o1]", "a[o1]", "a[o2]")]
    published = [0.3775, 0.593269992, 0.596884378, 1.105905967, 0.751365070, 0.772928465]
    assert found == pytest.approx(published, abs=5e-10)
    mazur.step()
    assert mazur["loss"] == pytest.approx(0.298371109, abs=5e-10)


def test_mazurs_gradients(mazur) -> None:
    mazur.move("pass", 3)
    published = {
        "dw[h1,o1]": 0.082167041,
        "delta[o1]": 0.138498562,
        "da[o1]": 0.741365070,
        "delta[o2]": -0.0380982,
        "da[h1]": 0.036350306,
        "dw[i1,h1]": 0.000438568,
    }
    assert {name: mazur[name] for name in published} == pytest.approx(published, abs=5e-8)


def test_mazurs_weights_after_one_update(mazur) -> None:
    mazur.move("update")
    published = {
        "w[i1,h1]": 0.149780716,
        "w[i2,h1]": 0.19956143,
        "w[i1,h2]": 0.24975114,
        "w[i2,h2]": 0.29950229,
        "w[h1,o1]": 0.35891648,
        "w[h2,o1]": 0.408666186,
        "w[h1,o2]": 0.511301270,
        "w[h2,o2]": 0.561370121,
    }
    assert {name: mazur[name] for name in published} == pytest.approx(published, abs=1e-8)
    assert mazur["b[h1]"] == 0.35


def test_mazurs_losses_later_on(mazur) -> None:
    mazur.move("update")
    mazur.move("pass", 2)
    # He computed on with rounded weights and printed 0.291027924.
    assert mazur["loss"] == pytest.approx(0.291027774, abs=5e-10)
    mazur.seek(mazur.total)
    assert mazur["batch_loss"] == pytest.approx(0.0000351085, abs=5e-8)
    assert mazur["a[o1]"] == pytest.approx(0.015912196, abs=1e-5)


def test_the_notebooks_chain_by_hand() -> None:
    """In → x → Out with ReLUs, all in small whole numbers."""
    net = Network()
    net.add_neuron("In", role="input")
    net.add_neuron("x", activation="relu", bias=1.0)
    net.add_neuron("Out", role="output", activation="relu", bias=-1.0)
    net.connect("In", "x", 2.0)
    net.connect("x", "Out", 3.0)
    training = Training(
        loss=Loss.of("squared_error"), optimizer=Optimizer.of("sgd", learning_rate=0.5), epochs=1
    )
    debugger = Debugger(Experiment(net, Dataset.of([[4.0]], [[25.0]]), training))
    texts = [debugger.step().text for _ in range(debugger.total)]
    # x = 2·4 + 1 = 9, Out = 3·9 − 1 = 26, one above the target.
    assert debugger.snapshot().values == {
        "x[In]": 4.0, "t[Out]": 25.0, "z[x]": 9.0, "z[Out]": 26.0,
        "a[In]": 4.0, "a[x]": 9.0, "a[Out]": 26.0,
        "da[In]": 12.0, "da[x]": 6.0, "da[Out]": 2.0, "delta[x]": 6.0, "delta[Out]": 2.0,
        "b[x]": -2.0, "b[Out]": -2.0, "db[x]": 6.0, "db[Out]": 2.0,
        "w[In,x]": -10.0, "w[x,Out]": -6.0, "dw[In,x]": 24.0, "dw[x,Out]": 18.0,
        "loss": 1.0, "batch_loss": 1.0, "epoch_loss": 1.0, "test_loss": None,
        "epoch": 1, "update": 1, "example": None, "step": 14,
    }  # fmt: skip
    assert texts[:4] == [
        "a[In] = 4",
        "z[x] = 1 + 2 · 4 = 9",
        "a[x] = max(0, 9) = 9",
        "z[Out] = -1 + 3 · 9 = 26",
    ]


def test_two_paths_add_up() -> None:
    """Y = h + k with h = 2x and k = 3x: the input's gradient is 5 · ∂L/∂y."""
    net = Network()
    net.add_neuron("x", role="input")
    for name in ("h", "k"):
        net.add_neuron(name, bias=0.0)
    net.add_neuron("y", role="output", bias=0.0)
    net.connect("x", "h", 2.0)
    net.connect("x", "k", 3.0)
    net.connect("h", "y", 1.0)
    net.connect("k", "y", 1.0)
    training = Training(loss=Loss.of("half_squared_error"), epochs=1)
    debugger = Debugger(Experiment(net, Dataset.of([[1.0]], [[1.0]]), training))
    debugger.move("pass", 3)
    assert debugger["a[y]"] == 5.0
    assert debugger["da[y]"] == 4.0
    assert debugger["da[x]"] == 20.0
