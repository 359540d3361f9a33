"""The basics of Markdown in terminal cells: what becomes a card, a line, a style."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nntui.tui.panes.markdown import cards, lines, styled


def words_of(text: str) -> list[tuple[str, str]]:
    plain, kinds = styled(text)
    assert len(plain) == len(kinds)
    (line,) = lines(cards(text)[0], 1000)
    assert "".join(piece for piece, _ in line) == plain
    return [(piece, kind) for piece, kind in line if kind]


def test_code_bold_and_italic_are_told_by_their_marks():
    assert words_of("a **b c** and *d* or _e_, `f g`.") == [
        ("b c", "bold"), ("d", "italic"), ("e", "italic"), ("f g", "code"),
    ]  # fmt: skip


def test_marks_that_are_none_stay():
    for text in (
        "2 * 3 * 4",
        "w_1 and w_2_x",
        "a ** b",
        "** **",
        "`open",
        "x*y*z",
        "[red]no[/red]",
    ):
        assert styled(text) == (text, [""] * len(text)), text


def test_a_backslash_keeps_a_mark():
    assert styled(r"\*not\* C:\dir")[0] == r"*not* C:\dir"


def test_each_paragraph_is_a_card_with_its_heading_and_its_list():
    text = (
        "# One\n\nfirst\nline\n\n- a\n  goes on\n- b\n\nsecond\n\n## Two\nthird\n```\nx = 1\n```\n"
    )
    found = [[(block.kind, block.mark + block.text) for block in card] for card in cards(text)]
    assert found == [
        [("heading", "One"), ("text", "first line"), ("item", "•a goes on"), ("item", "•b")],
        [("text", "second")],
        [("heading", "Two"), ("text", "third"), ("code", "x = 1")],
    ]


def test_an_empty_text_has_no_card():
    assert cards("") == cards(" \n\n \n") == []


def test_the_lines_of_an_item_stand_below_one_another():
    (card,) = cards("text\n1. one two three four\n2. five")
    assert ["".join(piece for piece, _ in line) for line in lines(card, 12)] == [
        "text", "", "1. one two", "   three", "   four", "2. five",
    ]  # fmt: skip


markdown = st.text(st.sampled_from("ab *_`#-1.\\\n\x1b\u202e神\u00ad\t[]"), max_size=120)


@given(markdown, st.integers(1, 40))
def test_any_text_becomes_harmless_lines_that_fit(text, width):
    for card in cards(text):
        for line in lines(card, width):
            whole = "".join(piece for piece, _ in line)
            assert whole.isprintable()
            marks = max((cell_len(block.mark) for block in card), default=0) + 3
            assert cell_len(whole) <= max(width, marks)


def test_a_long_text_of_marks_without_ends_is_soon_read():
    for mark in ("*a ", "**a ", "_a ", "`a ", "- ", "# x\n", "[", "\\"):
        assert cards(mark * (60_000 // len(mark)))
