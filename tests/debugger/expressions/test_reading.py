"""How expressions are read: every fault is pointed at, and reading never runs away."""

import dataclasses
from collections.abc import Iterator
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments, layered, network_of

from nntui.debugger.debugger import Debugger
from nntui.debugger.expressions import (
    Expression,
    ExpressionError,
    condition,
    parse,
    parse_prefix,
)
from nntui.model.expressions.tree import Node

NET = network_of(
    ["x1", "x2"], ["h1", "my neuron"], ["y"],
    [("x1", "h1"), ("x2", "my neuron"), ("h1", "y")],
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "expected a value, found the end"),
        ("   ", 3, "expected a value, found the end"),
        ("1 +", 3, "expected a value, found the end"),
        ("loss >", 6, "expected a value, found the end"),
        ("los > 1", 0, 'did you mean "loss"'),
        ("1 + lss", 4, "there is no value called “lss”"),
        ("w[x1]", 0, "w needs a connection's two neurons, as in w[x1,h1]"),
        ("delta", 0, "delta needs a neuron, as in delta[h1]"),
        ("1 < delta", 4, "delta needs a neuron"),
        ("loss[h1]", 0, "loss belongs to no neuron"),
        ("w[x1,h2]", 5, "there is no neuron called “h2”"),
        ("x[q]", 2, "there is no neuron called “q”; it may be x1"),
        ("delta[q]", 6, "there is no neuron called “q”; it may be h1"),
        ('w["my neurn",h1]', 2, 'did you mean "my neuron"'),
        ("w[x2,h1]", 0, '"x2" is not connected to "h1"'),
        ("w[h1,x1]", 0, "the connection goes from x1 to h1"),
        ("x[h1]", 0, '"h1" is no input: it has no x'),
        ("y[h1]", 0, '"h1" is no output: it has no t'),
        ("z[x1]", 0, '"x1" is an input: it has no z'),
        ("w[x1,", 5, "expected a neuron's name"),
        ("w[x1", 4, "expected a comma or ]"),
        ("a[h1 h1]", 5, "expected a comma or ]"),
        (r'a["\q"]', 2, "badly quoted"),
        ("h1 > 2", 0, "h1 is a neuron; its values are a[h1]"),
        ("loss = 1", 5, "compared with =="),
        ("loss & true", 5, "write and"),
        ("2 ^ 3", 2, "a power is written **"),
        ("a['h1']", 2, "there is no neuron"),
        ("(1", 2, "expected ) to close “(”, found the end"),
        ("abs(1", 5, "expected ) to close “abs(”"),
        ("1)", 1, "found “)” after the expression"),
        ("1 2", 2, "expected an operator before “2”"),
        ("loss loss", 5, "expected an operator before “loss”"),
        ("abs", 3, "abs is a function: expected ("),
        ("abs(1, 2)", 0, "abs takes one number, found 2"),
        ("min(1)", 0, "min takes 2 to 50 numbers, found 1"),
        ("3x", 1, "“3x” is neither a number nor a name"),
        ("1 and true", 0, "found a number on both sides of and, expected a truth value"),
        ("true and 1", 9, "found a number on both sides of and"),
        ("not 1", 4, "found a number after not"),
        ("true + 1", 0, "found a truth value beside +, expected a number"),
        ("1 + (1 < 2)", 5, "found a truth value beside +"),
        ("-true", 1, "found a truth value after -"),
        ("2 ** true", 5, "found a truth value after **"),
        ("isnan(true)", 6, "found a truth value in isnan(…)"),
        ("1 < true", 4, "found a truth value beside <"),
        ("and", 0, "expected a value, found “and”"),
        ("loss\x1b", 4, r"found “\u001b”"),
    ],
)
def test_a_fault_is_pointed_at_and_said_in_a_sentence(text, position, said) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, NET)
    assert said in str(caught.value)
    assert caught.value.position == position
    shown, caret = caught.value.caret.splitlines()
    assert caret == " " * position + "^"
    assert len(shown) == len(text)


def test_the_caret_stands_under_the_character_beside_wide_ones() -> None:
    names = network_of(["入力"], [], ["出"], [("入力", "出")])
    with pytest.raises(ExpressionError) as caught:
        parse("w[入力,出] > lss", names)
    assert caught.value.caret.splitlines()[1] == " " * len("w[XXXX,XX] > ") + "^"


@pytest.mark.parametrize("position", [0, 3, 400, 799])
def test_of_a_long_text_the_part_with_the_fault_is_shown(position) -> None:
    text = "1+" * 400
    shown, caret = ExpressionError(
        "", text[:position] + "?" + text[position + 1 :], position
    ).caret.splitlines()
    assert shown[caret.index("^")] == "?"
    assert len(shown) < 80


def test_a_name_with_blanks_is_to_be_quoted() -> None:
    with pytest.raises(ExpressionError, match="quoted with"):
        parse("w[my input,h1]", NET)


@given(experiment=experiments(), data=st.data())
def test_every_value_of_any_network_can_be_asked_for(experiment, data) -> None:
    debugger = Debugger(experiment)
    debugger.seek(data.draw(st.integers(0, debugger.total)))
    known = debugger.snapshot().values
    for name, number in known.items():
        expression = parse(name, experiment.network)
        assert expression.names == {name}
        found = expression.value(debugger.value)
        assert found == number or (found != found and number != number)


@given(text=st.text('w[x1,h]deltas()+-*/<=>!&|. 0123epnotar"\\{}~\x00é入δ∂L/', max_size=40))
def test_any_text_is_read_or_refused_with_a_place_in_it(text) -> None:
    expression, error = _outcome(text)
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert str(error)
        assert len(error.caret.splitlines()) == 2
    else:
        again = parse(expression.text, NET)
        assert (again.tree, again.text) == (expression.tree, expression.text)


def _outcome(text: str) -> tuple[Expression | None, ExpressionError | None]:
    try:
        return parse(text, NET), None
    except ExpressionError as error:
        return None, error


@pytest.mark.parametrize("text", ["  loss\t>\n1 ", "δ[h1] ≥ 0", '!isblank(a["my neuron"])'])
def test_the_text_reads_back_as_the_same_expression_in_one_line(text) -> None:
    expression = parse(text, NET)
    assert expression.text.isprintable()
    assert parse(expression.text, NET) == expression


def nodes(tree: Node) -> Iterator[Node]:
    yield tree
    for part in (getattr(tree, field.name) for field in dataclasses.fields(tree)):
        for child in part if isinstance(part, tuple) else (part,):
            if isinstance(child, Node):
                yield from nodes(child)


def test_nodes_know_where_they_stand() -> None:
    text = "loss > abs(w[x1,h1]) * 2"
    spans = {text[slice(*node.span)] for node in nodes(parse(text, NET).tree)}
    assert spans == {text, "loss", "abs(w[x1,h1]) * 2", "abs(w[x1,h1])", "w[x1,h1]", "2"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1" + " " * 1000, "1001 characters, expected at most 1000"),
        ("(" * 60 + "1" + ")" * 60, "more than 50 levels"),
        ("-" * 60 + "1", "more than 50 levels"),
        ("not " * 60 + "true", "more than 50 levels"),
        ("2**" * 60 + "2", "more than 50 levels"),
        ("abs(" * 60 + "1" + ")" * 60, "more than 50 levels"),
        ("1" * 10**6, "characters, expected at most 1000"),
    ],
)
def test_length_depth_and_size_are_bounded(text, said) -> None:
    with pytest.raises(ExpressionError, match=said):
        parse(text, NET)


def test_long_sums_are_no_deep_ones() -> None:
    assert parse("+".join(["1"] * 400), NET).value(lambda name: None) == 400.0
    with pytest.raises(ExpressionError, match="more than 500 parts"):
        parse("+".join(["1"] * 500), NET)


def test_a_condition_is_no_number() -> None:
    assert condition("loss > 1", NET).is_condition
    with pytest.raises(ExpressionError, match="this is a number, expected a condition"):
        condition("loss", NET)


def test_a_prefix_ends_where_the_expression_does() -> None:
    text = 'log(loss) > 1 log "deep"'
    expression, end = parse_prefix(text, NET)
    assert (expression.text, text[end:]) == ("log(loss) > 1", 'log "deep"')


def test_a_debugger_evaluates_and_knows_blanks() -> None:
    debugger = Debugger(layered(2, 2, 1, epochs=1))
    assert debugger.evaluate("z[y1] > 0") is None
    debugger.step()
    assert debugger.evaluate("a[x1] == x[x1] and step == 1 and isblank(loss)") is True


def test_reading_the_longest_texts_takes_no_time() -> None:
    begun = process_time()
    for text in ("(" * 999, "w[" * 499, '"' * 1000, "1e" * 500, "not " * 250, "[" * 1000):
        with pytest.raises(ExpressionError):
            parse(text, NET)
    assert process_time() - begun < 5.0  # a parser that backtracks needs years
    assert isinstance(parse("a[h1]<" * 150 + "1", NET), Expression)
