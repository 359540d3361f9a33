"""The products of both passes: those that were made, with the weights that were used."""

from __future__ import annotations

import pytest

from nntui.debugger.debugger import Debugger
from nntui.debugger.snapshot import Products
from nntui.debugger.values import before_last_update
from nntui.document.load import load
from nntui.model.names import value_name
from nntui.samples import samples

FACTORS = {
    "forward_edge": lambda step, i, j: step.reads[value_name("a", i)],
    "backward_edge": lambda step, i, j: step.reads[value_name("delta", j)],
}


@pytest.fixture(params=["sample", "skip", "xor"])
def debugger(request):
    return Debugger(load(samples()[request.param]))


def passed(debugger):
    return Products(debugger.snapshot(), before_last_update(debugger.training_run))


def test_every_product_shown_was_made_by_a_step_in_exactly_these_numbers(debugger):
    made: dict[tuple[str, str, str], float] = {}
    for _ in range(debugger.schedule.update_start(2)):
        step = debugger.step()
        if step.kind == "load":
            made.clear()
        if step.kind in ("forward_edge", "backward_edge"):
            i, j = step.edge
            w, factor = step.reads[value_name("w", i, j)], FACTORS[step.kind](step, i, j)
            made[step.kind, i, j] = w * factor
        now = passed(debugger)
        net = now.snapshot.net
        for j in net.neurons:
            incoming = now.incoming(j)
            assert incoming.exact
            for n, i in enumerate(net.sources[j]):
                assert incoming.product(n) == made.get(("forward_edge", i, j))
        for i in net.layer:
            outgoing = now.outgoing(i)
            assert outgoing.exact
            for k in net.targets[i]:
                assert outgoing.product(k) == made.get(("backward_edge", i, k))


def test_products_are_gone_when_a_weight_was_set_since():
    debugger = Debugger(load(samples()["sample"]))
    debugger.move("pass")
    assert passed(debugger).incoming("h1").product(0) is not None
    debugger.edit("w[x1,h1]", 2.0)
    assert not passed(debugger).incoming("h1").exact
    assert passed(debugger).incoming("h1").product(0) is None
    assert passed(debugger).incoming("h2").exact
