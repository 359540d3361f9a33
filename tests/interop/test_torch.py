"""``from_torch``: losses, gradients and updates of modules, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from interop.trained import parameters, parameters_after

import nntui
from nntui.interop.torch_training import loss_of

pytestmark = pytest.mark.interop

UPDATES = 10


@pytest.fixture
def nn(torch):
    torch.manual_seed(0)
    return torch.nn


@pytest.fixture
def xy(torch, nn):
    """Five examples of three inputs, and targets of two outputs."""
    return torch.randn(5, 3, dtype=torch.float64), torch.rand(5, 2, dtype=torch.float64)


def _layers(nn, *more, bias=True):
    return [nn.Linear(3, 4, bias=bias), nn.Tanh(), *more, nn.Linear(4, 2)]


def _chain(nn, *more, **options):
    return nn.Sequential(*_layers(nn, *more, **options)).double()


def _train(model, optimizer, loss, x, y, updates=UPDATES):
    for _ in range(updates):
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()


def _agrees(model, optimizer, loss, x, y):
    """Train some updates in both, from where the optimizer is."""
    experiment = nntui.from_torch(model, x, y, loss=loss, optimizer=optimizer, epochs=UPDATES)
    found = parameters_after(experiment, UPDATES)
    _train(model, optimizer, loss, x, y)
    expected = parameters(nntui.from_torch(model, x, y, loss=loss))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)
    return experiment


OPTIMIZERS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-6}),
    ("AdamW", {"lr": 0.02, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.5}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.2}),
]


@pytest.mark.parametrize("before", [0, 3])
@pytest.mark.parametrize(("name", "settings"), OPTIMIZERS)
def test_an_optimizer_goes_on_from_what_it_remembers(torch, nn, xy, name, settings, before):
    model, loss = _chain(nn), nn.MSELoss()
    optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
    _train(model, optimizer, loss, *xy, updates=before)
    _agrees(model, optimizer, loss, *xy)


def test_the_losses_of_nn_are_those_of_nntui(torch, nn, xy):
    x, y = xy
    outputs, classes = torch.rand(5, 2, dtype=torch.float64), torch.tensor([0, 1, 1, 0, 1])
    cases = [
        (nn.MSELoss(), y),
        (nn.MSELoss(reduction="sum"), y),
        (nn.L1Loss(), y),
        (nn.HuberLoss(delta=0.3), y),
        (nn.SmoothL1Loss(), y),
        (nn.BCELoss(weight=torch.tensor([1.0, 3.0]).double()), y),
        (nn.BCEWithLogitsLoss(pos_weight=torch.tensor([0.5, 2.0]).double()), y),
        (nn.CrossEntropyLoss(label_smoothing=0.1), classes),
        (nn.CrossEntropyLoss(), y / y.sum(1, keepdim=True)),
        (nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0]).double(), reduction="sum"), classes),
    ]
    for loss, targets in cases:
        model = nn.Sequential(*_layers(nn), nn.Sigmoid()).double()
        experiment = nntui.from_torch(model, x, targets, loss=loss)
        of = experiment.training.loss
        found = [of.value(a, experiment.y(n)) for n, a in enumerate(outputs.tolist())]
        total = sum(found) / (5 if experiment.training.reduction == "mean" else 1)
        assert total == pytest.approx(loss(outputs, targets).item(), rel=1e-12), loss


def test_modules_within_modules_are_found_in_the_order_of_running(torch, nn, xy):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(4, 2)  # made first, run last
            self.body = nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(3, 4), nn.ReLU()))
            self.drop = nn.Dropout(0.5)

        def forward(self, x):
            return self.head(self.drop(self.body(x)))

    model = Net().double().eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    experiment = _agrees(model, optimizer, nn.MSELoss(), *xy)
    assert experiment.name == "Net"
    assert [str(n.activation) for n in experiment.network.layer(1)] == ["relu"] * 4


def test_float32_is_widened_exactly_and_biases_may_lack(nn, xy):
    model = _chain(nn, bias=False).float()
    network = nntui.from_torch(model, *(t.float() for t in xy), loss="mse").network
    assert network.weight(("x2", "h3")) == model[0].weight[2, 1].item()
    assert network.neuron("h1").bias == 0.0
    assert not network.neuron("h1").trainable
    assert network.neuron("y1").trainable


def test_what_is_not_trained_is_frozen(torch, nn, xy):
    model, loss = _chain(nn), nn.MSELoss()
    model[0].weight.requires_grad_(False)
    optimizer = torch.optim.Adam([model[0].bias, model[2].weight], lr=0.1)
    experiment = _agrees(model, optimizer, loss, *xy)
    frozen = experiment.network.wiring().frozen
    assert ("x1", "h1") in frozen
    assert "y1" in frozen
    assert not {"h1", ("h1", "y1")} & frozen


def test_weight_decay_is_l2_where_it_spares_the_biases(torch, nn, xy):
    model = _chain(nn)
    groups = [
        {"params": [model[0].weight, model[2].weight], "weight_decay": 0.3},
        {"params": [model[0].bias, model[2].bias]},
    ]
    experiment = _agrees(model, torch.optim.SGD(groups, lr=0.1), nn.MSELoss(), *xy)
    assert experiment.training.l2 == 0.3
    all_of_it = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.3)
    with pytest.raises(nntui.ConversionError, match="weight_decay for biases, too"):
        nntui.from_torch(model, *xy, loss="mse", optimizer=all_of_it)


def test_log_softmax_with_its_loss_is_cross_entropy(torch, nn, xy):
    model = nn.Sequential(*_layers(nn), nn.LogSoftmax(dim=1)).double()
    y = torch.tensor([0, 1, 1, 0, 1])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    experiment = _agrees_on_classes(model, optimizer, nn.NLLLoss(), xy[0], y)
    assert experiment.training.loss.name == "cross_entropy"


def _agrees_on_classes(model, optimizer, loss, x, y):
    experiment = nntui.from_torch(model, x, y, loss=loss, optimizer=optimizer)
    found = parameters_after(experiment, UPDATES)
    _train(model, optimizer, loss, x, y)
    expected = parameters(nntui.from_torch(model, x, y, loss=loss))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)
    return experiment


def test_batch_norm_in_eval_mode_is_a_layer_that_does_not_learn(torch, nn, xy):
    norm = nn.BatchNorm1d(4)
    model = _chain(nn, norm)
    model(xy[0])  # gives it a mean and a spread
    model.eval()
    with pytest.raises(nntui.ConversionError, match=r"BatchNorm1d “2” has parameters.*freeze"):
        nntui.from_torch(model, *xy, loss="mse")
    norm.requires_grad_(False)
    free = [p for p in model.parameters() if p.requires_grad]
    network = nntui.from_torch(
        model, *xy, loss="mse", optimizer=torch.optim.SGD(free, lr=0.1)
    ).network
    expected = model(xy[0]).detach().numpy()
    found = [network.predict(row) for row in xy[0].tolist()]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def _refused(said, model, x, y, loss="mse", **options):
    with pytest.raises(nntui.NntuiError, match=said):
        nntui.from_torch(model, x, y, loss=loss, **options)


def test_what_is_no_chain_of_known_modules_is_refused(torch, nn, xy):
    class With(nn.Module):
        def __init__(self, forward):
            super().__init__()
            self.a, self.b, self.act = nn.Linear(3, 3), nn.Linear(3, 2), nn.ReLU()
            self.run = forward

        def forward(self, x):
            return self.run(self, x)

    def with_(run):
        return With(run).double()

    relu, sigmoid = torch.nn.functional.relu, torch.sigmoid
    between = "between Linear “a” and Linear “b” the model computes something that is no module"
    _refused(between, with_(lambda m, x: m.b(relu(m.a(x)))), *xy)
    _refused(between, with_(lambda m, x: m.b(m.a(x) + x)), *xy)
    _refused("after Linear “b”", with_(lambda m, x: sigmoid(m.b(m.a(x)))), *xy)
    _refused(
        "the model answers .* where its layers one after the other give",
        with_(lambda m, x: m.b(m.a(x).relu_())), *xy,
    )  # fmt: skip
    _refused("“act” is run twice", with_(lambda m, x: m.act(m.b(m.act(m.a(x))))), *xy)
    _refused("answers with tuple", with_(lambda m, x: (m.b(m.a(x)), x)), *xy)
    _refused(r"cannot compute X of the shape \(1, 3\): oh", with_(_fails), *xy)
    _refused("found no rows|shape", with_(lambda m, x: m.b(m.a(x))), xy[0][:0], xy[1])


def _fails(module, x):
    raise ValueError("oh")


def test_modules_that_nntui_does_not_have_are_named(nn, xy):
    _refused("as PReLU “2” does: it knows Linear, ReLU", _chain(nn, nn.PReLU()), *xy)
    _refused("GELU “2” has settings", _chain(nn, nn.GELU(approximate="tanh")), *xy)
    _refused("Dropout “2” is random while it trains.*eval", _chain(nn, nn.Dropout(0.1)), *xy)
    _refused("BatchNorm1d “2” computes with the batch", _chain(nn, nn.BatchNorm1d(4)), *xy)
    _refused("Softmax “2” is not the last", _chain(nn, nn.Softmax(1)), *xy)
    _refused("no parameters", nn.Tanh(), *xy)
    _refused("found int, expected a PyTorch module", 3, *xy)
    tied = _chain(nn, nn.Linear(4, 4), nn.Linear(4, 4))
    tied[3].weight = tied[2].weight
    _refused("Linear “3” shares its weight with Linear “2”", tied, *xy)


def test_losses_that_do_not_go_with_the_end_of_the_model_are_refused(torch, nn, xy):
    x, y = xy
    classes, chain = torch.tensor([0, 1, 1, 0, 1]), _chain(nn)
    softmax = nn.Sequential(chain, nn.Softmax(dim=1))
    _refused("softmax in it, so it would be applied twice", softmax, x, classes, "cross_entropy")
    log_softmax = nn.Sequential(chain, nn.LogSoftmax(dim=1))
    _refused("goes with NLLLoss", log_softmax, x, classes, nn.CrossEntropyLoss())
    _refused("does not end in it", chain, x, classes, nn.NLLLoss())
    weighted = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0]).double())
    _refused("divides a batch’s loss by the weights", chain, x, classes, weighted)
    _refused(
        "the loss is KLDivLoss, expected one of torch.nn: MSELoss", chain, x, y, nn.KLDivLoss()
    )
    of_examples = nn.BCELoss(weight=torch.ones(5, 1).double())
    _refused("a weight for each example", chain, x, y, of_examples)
    _refused('reduction="none"', chain, x, y, nn.MSELoss(reduction="none"))


def test_targets_that_pytorch_would_spread_are_refused(torch, nn, xy):
    model = nn.Sequential(nn.Linear(3, 1)).double()
    said = r"y has the shape \(5,\), the model’s answers \(5, 1\).*: y.unsqueeze\(1\)"
    _refused(said, model, xy[0], xy[1][:, 0])


def test_optimizers_with_other_rules_are_refused(torch, nn, xy):
    model = _chain(nn)

    def refused(said, name, **settings):
        optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
        _refused(said, model, *xy, optimizer=optimizer)

    refused("the optimizer is Adadelta, expected one of torch.optim: SGD", "Adadelta")
    refused("SGD with dampening", "SGD", lr=0.1, momentum=0.5, dampening=0.1)
    refused("Adam with amsgrad", "Adam", amsgrad=True)
    groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[2].parameters()}]
    mixed = torch.optim.SGD(groups, lr=0.2)
    _refused("the learning rate 0.1 or 0.2 for different", model, *xy, optimizer=mixed)
    other = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
    _refused("has none of the model’s parameters", model, *xy, optimizer=other)


def test_a_parameter_that_is_no_number_is_named(torch, nn, xy):
    model = _chain(nn)
    with torch.no_grad():
        model[0].weight[0, 0] = float("nan")
    _refused('from "x1" to "h1" must be a finite number, not nan', model, *xy)


def test_a_loss_can_be_a_function_of_nn_functional(torch):
    assert loss_of(torch.nn.functional.l1_loss).loss.name == "mae"


def test_gradients_of_pytorch_are_right(torch, nn, xy):
    model = _chain(nn)
    x, y = xy
    verdict = nntui.compare(model, x, y, nn.MSELoss())
    assert verdict.right, verdict
    assert verdict.compared == 26
    assert model[0].weight.grad is None
    assert nntui.compare(_chain(nn).float(), x.tolist(), y.numpy(), nn.MSELoss()).right
    own = nntui.compare(model, x, y, lambda a, t: ((a - t) ** 2).mean(), loss="mse")
    assert own.right
    classes = [0, 1, 1, 0, 1]
    assert nntui.compare(model, x, classes, torch.nn.functional.cross_entropy).right
    twice = _chain(nn, nn.ReLU())  # a layer that only applies it
    assert nntui.compare(twice, x, y, nn.MSELoss()).right


def test_what_is_wrong_with_gradients_is_named(torch, nn, xy):
    model = _chain(nn)
    x, y = xy
    doubled = nntui.compare(model, x, y, lambda a, t: 2 * ((a - t) ** 2).mean(), loss="mse")
    assert not doubled.right
    assert doubled.factor is not None
    with pytest.raises(nntui.ConversionError, match=r"call loss\.backward"):
        nntui.compare(model, x, y, nn.MSELoss(), left=True)
    for _ in range(2):  # without zero_grad
        nn.functional.mse_loss(model(x), y).backward()
    assert not nntui.compare(model, x, y, nn.MSELoss(), left=True).right
    nn.functional.mse_loss(model(2 * x), y).backward()  # another batch
    assert "optimizer.zero_grad()" in repr(nntui.compare(model, x, y, nn.MSELoss(), left=True))
    with pytest.raises(nntui.ConversionError, match="cannot compute the gradient of the loss"):
        nntui.compare(model, x, y, lambda a, t: a - t, loss="mse")


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(200))
def test_random_modules_train_as_in_pytorch(torch, seed):
    """Losses, gradients and ten updates, in float64."""
    random, nn = Random(seed), torch.nn
    torch.manual_seed(seed)
    kinds = [
        nn.ReLU, nn.Tanh, nn.Sigmoid, nn.SiLU, nn.GELU, nn.Softplus, nn.Hardtanh, nn.Identity,
        lambda: nn.ELU(random.uniform(0.5, 1.5)), lambda: nn.LeakyReLU(random.uniform(0.0, 0.3)),
    ]  # fmt: skip
    sizes = [random.randint(1, 5) for _ in range(random.randint(2, 5))]
    modules = []
    for before, after in pairwise(sizes):
        modules.append(nn.Linear(before, after, bias=random.random() < 0.8))
        modules += [random.choice(kinds)() for _ in range(random.choice([0, 1, 1, 1, 2]))]
    model = nn.Sequential(*modules).double()
    count, outputs = random.randint(1, 6), sizes[-1]
    x = torch.randn(count, sizes[0], dtype=torch.float64)
    y = torch.rand(count, outputs, dtype=torch.float64)
    loss = random.choice([nn.MSELoss(), nn.L1Loss(), nn.HuberLoss(), nn.BCEWithLogitsLoss()])
    if outputs > 1 and random.random() < 0.3:
        loss, y = nn.CrossEntropyLoss(), torch.randint(0, outputs, (count,))
    name, settings = random.choice(OPTIMIZERS)
    optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
    _train(model, optimizer, loss, x, y, updates=random.choice([0, 2]))
    _agrees(model, optimizer, loss, x, y)
