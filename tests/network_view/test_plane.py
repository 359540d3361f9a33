"""The plane of two inputs with the data on it, and the curve of one."""

import numpy as np
import pytest
from support.experiments import layered

from nntui.document.load import load
from nntui.engine.parameter_index import flat_parameters
from nntui.engine.predictions import Judge
from nntui.engine.surface import AnswerComputer, Answers, InputRanges
from nntui.model.dataset import Dataset
from nntui.model.experiment import Training
from nntui.model.losses import Loss
from nntui.network_view.plane import HERE, DataSigns, neuron_shown, plane
from nntui.samples import samples

SIZE = (40, 13)


def answers_of(experiment, inputs=None) -> Answers:
    network, net = experiment.network, experiment.network.wiring()
    p = flat_parameters(net, network.biases, network.weights)
    computer, x = AnswerComputer(net), np.array(experiment.data.inputs)
    grid = InputRanges.of(experiment).grid(inputs or (0, 1)[: len(net.inputs)], 34, 24)
    judged = Judge.of(experiment, 1000).predictions(experiment, computer.outputs(p, x))
    return Answers(experiment, p, computer.surfaces(p, grid), judged)


def painted(experiment, neuron=None, current=None, colour=False, size=SIZE):
    answers, signs = answers_of(experiment), DataSigns.of(experiment, 1000)
    subject = neuron_shown(experiment.network.wiring(), signs, neuron)
    return plane(answers, signs, subject, current, size, colour=colour)


def texts(found) -> list[str]:
    return ["".join(span.text for span in row) for row in found.rows]


def of_classes(targets, loss="cross_entropy"):
    rows = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    data = Dataset.of(rows[: len(targets)], targets)
    return layered(2, 3, 3, output="linear").altered(
        data=data, training=Training(loss=Loss.of(loss))
    )


@pytest.mark.parametrize("colour", [True, False])
def test_every_example_of_xor_stands_in_its_corner(colour) -> None:
    found = painted(load(samples()["xor"]), colour=colour)
    lines = texts(found)
    assert {len(line) for line in lines} == {SIZE[0]}
    assert len(lines) == SIZE[1]
    assert (lines[-2].index("0", 6), lines[-2].rindex("1")) == (8, 37)
    assert lines[0].index("1", 6) < lines[0].rindex("0")
    assert "x1" in lines[-1]
    assert any(line.strip().startswith("x2") for line in lines)
    assert set(found.examples.values()) == {0, 1, 2, 3}


def test_the_example_at_hand_has_a_sign_of_its_own() -> None:
    lines = texts(painted(load(samples()["xor"]), current=3))
    assert HERE in lines[0]
    assert sum(line.count(HERE) for line in lines) == 1


def test_classes_are_regions_with_the_letters_of_their_names() -> None:
    experiment = load(samples()["classifier"])
    signs = DataSigns.of(experiment, 1000)
    assert signs.words == ("l lemon", "a apple", "b banana")
    roles = {span.role for row in painted(experiment, colour=True).rows for span in row}
    assert {"region", "region.point"} <= roles
    letters = {span.text for row in painted(experiment).rows for span in row}
    assert {"l", "a", "b"} <= letters


def test_a_focused_neuron_takes_the_plane_over() -> None:
    experiment = of_classes([0, 1, 2])
    roles = {span.role for row in painted(experiment, "h1_1", colour=True).rows for span in row}
    assert "surface" in roles
    assert texts(painted(experiment, "h1_1")) != texts(painted(experiment, "h1_2"))
    assert texts(painted(experiment, "y1")) != texts(painted(experiment))
    assert texts(painted(experiment, "x1")) == texts(painted(experiment))  # an input says nothing


@pytest.mark.parametrize(
    ("targets", "signs"),
    [
        ([[0], [1], [1], [0]], "0110"),
        ([[-1], [1], [1], [-1]], "-++-"),
        ([[0.2], [0.9], [0.9], [0.2]], "-++-"),
        ([[0], [10], [5], [2.6]], "0942"),
        ([[3], [3], [3], [3]], "0000"),
    ],
)
def test_numbers_have_signs_that_need_no_colour(targets, signs) -> None:
    experiment = layered(2, 1).altered(data=Dataset.of([[0, 0], [0, 1], [1, 0], [1, 1]], targets))
    assert DataSigns.of(experiment, 10).signs == signs


def test_one_target_for_all_is_explained_as_one() -> None:
    assert DataSigns.of(load(samples()["notebook-diamond"]), 10).words == ("0 target 10",)


def test_names_of_one_letter_are_numbered() -> None:
    assert DataSigns.of(of_classes([0, 1, 2]), 10).signs == "123"  # y1, y2, y3


def test_one_input_has_a_curve_with_the_data_beside_it() -> None:
    experiment = layered(1, 3, 1, output="linear").altered(
        data=Dataset.of([[-1], [0], [1]], [[2.0], [0.0], [-2.0]])
    )
    found = painted(experiment, current=1)
    lines = texts(found)
    assert (sum(line.count("○") for line in lines), len(lines)) == (2, SIZE[1])
    assert "○" in lines[0]
    assert "○" in lines[-2]
    assert sum(line.count(HERE) for line in lines) == 1
    assert not any("○" in line for line in texts(painted(experiment, "h1_1")))  # it has no target


def test_classes_over_one_input_are_bands() -> None:
    experiment = layered(1, 3, 3, output="linear").altered(
        data=Dataset.of([[-1], [0], [1]], [0, 1, 2]),
        training=Training(loss=Loss.of("cross_entropy")),
    )
    lines = texts(painted(experiment))
    signs = [next(n for n, line in enumerate(lines) if sign in line[:-1]) for sign in "123"]
    assert signs == sorted(signs)
    assert len(set(lines[:-1])) <= 4


def test_what_is_not_finite_is_painted_all_the_same() -> None:
    experiment = layered(2, 1, output="linear")
    network = experiment.network.copy()
    network.set_weight("x1", "y1", 1e308)
    network.set_bias("y1", 1.7e308)
    found = painted(experiment.altered(network=network))
    assert any("?" in line for line in texts(found))


@pytest.mark.parametrize("size", [(10, 3), (14, 4), (200, 3), (24, 40)])
def test_it_fits_any_size(size) -> None:
    for experiment in (load(samples()["xor"]), load(samples()["classifier"]), layered(1, 2, 1)):
        lines = texts(painted(experiment, size=size))
        assert ({len(line) for line in lines}, len(lines)) == ({size[0]}, size[1])
