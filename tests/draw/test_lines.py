import pytest

from nntui.draw.canvas import Leg, stairs, thin


def _thin(leg: Leg, on: int = 1, off: int = 0) -> str:
    cells = dict(thin(leg, on, off))
    return _text({cell: chr(0x2800 + bits) for cell, bits in cells.items()})


def _text(marks: dict[tuple[int, int], str]) -> str:
    width, height = (max(place) + 1 for place in zip(*marks, strict=True))
    rows = ("".join(marks.get((x, y), " ") for x in range(width)) for y in range(height))
    return "\n".join(row.rstrip() for row in rows)


def test_a_level_line_is_a_row_of_dots() -> None:
    assert _thin(Leg(0, 0, 3, 0)) == "⠒⠒⠒⠒"


def test_a_line_can_leave_dots_out() -> None:
    assert _thin(Leg(0, 0, 3, 0), on=1, off=1) == "⠂⠂⠂⠂"
    assert _thin(Leg(0, 0, 4, 0), on=3, off=2) == "⠒⠂ ⠐⠒"


def test_a_slanting_line_uses_the_dots_inside_the_cells() -> None:
    assert _thin(Leg(0, 0, 5, 1)) == "⠒⠤⢄⡀\n   ⠈⠉⠒"


@pytest.mark.parametrize(
    ("leg", "expected"),
    [
        (Leg(0, 0, 4, 0), "━━━━━"),
        (Leg(0, 0, 5, 1), "━━┓\n  ┗━━━"),
        (Leg(0, 1, 5, 0), "  ┏━━━\n━━┛"),
        (Leg(0, 0, 2, 3), "━┓\n ┃\n ┃\n ┗━"),
    ],
)
def test_a_heavy_line_is_a_flight_of_stairs_with_level_ends(leg: Leg, expected: str) -> None:
    assert _text(dict(stairs(leg, broken=False))) == expected


def test_a_negative_heavy_line_is_broken() -> None:
    assert _text(dict(stairs(Leg(0, 0, 2, 3), broken=True))) == "╍┓\n ╏\n ╏\n ┗╍"


@pytest.mark.parametrize("x1", [1, 2, 7])
@pytest.mark.parametrize("y0", [0, 3, 9])
@pytest.mark.parametrize("y1", [0, 3, 9])
def test_both_kinds_of_line_join_their_ends(x1: int, y0: int, y1: int) -> None:
    leg = Leg(0, y0, x1, y1)
    ends = {(0, y0), (x1, y1)}
    assert ends <= {cell for cell, _ in thin(leg)}
    assert ends <= set(stairs(leg, broken=False))
