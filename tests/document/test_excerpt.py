"""Which lines of a file an error is about."""

from __future__ import annotations

import json

import pytest

from nntui.document.errors import DocumentError
from nntui.document.excerpt import excerpt, span_of
from nntui.document.files import stamp_of
from nntui.document.load import load
from nntui.samples import samples


def error_of(path) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        load(path)
    return caught.value


def test_a_syntax_error_marks_its_line_and_column(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{\n  "format": "nntui/1",\n  "network": ,\n  "data": {}\n}\n')
    found = excerpt(error_of(bad))
    assert list(found.marked) == [3]
    assert found.lines[3 - found.first] == '  "network": ,'
    assert found.column == 14


def test_a_bad_value_marks_the_line_in_which_it_stands(tmp_path):
    text = samples()["sample"].read_text(encoding="utf-8")
    bad = tmp_path / "bad.json"
    bad.write_text(text.replace('"tanh"', '"tahn"', 1))
    found = excerpt(error_of(bad))
    (line,) = found.marked
    assert '"tahn"' in found.lines[line - found.first]
    assert found.first <= line < found.first + len(found.lines)


def test_a_missing_key_marks_where_its_object_begins(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "nntui/1",\n "network": {"layers": [1, 1]},\n "data": {"csv": "a"}}')
    (line,) = excerpt(error_of(bad)).marked
    assert line == 3


def test_a_byte_that_is_no_text_marks_its_line(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_bytes(b'{\n"format": "\xff"\n}')
    assert list(excerpt(error_of(bad)).marked) == [2]


def test_a_fault_in_a_csv_file_shows_lines_of_that_file(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n1,2\nx,3\n")
    document = {
        "format": "nntui/1",
        "network": {"layers": [1, 1]},
        "data": {"csv": "rows.csv", "inputs": ["a"], "targets": ["b"]},
    }
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(document))
    found = excerpt(error_of(bad))
    (line,) = found.marked
    assert found.lines[line - found.first] == "x,3"


@pytest.mark.parametrize("text", [None, "", "[]"])
def test_a_fault_of_the_file_as_a_whole_has_no_lines(tmp_path, text):
    bad = tmp_path / "bad.json"
    if text is not None:
        bad.write_text(text)
    assert excerpt(error_of(bad)) is None


def test_a_key_twice_marks_the_last_of_the_two():
    text = '{"a": 1,\n "a": 2}'
    assert text[slice(*span_of(text, "a"))] == '"a": '
    assert span_of(text, "a")[0] > text.index("\n")


def test_places_with_quoted_keys_and_indices_are_found():
    text = '{"my key": [0, {"b": [1, 22]}]}'
    start, end = span_of(text, '["my key"][1].b[1]')
    assert text[start : end + 1] == "22"


@pytest.mark.parametrize("text", ["", "{", '{"a"', '{"a": '])
def test_text_that_is_no_json_has_no_places(text):
    assert span_of(text, "a.b[0]") is None


def test_lists_nested_very_deeply_have_no_places():
    assert span_of("[" * 100_000, "[0][0]") is None


def test_a_file_that_was_written_again_has_another_stamp(tmp_path):
    file = tmp_path / "file"
    assert stamp_of(file) is None
    file.write_text("one")
    before = stamp_of(file)
    file.write_text("three")
    assert stamp_of(file) != before


def test_an_unknown_key_marks_its_own_line(tmp_path):
    text = samples()["xor"].read_text(encoding="utf-8")
    bad = tmp_path / "bad.json"
    bad.write_text(text.replace('"loss"', '"los"'))
    found = excerpt(error_of(bad))
    (line,) = found.marked
    assert '"los"' in found.lines[line - found.first]


def test_a_place_behind_something_else_has_its_column(tmp_path):
    text = samples()["xor"].read_text(encoding="utf-8")
    bad = tmp_path / "bad.json"
    bad.write_text(text.replace('"tanh"', '"tahn"', 1))
    found = excerpt(error_of(bad))
    line = found.lines[found.marked.start - found.first]
    assert line[found.column - 1 :].startswith('"activation": "tahn"')
    bad.write_text(text.replace('"epochs": ', '"epochs": -'))
    assert excerpt(error_of(bad)).column is None
