"""``from_torch``: losses, gradients and updates of models, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from interop.trained import parameters, parameters_after

import nntui
from nntui.engine.full_speed.runner import FullSpeed
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
    ("Adam", {"lr": 0.02, "weight_decay": 0.05}),
    ("AdamW", {"lr": 0.02, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True}),
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


@pytest.mark.parametrize(("name", "settings"), OPTIMIZERS)
def test_weight_decay_is_that_of_pytorch(torch, nn, xy, name, settings):
    model = _chain(nn)
    settings = settings | {"weight_decay": 0.3}
    optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
    experiment = _agrees(model, optimizer, nn.MSELoss(), *xy)
    assert dict(experiment.training.optimizer.settings)["weight_decay"] == 0.3


def test_weight_decay_that_spares_the_biases_is_l2_or_that_of_adamw(torch, nn, xy):
    model = _chain(nn)

    def groups(decay, of_biases=0.0):
        weights, biases = ([getattr(model[n], of) for n in (0, 2)] for of in ("weight", "bias"))
        return [
            {"params": weights, "weight_decay": decay},
            {"params": biases, "weight_decay": of_biases},
        ]

    experiment = _agrees(model, torch.optim.SGD(groups(0.3), lr=0.1), nn.MSELoss(), *xy)
    assert experiment.training.l2 == 0.3
    experiment = _agrees(model, torch.optim.AdamW(groups(0.3), lr=0.1), nn.MSELoss(), *xy)
    assert experiment.training.optimizer.text.endswith("weight_decay 0.3 decay_biases no")
    for kind in (torch.optim.AdamW, torch.optim.SGD):
        optimizer = kind(groups(0.3, 0.1), lr=0.1)
        _refused(
            "the weight decay 0.3 for “0.weight” and 0.1 for “0.bias”",
            model,
            *xy,
            optimizer=optimizer,
        )


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


@pytest.mark.parametrize("learns", [True, False])
def test_batch_norm_in_eval_mode_becomes_neurons(torch, nn, xy, learns):
    norm = nn.BatchNorm1d(4)
    model = _chain(nn, norm)
    model(xy[0])  # gives it a mean and a spread
    model.eval()
    norm.requires_grad_(learns)
    free = [p for p in model.parameters() if p.requires_grad]
    experiment = _agrees(model, torch.optim.SGD(free, lr=0.1), nn.MSELoss(), *xy)
    assert len(experiment.network) == 13 + 4 * learns


def _refused(said, model, x, y, loss="mse", **options):
    with pytest.raises(nntui.NntuiError, match=said):
        nntui.from_torch(model, x, y, loss=loss, **options)


class _With:
    """Makes modules of a forward function and parts by name."""

    def __init__(self, nn):
        class With(nn.Module):
            def __init__(self, forward, parts):
                super().__init__()
                self.run = forward
                for name, part in parts.items():
                    setattr(self, name, part)

            def forward(self, x):
                return self.run(self, x)

        self._nn, self._class = nn, With

    def __call__(self, run, **parts):
        nn = self._nn
        parts = {"a": nn.Linear(3, 3), "b": nn.Linear(3, 2), "act": nn.Tanh()} | parts
        return self._class(run, parts).double()


@pytest.fixture
def with_(nn):
    return _With(nn)


def test_functions_and_sums_are_followed_as_modules_are(torch, nn, xy, with_):
    relu, cat, linear = nn.functional.relu, torch.cat, nn.Linear
    models = {
        "functions": with_(lambda m, x: torch.sigmoid(m.b(relu(m.a(x))))),
        "in place": with_(lambda m, x: m.b(m.a(x).relu_())),
        "one activation twice": with_(lambda m, x: m.act(m.b(m.act(m.a(x))))),
        "residual": with_(lambda m, x: m.b(x + m.act(m.a(x)))),
        "residual before": with_(lambda m, x: m.b(m.act(x + m.a(x)))),
        "two biases": with_(lambda m, x: m.b(m.act(m.c(x) + m.a(m.act(x)))), c=linear(3, 3)),
        "one source": with_(lambda m, x: m.b(m.act(m.c(x) + m.a(x))), c=linear(3, 3, bias=False)),
        "cat": with_(lambda m, x: m.c(cat([x, m.act(m.a(x))], 1)), c=linear(6, 2)),
        "the same twice": with_(lambda m, x: m.c(cat([m.act(x), m.act(x)], 1)), c=linear(6, 2)),
        "heads": with_(
            lambda m, x: (lambda h: cat([m.c(h), m.d(h).sigmoid()], 1))(m.act(m.a(x))),
            c=linear(3, 1), d=linear(3, 1),
        ),
        "parts of X": with_(lambda m, x: m.b(cat([m.c(x[:, :2]), x[:, 2:]], 1)), c=linear(2, 2)),
        "a column of ones": with_(
            lambda m, x: cat([m.act(m.a(x)), x.new_ones(len(x), 1)], 1) @ m.w,
            w=nn.Parameter(torch.randn(4, 2)),
        ),
        "own parameters": with_(
            lambda m, x: m.b(m.g * (x @ m.w + m.v)), g=nn.Parameter(torch.randn(3)),
            w=nn.Parameter(torch.randn(3, 3)), v=nn.Parameter(torch.randn(3)),
        ),
        "constants": with_(lambda m, x: m.b(0.5 * (1 - m.act(m.a(2 * x - 3) / 4)))),
        "square": with_(lambda m, x: m.b(m.a(x) ** 2 - m.c(x).sin()), c=linear(3, 3)),
        "mean": with_(lambda m, x: (lambda h: m.b(h - h.mean(1, keepdim=True)))(m.a(x))),
        "sum": with_(lambda m, x: m.b(x + m.a(x).sum(-1, keepdim=True))),
        "exp": with_(lambda m, x: m.b(m.a(x).exp() + (m.a.bias.numel() + x).cos())),
        "log": with_(lambda m, x: m.b((m.a(x).exp() + 1).log() + (x * x + 1).sqrt())),
        "cube": with_(lambda m, x: m.b(m.a(x) ** 3)),
        "relu6": with_(lambda m, x: m.b(nn.functional.relu6(4 * m.a(x)))),
        "clamped": with_(lambda m, x: m.b(m.a(x).clamp(-0.4, 0.6) + m.a.bias.numel())),
        "clamped below": with_(lambda m, x: m.b(m.a(x).clamp(min=0.1))),
        "selu": with_(lambda m, x: m.b(m.act(m.a(x))), act=nn.SELU()),
        "log sigmoid": with_(lambda m, x: m.b(m.act(m.a(x))), act=nn.LogSigmoid()),
        **{
            str(act): with_(lambda m, x: m.b(m.act(m.a(x))), act=act)
            for act in (
                nn.CELU(), nn.Softplus(2.0, 1.0), nn.GELU(approximate="tanh"), nn.Hardswish(),
                nn.Hardsigmoid(), nn.Mish(),
            )
        },
        "scripted": torch.jit.script(_chain(nn)),
        "compiled": torch.compile(_chain(nn)),
        "cut off": with_(lambda m, x: m.b(m.act(m.a(x)).detach())),
    }  # fmt: skip
    for model in models.values():
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        _agrees(model, optimizer, nn.MSELoss(), *xy)
        assert nntui.compare(model, *xy, nn.MSELoss()).right


def test_a_sum_before_an_activation_is_one_neuron(torch, nn, xy, with_):
    parts = {"c": nn.Linear(3, 3, bias=False), "d": nn.Linear(3, 3)}
    model = with_(lambda m, x: m.b(m.act(m.c(m.act(m.a(x))) + m.d(x))), **parts)
    net = nntui.from_torch(model, *xy, loss="mse").network.wiring()
    assert net.columns[1:] == (("h1_1", "h1_2", "h1_3"), ("h2_1", "h2_2", "h2_3"), ("y1", "y2"))
    assert net.sources["h2_1"] == ("x1", "x2", "x3", "h1_1", "h1_2", "h1_3")
    assert not net.frozen


def test_what_neurons_cannot_do_is_refused(torch, nn, xy, with_):
    own = "in nntui each connection has a weight of its own"
    _refused(
        f"“a.weight” is used by Linear “a” twice: {own}",
        with_(lambda m, x: m.b(m.act(m.a(m.a(x))))), *xy,
    )  # fmt: skip
    _refused("With computes “maximum”", with_(lambda m, x: m.b(torch.max(m.a(x), x))), *xy)
    _refused("With multiplies numbers", with_(lambda m, x: m.b(m.a(x) * x)), *xy)
    _refused("computes “pow” with settings", with_(lambda m, x: m.b(m.a(x) ** 0.5)), *xy)
    _refused("With divides numbers", with_(lambda m, x: m.b(m.a(x) / x)), *xy)
    _refused("draws random", with_(lambda m, x: m.b(nn.functional.dropout(m.a(x)))), *xy)
    _refused(
        "the gradient of “a.weight” is not that of the model’s operations",
        with_(lambda m, x: m.b(_half_cut(m.a(x)))), *xy,
    )  # fmt: skip
    _refused(
        "the model answers .* where its layers give",
        with_(lambda m, x: m.b(m.a(x) if x[0, 0] < 1.55 else 2 * x)), *xy,
    )  # fmt: skip
    several = r"answers with tuple, expected one tensor \(torch.cat"
    _refused(several, with_(lambda m, x: (m.b(m.a(x)), x)), *xy)
    _refused(r"cannot compute X of the shape \(1, 3\): oh", with_(_fails), *xy)
    _refused("found no rows|shape", with_(lambda m, x: m.b(m.a(x))), xy[0][:0], xy[1])
    _refused("mean of a whole batch", with_(lambda m, x: m.b(x - x.mean(0))), *xy)
    _refused("run the model once before", nn.Sequential(nn.LazyLinear(2)).double(), *xy)
    constant = with_(lambda m, x: x.new_ones(len(x), 2))
    _refused("is not made of X", constant, *xy)


def _half_cut(h):
    return h + 2 * h.detach()


def _fails(module, x):
    raise ValueError("oh")


def test_modules_that_nntui_does_not_have_are_named(nn, xy):
    _refused("as PReLU “2” does: it knows Linear, ReLU", _chain(nn, nn.PReLU()), *xy)
    first = _chain(nn, nn.Softshrink(), nn.Hardshrink())
    _refused("as Softshrink “2” does", first, *xy)
    _refused("Dropout “2” is random while it trains.*eval", _chain(nn, nn.Dropout(0.1)), *xy)
    _refused("BatchNorm1d “2” computes with the batch", _chain(nn, nn.BatchNorm1d(4)), *xy)
    _refused("Softmax “2” is not the last", _chain(nn, nn.Softmax(1)), *xy)
    _refused("no parameters", nn.Tanh(), *xy)
    _refused("found int, expected a PyTorch module", 3, *xy)
    _refused("OrderedDict, expected .* load_state_dict puts", _chain(nn).state_dict(), *xy)
    tied = _chain(nn, nn.Linear(4, 4), nn.Linear(4, 4))
    tied[3].weight = tied[2].weight
    _refused("“2.weight” is used by Linear “2” and Linear “3”", tied, *xy)


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
    _refused(r"the class MSELoss, expected an object: MSELoss\(\)", chain, x, y, nn.MSELoss)
    _refused("the loss is .*, or loss= to say", chain, x, y, lambda a, t: a)
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

    _refused(r"the class Adam, expected .* Adam\(model", model, *xy, optimizer=torch.optim.Adam)
    refused("the optimizer is Adadelta, expected one of torch.optim: SGD", "Adadelta")
    refused("SGD with dampening", "SGD", lr=0.1, momentum=0.5, dampening=0.1)
    refused("Adam with amsgrad", "Adam", amsgrad=True)
    groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[2].parameters()}]
    mixed = torch.optim.SGD(groups, lr=0.2)
    _refused(
        "the learning rate 0.1 for “0.weight” and 0.2 for “2.weight”", model, *xy, optimizer=mixed
    )
    other = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
    _refused("has none of the model’s parameters", model, *xy, optimizer=other)


def test_a_parameter_that_is_no_number_is_named(torch, nn, xy):
    model = _chain(nn)
    with torch.no_grad():
        model[0].weight[0, 0] = float("nan")
    _refused('from "x1" to "h1" must be a finite number, not nan', model, *xy)


def test_a_model_that_diverges_in_float32_is_taken_as_long_as_its_parameters_are_numbers(
    torch, nn, xy, with_
):
    model = with_(lambda m, x: m.b(x + m.a(x) ** 2)).float()
    with torch.no_grad():
        model.a.weight *= 1e19
        model.b.weight *= 1e19
    network = nntui.from_torch(model, *(t.float() for t in xy), loss="mse").network
    first = network.wiring().sources["y1"][0]
    assert network.weight((first, "y1")) == model.b.weight[0, 0].item()


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
    assert "nntui.breakpoint(model, X, y, loss_fn), then goto " in doubled.lines[-1]
    with pytest.raises(nntui.ConversionError, match=r"call loss\.backward"):
        nntui.compare(model, x, y, nn.MSELoss(), left=True)
    for _ in range(2):  # without zero_grad
        nn.functional.mse_loss(model(x), y).backward()
    verdict = nntui.compare(model, x, y, nn.MSELoss(), left=True)
    assert verdict.factor.value == 2.0
    assert "optimizer.zero_grad()" in repr(verdict)
    nn.functional.mse_loss(model(2 * x), y).backward()  # another batch
    assert "optimizer.zero_grad()" in repr(nntui.compare(model, x, y, nn.MSELoss(), left=True))
    with pytest.raises(nntui.ConversionError, match="cannot compute the gradient of the loss"):
        nntui.compare(model, x, y, lambda a, t: a - t, loss="mse")


def _module_kinds(nn, random):
    return [
        nn.ReLU, nn.Tanh, nn.Sigmoid, nn.SiLU, nn.GELU, nn.Softplus, nn.Hardtanh, nn.Identity,
        nn.SELU, nn.ReLU6, nn.LogSigmoid, nn.CELU, nn.Hardswish, nn.Hardsigmoid, nn.Mish,
        lambda: nn.ELU(random.uniform(0.5, 1.5)), lambda: nn.LeakyReLU(random.uniform(0.0, 0.3)),
    ]  # fmt: skip


def _trains_alike(torch, random, model, sizes):
    """Loss, gradients and ten updates are those of PyTorch, in float64, with a random training."""
    nn, (inputs, outputs) = torch.nn, sizes
    count = random.randint(1, 6)
    x = torch.randn(count, inputs, dtype=torch.float64)
    y = torch.rand(count, outputs, dtype=torch.float64)
    loss = random.choice([nn.MSELoss(), nn.L1Loss(), nn.HuberLoss(), nn.BCEWithLogitsLoss()])
    if outputs > 1 and random.random() < 0.3:
        loss, y = nn.CrossEntropyLoss(), torch.randint(0, outputs, (count,))
    name, settings = random.choice(OPTIMIZERS)
    optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
    _train(model, optimizer, loss, x, y, updates=random.choice([0, 2]))
    engine = FullSpeed(nntui.from_torch(model, x, y, loss=loss))
    found = engine.mean_loss(engine.first(), range(count))
    assert found == pytest.approx(loss(model(x), y).item(), rel=1e-9, abs=1e-12)
    assert nntui.compare(model, x, y, loss, rtol=1e-9).right
    _agrees(model, optimizer, loss, x, y)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(200))
def test_random_modules_train_as_in_pytorch(torch, seed):
    random, nn = Random(seed), torch.nn
    torch.manual_seed(seed)
    kinds = _module_kinds(nn, random)
    sizes = [random.randint(1, 5) for _ in range(random.randint(2, 5))]
    modules = []
    for before, after in pairwise(sizes):
        modules.append(nn.Linear(before, after, bias=random.random() < 0.8))
        modules += [random.choice(kinds)() for _ in range(random.choice([0, 1, 1, 1, 2]))]
    _trains_alike(torch, random, nn.Sequential(*modules).double(), (sizes[0], sizes[-1]))


def _random_graph(torch, random):
    """Make a module of sums, branches and joins, and say how many inputs and outputs it has."""
    nn, kinds = torch.nn, _module_kinds(torch.nn, random)
    widths = [random.randint(1, 4)]  # of the values so far, X first
    steps, parts = [], nn.ModuleList()

    def linear(at, width):
        parts.append(nn.Linear(widths[at], width, bias=random.random() < 0.7))
        return parts[-1]

    def activation():
        parts.append(random.choice(kinds)())
        return parts[-1]

    for _ in range(random.randint(2, 5)):
        i, j = (random.randrange(len(widths)) for _ in range(2))
        width, f = random.randint(1, 4), activation()
        match random.choice(["layer", "sum", "residual", "cat", "part"]):
            case "layer":
                f1 = linear(i, width)
                steps.append(lambda v, i=i, f=f, f1=f1: f(f1(v[i])))
            case "sum":
                f1, f2 = linear(i, width), linear(j, width)
                steps.append(lambda v, i=i, j=j, f=f, f1=f1, f2=f2: f(f1(v[i]) + f2(v[j])))
            case "residual":
                width, f1 = widths[i], linear(i, widths[i])
                steps.append(lambda v, i=i, f=f, f1=f1: v[i] + f(f1(v[i])))
            case "cat":
                width = widths[i] + widths[j]
                steps.append(lambda v, i=i, j=j: torch.cat([v[i], v[j]], 1))
            case "part":
                width = random.randint(1, widths[i])
                steps.append(lambda v, i=i, f=f, width=width: f(v[i][:, -width:]))
        widths.append(width)
    used = [len(widths) - 1, random.randrange(len(widths))]
    heads = [linear(at, random.randint(1, 2)) for at in used]

    class Graph(nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = parts

        def forward(self, x):
            values = [x]
            for step in steps:
                values.append(step(values))
            return torch.cat([head(values[at]) for head, at in zip(heads, used, strict=True)], 1)

    return Graph().double(), (widths[0], sum(head.out_features for head in heads))


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(200))
def test_random_graphs_train_as_in_pytorch(torch, seed):
    random = Random(seed)
    torch.manual_seed(seed)
    model, sizes = _random_graph(torch, random)
    _trains_alike(torch, random, model, sizes)
