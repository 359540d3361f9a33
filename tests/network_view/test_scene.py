"""What a moment looks like: the views, where the pass is, the product just added."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

import nntui
from nntui.debugger.debugger import Debugger
from nntui.debugger.values import before_last_update
from nntui.network_view.readings import NOT_YET
from nntui.network_view.scene import Scene, pass_progress, product_of, product_text, strongest
from nntui.network_view.views import VIEWS, Emphasis, Moment, next_view, view_at
from nntui.samples import samples


@pytest.fixture
def debugger():
    return Debugger(nntui.load(samples()["sample"]))


def scene_of(debugger):
    return Scene(debugger.experiment)


def moment_of(debugger):
    return Moment(debugger.snapshot(), before_last_update(debugger.training_run))


def to(debugger, kind):
    """Step until a kind of step was the last one."""
    while debugger.step().kind != kind:
        pass
    return moment_of(debugger)


# ---- views -------------------------------------------------------------------------------------


def test_a_view_suits_the_phase_until_one_is_pinned(debugger):
    assert view_at(moment_of(debugger), None).name == "activations"
    assert view_at(to(debugger, "forward_edge"), None).name == "activations"
    assert view_at(to(debugger, "backward_edge"), None).name == "gradients"
    assert view_at(to(debugger, "update"), None).name == "change"
    assert view_at(moment_of(debugger), "weights").name == "weights"


def test_the_views_follow_each_other_and_come_round():
    seen = [None]
    for _ in range(len(VIEWS)):
        seen.append(next_view(seen[-1], 1))
    assert seen == [None, *VIEWS]
    assert next_view(seen[-1], 1) is None
    assert next_view(None, -1) == seen[-1]


def test_gradients_are_delta_in_the_boxes_and_inputs_have_none(debugger):
    debugger.move("update")
    debugger.seek(debugger.position - 6)
    moment, view = moment_of(debugger), VIEWS["gradients"]
    assert view.neuron(moment, "h1") == debugger["delta[h1]"]
    assert view.neuron(moment, "x1") is None
    assert view.edge(moment, ("x1", "h1")) == debugger["dw[x1,h1]"]


def test_a_change_is_counted_from_before_the_last_update(debugger):
    view, edge = VIEWS["change"], ("x1", "h1")
    assert view.edge(moment_of(debugger), edge) is None
    assert view.neuron(moment_of(debugger), "h1") is None
    first = debugger["w[x1,h1]"]
    debugger.move("update")
    after = debugger["w[x1,h1]"]
    assert after != first
    for _ in range(5):  # into the next update, whose own changes are still to come
        assert view.edge(moment_of(debugger), edge) == after - first
        debugger.step()
    debugger.move("update")
    assert view.edge(moment_of(debugger), edge) == debugger["w[x1,h1]"] - after


def test_during_an_update_what_is_not_reached_has_not_changed(debugger):
    moment = to(debugger, "update")
    changed = [edge for edge in moment.snapshot.w if VIEWS["change"].edge(moment, edge)]
    boxes = [j for j in moment.snapshot.b if VIEWS["change"].neuron(moment, j)]
    assert len(changed) + len(boxes) <= 1
    seen = [j for j in moment.snapshot.b if VIEWS["change"].neuron(moment, j) is not None]
    assert seen == ["h1"]  # what is to come is blank, as it is in the table
    moment = to(debugger, "load")
    seen = [j for j in moment.snapshot.b if VIEWS["change"].neuron(moment, j) is not None]
    assert seen == list(moment.snapshot.b)


def test_the_change_of_an_edited_weight_counts_from_the_edit_at_an_updates_start(debugger):
    debugger.move("update")
    debugger.edit("w[x1,h1]", 7.0)
    debugger.move("update")
    moment = moment_of(debugger)
    assert VIEWS["change"].edge(moment, ("x1", "h1")) == debugger["w[x1,h1]"] - 7.0


# ---- the pass ----------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", range(1, 200, 7))
def test_what_is_done_was_executed_in_this_pass_and_what_is_pending_was_not(debugger, steps):
    debugger.seek(steps)
    snapshot = debugger.snapshot()
    phase = snapshot.last.position.phase
    executed = set()
    while debugger.position and debugger.last.position.phase == phase:
        if debugger.last.edge:
            executed.add(debugger.last.edge)
        if debugger.last.kind == "load":
            break
        debugger.back()
    rank = {j: n for n, j in enumerate((*snapshot.net.inputs, *snapshot.net.neurons))}
    states = {edge: pass_progress(snapshot, edge, rank) for edge in snapshot.w}
    assert set(states.values()) <= {"done", "pending"}
    done = {edge for edge, state in states.items() if state == "done"}
    assert done == (set(states) if phase == "loss" else executed)


# ---- what travels ------------------------------------------------------------------------------


def test_forward_the_product_that_flows_into_the_sum_travels(debugger):
    moment = to(debugger, "forward_edge")
    last = moment.snapshot.last
    i, j = last.edge
    assert product_of(moment) == debugger[f"w[{i},{j}]"] * debugger[f"a[{i}]"]
    assert product_text(moment).startswith("w·a = ")
    assert product_text(moment).endswith(f"▸ {j}")


def test_backward_the_product_that_flows_into_the_sources_gradient_travels(debugger):
    moment = to(debugger, "backward_edge")
    i, j = moment.snapshot.last.edge
    assert product_of(moment) == debugger[f"w[{i},{j}]"] * debugger[f"delta[{j}]"]
    assert product_text(moment).startswith("w·δ = ")
    assert product_text(moment).endswith(f"▸ {i}")


def test_a_product_is_written_as_formulas_are(debugger):
    moment = to(debugger, "backward_edge")
    assert debugger["delta[out]"] < 0
    assert f" · ({debugger['delta[out]']:.3g}) = " in product_text(moment)


def test_a_product_of_zero_has_no_sign():
    debugger = Debugger(nntui.load(samples()["xor"]))  # whose first example is 0, 0
    assert debugger["w[x1,h2]"] < 0
    while debugger.step().edge != ("x1", "h2"):
        pass
    assert product_text(Moment(debugger.snapshot())) == "w·a = -0.25 · 0 = 0 ▸ h2"


@pytest.mark.parametrize("kind", ["load", "forward_neuron", "loss", "update"])
def test_nothing_travels_when_no_product_is_made(debugger, kind):
    moment = to(debugger, kind)
    assert product_of(moment) is None
    assert product_text(moment) == ""


# ---- scenes ------------------------------------------------------------------------------------


def test_the_focus_brings_out_its_edges_with_the_far_ends_and_dims_the_rest(debugger):
    debugger.seek(3)
    moment = moment_of(debugger)
    scene = scene_of(debugger)
    looks = scene.edges(moment, VIEWS["weights"], Emphasis(neuron="h1"), list(moment.snapshot.w))
    current = moment.snapshot.last.edge
    for edge, look in looks.items():
        if edge != current:
            assert look.state == ("bright" if "h1" in edge else "dim")


def test_boxes_without_a_number_have_a_dot_and_zeros_do_not(debugger):
    debugger.step()
    moment = moment_of(debugger)
    looks = scene_of(debugger).neurons(moment, VIEWS["activations"], Emphasis())
    assert looks["h1"].value == NOT_YET
    assert looks["h1"].tone is None
    debugger.edit("b[out]", 0.0)
    looks = scene_of(debugger).neurons(moment_of(debugger), VIEWS["weights"], Emphasis())
    assert looks["out"].value == "0"


def test_a_number_that_is_not_finite_stands_out_and_spoils_no_other(debugger):
    snapshot = debugger.snapshot()
    b = dict(snapshot.b) | {"h1": math.nan, "h2": -1.5, "out": 3.0}
    moment = Moment(replace(snapshot, b=b))
    looks = scene_of(debugger).neurons(moment, VIEWS["weights"], Emphasis())
    assert math.isnan(looks["h1"].tone)
    assert looks["h1"].value == "NaN"
    assert (looks["h2"].tone, looks["out"].tone) == (-0.5, 1.0)


def test_beside_a_focus_the_pass_is_still_seen_to_move(debugger):
    to(debugger, "forward_edge")
    debugger.step()
    moment = moment_of(debugger)
    net = moment.snapshot.net
    edges = [(i, j) for j in net.neurons for i in net.sources[j]]
    scene = scene_of(debugger)
    free = scene.edges(moment, VIEWS["activations"], Emphasis(), edges)
    focused = scene.edges(moment, VIEWS["activations"], Emphasis("h2"), edges)
    assert {look.state for look in free.values()} > {"pending"}
    for edge in edges:
        assert focused[edge].ahead == (free[edge].state == "pending")


def test_a_gradient_that_nothing_has_flowed_into_yet_has_no_number_beside_a_focus_either(debugger):
    to(debugger, "backward_neuron")
    moment = moment_of(debugger)
    edges = [("x1", "h2"), ("h2", "out")]
    looks = scene_of(debugger).edges(moment, VIEWS["gradients"], Emphasis("h2"), edges)
    assert [looks[edge].label for edge in edges] == ["", ""]


def test_numbers_that_are_none_have_no_shade_and_spoil_no_others(debugger):
    debugger.edit("b[h1]", 3.0)
    debugger.edit("b[h2]", -1.5)
    moment = moment_of(debugger)
    looks = scene_of(debugger).neurons(moment, VIEWS["weights"], Emphasis())
    assert (looks["h1"].tone, looks["h2"].tone) == (1.0, -0.5)


def test_the_strongest_connection_leads_to_the_neighbour(debugger):
    net, w = debugger.snapshot().net, debugger.snapshot().w
    best = max(net.sources["h2"], key=lambda i: abs(w[i, "h2"]))
    assert strongest(net, w, "h2", "left") == best
    assert strongest(net, w, "h2", "right") == "out"
    assert strongest(net, w, "x1", "left") is None
    assert strongest(net, w | {("x1", "h2"): float("nan")}, "h2", "left") == "x1"


@pytest.mark.parametrize(
    ("kind", "forward"), [("forward_edge", True), ("backward_edge", False), ("update", None)]
)
def test_the_executing_connection_points_the_way_of_its_pass(debugger, kind, forward):
    to(debugger, kind)
    while debugger.last.edge is None:
        debugger.step()
    moment = moment_of(debugger)
    scene = scene_of(debugger)
    looks = scene.edges(moment, VIEWS["weights"], Emphasis(), [debugger.last.edge])
    assert looks[debugger.last.edge].state == "current"
    assert looks[debugger.last.edge].forward is forward
