"""The words of the screen: each is found by its symbols, headings and other names."""

from __future__ import annotations

import re

import pytest

from nntui.explain.words import WORDS, nearest_words, sentence_for, word_for
from nntui.model.names import SYMBOLS
from nntui.tui.panes.neuron_table import TABLES


@pytest.mark.parametrize(
    "symbol", [*SYMBOLS, *(column.heading for table in TABLES for column in table.columns)]
)
def test_every_symbol_and_every_heading_has_its_sentence(symbol) -> None:
    assert sentence_for(symbol)


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("delta", "δ (delta)"), ("δ[h1]", "δ (delta)"), ("delta[h1]", "δ (delta)"),
        ("eta", "η (learning rate)"), ("learning", "η (learning rate)"), ("Epoch", "epoch"),
        ("L", "L (loss)"), ("Σ ∂L/∂w", "∂L/∂w"), ("dw[x1,h1]", "∂L/∂w"), ("f′(z)", "f′(z) (slope)"),
        ("logits", "p (softmax)"), ("saturated", "saturated"), ("frozen", "frozen"),
    ],
)  # fmt: skip
def test_words_are_found_by_symbol_by_value_and_by_other_names(asked, title) -> None:
    word = word_for(asked)
    assert word is not None
    assert word.title == title
    assert sentence_for(asked) == f"{title}: {word.meaning}"


def test_what_is_no_word_has_no_sentence_but_a_nearest_word() -> None:
    assert sentence_for("qqq") == ""
    assert nearest_words("dleta")[0].title == "δ (delta)"
    assert nearest_words("learnin rat")[0].title == "η (learning rate)"
    assert len(nearest_words("")) == 3


def test_no_name_stands_for_two_words_and_each_meaning_is_short_sentences() -> None:
    names = [name for word in WORDS for name in word.names]
    assert len(names) == len(set(names))
    assert len(WORDS) >= 25
    for word in WORDS:
        assert word.meaning.endswith(".")
        assert len(word.meaning) <= 170, word
        assert all(len(part) <= 130 for part in re.split(r"[.:;] ", word.meaning)), word
