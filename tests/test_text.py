"""Text in cells: nothing is wider than it may be, and nothing is lost."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nntui.text import clean, cut, harmless, harmless_json, padded, wrapped


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
@pytest.mark.parametrize("right", [False, True])
def test_a_padded_text_takes_exactly_its_width(text: str, right: bool) -> None:
    for width in range(9):
        assert cell_len(padded(text, width, right=right)) == width


def test_nothing_that_moves_the_cursor_or_has_no_agreed_width_is_left() -> None:
    assert clean("a\nb\x1b[31m") == r"a\u000ab\u001b[31m"
    assert clean("a\u200db\u202ec\ufe0f") == r"ab\u202ec"


EVERY = [
    chr(n)
    for first, last in [(0, 0x3400), (0xD700, 0x11000), (0x1F000, 0x20000), (0xE0000, 0xE0200)]
    for n in range(first, last)
]


def test_a_character_is_harmless_or_written_as_an_escape() -> None:
    refused = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    wrong = [c for c in EVERY if (harmless(c) != c) != (unicodedata.category(c) in refused)]
    assert not wrong
    assert harmless("a\x9b31m\u2028\U000e0041 ä🦊") == r"a\u009b31m\u2028\udb40\udc41 ä🦊"
    assert harmless("a\nb\x07", "\n") == "a\nb\\u0007"


def test_in_json_the_escapes_leave_a_text_what_it_is_and_a_lone_surrogate_is_replaced() -> None:
    text = "".join(EVERY)
    made = harmless_json(json.dumps([text], ensure_ascii=False, indent=1))
    assert all(c == "\n" or harmless(c) == c for c in made)
    assert json.loads(made) == [re.sub("[\ud800-\udfff]", "\ufffd", text)]
    made.encode()  # strict UTF-8


@given(st.text(alphabet="ab神́ ", max_size=30), st.integers(1, 20))
def test_padding_gives_exactly_the_width(text, width):
    assert cell_len(padded(text, width)) == width


@given(st.text(alphabet="ab ", max_size=200), st.integers(4, 40))
def test_wrapping_loses_no_word_and_keeps_to_the_width(text, width):
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(alphabet="ab ", max_size=50), st.integers(-9, 0))
def test_wrapping_to_no_width_at_all_comes_to_an_end(text, width):
    assert wrapped(text, width) == wrapped(text, 1)
