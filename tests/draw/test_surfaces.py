"""Numbers on a plane as half blocks, two points a cell."""

import math

import numpy as np
import pytest

from nntui.draw.heat import LEVELS, ODD, ODD_TONE, Scale, heat_rows, resampled, tones

SLOPE = np.linspace(-1.0, 1.0, 40)[np.newaxis, :] * np.ones((20, 1))


def texts(rows) -> list[str]:
    return ["".join(span.text for span in row) for row in rows]


def test_a_cell_has_the_tones_of_two_points_and_neighbours_alike_are_one_span() -> None:
    rows = heat_rows(np.array([[1.0, 1.0, 0.0], [-1.0, -1.0, 0.0]]), 3, 1)
    assert [(span.text, span.value, span.below) for span in rows[0]] == [
        ("▀▀", 1.0, -1.0),
        ("▀", 0.0, 0.0),
    ]


def test_a_map_has_the_size_asked_for_and_few_tones() -> None:
    rows = heat_rows(SLOPE, 13, 5)
    assert [len(text) for text in texts(rows)] == [13] * 5
    assert len({span.value for row in rows for span in row}) <= 2 * LEVELS + 1


def test_without_colour_signs_grow_denser() -> None:
    assert texts(heat_rows(SLOPE, 12, 1, colour=False)) == ["  ··░░▒▒▓▓██"]


def test_what_is_not_finite_is_a_tone_of_its_own() -> None:
    numbers = np.array([[math.nan, math.inf, 1.0]] * 2)
    assert [span.value for span in heat_rows(numbers, 3, 1)[0]] == [ODD_TONE, 1.0]
    assert texts(heat_rows(numbers, 3, 1, colour=False)) == [ODD * 2 + "█"]


def test_a_mark_stands_in_its_cell() -> None:
    for colour in (True, False):
        rows = heat_rows(
            SLOPE, 4, 2, colour=colour, marks={(0, 0): ("a", "surface.point"), (3, 1): ("◉", "x")}
        )
        assert texts(rows)[0][0] == "a"
        assert texts(rows)[1][3] == "◉"
        assert [len(text) for text in texts(rows)] == [4, 4]
        assert rows[0][0].role == "surface.point"


def test_shrinking_takes_means_and_growing_repeats() -> None:
    numbers = np.array([[0.0, 2.0, 4.0, 6.0]])
    assert resampled(numbers, 2, 1).tolist() == [[1.0, 5.0]]
    assert resampled(numbers, 8, 2).tolist() == [[0.0, 0.0, 2.0, 2.0, 4.0, 4.0, 6.0, 6.0]] * 2


@pytest.mark.parametrize(
    ("activation", "least", "greatest"),
    [("sigmoid", 0.0, 1.0), ("tanh", -1.0, 1.0), ("relu", -4.0, 4.0), ("linear", -4.0, 4.0)],
)
def test_a_scale_is_the_range_of_the_activation_or_of_the_numbers(
    activation, least, greatest
) -> None:
    scale = Scale.of(activation, np.array([[0.5, 4.0, math.nan]]))
    assert tones(np.array([least, greatest]), scale).tolist() == [-1.0, 1.0]


def test_numbers_that_are_all_zero_or_none_finite_have_a_scale() -> None:
    assert Scale.of("relu", np.zeros((2, 2))) == Scale()
    assert Scale.of("relu", np.full((2, 2), math.nan)) == Scale()
