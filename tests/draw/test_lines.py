import pytest

from nntui.draw.canvas import Leg, path, stroke


def _drawn(leg: Leg, pattern: str = "1", width: int = 1) -> str:
    marks = {cell: chr(0x2800 + bits) for cell, bits in stroke(leg, pattern, width)}
    columns, rows = (max(place) + 1 for place in zip(*marks, strict=True))
    lines = ("".join(marks.get((x, y), " ") for x in range(columns)) for y in range(rows))
    return "\n".join(line.rstrip() for line in lines)


def test_a_level_line_is_a_row_of_dots() -> None:
    assert _drawn(Leg(0, 0, 3, 0)) == "⠒⠒⠒⠒"


def test_a_line_can_leave_dots_out() -> None:
    assert _drawn(Leg(0, 0, 3, 0), "10") == "⠂⠂⠂⠂"
    assert _drawn(Leg(0, 0, 4, 0), "11100") == "⠒⠂ ⠐⠒"


def test_a_line_is_one_to_three_dots_wide() -> None:
    assert [_drawn(Leg(0, 0, 3, 0), width=width) for width in (1, 2, 3)] == ["⠒⠒⠒⠒", "⠶⠶⠶⠶", "⠿⠿⠿⠿"]
    steep = [stroke(Leg(0, 0, 1, 4), "1", width) for width in (1, 2, 3)]
    dots = [sum(bits.bit_count() for _, bits in cells) for cells in steep]
    assert dots[0] < dots[1] < dots[2]


def test_a_slanting_line_uses_the_dots_inside_the_cells() -> None:
    assert _drawn(Leg(0, 0, 5, 1)) == "⠒⠤⢄⡀\n   ⠈⠉⠒"


@pytest.mark.parametrize("x1", [1, 2, 7])
@pytest.mark.parametrize("y0", [0, 3, 9])
@pytest.mark.parametrize("y1", [0, 3, 9])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_line_joins_its_ends_and_stays_between_them(x1, y0, y1, width) -> None:
    leg = Leg(0, y0, x1, y1)
    cells = {cell for cell, _ in stroke(leg, "1", width)}
    assert {(0, y0), (x1, y1)} <= cells
    assert all(0 <= x <= x1 for x, _ in cells)
    assert set(path(leg)) <= cells
    assert path(leg)[0] == (0, y0)
    assert path(leg)[-1] == (x1, y1)
