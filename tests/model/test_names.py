"""Names of neurons and of values."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.model.names import (
    MAX_NAME_LENGTH,
    SYMBOLS,
    ValueNameError,
    escaped,
    fault_in_name,
    near_or_all,
    nearest,
    parse_value_name,
    quoted,
    value_name,
)

tricky = st.text(alphabet=st.sampled_from('ab1 _,"\\[]{}()=·é键'), min_size=1, max_size=12)
names = (st.text(min_size=1, max_size=20) | tricky).filter(lambda name: not fault_in_name(name))


@given(symbol=st.sampled_from([s for s, n in SYMBOLS.items() if 1 in n]), name=names)
def test_the_name_of_a_neurons_value_reads_back(symbol, name) -> None:
    assert parse_value_name(value_name(symbol, name)) == (symbol, (name,))


@given(
    symbol=st.sampled_from([s for s, n in SYMBOLS.items() if 2 in n]), source=names, target=names
)
def test_the_name_of_a_connections_value_reads_back(symbol, source, target) -> None:
    assert parse_value_name(value_name(symbol, source, target)) == (symbol, (source, target))


@given(name=st.text())
def test_even_a_name_that_no_neuron_may_have_reads_back(name) -> None:
    assert parse_value_name(value_name("z", name)) == ("z", (name,))


@given(text=st.text() | tricky | st.from_regex(r"(w|z|loss)\[.{0,8}\]"))
def test_any_text_is_a_name_or_refused_in_one_printable_line(text) -> None:
    try:
        symbol, neurons = parse_value_name(text)
    except ValueNameError as error:
        sentence = str(error)
    else:
        sentence = value_name(symbol, *neurons)
        assert parse_value_name(sentence) == (symbol, neurons)
    if text.isprintable():
        assert sentence.isprintable()


@pytest.mark.parametrize("symbol", [s for s, n in SYMBOLS.items() if 0 in n])
def test_the_name_of_a_single_value_is_its_symbol(symbol) -> None:
    assert value_name(symbol) == symbol
    assert parse_value_name(symbol) == (symbol, ())


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("w[x1,h1]", ("w", ("x1", "h1"))),
        (" w [ x1 , h1 ] ", ("w", ("x1", "h1"))),
        ('w["my input",h1]', ("w", ("my input", "h1"))),
        ('z["a\\"b"]', ("z", ('a"b',))),
        ("z[1st]", ("z", ("1st",))),
        ("z[h-1]", ("z", ("h-1",))),
    ],
)
def test_what_a_person_may_type(text, parsed) -> None:
    assert parse_value_name(text) == parsed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("q[x]", "no value called"),
        ("weight[x]", "no value called"),
        ("delt[x]", 'did you mean "delta"'),
        ("w[x]", r"should look like w\[source,target\]"),
        ("z[a,b]", "should look like"),
        ("loss[x]", "should look like loss"),
        ("z[]", "a neuron's name here"),
        ("z[a b]", "expected a comma"),
        ("z[a] b", "nothing after"),
        ("z[a,]", "a neuron's name here"),
        ("z[a", "expected a comma or ]"),
        ('z["a]', "a neuron's name here"),
        ('z["\\q"]', "badly quoted"),
        ("", "is not the name of a value"),
        ("1 + 1", "is not the name of a value"),
    ],
)
def test_a_bad_name_is_refused_in_words(text, words) -> None:
    with pytest.raises(ValueNameError, match=words):
        parse_value_name(text)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "empty"),
        ("a\n", "control character"),
        ("\x1b[31m", "control character"),
        ("a\u202eb", "invisible"),
        ("a\u200bb", "invisible"),
        ("\u0301a", "combining"),
        (" a", "blank at the edge"),
        ("a ", "blank at the edge"),
        ("\ud800", "surrogate"),
        ("\ue000", "private"),
        ("a\u2028b", "line separator"),
        ("x" * (MAX_NAME_LENGTH + 1), "characters"),
    ],
)
def test_what_no_neuron_may_be_called(name, fault) -> None:
    assert fault in (fault_in_name(name) or "")


@pytest.mark.parametrize("name", ["x", "my input", "[red]x[/]", "键盘", "é", "1", 'a"b', "x" * 64])
def test_what_a_neuron_may_be_called(name) -> None:
    assert fault_in_name(name) is None


def test_only_names_that_are_no_identifiers_are_quoted() -> None:
    assert quoted("h1") == "h1"
    assert quoted("ключ") == "ключ"
    assert quoted("my input") == '"my input"'
    assert quoted("1st") == '"1st"'
    assert quoted('a"b') == '"a\\"b"'


def test_a_character_is_escaped_if_it_is_not_fit_to_be_printed_and_only_then() -> None:
    refused = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    every = list(map(chr, range(sys.maxunicode + 1)))
    fit = "".join(c for c in every if unicodedata.category(c) not in refused)
    assert escaped(fit, len(fit)) == fit
    unfit = [c for c in every if unicodedata.category(c) in refused]
    assert [c for c in unfit[:5000] + unfit[5000::101] if escaped(c) == c] == []


def test_escaped_text_is_printable_and_short() -> None:
    assert escaped("\x1b[31mred") == "\\u001b[31mred"
    assert escaped("x" * 100, 10) == "x" * 9 + "…"


def test_the_nearest_name() -> None:
    assert nearest("Relu", ["relu", "elu"]) == "relu"
    assert nearest("xyz", ["relu"]) is None


def test_where_no_name_is_similar_a_few_are_listed_and_many_are_not():
    assert near_or_all("hh1", ["x", "h1"]) == 'did you mean "h1"?'
    assert near_or_all("q", ["x", "h1", "y"]) == "it may be x, h1 or y"
    assert near_or_all("q", []) == ""
    assert near_or_all("q", [f"h{n}" for n in range(13)]) == ""
