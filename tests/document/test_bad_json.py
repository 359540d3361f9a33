"""JSON as it is read and written; what is none, or more than JSON promises, and where."""

import json
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.document.errors import Fault
from nntui.document.parse import parsed
from nntui.document.save import laid_out

LONG = "1" * 400


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("NaN", ["found NaN", "a finite number"]),
        ("-Infinity", ["found -Infinity", "a finite number"]),
        ("1e400", ["found 1e400", "between −1.8e308 and 1.8e308"]),
        (LONG, ["(400 characters)", "between −1.8e308 and 1.8e308"]),
        ("-" + "9" * 5000, ["(5001 characters)", "between −1.8e308 and 1.8e308"]),
        ('0.5, "weight": 1', ['the key "weight" twice', "each key once"]),
    ],
    ids=["NaN", "Infinity", "1e400", "400 digits", "5000 digits", "duplicate"],
)
def test_what_json_leaves_open_is_an_error_with_its_place(error, explicit, number, words):
    text = json.dumps(explicit).replace('"weight": 0.5', f'"weight": {number}')
    found = error(text)
    assert found.place == "network.connections[0].weight"
    for word in words:
        assert word in str(found)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "", ["an empty file", "a JSON object"]),
        (" \n", "", ["only blanks"]),
        ("null", "", ["null", '"format": "nntui/1"']),
        ("[]", "", ["an empty list", "an object"]),
        ("NaN", "", ["NaN"]),
        ("{\n  ", "line 2, column 3", ["the end of the file"]),
        ('{"format": "nntui/1"', "line 1, column 21", ["the end of the file", "a comma"]),
        ('{"format": "nnt', "line 1, column 12", ["never ends", "closing double quote"]),
        ("hello", "line 1, column 1", ['"hello"', "a value"]),
        ("{'a': 1}", "line 1, column 2", ["JSON takes double quotes"]),
        ('{"a": None}', "line 1, column 7", ['"None"', "did you mean null?"]),
        ('{"a": 1 // one\n}', "line 1, column 9", ["JSON has no comments"]),
        ('{"a":\n  [1,\n  2 3]}', "line 3, column 5", ['"3"', "a comma"]),
        ('{"a": "x\ny"}', "line 1, column 9", ["U+000A", "\\n"]),
        ('{"a": "\\x"}', "line 1, column 8", ["after the backslash"]),
        ("{} {}", "line 1, column 4", ["the end of the file"]),
        ('{"a":\x1b[0m}', "line 1, column 6", ["the control character U+001B"]),
    ],
)
def test_broken_json_is_named_by_line_and_column(error, text, place, words):
    found = error(text)
    assert found.place == place
    for word in words:
        assert word in str(found)


@pytest.mark.parametrize("text", ["[1,]", '{"a": 1,}'])
def test_a_trailing_comma_is_an_error_on_its_line(error, text):
    assert error(text).place.startswith("line 1, column ")


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        ('{"a": "é"}'.encode("latin-1"), "byte 7", ["0xE9", "UTF-8"]),
        (b'\xef\xbb\xbf{"a": "\xff"}', "byte 10", ["0xFF", "UTF-8"]),
        ("{}".encode("utf-16"), "byte 0", ["UTF-16", "byte-order mark"]),
        ("{}".encode("utf-16-le"), "byte 0", ["UTF-16", "zero bytes"]),
        ("{}".encode("utf-32"), "byte 0", ["UTF-32", "byte-order mark"]),
    ],
)
def test_another_encoding_is_named_by_its_first_byte(error, data, place, words):
    found = error(data)
    assert found.place == place
    for word in words:
        assert word in str(found)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("levels", [101, 900, 100_000])
def test_nesting_past_the_limit_is_one_sentence(error, opening, closing, levels):
    found = error(opening * levels + "1" + closing * levels)
    assert "at most 100 levels" in found.expected


def test_nesting_up_to_the_limit_is_kept(loaded, explicit, error):
    explicit["debugger"] = {"a": json.loads("[" * 98 + "]" * 98)}
    assert loaded(explicit).debugger == explicit["debugger"]
    explicit["debugger"] = {"a": json.loads("[" * 99 + "]" * 99)}
    assert error(explicit).place.startswith("debugger.a[0]")


TEXTS = st.text(max_size=5) | st.sampled_from(["\\", '"', '\\"', ': "', '": ', "}, {", "], ["])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    SCALARS.filter(lambda x: not isinstance(x, float) or isfinite(x)),
    lambda child: st.lists(child, max_size=4) | st.dictionaries(TEXTS, child, max_size=4),
    max_leaves=30,
)


@given(value=VALUES, ascii_only=st.booleans())
def test_every_document_is_read_as_python_reads_it(value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert repr(parsed(text)) == repr(json.loads(text)) == repr(value)


@given(before=VALUES, key=TEXTS, value=VALUES, again=VALUES, blanks=st.sampled_from(["", " \n"]))
def test_a_key_that_stands_twice_is_found_whatever_stands_around(before, key, value, again, blanks):
    name = json.dumps(key) + blanks
    text = f"[{json.dumps(before)}, {{{name}: {json.dumps(value)}, {name}: {json.dumps(again)}}}]"
    with pytest.raises(Fault, match="twice"):
        parsed(text)


@given(value=VALUES)
def test_a_document_is_laid_out_without_loss(value):
    assert repr(json.loads(laid_out(value))) == repr(value)


def test_objects_in_a_list_have_a_line_each_whatever_their_texts():
    value = {"a": [{"name": "}, {", "of": [1, 2]}, {"name": "], ["}], "b": [[1, 2], ["], [", 3]]}
    assert laid_out(value) == (
        '{\n  "a": [\n    {"name": "}, {", "of": [1, 2]},\n    {"name": "], ["}\n  ],\n'
        '  "b": [\n    [1, 2],\n    ["], [", 3]\n  ]\n}\n'
    )
