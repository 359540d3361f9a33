import pytest
from rich.cells import cell_len

from nntui.text import clean, cut, fit


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("hidden", 6, "hidden"),
        ("hidden", 5, "hidd…"),
        ("hidden", 1, "…"),
        ("hidden", 0, ""),
        ("入力層", 6, "入力層"),
        ("入力層", 5, "入力…"),
        ("入力層", 4, "入…"),
        ("e\u0301tat", 4, "e\u0301tat"),
    ],
)
def test_a_long_text_is_cut_with_an_ellipsis(text: str, width: int, expected: str) -> None:
    assert cut(text, width) == expected


@pytest.mark.parametrize("text", ["x", "入力層", "e\u0301", "", "a\tb\nc", "❤\ufe0f"])
@pytest.mark.parametrize("align", ["left", "right", "middle"])
def test_a_fitted_text_takes_exactly_its_width(text: str, align: str) -> None:
    for width in range(9):
        assert cell_len(fit(text, width, align)) == width


def test_nothing_that_moves_the_cursor_or_has_no_agreed_width_is_left() -> None:
    assert clean("a\nb\x1b[31m") == "a·b·[31m"
    assert clean("a\u200db\u202ec\ufe0f") == "abc"
