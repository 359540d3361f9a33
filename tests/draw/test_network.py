import math
from itertools import pairwise

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from nntui.draw.canvas import path
from nntui.draw.layout import Content
from nntui.draw.paint import paint
from nntui.draw.picture import ROLES, EdgeLook, NodeLook, Reading
from nntui.draw.plan import fill_heat_maps

from .conftest import drawing, lay_out

CHAIN = "x>h h>y"


def _role_at(picture, x, y):
    reached = 0
    for span in picture.rows[y]:
        reached += cell_len(span.text)
        if x < reached:
            return span.role, span.value
    raise AssertionError("beyond the row")


# x2 → h1_2 is being computed: it stays where it is, broken because it is negative, with an
# arrowhead and the product that travels.
PICTURE = """\
╭─ x1 ───╮                  ╭─ h1_1 ─╮
│  +0.74 │⢶⣖⠒⠒+0.25⠒⠒⠒⠒⠒⠒⢒⣲⡶│  +0.74 │⠿⣶⣦⣤⣀⡀
╰────────╯ ⠈-0.38    +0.50⠁ ╰────────╯  ⠈⠉+0.75⣄⣀
                ⠛⢦⢀⣠⡴⠛⠉                       ⠈⠙⠛⠿⢷⣶⣤⣄⣀ ╭─ y1 ───╮
               ⣀⣤⠞⠋⠁⠳⣤                          ⣀⣀ ⣤⣽⠙⡿⠿│  +0.74 │
╭─ x2 ───╮ ⢀⣠⡴⠛⠉       ⠛⢦ ⡀ ┏━ h1_2 ━┓ ⢀ ⣠⣤ ⣶⣶-0.88⠉⠁   ╰────────╯
│  +0.74 │⠿⠿⠁⠿⠿ ⠿⠿-0.62⠿⠿ ●►┃  -0.31 ┃⠿⠟ ⠋⠉
╰────────╯      w·a = -0.46 ┗━━━━━━━━┛"""


def test_a_small_network_with_its_weights(dense, looks):
    graph = dense(2, 2, 1)
    nodes, edges = looks(graph)
    nodes["h1_2"] = NodeLook("-0.31", -0.31, "current")
    product = ("w·a = -0.62 · 0.74 = -0.46", "w·a = -0.46", "-0.46")
    edges["x2", "h1_2"] = replace(edges["x2", "h1_2"], state="current", bead=1.0, product=product)
    assert paint(lay_out(graph, 66, 9), nodes, edges).text() == PICTURE


def test_every_mark_shows_without_colour_and_takes_the_same_room(wired, looks):
    graph = wired(CHAIN)
    plan = lay_out(graph, 60, 1)
    nodes, edges = looks(graph)
    texts = {}
    for mark in ("plain", "current", "focus", "dim"):
        text = paint(plan, {**nodes, "h": replace(nodes["h"], mark=mark)}, edges).text()
        box = plan.homes["h"]
        texts[mark] = text[box.x : box.x + box.width]
    assert len(set(texts.values())) == 4
    assert {text[1:-1] for text in texts.values()} == {"h  +0.74"}


def test_a_neuron_without_a_look_is_a_box_without_a_value(wired):
    picture = paint(lay_out(wired(CHAIN), 60, 1), {}, {})
    assert picture.text().split() == ["▏x", "▕", "▏h", "▕", "▏y", "▕"]
    assert _role_at(picture, 0, 0) == ("box", None)


@pytest.mark.parametrize(
    ("tone", "value"), [(0.5, 0.5), (-7.0, -1.0), (math.inf, 1.0), (None, None)]
)
def test_the_tone_of_a_box_stays_between_minus_one_and_one(wired, tone, value):
    picture = paint(lay_out(wired(CHAIN), 60, 1), {"x": NodeLook("", tone)}, {})
    assert _role_at(picture, 0, 0) == ("box", value)


@pytest.mark.parametrize("number", [-0.001, -0.0])
def test_a_weak_negative_number_is_not_shaded_by_the_zero_that_equals_the_positive_one(
    wired, number
):
    plan = lay_out(wired("x>h"), 60, 4)
    weak = {("x", "h"): EdgeLook(-0.001, "-0.00")}
    picture = paint(plan, {"x": NodeLook("-0.00", number)}, weak, scale=1.0)
    values = {span.role: span.value for row in picture.rows for span in row}
    assert (values["box"], values["label"]) == (-0.01, -0.01)


def test_a_number_that_is_not_finite_is_neither_positive_nor_negative(wired):
    plan = lay_out(wired(CHAIN), 60, 1)
    looks = {("x", "h"): EdgeLook(math.nan, "NaN", "done"), ("h", "y"): EdgeLook(1.0, "+1.00")}
    picture = paint(plan, {"h": NodeLook("NaN", math.nan)}, looks)
    roles = {span.text.strip("⠤⠒ "): span.role for span in picture.rows[0]}
    assert roles["NaN"] == "label.odd"
    assert roles["▏h    NaN▕"] == "box.odd"
    assert {span.role for span in picture.rows[0]} >= {"edge.odd", "edge.positive"}
    marked = paint(plan, {"h": NodeLook("NaN", math.nan, "current")}, {})
    assert _role_at(marked, plan.homes["h"].x, 0) == ("box.current", None)


def test_beside_the_point_what_the_pass_has_been_through_has_more_dots_than_what_it_has_not(wired):
    plan = lay_out(wired(CHAIN), 60, 1)

    def dots(ahead: bool) -> int:
        look = EdgeLook(1.0, "", "dim", ahead=ahead)
        text = paint(plan, {}, {("x", "h"): look}).text()
        return sum((ord(c) - 0x2800).bit_count() for c in text if "⠀" <= c <= "⣿")

    assert dots(ahead=False) > 1.5 * dots(ahead=True) > 0


def test_the_current_connection_keeps_its_line_and_has_an_arrowhead_in_the_direction_of_the_pass(
    wired,
):
    plan = lay_out(wired(CHAIN), 60, 1)
    gap = slice(plan.homes["x"].width, plan.homes["h"].x)

    def drawn(weight, label, forward, state="current"):
        look = EdgeLook(weight, label, state, forward)
        return paint(plan, {}, {("x", "h"): look}).text()[gap]

    assert drawn(0.5, "+0.50", True) == "⠿⠿⠿+0.50⠿⠿⠿⠿⠿⠿►"
    assert drawn(0.5, "+0.50", False) == "◄⠿⠿+0.50⠿⠿⠿⠿⠿⠿⠿"
    assert drawn(0.5, "+0.50", None) == drawn(0.5, "+0.50", None, "done")
    assert drawn(-0.5, "-0.50", True)[:-1] == drawn(-0.5, "-0.50", True, "done")[:-1]
    assert drawn(-0.5, "-0.50", True)[:-1] != drawn(0.5, "-0.50", True)[:-1]


def test_a_slanting_connection_keeps_its_line_while_it_is_computed(dense):
    plan = lay_out(dense(2, 1), 60, 9)

    def dots(state):
        looks = {("x1", "y1"): EdgeLook(1.0, "", state, None)}
        return paint(plan, {}, looks).text()

    assert dots("current") == dots("done") == dots("bright") == dots("dim")


def test_the_bead_is_where_the_product_is_and_its_caption_stays_where_it_arrives(wired):
    plan = lay_out(wired("x>y"), 60, 5)

    def drawn(along, forward=True):
        look = EdgeLook(1.0, "+1.00", "current", forward, bead=along, product=("w·a = +0.5",))
        return paint(plan, {}, {("x", "y"): look}).text().splitlines()

    first, end = plan.homes["x"].width + plan.homes["x"].x, plan.homes["y"].x
    middle = plan.homes["x"].middle
    places = [drawn(along)[middle].index("●") for along in (0.0, 0.25, 0.9, 1.0)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (first, end - 2)
    assert drawn(1.0, False)[middle].index("●") == end - 1
    assert drawn(0.0, False)[middle].index("●") == first + 1
    captions = {next(row.index("w·a") for row in drawn(n) if "w·a" in row) for n in (0.0, 0.5, 1.0)}
    assert len(captions) == 1
    assert "●" not in "".join(drawn(None))


@pytest.mark.parametrize("width", range(16, 30))
def test_the_bead_hides_no_part_of_a_label(wired, width):
    plan = lay_out(wired("x>y"), width, 3)
    for along in (0.0, 0.3, 0.5, 0.7, 1.0):
        for forward in (True, False):
            look = EdgeLook(-1.0, "-1.00", "current", forward, bead=along, product=("+0.5",))
            text = paint(plan, {}, {("x", "y"): look}).text()
            assert ("-1.00" in text) == ("1.00" in text)  # where a label has room at all
            assert "●" in text


def test_a_product_that_has_no_room_at_its_line_stands_at_no_other(dense):
    graph = dense(2, 3, 1)
    plan = lay_out(graph, 78, 9)
    for edge in graph.edges:
        looks = {each: EdgeLook(0.5, "+0.50") for each in graph.edges}
        looks[edge] = EdgeLook(0.5, "+0.50", "current", True, bead=1.0, product=("+0.123",))
        rows = paint(plan, {}, looks).text().splitlines()
        here = next(y for y, row in enumerate(rows) if "●" in row)
        assert not any("+0.123" in row for y, row in enumerate(rows) if abs(y - here) > 1)


def test_the_width_of_a_line_is_the_size_of_its_number(wired):
    plan = lay_out(wired(CHAIN), 60, 1)
    gap = slice(plan.homes["x"].width, plan.homes["h"].x)
    drawn = [
        paint(plan, {}, {("x", "h"): EdgeLook(weight)}, scale=1.0).text()[gap][3]
        for weight in (0.1, 0.5, 1.0)
    ]
    assert drawn == ["⠒", "⠶", "⠿"]


def test_to_come_is_dotted_and_out_of_focus_is_whole(wired):
    plan = lay_out(wired(CHAIN), 60, 1)
    gap = slice(plan.homes["x"].width, plan.homes["h"].x)
    drawn = {
        state: paint(plan, {}, {("x", "h"): EdgeLook(1.0, "", state)}).text()[gap]
        for state in ("pending", "dim", "done")
    }
    assert drawn["dim"] == drawn["done"]
    assert "⠿⠿" not in drawn["pending"]


def test_signs_show_without_colour(wired):
    plan = lay_out(wired(CHAIN), 60, 1)
    edges = {("x", "h"): EdgeLook(0.5), ("h", "y"): EdgeLook(-0.5)}
    picture = paint(plan, {}, edges)
    assert "⠿⠿⠿⠿" in picture.text()
    assert "⠿⠿ ⠿⠿ ⠿⠿" in picture.text()
    assert _role_at(picture, plan.homes["h"].x - 1, 0) == ("edge.positive", 1.0)
    assert _role_at(picture, plan.homes["y"].x - 1, 0) == ("edge.negative", 1.0)


@pytest.mark.parametrize("weight", [math.nan, math.inf, -math.inf, 0.0])
def test_a_weight_that_is_no_ordinary_number_is_drawn_all_the_same(wired, weight):
    look = EdgeLook(weight, str(weight))
    text = paint(lay_out(wired(CHAIN), 60, 1), {}, {("x", "h"): look}).text()
    assert str(weight) in text


def test_the_strongest_connection_owns_a_cell_and_scale_says_what_full_strength_is(dense):
    plan = lay_out(dense(2, 1), 40, 9)
    edges = {("x1", "y1"): EdgeLook(0.5), ("x2", "y1"): EdgeLook(-1.0)}
    beside = (plan.homes["y1"].x - 1, plan.homes["y1"].middle)
    assert _role_at(paint(plan, {}, edges), *beside) == ("edge.negative", 1.0)
    assert _role_at(paint(plan, {}, edges, scale=4.0), *beside) == ("edge.negative", 0.25)
    weaker = {**edges, ("x2", "y1"): EdgeLook(-0.25)}
    assert _role_at(paint(plan, {}, weaker), *beside) == ("edge.positive", 1.0)


def test_each_label_stands_once_and_only_where_it_covers_no_other(dense, looks):
    graph = dense(2, 4, 1)
    nodes, edges = looks(graph)
    text = paint(lay_out(graph, 90, 14), nodes, edges).text()
    for look in edges.values():
        assert text.count(look.label) == 1


def test_out_of_focus_labels_stay_where_they_are(dense, looks):
    graph = dense(2, 3, 1)
    plan = lay_out(graph, 90, 14)
    _, edges = looks(graph)
    dimmed = {
        edge: replace(look, state="bright" if "h1_2" in edge else "dim")
        for edge, look in edges.items()
    }
    places = [
        {trace.edge: trace.label for trace in paint(plan, {}, each).traces}
        for each in (edges, dimmed)
    ]
    assert places[0] == places[1]


def test_a_label_without_a_place_is_shown_in_the_spotlight_alone(dense):
    plan = lay_out(dense(4, 4), 34, 4)
    edges = {edge: EdgeLook(1.0, "+1.00") for edge in plan.edges}
    plain = {trace.edge: trace.label for trace in paint(plan, {}, edges).traces}
    without = next(edge for edge, label in plain.items() if label is None)
    assert without not in plan.slots
    edges[without] = replace(edges[without], state="bright")
    shown = {trace.edge: trace.label for trace in paint(plan, {}, edges).traces}
    assert shown[without] is not None


def test_of_many_connections_only_the_strongest_are_drawn(dense):
    plan = lay_out(dense(20, 20), 60, 20)
    edges = {edge: EdgeLook(0.01) for edge in plan.edges}
    # x1 → y1 is level, so nothing else ends beside x1 but its other connections.
    strong = dict(list(edges.items())[:60])
    assert paint(plan, {}, edges).text() == paint(plan, {}, strong).text()


def test_the_current_connection_is_drawn_however_weak_it_is(dense):
    plan = lay_out(dense(20, 20), 60, 20)
    edges = {edge: EdgeLook(1.0, "+1.00") for edge in plan.edges}
    edges["x7", "y3"] = EdgeLook(0.0, "+0.00", "current")
    picture = paint(plan, {}, edges)
    assert "+0.00" in picture.text()
    assert _role_at(picture, plan.homes["y3"].x - 1, plan.homes["y3"].middle)[0] == "edge.current"


def test_a_fold_shows_the_neuron_at_which_something_happens(dense):
    plan = lay_out(dense(40, 2), 60, 6)
    (fold,) = plan.folds
    quiet = paint(plan, {}, {})
    assert f"{fold.names[0]}…{fold.names[-1]}" in quiet.text()
    assert quiet.at(fold.x, fold.y) == fold.names[0]

    marked = paint(plan, {"x20": NodeLook("+0.50", 0.5, "current")}, {})
    assert "▐x20⋮ +0.50▌" in marked.text()
    assert marked.at(fold.x, fold.y) == "x20"

    edge = {("x21", "y1"): EdgeLook(1.0, "+1.00", "current")}
    reading = paint(plan, {"x21": NodeLook("-0.25")}, edge)
    assert "▏x21⋮ -0.25▕" in reading.text()
    assert "►" in reading.text()


def test_bright_connections_of_a_fold_share_a_line_without_a_label(dense):
    plan = lay_out(dense(40, 1), 60, 6)
    edges = {(name, "y1"): EdgeLook(1.0, "+7.77", "bright") for name in plan.folds[0].names}
    text = paint(plan, {}, edges).text()
    assert "⠿" in text
    assert "+7.77" not in text


def test_a_click_finds_the_neuron_of_a_box(dense):
    plan = lay_out(dense(2, 2, 1), 38, 10)
    picture = paint(plan, {}, {})
    for box in plan.boxes:
        for x in (box.x, box.x + box.width - 1):
            for y in (box.y, box.y + box.height - 1):
                assert picture.at(x, y) == box.names[0]
        assert picture.at(box.x, box.y + box.height) is None
    assert picture.at(-1, 0) is None


def test_a_click_finds_the_connection_of_a_line_and_of_a_label(dense, looks):
    graph = dense(2, 3, 1)
    plan = lay_out(graph, 80, 15)
    picture = paint(plan, *looks(graph))
    for edge in plan.edges:
        leg = plan.legs(*edge)[-1]
        found = picture.edge_at(
            leg.x0 + (leg.x1 - leg.x0) // 3, round(leg.y0 + (leg.y1 - leg.y0) / 3)
        )
        assert found == edge
    for trace in picture.traces:
        if trace.label is not None:
            x, y, width = trace.label
            assert {picture.edge_at(each, y) for each in range(x, x + width)} == {trace.edge}
    box = plan.homes["x1"]
    assert picture.edge_at(box.x, box.y) is None
    assert picture.edge_at(box.x + box.width + 3, 0) is None


def test_a_stop_has_a_dot_at_its_box_or_before_its_label(dense):
    plan = lay_out(dense(2, 1), 60, 6)
    nodes = {"x1": NodeLook("+1.00", stop=True), "x2": NodeLook("+2.00")}
    edges = {
        ("x1", "y1"): EdgeLook(1.0, "+3.00", stop=True),
        ("x2", "y1"): EdgeLook(1.0, "+4.00", "focus"),
    }
    text = paint(plan, nodes, edges).text()
    assert "●─ x1" in text
    assert "╭─ x2" in text
    assert "●x1" in paint(lay_out(dense(2, 1), 60, 2), nodes, {}).text()
    assert "●+3.00" in text
    assert "‹+4.00›" in text
    assert text.count("●") == 2


def test_a_stop_whose_label_has_no_room_has_its_dot_on_the_line(dense):
    plan = lay_out(dense(2, 1), 60, 6)
    assert paint(plan, {}, {("x1", "y1"): EdgeLook(1.0, "", stop=True)}).text().count("●") == 1


def test_an_unknown_neuron_is_an_error(dense):
    with pytest.raises(KeyError):
        paint(lay_out(dense(1, 1), 40, 3), {}, {("x1", "z"): EdgeLook(1.0)})


def test_every_role_has_a_meaning(dense, looks):
    graph = dense(9, 3, 1)
    plan = lay_out(graph, 60, 5)
    nodes, edges = looks(graph)
    used = set()
    for state in ("plain", "pending", "done", "current", "focus", "bright", "dim"):
        for mark in ("plain", "current", "focus", "dim"):
            picture = paint(
                plan,
                {name: replace(look, mark=mark) for name, look in nodes.items()},
                {edge: replace(look, state=state, stop=True) for edge, look in edges.items()},
            )
            used |= {span.role for row in picture.rows for span in row}
    used |= {span.role for row in paint(plan, {}, {}).rows for span in row}
    ahead = {edge: replace(look, state="dim", ahead=True) for edge, look in edges.items()}
    odd = {edge: replace(look, weight=math.nan) for edge, look in edges.items()}
    for lines in (ahead, odd):
        picture = paint(plan, {name: NodeLook("NaN", math.nan) for name in nodes}, lines)
        used |= {span.role for row in picture.rows for span in row}
    crowded = lay_out(dense(9, 9), 60, 9)
    heat = fill_heat_maps(crowded, lambda edges: [2.5 - int(i[1:]) for i, _ in edges])
    crowded = paint(crowded, {}, {}, heat=heat)
    used |= {span.role for row in crowded.rows for span in row}
    roomy = lay_out(graph, 120, 40, contents={name: Content("tanh", 4, 4) for name in graph})
    readings = (
        Reading("says", "0.5", True),
        Reading("want", "1.0"),
        Reading("", "right", right=True),
    )
    looks = {name: NodeLook("+0.5", 0.5, caption="tanh", readings=readings) for name in graph}
    looks["y1"] = replace(looks["y1"], readings=(Reading("", "too low", right=False),))
    zero = {edge: EdgeLook(0.0, "0", "current", bead=1.0, product=("+1",)) for edge in graph.edges}
    for state in ("plain", "pending", "done", "focus", "bright", "dim"):
        each = {edge: EdgeLook(0.0, "0", state) for edge in graph.edges}
        used |= {span.role for row in paint(roomy, looks, each).rows for span in row}
    used |= {span.role for row in paint(roomy, looks, zero).rows for span in row}
    # Maps of numbers are painted elsewhere.
    assert used == {role for role in ROLES if not role.startswith(("surface", "region"))}


def test_a_drawing_without_steps_shows_biases_and_weights(dense):
    graph = dense(2, 2, 1)
    weights = dict.fromkeys(graph.edges, 0.5)
    text = drawing(graph, {"h1_1": 0.25, "y1": -1.0}, weights)
    assert "╭─ h1_1 ─ tanh ─╮" in text
    assert "│ b  +0.25 " in text
    assert "│ b  -1.00 " in text
    assert text.count("+0.50") == 6
    assert max(map(cell_len, text.splitlines())) <= 80


def test_two_current_connections_never_print_one_label_over_the_other(dense):
    plan = lay_out(dense(2, 1), 26, 2)
    edges = {edge: EdgeLook(1.0, "+1.00", "current") for edge in plan.edges}
    picture = paint(plan, {}, edges)
    assert "+1.00" in picture.text()
    assert all(cell_len("".join(s.text for s in row)) == picture.width for row in picture.rows)


def test_the_current_label_is_never_behind_a_box(wired):
    # With one row there is no lane past a and b: the line runs behind them.
    plan = lay_out(wired("x>a a>b b>y x>y"), 100, 1)
    text = paint(plan, {}, {("x", "y"): EdgeLook(-3.0, "-3.00", "current")}).text()
    assert "-3.00" in text.partition("▏b")[2]


def test_what_a_pass_has_still_to_go_through_has_fewer_dots(wired):
    plan = lay_out(wired("x>y"), 40, 1)
    ink = {}
    for state in ("pending", "done"):
        for weight in (1.0, -1.0):
            text = paint(plan, {}, {("x", "y"): EdgeLook(weight, "", state)}).text()
            ink[state, weight > 0] = sum((ord(c) - 0x2800).bit_count() for c in text if c >= "⠀")
    assert ink["pending", True] < ink["done", True]
    assert ink["pending", False] < ink["done", False]
    assert ink["pending", False] < ink["pending", True]


def test_labels_stand_on_their_lines_a_third_of_the_way_and_staggered(dense):
    plan = lay_out(dense(2, 2), 60, 12)
    for edge, (x, y) in plan.slots.items():
        leg = plan.legs(*edge)[-1]
        assert (x + 2, y) in path(leg)
        assert 0.2 < (x + 2 - leg.x0) / (leg.x1 - leg.x0) < 0.75
    assert len({x for x, _ in plan.slots.values()}) > 1


def test_without_labels_a_drawing_is_narrower_and_only_the_executing_line_has_a_number(dense):
    graph = dense(2, 2, 2, 2, 2)
    assert lay_out(graph, 44, 12).overflow
    plan = lay_out(graph, 44, 12, label_width=0)
    assert not plan.overflow
    edges = {edge: EdgeLook(1.0, "+1.00") for edge in plan.edges}
    assert "+1.00" not in paint(plan, {}, edges).text()
    wide = lay_out(graph, 100, 12, label_width=0)
    edges["x1", "h1_1"] = EdgeLook(1.0, "+7.77", "current")
    assert paint(wide, {}, edges).text().count("+7.77") == 1


@pytest.mark.parametrize(
    "across", [range(5, 6), range(30, 90), range(100, 1000), range(9000, 9001)]
)
def test_the_columns_of_a_window_are_painted_as_in_the_whole_drawing(wired, looks, across):
    names = [f"h{n}" for n in range(20)]
    chain = [f"{i}>{j}" for i, j in pairwise(names)]
    graph = wired(" ".join([*chain, "h1>h4", "h3>h17", "h9>h10"]))
    plan = lay_out(graph, 120, 9)
    assert plan.overflow
    nodes, edges = looks(graph)
    whole = paint(plan, nodes, edges).rows
    window = plan.window(across, range(2, 7))
    seen, unseen = plan.edges_in(window.columns)
    assert {*seen, *unseen} == set(edges)
    boxes = {box.names[0] for box in plan.boxes_in(window)}
    part = paint(
        plan,
        {name: look for name, look in nodes.items() if name in boxes},
        {edge: edges[edge] for edge in seen},
        scale=max(abs(look.weight) for look in edges.values()),
        window=window,
    )
    cells = plan.cells_of(window.columns)
    assert part.left == cells.start
    assert cells.start <= min(across.start, plan.width - 1) < cells.stop
    for row in window.rows:
        text = "".join(span.text for span in whole[row])
        assert "".join(span.text for span in part.rows[row]) == text[cells.start : cells.stop]
