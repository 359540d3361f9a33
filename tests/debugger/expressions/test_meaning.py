"""What expressions mean: as Python means them where both can speak, never an exception."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import network_of

from nntui.debugger.expressions import parse

NET = network_of(
    ["x1", "x2"], ["h1", "my neuron"], ["y"],
    [("x1", "h1"), ("x2", "my neuron"), ("h1", "y")],
)  # fmt: skip
VALUES = {"w[x1,h1]": 2.0, "delta[h1]": -3.0, "loss": 0.25, "epoch": 3, 'a["my neuron"]': 0.5}

READ = ["w[x1,h1]", "delta[h1]", "loss", "epoch", 'a["my neuron"]']
NUMBERS = ["0", "1", "2.5", "1e-3", "3"]


def value(text, values=VALUES):
    return parse(text, NET).value(values.get)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("w[x1,h1]", 2.0),
        ("w[ x1 , h1 ]", 2.0),
        ("δ[h1]", -3.0),
        ("∂L/∂z[h1] * 2", -6.0),
        ("2 + 3 * 4 - 1", 13.0),
        ("2 - 3 - 4", -5.0),
        ("8 / 4 / 2", 1.0),
        ("-2 ** 2", -4.0),
        ("2 ** -1", 0.5),
        ("2 ** 3 ** 2", 512.0),
        ("(2 ** 3) ** 2", 64.0),
        ("+3 − 1", 2.0),
        ("2 · 3 × 2", 12.0),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e999", math.inf),
        ("1 / 0", math.inf),
        ("-1 / 0", -math.inf),
        ("(-8) ** 0.5 == (-8) ** 0.5", False),
        ("0 ** -1", math.inf),
        ("10 ** 400", math.inf),
        ("exp(1000)", math.inf),
        ("log(0)", -math.inf),
        ("isnan(log(-1))", True),
        ("isnan(0 / 0)", True),
        ("isnan(sqrt(-1))", True),
        ("isnan(inf - inf)", True),
        ("abs(delta[h1])", 3.0),
        ("sign(delta[h1]) + sign(0) + sign(2)", 0.0),
        ("min(3, 1, 2) + max(3, 1, 2)", 4.0),
        ("isnan(min(1, nan)) and isnan(max(nan, 1))", True),
        ("isinf(-inf) and not isinf(nan) and not isfinite(nan)", True),
        ("nan == nan", False),
        ("nan != nan", True),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("3 > 2 >= 2 != 1", True),
        ("1 ≤ 1 ≥ 1 ≠ 2", True),
        ("true or false and false", True),
        ("not false and false", False),
        ("not (1 > 2)", True),
        ("! (1 > 2) && true || false", True),
        ("epoch >= 3 and loss < 0.5", True),
        ('a["my neuron"]', 0.5),
    ],
)
def test_each_form_means_what_it_says(text, meaning) -> None:
    found = value(text)
    assert found == meaning
    assert type(found) is type(meaning)


class Writer:
    """Writes a random expression, and says which parts of Python it stands for."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def number(self, depth: int) -> str:
        chance = self.chance
        if depth == 0 or chance.random() < 0.2:
            return chance.choice(READ + NUMBERS)
        a, b = self.number(depth - 1), self.number(depth - 1)
        return chance.choice(
            [f"{a} + {b}", f"{a} - {b}", f"{a} * {b}", f"({a}) / (({b}) * ({b}) + 1)", f"-({a})",
             f"abs({a})", f"min({a}, {b})", f"max({a}, {b})", f"({a}) ** 2"]
        )  # fmt: skip

    def truth(self, depth: int) -> str:
        chance = self.chance
        sign = chance.choice(["<", "<=", ">", ">=", "==", "!="])
        if depth == 0 or chance.random() < 0.2:
            other = chance.choice(["<", ">="])
            a, b, c = (self.number(2) for _ in range(3))
            return chance.choice([f"{a} {sign} {b}", f"{a} {sign} {b} {other} {c}"])
        a, b = self.truth(depth - 1), self.truth(depth - 1)
        return chance.choice([f"{a} and {b}", f"{a} or {b}", f"not ({a})", f"({a} or {b})"])


class Subscripted:
    """Lets Python read ``w[x1,h1]`` itself."""

    def __init__(self, symbol, values):
        self.symbol, self.values = symbol, values

    def __getitem__(self, key):
        names = key if isinstance(key, tuple) else (key,)
        written = ",".join(n if n.isidentifier() else f'"{n}"' for n in names)
        return float(self.values[f"{self.symbol}[{written}]"])


@given(
    seed=st.integers(0, 2**32), numbers=st.tuples(*[st.floats(-9, 9)] * 4), epoch=st.integers(0, 9)
)
def test_any_expression_has_the_value_that_python_gives_it(seed, numbers, epoch) -> None:
    values = dict(zip([n for n in READ if n != "epoch"], numbers, strict=True)) | {"epoch": epoch}
    scope = {symbol: Subscripted(symbol, values) for symbol in ("w", "delta", "a")}
    scope |= {n: n for n in ("x1", "h1")} | {n: float(values[n]) for n in ("loss", "epoch")}
    for text in (Writer(Random(seed)).number(4), Writer(Random(seed)).truth(3)):
        if len(text) <= 1000:
            assert value(text, values) == eval(text, scope)


@given(seed=st.integers(0, 2**32), data=st.data())
def test_arrays_give_what_their_elements_give_one_by_one(seed, data) -> None:
    """Bit for bit, and blank where a single value would be: a screen must not miss."""
    floats = st.floats(allow_nan=True, allow_infinity=True)
    columns = {n: data.draw(st.lists(floats, min_size=3, max_size=3)) for n in READ}
    blanks = data.draw(st.sets(st.sampled_from(READ)))
    arrays = {n: None if n in blanks else np.array(c) for n, c in columns.items()}
    rows = [{n: None if n in blanks else c[k] for n, c in columns.items()} for k in range(3)]
    chance = Random(seed)
    a, b, c, d = (Writer(chance).number(depth) for depth in (2, 1, 1, 3))
    for text in (f"log({a}) ** {b} - exp({c})", d, f"sqrt({b}) / sign({c})"):
        expression = parse(text, NET)
        found = expression.numbers(arrays.get)
        single = [expression.value(row.get) for row in rows]
        if found is None:
            assert single == [None] * 3
        else:
            np.testing.assert_array_equal(np.broadcast_to(found, 3), single)
    text = f"{Writer(chance).truth(3)} or isblank({Writer(chance).number(1)}) and isnan(loss)"
    if len(text) <= 1000:
        condition = parse(text, NET)
        true, false = (np.broadcast_to(m, 3) for m in condition.masks(arrays.get))
        single = [condition.value(row.get) for row in rows]
        assert [bool(t) for t in true] == [s is True for s in single]
        assert [bool(f) for f in false] == [s is False for s in single]


# ---- blank values ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning", "blank"),
    [
        ("z[h1]", None, "z[h1]"),
        ("loss + z[h1] * w[h1,y]", None, "z[h1]"),
        ("z[h1] > 0", None, "z[h1]"),
        ("not z[h1] > 0", None, "z[h1]"),
        ("isnan(z[h1])", None, "z[h1]"),
        ("isblank(z[h1])", True, None),
        ("isblank(loss)", False, None),
        ("isblank(loss + z[h1])", True, None),
        ("loss > 1 and z[h1] > 0", False, None),
        ("loss < 1 and z[h1] > 0", None, "z[h1]"),
        ("z[h1] > 0 and loss > 1", None, "z[h1]"),
        ("loss < 1 or z[h1] > 0", True, None),
        ("loss > 1 or z[h1] > 0", None, "z[h1]"),
        ("not isblank(z[h1]) and z[h1] > 0", False, None),
        ("2 < loss < z[h1]", False, None),
        ("0 < loss < z[h1]", None, "z[h1]"),
        ("min(1, z[h1])", None, "z[h1]"),
    ],
)
def test_a_blank_makes_blank_unless_it_is_not_asked_for(text, meaning, blank) -> None:
    expression = parse(text, NET)
    assert expression.value(VALUES.get) is meaning
    assert expression.blank(VALUES.get) == blank
