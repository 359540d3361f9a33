"""Bad CSV files: the error names file, line and column, or the place in the document."""

import os

import pytest


@pytest.fixture
def csv_error(error, from_csv, folder):
    def failed(content, **changes):
        data = content if isinstance(content, bytes) else content.encode()
        (folder / "rows.csv").write_bytes(data)
        from_csv["data"] |= changes
        return error(from_csv)

    return failed


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("a,b,t\n1,x,3\n", 'line 2, column "b"', ['"x"', "a finite number"]),
        ("a,b,t\n1,2,3\n1,,3", 'line 3, column "b"', ["an empty cell"]),
        ("a,b,t\n1,NaN,3\n", 'line 2, column "b"', ['"NaN"', "a finite number"]),
        ("a,b,t\n1,1e999,3\n", 'line 2, column "b"', ['"1e999"', "a finite number"]),
        ("a,b,t\n1,1_0,3\n", 'line 2, column "b"', ['"1_0"']),
        ("a,b,t\r1,1_0,3\r", 'line 2, column "b"', ['"1_0"']),
        ("a,b,t\n1,٣,3\n", 'line 2, column "b"', ['"٣"']),
        ("a,b,t\n1,\x1b[2J,3\n", 'line 2, column "b"', ["\\u001b[2J"]),
        ("a,b,t\n1,\0,3\n", 'line 2, column "b"', ["\\u0000"]),
        ('a,b,t,note\n1,2,3,"two\nlines"\n1,2,?,x', 'line 4, column "t"', ['"?"']),
        ("a,b,t\n1,2,3\n\n1,2\n", "line 4", ["2 cells", "3, as in the header"]),
        ("a,b,t\n1,2,3,4\n", "line 2", ["4 cells", "3, as in the header"]),
        ("a,b,t,a\n1,2,3,4\n", "line 1", ['the column "a" twice']),
        ('a,b,t\n1,"2,3\n', "line 2", ["bad quoting"]),
        ('a,b,t\n1,"2"x,3\n', "line 2", ["bad quoting"]),
        (b"a,b,t\n1,\xff,3\n", 'line 2, column "b"', ['"ÿ"']),
        ("a,b,t\n1,2,3\n".encode("utf-16-le"), "byte 0", ["UTF-16"]),
        ("a,b,t\n1,2,3\n".encode("utf-32"), "byte 0", ["UTF-32"]),
        ("a,b,t\n1,2,3\n".encode("utf-16")[:-1], "byte 0", ["UTF-16"]),
    ],
)
def test_a_fault_in_the_file_is_named_by_its_line(csv_error, content, place, words):
    found = csv_error(content)
    assert (found.file, found.place) == ("rows.csv", place)
    for word in words:
        assert word in str(found)


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("", "data.csv", ["an empty file", "the columns’ names"]),
        ("a,b,t\n", "data.csv", ["a header and no rows", "one row"]),
        ("a,b,target\n1,2,3\n", "data.targets[0]", ['"t"', "columns of rows.csv: a, b, target"]),
        ("a,B1,t\n1,2,3\n", "data.inputs[1]", ['"b"', 'did you mean "B1"?']),
        ("a;b;T1\n1;2;3\n", "data.targets[0]", ['did you mean "T1"?']),
    ],
)
def test_what_the_file_lacks_is_named_in_the_document(csv_error, content, place, words):
    found = csv_error(content)
    assert (found.file, found.place) == ("doc.json", place)
    for word in words:
        assert word in str(found)


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"csv": "row.csv"}, "data.csv", ["no such file", 'did you mean "rows.csv"?']),
        ({"csv": ""}, "data.csv", ["a directory"]),
        ({"csv": "."}, "data.csv", ["a directory"]),
        ({"csv": "a\0b"}, "data.csv", ["a\\u0000b"]),
        ({"csv": 5}, "data.csv", ["found 5,", "text"]),
        ({"inputs": []}, "data.inputs", ["an empty list", "column names"]),
        ({"inputs": "a"}, "data.inputs", ['"a"', "column names"]),
        ({"inputs": ["a"]}, "data.inputs", ["1 column", "2, one for each input neuron"]),
        ({"targets": ["a", "b"]}, "data.targets", ["2 columns", "1, one for each output"]),
        ({"test_fraction": 1}, "data.test_fraction", ["found 1,", "below 1"]),
    ],
)
def test_what_the_document_says_of_the_file_is_checked(csv_error, changes, place, words):
    found = csv_error("a,b,t\n1,2,3\n", **changes)
    assert (found.file, found.place) == ("doc.json", place)
    for word in words:
        assert word in str(found)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_is_refused_without_waiting_for_its_other_end(csv_error):
    os.mkfifo("pipe")
    assert "a FIFO" in csv_error("", csv="pipe").found


def test_a_file_past_the_limit_is_refused(csv_error, folder):
    with (folder / "big.csv").open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    assert csv_error("", csv="big.csv").expected == "at most 64 MiB"


@pytest.mark.parametrize("cell", ["3", "-1", "1.5"])
def test_a_class_that_is_none_is_named_by_its_line(error, classifier, folder, cell):
    (folder / "rows.csv").write_text(f"a,b,kind\n0,0,0\n\n0,1,{cell}\n")
    classifier["data"] = {"csv": "rows.csv", "inputs": ["a", "b"], "targets": ["kind"]}
    found = error(classifier)
    assert (found.file, found.place) == ("rows.csv", "line 4")
    assert found.expected == "a class index from 0 to 2"
