"""The curve of a function in characters, as the text that is shown."""

from __future__ import annotations

import math

import pytest

from nntui.draw.curve import POINT, Point, curve
from nntui.model.activations import ACTIVATIONS, Activation


def text(f, point=None, width=16, height=5):
    return curve(f, (-4.0, 4.0), width, height, point).text()


def roles(picture):
    return {span.role for row in picture.rows for span in row}


def test_relu_is_flat_and_then_rises():
    assert text(lambda x: max(0.0, x)) == (
        "        │     ⢠⠊\n"
        "        │   ⢀⠔⠁\n"
        "        │  ⡠⠊\n"
        "        │⢀⠎\n"
        "⣀⣀⣀⣀⣀⣀⣀⣀⠔⠁──────"
    )  # fmt: skip


def test_a_jump_is_an_upright_line():
    drawn = text(lambda x: 1.0 if x > 0 else 0.0)
    assert all(line[8] in "⡇⡏⠇⢸⢹⡎⡜" for line in drawn.splitlines()[:-1])


def test_the_point_stands_on_the_curve_with_a_tangent_of_its_slope():
    flat = curve(math.tanh, (-4, 4), 24, 9, Point(0.0, 0.0, 0.0))
    steep = curve(math.tanh, (-4, 4), 24, 9, Point(0.0, 0.0, 1.0))
    assert flat.text().splitlines()[4][12] == POINT
    assert {"curve", "curve.axis", "curve.tangent", "curve.point"} <= roles(flat)
    tangents = [
        {y for y, row in enumerate(p.rows) if any(s.role == "curve.tangent" for s in row)}
        for p in (flat, steep)
    ]
    assert tangents[0] == {4}
    assert len(tangents[1]) > 1


def test_without_a_point_there_is_no_tangent():
    assert roles(curve(math.tanh, (-4, 4), 24, 9)) == {"blank", "curve", "curve.axis"}


@pytest.mark.parametrize(
    "point", [Point(9.0, 1.0, 1.0), Point(math.nan, 0.0, 0.0), Point(0.0, math.inf, 1.0)]
)
def test_a_point_that_is_not_in_the_picture_is_left_out(point):
    assert text(math.tanh, point) == text(math.tanh)


def test_what_is_no_number_is_a_gap():
    drawn = text(lambda x: math.nan if x < 0 else x)
    assert all(set(line[:7]) <= set(" ─") for line in drawn.splitlines())
    assert text(lambda x: math.inf)


def test_a_function_that_is_nothing_but_zero_lies_on_the_axis():
    assert text(lambda x: 0.0).splitlines()[-1] == "⣀" * 16


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("reach", [4.0, 1e6])
def test_every_activation_fits_its_picture(name, reach):
    f = Activation.of(name)
    z = reach / 3
    point = Point(z, float(f.f(z)), float(f.derivative(z, f.f(z))))
    picture = curve(lambda x: float(f.f(x)), (-reach, reach), 30, 8, point)
    assert [sum(len(span.text) for span in row) for row in picture.rows] == [30] * 8
    assert picture.text().count(POINT) == 1
