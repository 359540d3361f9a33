"""Activations written as expressions: what they mean, and that no text does any harm."""

import math
import re
from random import Random
from time import perf_counter

import numpy as np
import pytest

from nntui.model.activations import Activation
from nntui.model.errors import SettingError
from nntui.model.expressions.formula import KNOWN, formula
from nntui.model.expressions.parser import MAX_LENGTH
from nntui.model.expressions.tokens import ExpressionError

Z = [-800.0, -2.0, -1.0, -0.3, -0.0, 0.0, 0.25, 1.0, 2.5, 800.0, math.inf, -math.inf, math.nan]


def bits(numbers) -> list[str]:
    """The numbers as text that tells all but nans apart."""
    return ["nan" if number != number else float(number).hex() for number in numbers]


@pytest.mark.parametrize(
    ("text", "z", "value"),
    [
        ("floor(z) if z > 0 else 0.1*z", 2.7, 2.0),
        ("floor(z) if z > 0 else 0.1*z", -2.0, -0.2),
        ("0 if z < 0 else z if z < 1 else 1", 0.5, 0.5),
        ("0 if z < 0 else z if z < 1 else 1", 7.0, 1.0),
        ("(1 if z > 0 else 2) * 3", -1.0, 6.0),
        ("1 if -1 < z < 1 and not z == 0 else 0", 0.0, 0.0),
        ("max(0, z) + min(z, 6, 3)", 4.0, 7.0),
        ("z ** 2", -3.0, 9.0),
        ("2 ** z ** 2", 2.0, 16.0),
        ("1 / z", 0.0, math.inf),
        ("ceil(z) + sign(z)", -0.5, -1.0),
        ("sin(pi / 2) + cos(0)", 0.0, 2.0),
        ("5", 1.0, 5.0),
    ],
)
def test_an_expression_means_what_it_says(text, z, value):
    assert formula(text, "z")(z) == value


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_functions_have_the_bits_of_the_activation_of_that_name(name):
    f = formula(f"{name}(z)", "z")
    assert bits(map(f, Z)) == bits(map(Activation.of(name).f, Z))


def random_formula(chance: Random, depth: int, names: tuple[str, ...]) -> str:
    if depth == 0:
        return chance.choice([*names, "0.5", "2", "-1", "pi", "inf", "nan"])
    a, b, c, d = (random_formula(chance, depth - 1, names) for _ in range(4))
    one = chance.choice([name for name in KNOWN if name not in ("min", "max", "isnan")])
    if one.startswith("is"):
        one = "abs"
    sign = chance.choice(["+", "-", "*", "/", "**"])
    test = chance.choice([f"{a} < {b}", f"{a} <= {b} < {c}", f"not isnan({a}) or {b} == 0"])
    return chance.choice(
        [f"({a}) {sign} ({b})", f"{one}({a})", f"max({a}, {b}, {c})", f"min({c}, {d})",
         f"({a} if {test} else {d})", f"-({a})"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "seed"), [(150, 1), pytest.param(5_000, 2, marks=pytest.mark.deep)]
)
def test_an_array_gives_each_element_the_bits_of_a_float(count, seed):
    chance = Random(seed)
    z = np.array([*Z, *(chance.gauss(0.0, 3.0) for _ in range(20))])
    for _ in range(count):
        text = random_formula(chance, chance.randint(1, 3), ("z", "a"))
        f = formula(text, "z", "a")
        each = [f(x, y) for x, y in zip(z.tolist(), z[::-1].tolist(), strict=True)]
        assert all(type(number) is float for number in each)
        found = f(z, z[::-1])
        assert found.shape == z.shape
        assert bits(found.tolist()) == bits(each), text
        grid = f(z.reshape(3, -1)[:, ::2], z[::-1].reshape(3, -1)[:, ::2])
        assert bits(grid.ravel()) == bits(found.reshape(3, -1)[:, ::2].ravel()), text


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "expected a value, found the end"),
        ("floor(q)", 6, "there is no “q” here, only z, numbers and functions"),
        ("flor(z)", 0, 'did you mean "floor"'),
        ("z > 0", 0, "this is true or false, expected a number"),
        ("z if z else 0", 5, "found a number after if"),
        ("z if z > 0", 10, "expected else, found the end"),
        ("z if z > 0 els 1", 11, "expected else, found “els”"),
        ("1 + (z > 0)", 5, "found a truth value beside +"),
        ("norm(z)", 0, "about values of a run"),
        ("isblank(z)", 0, "about values of a run"),
        ("z z", 2, "expected an operator"),
        ("a", 0, "there is no “a” here"),
        ("loss", 0, "there is no “loss” here"),
        ("w[x1,h1]", 0, "there is no “w” here"),
        ("z.real", 1, "found “.”"),
        ("__import__('os')", 0, "there is no “__import__” here"),
        ("lambda: z", 0, "there is no “lambda” here"),
        ("[z]", 0, "expected a value, found “[”"),
        ("z = 1", 2, "found “=”"),
        ("z ^ 2", 2, "a power is written **"),
        ("(" * 60 + "z" + ")" * 60, 50, "more than 50 levels"),
        ("z if z > 0 else " * 60 + "z", 800, "more than 50 levels"),
        ("z*z+" * 240 + "z", 667, "more than 500 parts"),
        ("-" * 400 + "z", 50, "more than 50 levels"),
        ("z" * 1001, MAX_LENGTH, "1001 characters, expected at most 1000"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_wrong_expression_says_what_is_wrong_and_where(text, position, said):
    with pytest.raises(ExpressionError, match=re.escape(said)) as caught:
        formula(text, "z")
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9**9**z", "z**z**z**z", "(z**1e308)**1e308", "exp(exp(exp(z)))", "1e999*z - inf",
        "+".join(["z**z"] * 150), "min(" + ",".join(["z"] * 50) + ")", "0/0*z",
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_the_hugest_expression_takes_no_time_and_raises_nothing(text):
    f = Activation.of_expression(text, "numeric")
    begun = perf_counter()
    for z in Z:
        assert isinstance(f.f(z), float)
        assert isinstance(f.derivative(z, f.f(z)), float)
    assert perf_counter() - begun < 2.0


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.deep) for n in (2, 3))])
def test_any_text_is_an_activation_or_a_sentence(seed):
    chance = Random(seed)
    pieces = ["(", ")", ",", "z", "a", "if", "else", "**", "<", "1e308", ".", "\x00", "\u202e",
              "\ud800", "é", '"', "floor", "max(", " ", "not", "and", "=", "nan", "-"]  # fmt: skip
    for _ in range(400):
        text = random_formula(chance, chance.randint(0, 3), ("z",))
        for _ in range(chance.choice([0, 1, 3])):
            at = chance.randint(0, len(text))
            text = text[:at] + chance.choice(pieces) + text[at + chance.randint(0, 3) :]
        try:
            f = Activation.of_expression(text, chance.choice([None, "numeric", text]))
        except SettingError as error:
            said = str(error)
        else:
            said = str(f.f(0.3))
        assert said.isprintable()


@pytest.mark.parametrize(
    ("text", "kinks"),
    [
        ("floor(z) if z > 0 else 0.1*z", (0.0,)),
        ("max(-1, min(z, 6))", (6.0,)),
        ("0 if z < -2 else z", (-2.0,)),
        ("abs(z)", (0.0,)),
        ("z*z", ()),
    ],
)
def test_kinks_are_where_z_is_compared(text, kinks):
    assert Activation.of_expression(text).kinks == kinks


@pytest.mark.parametrize(
    ("text", "name"),
    [("z", "linear"), ("z*z", "square"), ("1/(1 + exp(-z))", "sigmoid"), ("z*sigmoid(z)", "silu")],
)
def test_a_numeric_derivative_is_near_the_right_one(text, name):
    numeric, right = Activation.of_expression(text, "numeric"), Activation.of(name)
    for z in (-2.0, -0.1, 0.0, 0.7, 3.0):
        slope = right.derivative(z, right.f(z))
        assert numeric.derivative(z, numeric.f(z)) == pytest.approx(slope, rel=1e-8, abs=1e-9)


def test_an_activation_is_written_as_it_is_read():
    for text in ("expression floor(z) if z > 0 else 0.1*z derivative numeric", "expression z*z"):
        found = Activation.named(text)
        assert found.text == text
        assert Activation.named(found.text) == found
    assert str(found) == "z*z"
    assert found.plain == {"expression": "z*z"}
    assert not found.is_differentiable
    with pytest.raises(SettingError, match="derivative: found"):
        Activation.named("expression z derivative q")
