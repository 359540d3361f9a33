import networkx as nx

from nntui.draw.paint import paint
from nntui.draw.picture import NodeLook

from .conftest import lay_out


def test_an_empty_network_is_an_empty_picture():
    picture = paint(lay_out(nx.DiGraph(), 7, 2), {}, {})
    assert picture.text() == ""
    assert (picture.width, picture.height) == (7, 2)


def test_a_single_neuron_stands_in_the_middle():
    graph = nx.DiGraph()
    graph.add_node("x", layer=0)
    picture = paint(lay_out(graph, 20, 3), {"x": NodeLook("+1.00")}, {})
    assert picture.text() == "\n     ▏x  +1.00▕"


def test_layers_stand_in_columns_from_left_to_right_over_the_whole_width(dense):
    plan = lay_out(dense(2, 3, 1), 60, 9)
    assert not plan.overflow
    assert plan.homes["x1"].x == 0
    assert plan.homes["y1"].x + plan.homes["y1"].width == 60
    assert {plan.homes[f"h1_{i}"].x for i in (1, 2, 3)} == {plan.homes["h1_2"].x}
    assert [plan.homes[f"h1_{i}"].y for i in (1, 2, 3)] == [1, 4, 7]


def test_name_and_value_stand_above_each_other_when_the_width_is_scarce(dense):
    graph = dense(2, 2, 1)
    assert lay_out(graph, 60, 10).homes["x1"].height == 1
    narrow = lay_out(graph, 38, 10)
    assert narrow.homes["x1"].height == 2
    assert not narrow.overflow


def test_a_network_with_too_many_layers_is_wider_than_asked_and_says_so(dense):
    plan = lay_out(dense(*[1] * 12), 60, 10)
    assert plan.overflow
    assert plan.width > 60
    assert paint(plan, {}, {}).width == plan.width


def test_a_large_layer_folds_and_never_gets_higher_than_asked(dense):
    plan = lay_out(dense(200, 3), 60, 10)
    assert plan.height == 10
    (fold,) = plan.folds
    assert len(fold.names) == 191
    assert paint(plan, {}, {}).text().splitlines()[8] == " x9…x199"
    assert plan.edges == ()
    assert len(plan.heat_maps[1].beside) == 9 * 3


def test_a_skip_connection_bends_round_the_boxes_between(wired):
    graph = wired("x>a a>b b>y x>y")
    plan = lay_out(graph, 80, 9)
    boxes = [plan.homes[name] for name in "ab"]
    for leg in plan.legs("x", "y"):
        for box in boxes:
            if leg.x0 <= box.x <= leg.x1:
                assert leg.y0 == leg.y1 != box.y


def test_neighbours_follow_the_drawing(dense):
    plan = lay_out(dense(2, 3, 1), 60, 9)
    assert plan.neighbour("x1", "down") == "x2"
    assert plan.neighbour("x2", "down") is None
    assert plan.neighbour("x1", "up") is None
    assert plan.neighbour("x1", "left") is None
    assert plan.neighbour("x1", "right") == "h1_1"
    assert plan.neighbour("x2", "right") == "h1_3"
    assert plan.neighbour("h1_3", "right") == "y1"
    assert plan.neighbour("y1", "right") is None
    assert plan.neighbour("y1", "left") == "h1_2"


def test_up_and_down_also_go_through_the_neurons_of_a_fold(dense):
    plan = lay_out(dense(30, 2), 60, 5)
    name, seen = "x1", []
    while name is not None:
        seen.append(name)
        name = plan.neighbour(name, "down")
    assert seen == [f"x{i}" for i in range(1, 31)]
    assert plan.neighbour("y2", "left") != plan.folds[0].names[0]


def test_names_are_cut_at_twelve_cells(wired):
    picture = paint(lay_out(wired("a-very-long-name>入力層の名前がとても長い"), 80, 3), {}, {})
    assert "a-very-long…" in picture.text()
    assert "入力層の名…" in picture.text()


def test_a_layer_folds_whole_when_that_is_wished(dense):
    plan = lay_out(dense(3, 9, 2), 60, 12, folds={1: True})
    (fold,) = plan.folds
    assert fold.names == tuple(f"h1_{n}" for n in range(1, 10))
    assert "h1_1…h1_9" in paint(plan, {}, {}).text()
    assert not plan.overflow


def test_an_unfolded_layer_makes_the_layout_as_high_as_it_is(dense):
    plan = lay_out(dense(3, 40, 2), 60, 12, folds={1: False})
    assert not plan.folds
    assert plan.height == 40
    assert plan.overflow


def test_a_neuron_alone_in_its_layer_is_never_folded(dense):
    assert not lay_out(dense(3, 1), 60, 12, folds={1: True}).folds


def test_before_a_drawing_is_too_wide_its_values_get_fewer_cells(dense):
    graph = dense(8, 16, 16, 4)
    roomy, narrow, tiny = (lay_out(graph, width, 16) for width in (80, 58, 40))
    assert (roomy.value_width, roomy.overflow) == (6, False)
    assert (narrow.value_width, narrow.overflow) == (4, False)
    assert (tiny.value_width, tiny.overflow) == (6, True)
