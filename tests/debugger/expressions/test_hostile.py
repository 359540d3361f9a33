"""Hostile text as expressions: a value or an error in a sentence, never anything else."""

from random import Random

import pytest
from support.experiments import layered
from support.values import value_names

from nntui.debugger.debugger import Debugger
from nntui.debugger.expressions import Expression, ExpressionError, condition, parse
from nntui.model.expressions.functions import FUNCTIONS
from nntui.model.optimizers import Optimizer

PIECES = [
    "(", ")", "[", "]", ",", "+", "-", "*", "**", "/", "<", "<=", "==", "!=", "not ", " and ",
    " or ", "!", "&&", "1e308", "0", "-0.0", "1e-320", "inf", "nan", "true", ".5", '"', "\\", "δ",
    "∂L/∂w", "[layer 1]", "[layer 99]", "\x00", "\u202e", "\ud800", "é", " " * 30, "'", "=", "%",
    "__import__", "lambda: 0", "{0}", "dw", "g", "t[y1]", "x1", "h1_1,y1",
]  # fmt: skip


def texts(count: int, seed: int, debugger: Debugger):
    """Whole expressions, expressions with a piece put in, cut out or doubled, and mere pieces."""
    chance = Random(seed)
    known = value_names(debugger.experiment)

    def whole(depth: int) -> str:
        if depth == 0:
            return chance.choice([chance.choice(known), chance.choice(known), "2", "0.5"])
        a, b = whole(depth - 1), whole(depth - 1)
        function = chance.choice(list(FUNCTIONS))
        kind = chance.choice(["dw", "abs(g)", "b", "w[layer 1]", "a*a", "m - v"])
        sign = chance.choice(["+", "-", "*", "/", "**", "<", ">=", "==", " and ", " or "])
        return chance.choice(
            [f"{a}{sign}{b}", f"({a}) {sign} ({b})", f"{function}({a})", f"{function}({kind})",
             f"max({a}, {b})", f"-{a}", f"not {a}"]
        )  # fmt: skip

    for _ in range(count):
        text = whole(chance.randint(0, 3))
        for _ in range(chance.choice([0, 0, 1, 2, 5])):
            at = chance.randint(0, len(text))
            text = text[:at] + chance.choice(["", chance.choice(PIECES)]) + text[at + 1 :]
        yield chance.choice([text, text, text, "".join(chance.choices(PIECES, k=9)), text * 40])


def read_or_refused(text: str, network) -> tuple[Expression | None, ExpressionError | None]:
    try:
        return parse(text, network), None
    except ExpressionError as error:
        return None, error


@pytest.mark.parametrize(
    ("count", "seed"),
    [(400, 1), *(pytest.param(2_500, seed, marks=pytest.mark.deep) for seed in (2, 3, 4, 5))],
)
def test_any_text_has_a_value_or_an_error_in_a_sentence(count, seed) -> None:
    debugger = Debugger(layered(2, 2, 1, optimizer=Optimizer.of("adam"), epochs=2))
    debugger.seek(Random(seed).randint(0, debugger.total))
    network, read = debugger.experiment.network, 0
    for text in texts(count, seed, debugger):
        found, error = read_or_refused(text, network)
        if error is not None:
            assert str(error), (seed, text)
            assert 0 <= error.position <= len(error.text), (seed, text)
            assert len(error.caret.splitlines()) == 2, (seed, text)
            continue
        read += 1
        assert isinstance(found, Expression)
        value = found.value(debugger.value)
        assert value is None or isinstance(value, bool) == found.is_condition, (seed, text)
        assert (value is None) == (found.blank(debugger.value) is not None), (seed, text)
        again = parse(found.text, network).value(debugger.value)
        assert again == value or again != again, (seed, text)
        if not found.is_condition:
            with pytest.raises(ExpressionError):
                condition(text, network)
    assert read > count // 10


def test_sums_inside_sums_are_bounded() -> None:
    network = layered(40, 40, 1).network
    assert parse("norm(dw) > max(abs(a)) and sum(abs(b)) > 0", network)
    with pytest.raises(ExpressionError, match=r"1,640 times 1,640"):
        parse("norm(dw - mean(dw))", network)
