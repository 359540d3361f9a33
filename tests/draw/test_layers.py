from nntui.draw.layers import ColumnEntry, Lane, fold

from .conftest import draft_of


def _arranged(graph):
    return draft_of(graph).order


def test_a_dense_network_keeps_its_order(dense):
    assert _arranged(dense(3, 4, 2)) == draft_of(dense(3, 4, 2)).columns


def test_hidden_neurons_change_places_when_that_removes_a_crossing(wired):
    graph = wired("x1>a x2>b a>y1 b>y2")
    graph.remove_edges_from(list(graph.edges))
    graph.add_edges_from([("x1", "b"), ("x2", "a"), ("b", "y1"), ("a", "y2")])
    assert _arranged(graph) == [["x1", "x2"], ["b", "a"], ["y1", "y2"]]


def test_a_crossing_that_would_only_move_elsewhere_leaves_the_order_alone(wired):
    graph = wired("x1>a x2>b a>y1 b>y2")
    graph.remove_edges_from(list(graph.edges))
    graph.add_edges_from([("x1", "b"), ("x2", "a"), ("a", "y1"), ("b", "y2")])
    assert _arranged(graph) == [["x1", "x2"], ["a", "b"], ["y1", "y2"]]


def test_the_connections_of_a_neuron_share_a_lane_past_a_layer_that_they_skip(wired):
    order = _arranged(wired("x>a a>b b>y1 b>y2 x>y1 x>y2"))
    assert [item for column in order for item in column if isinstance(item, Lane)] == [
        Lane("x", 1),
        Lane("x", 2),
    ]


def test_a_column_with_room_shows_everything():
    assert fold(["a", Lane("x", 1), "b"], 5, 2) == [
        ColumnEntry("neuron", ("a",)),
        ColumnEntry("lane", ("x",)),
        ColumnEntry("neuron", ("b",)),
    ]


def test_a_column_without_room_folds_what_is_before_the_last():
    entries = fold(["a", "b", "c", "d", "e"], 4, 1)
    assert [entry.names for entry in entries] == [("a",), ("b",), ("c", "d"), ("e",)]
    assert [entry.kind for entry in entries] == ["neuron", "neuron", "fold", "neuron"]


def test_a_column_of_two_rows_shows_the_first_and_a_column_of_one_only_a_fold():
    assert [entry.names for entry in fold(["a", "b", "c"], 2, 1)] == [("a",), ("b", "c")]
    assert [entry.names for entry in fold(["a", "b", "c"], 1, 1)] == [("a", "b", "c")]


def test_lanes_without_room_are_merged_or_left_out():
    items = [Lane("p", 1), Lane("q", 1), "a", Lane("r", 1), Lane("s", 1)]
    assert [entry.names for entry in fold(items, 3, 1)] == [("p", "q"), ("a",), ("r", "s")]
    assert [entry.names for entry in fold(items, 1, 1)] == [("a",)]
