import networkx as nx

from nntui.draw.layout import Content
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
    assert picture.text() == "     ╭─ x ────╮\n     │  +1.00 │\n     ╰────────╯"


def test_layers_stand_in_columns_from_left_to_right_over_the_whole_width(dense):
    plan = lay_out(dense(2, 3, 1), 60, 9)
    assert not plan.overflow
    assert plan.homes["x1"].x == 0
    assert plan.homes["y1"].x + plan.homes["y1"].width == 60
    assert {plan.homes[f"h1_{i}"].x for i in (1, 2, 3)} == {plan.homes["h1_2"].x}
    assert [plan.homes[f"h1_{i}"].middle for i in (1, 2, 3)] == [1, 4, 7]


def test_boxes_have_frames_where_there_are_three_rows_for_each(dense):
    graph = dense(2, 3, 1)
    roomy, scarce = lay_out(graph, 60, 9), lay_out(graph, 60, 8)
    assert {box.height for box in roomy.boxes} == {3}
    assert [scarce.homes[name].framed for name in ("x1", "h1_1", "y1")] == [True, False, True]


def test_boxes_grow_with_the_room_as_far_as_they_have_something_to_hold(dense):
    graph = dense(2, 3, 1)
    contents = {name: Content("tanh", 3, 2, thumbnail=not name.startswith("x")) for name in graph}
    sizes = [lay_out(graph, 120, height, contents=contents).homes["h1_1"] for height in (9, 17, 40)]
    assert [(box.height, box.thumbnail) for box in sizes] == [
        (3, None),
        (5, (6, 3)),
        (12, (20, 10)),
    ]
    plain = lay_out(graph, 120, 40).homes["h1_1"]
    assert (plain.height, plain.thumbnail) == (3, None)


def test_where_the_width_is_scarce_maps_then_captions_then_symbols_give_way(dense):
    graph = dense(2, 2, 1)
    contents = {name: Content("sigmoid", 3, 4, thumbnail=True) for name in graph}
    seen = []
    for width in range(100, 30, -1):
        box = lay_out(graph, width, 11, contents=contents).homes["h1_1"]
        found = bool(box.thumbnail), box.caption, bool(box.symbol_width)  # all of them at first
        if found not in seen:
            seen.append(found)
    assert seen == [
        (True, True, True), (True, False, True), (False, True, True), (False, False, True),
        (False, False, False),
    ]  # fmt: skip


def test_where_there_is_no_room_beside_the_numbers_a_map_is_below_them(dense):
    graph = dense(1, 1, 1, 1, 1)
    contents = {name: Content("tanh", 4, 2, thumbnail=not name.startswith("x")) for name in graph}
    beside = lay_out(graph, 140, 20, contents=contents).homes["h1_1"]
    below = lay_out(graph, 75, 20, contents=contents).homes["h1_1"]
    assert beside.thumbnail is not None
    assert below.thumbnail is not None
    assert (beside.below, beside.numbers) == (False, beside.inside)
    assert (below.below, below.numbers) == (True, 4)
    assert below.thumbnail == (below.width - 2 - 2 * below.pad, below.inside - 4)
    low = lay_out(graph, 75, 7, contents=contents).homes["h1_1"]
    assert (low.height, low.thumbnail) == (6, None)


def test_two_rows_are_enough_for_a_map_beside_them(dense):
    graph = dense(2, 2, 1)
    contents = {name: Content("tanh", 4, 2, thumbnail=not name.startswith("x")) for name in graph}
    hidden = lay_out(graph, 78, 9, contents=contents).homes["h1_1"]
    assert (hidden.inside, hidden.thumbnail, hidden.below) == (2, (4, 2), False)


def test_lines_meet_a_high_box_in_rows_of_their_own(dense):
    graph = dense(3, 1, 3)
    contents = {"h1_1": Content(rows=5)}
    plan = lay_out(graph, 60, 12, contents=contents)
    box = plan.homes["h1_1"]
    into = [plan.legs(f"x{n}", "h1_1")[-1].y1 for n in (1, 2, 3)]
    out = [plan.legs("h1_1", f"y{n}")[0].y0 for n in (1, 2, 3)]
    assert into == out == [box.y + 1, box.middle, box.y + 5]


def test_a_square_number_of_inputs_is_an_image_where_there_is_room(dense):
    graph = dense(144, 3)
    plan = lay_out(graph, 90, 20, image=(12, 12))
    (box,) = plan.columns[0]
    assert (box.image, box.width, box.height) == ((12, 12), 14, 8)
    small = lay_out(graph, 90, 7, image=(12, 12)).columns[0][0]
    assert (small.width, small.height) == (12, 7)
    assert lay_out(graph, 90, 4, image=(12, 12)).columns[0][0].image is None
    unfolded = lay_out(graph, 90, 20, image=(12, 12), folds={0: False})
    assert len(unfolded.columns[0]) == 144


def test_each_point_of_an_image_is_found_by_a_click(dense):
    plan = lay_out(dense(144, 3), 90, 20, image=(12, 12))
    (box,) = plan.columns[0]
    picture = paint(plan, {}, {})
    assert picture.at(box.x + 1, box.y + 1) == "x1"
    assert picture.at(box.x + 12, box.y + 1) == "x12"
    assert picture.at(box.x + 1, box.y + 6) == "x121"
    assert "x1…x144" in picture.text()


def test_a_network_with_too_many_layers_is_wider_than_asked_and_says_so(dense):
    plan = lay_out(dense(*[1] * 12), 60, 10)
    assert plan.overflow
    assert plan.width > 60
    assert paint(plan, {}, {}).width == plan.width


def test_a_large_layer_folds_and_never_gets_higher_than_asked(dense):
    plan = lay_out(dense(200, 3), 60, 10)
    assert plan.height == 10
    (fold,) = plan.folds
    assert len(fold.names) == 192
    assert paint(plan, {}, {}).text().splitlines()[8].startswith(" x8…x199")
    assert plan.edges == ()
    assert len(plan.heat_maps[1].beside) == 8 * 3


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
    assert plan.height == 41  # with a row for the titles of the maps
    assert plan.overflow


def test_a_neuron_alone_in_its_layer_is_never_folded(dense):
    assert not lay_out(dense(3, 1), 60, 12, folds={1: True}).folds


def test_before_a_drawing_is_too_wide_its_values_get_fewer_cells(dense):
    graph = dense(8, 16, 16, 4)
    roomy, narrow, tiny = (lay_out(graph, width, 16) for width in (80, 58, 40))
    assert (roomy.value_width, roomy.overflow) == (6, False)
    assert (narrow.value_width, narrow.overflow) == (4, False)
    assert (tiny.value_width, tiny.overflow) == (6, True)
