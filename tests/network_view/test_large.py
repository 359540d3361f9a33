"""The looks of large networks: only for what is seen."""

from __future__ import annotations

import pytest

from nntui.debugger.debugger import Debugger
from nntui.draw.layers import draft
from nntui.draw.layout import lay_out
from nntui.network_view.scene import MOST_BRIGHT, Scene
from nntui.network_view.views import VIEWS, Emphasis, HeatMapCache, Moment


@pytest.fixture
def debugger(large):
    return Debugger(large(100, 5))


@pytest.fixture
def scene(debugger):
    return Scene(debugger.experiment)


def test_only_neurons_that_are_seen_or_executing_get_looks(debugger, scene):
    debugger.seek(2)  # x1 → y1
    moment = Moment(debugger.snapshot())
    looks = scene.neurons(moment, VIEWS["activations"], Emphasis("x50"), ["x99"])
    assert set(looks) == {"x99", "x1", "y1", "x50"}


def test_of_very_many_connections_those_to_neurons_that_are_seen_are_brought_out(debugger, scene):
    moment, shown = Moment(debugger.snapshot()), {"x1", "x2", "x100"}
    looks = scene.edges(moment, VIEWS["weights"], Emphasis("y1"), [], shown)
    w = moment.snapshot.w
    hidden = [(f"x{n}", "y1") for n in range(3, 100)]
    assert set(looks) == {(name, "y1") for name in shown} | {max(hidden, key=lambda e: abs(w[e]))}
    everyone = {f"x{n}" for n in range(1, 101)}
    looks = scene.edges(moment, VIEWS["weights"], Emphasis("y1"), [], everyone)
    assert len(looks) == MOST_BRIGHT
    left_out = [abs(w[name, "y1"]) for name in everyone if (name, "y1") not in looks]
    assert max(left_out) <= min(abs(w[edge]) for edge in looks)


def test_maps_are_filled_in_anew_only_when_their_numbers_are_others(debugger):
    net = debugger.experiment.network.wiring()
    plan = lay_out(draft(net.layer, net.sources, net.targets), 60, 20)
    heating = HeatMapCache()

    def heat(view):
        return heating(plan, Moment(debugger.snapshot()), VIEWS[view])

    debugger.step()
    first = heat("weights")
    debugger.step()
    assert heat("weights") is first
    assert heat("gradients") is not first
    debugger.seek(debugger.total)
    assert heat("weights").shades != first.shades


def test_a_layout_without_maps_has_no_heat(debugger):
    net = debugger.experiment.network.wiring()
    plan = lay_out(draft(net.layer, net.sources, net.targets), 60, 20, folds={0: True, 1: True})
    assert HeatMapCache()(plan, Moment(debugger.snapshot()), VIEWS["weights"]).shades == ()
