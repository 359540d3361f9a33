"""What stands in the boxes: numbers with their symbols, answers, the image of the inputs."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nntui
from nntui.debugger.debugger import Debugger
from nntui.debugger.values import before_last_update
from nntui.draw.layers import draft
from nntui.draw.layout import lay_out
from nntui.draw.picture import NodeLook
from nntui.engine.parameter_index import flat_parameters
from nntui.engine.surface import AnswerComputer, InputRanges
from nntui.network_view.readings import NOT_YET
from nntui.network_view.scene import Scene
from nntui.network_view.thumbnails import InputImage, Thumbnails, image_size
from nntui.network_view.views import VIEWS, Emphasis, Moment
from nntui.samples import samples


def looks(debugger, height=40, view="activations", width=140):
    """The looks of a network's neurons in boxes of a certain height."""
    scene = Scene(debugger.experiment)
    moment = Moment(debugger.snapshot(), before_last_update(debugger.training_run))
    net = moment.snapshot.net
    drafted = draft(net.layer, net.sources, net.targets)
    plan = lay_out(drafted, width, height, contents=scene.contents())
    return scene.neurons(moment, VIEWS[view], Emphasis(), layout=plan), plan


def numbers(look):
    return {reading.symbol: reading.value for reading in look.readings}


@pytest.fixture
def debugger():
    return Debugger(nntui.load(samples()["xor"]))


def to(debugger, kind):
    while debugger.step().kind != kind:
        pass


def test_a_neuron_shows_its_numbers_each_with_its_symbol(debugger):
    debugger.move("update")
    found, _ = looks(debugger, view="gradients")
    assert list(numbers(found["h1"])) == ["z", "a", "δ", "b"]
    assert [reading.symbol for reading in found["h1"].readings if reading.leads] == ["δ"]
    assert found["h1"].caption == "tanh"
    changed, _ = looks(debugger, view="change")
    assert [reading.symbol for reading in changed["h1"].readings if reading.leads] == ["Δb"]


@pytest.mark.parametrize("view", VIEWS)
def test_with_one_row_it_is_the_number_that_the_title_names(debugger, view):
    debugger.move("update")
    found, plan = looks(debugger, height=9, view=view)
    assert plan.homes["h1"].inside == 1
    assert [reading.symbol for reading in found["h1"].readings] == [VIEWS[view].boxes]


def test_an_input_has_its_activation_and_never_a_delta(debugger):
    to(debugger, "backward_edge")
    for view in VIEWS:
        found, _ = looks(debugger, view=view)
        assert list(numbers(found["x1"])) == ["a"]


def test_an_output_says_its_answer_and_the_one_that_is_wanted(debugger):
    debugger.step()
    found, _ = looks(debugger)
    assert numbers(found["y"])["says"] == NOT_YET
    assert numbers(found["y"])["want"] == "0.000"
    assert found["y"].right is None
    to(debugger, "loss")
    found, _ = looks(debugger)
    assert numbers(found["y"])["says"] == f"{debugger['a[y]']:.3f}"
    assert found["y"].readings[-1].right in (True, False)


def test_what_is_nearly_ten_is_written_as_ten_is():
    debugger = Debugger(nntui.load(samples()["notebook-diamond"]))
    debugger.move("run")
    found, _ = looks(debugger)
    assert debugger["a[Out1]"] < 10.0
    assert numbers(found["Out1"])["says"] == numbers(found["Out1"])["want"] == "10.00"


def test_how_a_wrong_answer_is_wrong_is_said(debugger):
    debugger.edit("b[y]", 3.0)
    to(debugger, "loss")
    found, _ = looks(debugger)
    assert (found["y"].readings[-1].value, found["y"].readings[-1].right) == ("too high", False)
    flat, _ = looks(debugger, height=9)
    assert flat["y"].readings[-1].right is False


def test_of_logits_an_output_says_the_probability(tmp_path):
    path = tmp_path / "two.json"
    document = {
        "format": "nntui/1",
        "network": {"layers": [2, 3]},
        "data": {"inputs": [[1, 2]], "targets": [[0, 1, 0]]},
        "training": {"loss": "cross_entropy"},
    }
    path.write_text(json.dumps(document))
    debugger = Debugger(nntui.load(path))
    to(debugger, "loss")
    found, _ = looks(debugger)
    said = [float(numbers(found[k])["says"]) for k in ("y1", "y2", "y3")]
    assert sum(said) == pytest.approx(1.0, abs=0.002)
    assert found["y1"].caption == "softmax"


def test_more_than_a_hundred_inputs_of_a_square_number_are_an_image():
    assert image_size(784) == (28, 28)
    assert image_size(121) == (11, 11)
    assert image_size(100) is None
    assert image_size(120) is None


def test_the_image_shows_what_the_inputs_are_and_in_the_gradient_view_what_the_loss_feels(large):
    debugger = Debugger(large(144, 3))
    net = debugger.experiment.network.wiring()
    plan = lay_out(draft(net.layer, net.sources, net.targets), 90, 20, image=(12, 12))
    box, image = plan.homes["x1"], InputImage()

    def painted(view):
        nodes = {"x7": NodeLook(mark="focus")}
        moment = Moment(debugger.snapshot())
        image.add_to(nodes, box, moment, VIEWS[view], colour=True)
        return nodes["x1"]

    debugger.step()
    look = painted("activations")
    assert look.caption == "a"
    assert len(look.thumbnail) == 6
    tones = np.array(
        [span.value for row in look.thumbnail for span in row if span.below is not None]
    )
    assert tones[0] < tones[-1]  # the inputs of this experiment rise
    assert "◆" in "".join(span.text for span in look.thumbnail[0])
    debugger.move("update")
    assert painted("gradients").caption == "∂L/∂a"


def test_in_a_box_of_one_row_a_stands_until_the_number_of_the_view_is_computed(debugger):
    to(debugger, "loss")
    found, plan = looks(debugger, height=3, view="gradients", width=60)
    assert not plan.homes["h1"].framed
    a = debugger["a[h1]"]
    assert found["h1"].value.startswith("a")
    assert float(found["h1"].value[1:]) == pytest.approx(a, abs=0.005)
    assert found["x1"].value == "a    0"
    debugger.move("update")
    assert not looks(debugger, height=3, view="gradients", width=60)[0]["h1"].value.startswith("a")


def test_over_one_input_a_neurons_map_is_a_curve():
    skip = nntui.load(samples()["skip"])
    net = skip.network.wiring()
    p = flat_parameters(net, dict.fromkeys(net.neurons, 0.0), skip.network.weights)
    grid = InputRanges.of(skip).grid((0,), 24)
    maps = Thumbnails(skip, AnswerComputer(net).surfaces(p, grid), colour=True)
    rows = ["".join(span.text for span in row) for row in maps("h1", 7, 4)]
    assert len(rows) == 4
    assert {len(row) for row in rows} == {7}
    filled = [any("\u2800" < cell <= "\u28ff" for cell in row) for row in zip(*rows, strict=True)]
    assert all(filled)
