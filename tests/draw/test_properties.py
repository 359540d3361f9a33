import itertools

import networkx as nx
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len

from nntui.draw.layout import Content
from nntui.draw.paint import paint
from nntui.draw.picture import EdgeLook, NodeLook
from nntui.draw.visible import select

from .conftest import lay_out

NAMES = st.text(min_size=1, max_size=16)
SIZES = st.integers(min_value=1, max_value=110)
HEIGHTS = st.integers(min_value=1, max_value=40)
NODE_LOOKS = st.builds(
    NodeLook,
    value=st.sampled_from(["", "+0.74", "-12.34", "nan", "+1.234e+100"]),
    tone=st.none() | st.floats(),
    mark=st.sampled_from(["plain", "current", "focus", "dim"]),
)
EDGE_LOOKS = st.builds(
    EdgeLook,
    weight=st.floats(),
    label=st.sampled_from(["", "+0.50", "-1.5", "+123.45", "権"]),
    state=st.sampled_from(["plain", "pending", "done", "current", "focus", "bright", "dim"]),
    forward=st.sampled_from([True, False, None]),
    bead=st.none() | st.floats(0, 1),
    product=st.sampled_from([(), ("w·a = 0.5 · 1.0 = +0.5", "+0.50")]),
)
CONTENTS = st.builds(
    Content,
    caption=st.sampled_from(["", "tanh", "leaky_relu"]),
    rows=st.integers(1, 4),
    symbol=st.sampled_from([0, 1, 4]),
    sign=st.sampled_from([0, 2]),
    thumbnail=st.booleans(),
)
FOLDS = st.dictionaries(st.integers(0, 6), st.booleans())


@st.composite
def networks(draw):
    """Random networks: layers of random sizes, random connections that may skip layers."""
    sizes = draw(st.lists(st.integers(1, 9), max_size=6))
    total = sum(sizes)
    names = draw(st.lists(NAMES, min_size=total, max_size=total, unique=True))
    graph = nx.DiGraph()
    layers = [layer for layer, size in enumerate(sizes) for _ in range(size)]
    for name, layer in zip(names, layers, strict=True):
        graph.add_node(name, layer=layer)
    pairs = [(i, j) for i in range(total) for j in range(i) if layers[j] < layers[i]]
    if pairs:
        for i, j in draw(st.lists(st.sampled_from(pairs), max_size=40)):
            graph.add_edge(names[j], names[i])
    return graph


def _looks(data, graph):
    nodes = {name: data.draw(NODE_LOOKS) for name in graph}
    edges = {edge: data.draw(EDGE_LOOKS) for edge in graph.edges}
    return nodes, edges


def _cells(picture):
    """The characters by cell; the second cell of a wide character is empty."""
    grid = []
    for row in picture.rows:
        cells = []
        for span in row:
            for character in span.text:
                width = cell_len(character)
                if width == 0 and cells:
                    cells[-1] += character
                else:
                    cells += [character] + [""] * (width - 1)
        grid.append(cells)
    return grid


@given(networks(), SIZES, HEIGHTS, FOLDS, st.data())
def test_every_row_has_exactly_the_width(graph, width, height, folds, data):
    contents = {name: data.draw(CONTENTS) for name in graph}
    plan = lay_out(graph, width, height, folds=folds, contents=contents)
    picture = paint(plan, *_looks(data, graph))
    assert plan.height == picture.height == len(picture.rows) >= height
    assert picture.width == plan.width >= width
    assert plan.overflow == (plan.width > width or plan.height > height)
    assert plan.height == height or False in folds.values()
    for row in picture.rows:
        assert cell_len("".join(span.text for span in row)) == picture.width
        assert all(span.text for span in row)


@given(networks(), SIZES, HEIGHTS, FOLDS)
def test_every_neuron_has_one_place_and_no_two_boxes_overlap(graph, width, height, folds):
    plan = lay_out(graph, width, height, folds=folds)
    names = [name for box in plan.boxes for name in box.names]
    assert sorted(names) == sorted(graph)
    taken = [
        (x, y)
        for box in plan.boxes
        for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + box.height)
    ]
    assert len(taken) == len(set(taken))
    assert all(0 <= x < plan.width and 0 <= y < plan.height for x, y in taken)


@given(networks(), SIZES, HEIGHTS)
def test_lines_run_from_box_to_box_and_lanes_past_the_boxes_between(graph, width, height):
    plan = lay_out(graph, width, height)
    inside = {
        (x, y)
        for box in plan.boxes
        for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + box.height)
    }
    for source, target in graph.edges:
        legs = plan.legs(source, target)
        start, end = plan.homes[source], plan.homes[target]
        assert legs[0].x0 == start.x + start.width
        assert legs[-1].x1 == end.x - 1
        assert start.y <= legs[0].y0 < start.y + start.height
        assert end.y <= legs[-1].y1 < end.y + end.height
        for one, two in itertools.pairwise(legs):
            assert (one.x1 + 1, one.y1) == (two.x0, two.y0)
            assert (two.x0, two.y0) not in inside


@given(networks(), SIZES, HEIGHTS, st.data())
def test_nothing_jumps_when_values_and_marks_change(graph, width, height, data):
    plan = lay_out(graph, width, height)
    _, edges = _looks(data, graph)
    # In a fold, and around a current connection, something may appear.
    edges = {edge: EdgeLook(look.weight, look.label) for edge, look in edges.items()}
    looks = {name: data.draw(NODE_LOOKS) for name in graph}
    lines = select(plan, edges, None)
    if len(lines) < len(edges) or any(line.trace for line in lines):
        # Where not all lines have room, those into the current neuron come first.
        assume(all(look.mark != "current" for look in looks.values()))
    before = _cells(paint(plan, {name: NodeLook() for name in graph}, edges))
    after = _cells(paint(plan, looks, edges))
    inside = {
        (x, y)
        for box in plan.boxes
        for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + box.height)
    }
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        for x, (was, now) in enumerate(zip(old, new, strict=True)):
            assert was == now or (x, y) in inside


@given(networks(), SIZES, HEIGHTS, st.data())
def test_labels_keep_their_places_while_the_pass_moves_on(graph, width, height, data):
    plan = lay_out(graph, width, height)
    plain = {edge: EdgeLook(1.0, "+1.00") for edge in graph.edges}
    if not plain:
        return
    current = data.draw(st.sampled_from(sorted(plain)))
    moved = {**plain, current: EdgeLook(1.0, "+1.00", "current")}
    quiet, busy = (paint(plan, {}, edges) for edges in (plain, moved))
    assume("+1.00" in busy.text())  # there is room

    def places(picture):
        return {
            (y, sum(cell_len(span.text) for span in row[:i]))
            for y, row in enumerate(picture.rows)
            for i, span in enumerate(row)
            if span.role == "label"
        }

    assert places(busy) <= places(quiet)


@given(networks(), SIZES, HEIGHTS, st.data())
def test_every_box_answers_for_its_neuron(graph, width, height, data):
    plan = lay_out(graph, width, height)
    picture = paint(plan, *_looks(data, graph))
    for box in plan.boxes:
        assert picture.at(box.x, box.y) in box.names


@given(networks(), SIZES, HEIGHTS)
def test_neighbours_lead_through_the_whole_drawing(graph, width, height):
    plan = lay_out(graph, width, height)
    if not plan.boxes:
        return
    todo, seen = [plan.boxes[0].names[0]], set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            ways = (plan.neighbour(name, way) for way in ("left", "right", "up", "down"))
            todo += [way for way in ways if way is not None]
    assert seen == set(graph)


@given(networks(), SIZES, HEIGHTS)
def test_inputs_and_outputs_keep_their_order(graph, width, height):
    plan = lay_out(graph, width, height)
    for column in plan.columns[:1] + plan.columns[-1:]:
        drawn = [name for box in column for name in box.names]
        assert drawn == [name for name in graph if name in set(drawn)]
