"""Numbers within a text, as precisely as they are wanted."""

from __future__ import annotations

import pytest

from nntui.explain.numbers import PRECISIONS, rewritten


@pytest.mark.parametrize(
    ("text", "three"),
    [
        ("z[h1] = 0.12345 + 1.5 · (-2.98765e-07)", "z[h1] = 0.123 + 1.5 · (-2.99e-7)"),
        ('z["n 0.12345"] = 12.0', 'z["n 0.12345"] = 12'),
        ("a[x1.2345] + NaN + 1", "a[x1.2345] + NaN + 1"),
    ],
)
def test_numbers_are_rounded_and_names_are_not(text, three):
    assert rewritten(text, 0) == three


def test_exact_is_what_it_was():
    text = "0.4113396015909325 − 1 · 0.02150885127572163"
    assert rewritten(text, len(PRECISIONS) - 1) == text
