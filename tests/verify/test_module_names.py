"""Parameters by the names that PyTorch gives them, held against the run."""

import numpy as np
import pytest

import nntui
from nntui.verify.check_work import check_work
from nntui.verify.files import Numbers
from nntui.verify.places import NumbersError

pytestmark = pytest.mark.usefixtures("no_search")

TWELVE = [3] * 13  # layers of one shape


def experiment_of(sizes):
    network = nntui.Network.layered(sizes, "tanh", "tanh", seed=1)
    numbers = np.random.default_rng(1)
    data = nntui.Dataset.of(*(numbers.normal(size=(4, n)).tolist() for n in (sizes[0], sizes[-1])))
    return nntui.Experiment(network, data, nntui.Training(epochs=3))


def named(arrays, modules):
    """The arrays of ``Debugger.gradients`` or ``parameters``, under the names of modules."""
    return {
        f"{module}.{kind}": arrays[f"layer{n}.{kind}"]
        for n, module in enumerate(modules, 1)
        for kind in ("weight", "bias")
    }


@pytest.fixture(scope="module")
def experiment():
    return experiment_of([2, 3, 4, 1])


def debugger_at(experiment, moment="update 1 end"):
    debugger = nntui.Debugger(experiment)
    debugger.goto(moment)
    return debugger


@pytest.fixture(scope="module")
def gradients(experiment):
    return debugger_at(experiment).gradients(mean=True)


def test_modules_are_layers_in_their_order(experiment, gradients) -> None:
    verdict = check_work(experiment, named(gradients, ["0", "2", "4"]))
    assert verdict.right
    assert {count.kind for count in verdict.counts} == {"dW1", "db1", "dW2", "db2", "dW3", "db3"}
    assert "0.weight for dW1" in verdict.notes[0]


def test_weights_alone_are_enough(experiment, gradients) -> None:
    weights = {name: a for name, a in named(gradients, "abc").items() if name.endswith("weight")}
    assert check_work(experiment, weights).right


def test_in_another_order_their_shapes_tell_the_layers(experiment, gradients) -> None:
    arrays = named(gradients, ["fc.first", "fc.second", "out"])
    assert check_work(experiment, dict(reversed(arrays.items()))).right


def test_of_one_shape_their_numbers_tell_the_layers() -> None:
    experiment = experiment_of(TWELVE)
    gradients = debugger_at(experiment).gradients(mean=True)
    arrays = named(gradients, [f"net.{2 * n}" for n in range(12)])
    assert check_work(experiment, dict(sorted(arrays.items()))).right  # net.10 before net.2


def test_after_an_update_they_are_parameters(experiment) -> None:
    arrays = named(debugger_at(experiment).parameters(), ["0", "2", "4"])
    assert check_work(experiment, arrays, after=1).right
    assert check_work(experiment, Numbers(by_update={1: arrays})).right


def test_beside_those_that_end_in_grad_the_others_are_parameters(experiment, gradients) -> None:
    both = named(nntui.Debugger(experiment).parameters(), "abc")
    both |= {f"{name}.grad": array for name, array in named(gradients, "abc").items()}
    verdict = check_work(experiment, both)
    assert verdict.right
    assert {"W1", "dW1"} <= {count.kind for count in verdict.counts}


@pytest.mark.parametrize("modules", [["0", "2"], ["0", "2", "4", "6"]], ids=["few", "many"])
def test_modules_that_are_not_the_layers_are_refused(experiment, gradients, modules) -> None:
    spare = gradients | {"layer4.weight": np.ones((1, 1)), "layer4.bias": np.ones(1)}
    with pytest.raises(
        NumbersError, match=r"no value called “0\.weight”: a parameter is called W1"
    ):
        check_work(experiment, named(spare, modules))


def test_two_names_of_one_array_are_refused(experiment, gradients) -> None:
    with pytest.raises(NumbersError, match=r"no value called “a\.weight”"):
        check_work(experiment, named(gradients, "abc") | {"dW1": gradients["layer1.weight"]})
