from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from nntui.draw.paint import paint
from nntui.draw.picture import EdgeLook, NodeLook, Picture, Span
from nntui.draw.svg import Pen, svg
from nntui.text import clean

from .conftest import lay_out

NAMESPACE = "{http://www.w3.org/2000/svg}"


def read(text):
    """The text that is shown, row by row; a file that is no XML raises."""
    root = ElementTree.fromstring(text)
    rows: dict[str, list[str]] = {}
    for element in root.iter(f"{NAMESPACE}text"):
        rows.setdefault(element.get("y"), []).append(element.text)
    return ["".join(parts) for parts in rows.values()]


def plain(span):
    return Pen()


def test_a_picture_reads_in_the_file_as_on_the_screen(wired):
    plan = lay_out(wired("x>y"), 40, 3)
    picture = paint(plan, {"x": NodeLook("+1.00")}, {("x", "y"): EdgeLook(1.0, "+0.50", "current")})
    text = svg(picture, plain, background="#000000", foreground="#ffffff")
    assert "".join(read(text)).replace(" ", "") == "xy+1.00+0.50►"


def test_connections_are_lines_as_wide_and_dashed_as_on_the_screen_and_frames_rectangles(wired):
    plan = lay_out(wired("x>h h>y"), 60, 3)
    looks = {("x", "h"): EdgeLook(1.0), ("h", "y"): EdgeLook(-0.1)}
    picture = paint(plan, {}, looks)
    root = ElementTree.fromstring(svg(picture, plain, background="#000000", foreground="#ffffff"))
    lines = [element.attrib for element in root.iter(f"{NAMESPACE}polyline")]
    assert len(lines) == 2
    thin, wide = sorted(lines, key=lambda line: float(line["stroke-width"]))
    assert float(wide["stroke-width"]) > 2 * float(thin["stroke-width"])
    assert "stroke-dasharray" in thin
    assert "stroke-dasharray" not in wide
    frames = [each for each in root.iter(f"{NAMESPACE}rect") if each.get("rx")]
    assert len(frames) == 3
    assert not set("╭╮╰╯│─⠒⠿") & set("".join(read(ElementTree.tostring(root, "unicode"))))


def test_colours_and_weights_are_those_of_the_pen(wired):
    picture = paint(lay_out(wired("x>y"), 40, 1), {"x": NodeLook("+1.00")}, {})
    text = svg(
        picture,
        lambda span: Pen("#0000ff", "#ff0000", bold=True) if span.role == "box" else Pen(),
        background="#000000",
        foreground="#ffffff",
        title="a < b",
    )
    root = ElementTree.fromstring(text)
    assert root.find(f"{NAMESPACE}title").text == "a < b"
    boxes = [e for e in root.iter(f"{NAMESPACE}text") if e.get("fill") == "#0000ff"]
    assert len(boxes) == 2
    assert all(e.get("font-weight") == "bold" for e in boxes)
    assert [e.get("fill") for e in root.iter(f"{NAMESPACE}rect")].count("#ff0000") == 2


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"]), min_size=1, max_size=20))
def test_no_name_breaks_the_file(name):
    picture = Picture(40, 1, ((Span(clean(name)),),))
    ElementTree.fromstring(svg(picture, plain, background="#000", foreground="#fff", title="t"))
