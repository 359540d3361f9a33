from support.experiments import layered

from nntui.explain.sums import running_sum

NET = layered(2, 3, 1).network.wiring()


def test_a_forward_edge_adds_its_term_to_the_bias_and_those_before_it() -> None:
    found = running_sum(("forward_edge", "x2", "h1_1"), NET)
    assert found is not None
    assert (found.target, found.start) == ("z[h1_1]", "b")
    assert (found.terms, found.done) == (("x1", "x2"), 2)


def test_a_backward_edge_adds_what_its_target_sends_back_last_neuron_first() -> None:
    found = running_sum(("backward_edge", "x1", "h1_2"), NET)
    assert found is not None
    assert (found.target, found.start) == ("∂L/∂a[x1]", "")
    assert (found.terms, found.done) == (("h1_3", "h1_2", "h1_1"), 2)


def test_the_sum_of_an_output_that_feeds_others_begins_with_the_loss() -> None:
    net = layered(1, 1, 1).network.copy()
    net.add_neuron("y2", role="output")
    net.connect("y1", "y2")
    found = running_sum(("backward_edge", "y1", "y2"), net.wiring())
    assert found is not None
    assert (found.start, found.terms, found.done) == ("L", ("y2",), 1)


def test_other_steps_add_to_no_sum_of_the_example() -> None:
    for operation in (("load",), ("forward_neuron", "y1"), ("loss",), ("update", "y1")):
        assert running_sum(operation, NET) is None
