"""CSV files as people have them: how they are read, and what is told from them and said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nntui
from nntui.document.csv_file import CsvReading
from nntui.document.specs import CsvData

ROWS = ((1.5, 2.0), (-1.0, 0.25))
TARGETS = ((3.0,), (4.0,))
TABS = "separated by tabs"
COMMENTED = "the columns’ names stand in a comment"


@pytest.fixture
def read(loaded, from_csv, folder):
    """Read the text of a CSV file with the columns a, b → t; give the experiment."""

    def load(content, **changes):
        data = content if isinstance(content, bytes) else content.encode()
        (folder / "rows.csv").write_bytes(data)
        from_csv["data"] = {k: v for k, v in (from_csv["data"] | changes).items() if v is not None}
        return loaded(from_csv)

    return load


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        ("a,b,t\n1.5,2,3\n-1,.25,4\n", ()),
        ("a;b;t\n1.5;2;3\n-1;.25;4\n", ("separated by semicolons",)),
        ('"a";"b";"t"\n1.5;2;3\n-1;.25;4\n', ("separated by semicolons",)),
        ("a\tb\tt\r\n1.5\t2\t3\r\n-1\t.25\t4\r\n", (TABS,)),
        ("a|b|t\n1.5|2|3\n-1|.25|4\n", ("separated by bars",)),
        ("a b t\n1.5 2 3\n-1 .25 4\n", ("separated by blanks",)),
        ("   a    b  t\n 1.5   2  3\n  -1 .25  4  \n", ("separated by blanks",)),
        ("a;b;t\n1,5;2;3\n-1;0,25;4\n", ("separated by semicolons", "decimal commas")),
        ('a,b,t\n"1,5","2","3"\n"-1","0,25","4"\n', ("decimal commas",)),
        ("sep=,\na,b,t\n1.5,2,3\n-1,.25,4\n", ()),
        ("SEP=;\r\na;b;t\r\n1.5;2;3\r\n-1;.25;4\r\n", ()),
        ('a, "b", "t"\n1.5, "2", "3"\n-1, ".25", "4"\n', ()),
        ("# made by me\n\na,b,t\n1.5,2,3\n-1,.25,4\n", ()),
        ("a,b,t\n1.5,2,3\n # in between\n-1,.25,4\n#", ("2 comments between the rows skipped",)),
        ('"a" ,"b" , "t" \n"1.5" ,"2" ,"3"\n-1,.25,4\n', ()),
        ('a,b,t,n\n1.5,2,3," , "\n-1,.25,4,"say ""hi"" , you"\n', ()),
        ("# many\n" * 30 + "a;b;t\n1.5;2;3\n-1;.25;4\n", ("separated by semicolons",)),
        ("# a,b,t\n1.5,2,3\n-1,.25,4\n", (COMMENTED,)),
        ("#,a,b,t\n9,1.5,2,3\n8,-1,.25,4\n", (COMMENTED,)),
        ("# a b t\n1.5 2 3\n-1 .25 4\n", ("separated by blanks", COMMENTED)),
        ('"a" "b" "t"\n"1" 1.5 2 3\n"2" -1 .25 4\n', ("separated by blanks",)),
        (",a,b,t\n0,1.5,2,3\n1,\u22121,.25,4\n", ()),
        ("a,b,t,,\n1.5,2,3,,\n-1,.25,4,,\n,,,,\n", ()),
        ("a,b,t\n1.5,2,3,\n-1,.25,4,,\n   \n", ()),
        ("a,b,t,n,n\n1.5,2,3,?,x\n-1,.25,4,,1_0\n", ()),
        ("\ufeffa,b,größe,t\n1.5,2,3 ٣,3\n-1,.25,,4\n", ()),
        ("x_1,a,b,t\n1_0,1.5,2,3\nNaN,-1,.25,4\n", ()),
        ("a\tb\tt\n1.5\t2\t3\n-1\t.25\t4\n".encode("utf-16"), ("read as UTF-16", TABS)),
        (
            "a,b,größe,t\n1.5,2,ß,3\n-1,.25,,4\n".encode("latin-1"),
            ("read as Latin-1, since it is no UTF-8",),
        ),
    ],
)
def test_a_file_is_read_as_it_is(read, content, notes):
    data = read(content).data
    assert (data.inputs, data.targets) == (ROWS, TARGETS)
    assert data.source.notes == notes


def test_what_is_looked_at_may_end_in_a_character(read, monkeypatch):
    monkeypatch.setattr("nntui.document.csv_file._LONGEST_LOOKED_AT", 5)
    assert read("# aéa\na,b,t\n1.5,2,3\n-1,.25,4\n").data.inputs == ROWS


@pytest.mark.parametrize(
    "content",
    [
        "1.5,2,3\n-1,.25,4\n",
        "1,5;2;3\n-1;0,25;4\n",
        "1.5 2 3\n-1 .25 4",
        "a,b,t\n1.5,2,3\n-1,.25,4",
    ],
)
def test_columns_may_be_numbers(read, content):
    data = read(content, inputs=[1, 2], targets=[3]).data
    assert (data.inputs, data.targets) == (ROWS, TARGETS)
    assert ("no header line" in data.source.notes) == ("a" not in content)


@pytest.mark.parametrize(
    ("content", "columns"),
    [(",0,1,2\n0,1.5,2,3\n1,-1,.25,4\n", (2, 3, 4)), ("0,1,2\n1.5,2,3\n-1,.25,4\n", (1, 2, 3))],
)
def test_columns_counted_from_0_are_a_header(read, content, columns):
    data = read(content, inputs=list(columns[:2]), targets=[columns[2]]).data
    assert (data.inputs, data.targets) == (ROWS, TARGETS)


def test_a_header_that_is_missing_is_told_from_numbers_beside_words(read):
    content = "5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,versicolor\n"
    data = read(content, inputs=[1, 2], targets=[3]).data
    assert data.targets == ((0.0,), (0.0,), (1.0,))
    assert data.source.notes == ("no header line", "column 3: 0 setosa, 1 versicolor")


@pytest.mark.parametrize("columns", [{"inputs": ["7.4", "0.7"], "targets": ["5"]}, {}])
def test_a_row_of_data_is_not_taken_for_names(read, columns):
    with pytest.raises(nntui.DocumentError) as caught:
        read("7.4,0.7,5\n7.8,0.88,5\n", **columns)
    assert caught.value.place == "data.csv"
    for words in ("7.4, 0.7, 5", "columns by number, 1 to 3", '"header": false'):
        assert words in str(caught.value)


def test_numbers_may_be_names_where_the_document_says_so(read):
    columns = {"inputs": ["2001", "2002"], "targets": ["2003"]}
    data = read("2001,2002,2003\n1.5,2,3\n-1,.25,4\n", header=True, **columns).data
    assert (data.inputs, data.targets) == (ROWS, TARGETS)


def test_settings_decide_where_a_file_could_be_read_in_two_ways(read):
    text = "1,200;3,400\n5,600;7,800\n"
    settings = {"inputs": [1, 2], "targets": [1], "separator": ";", "header": False}
    with pytest.raises(nntui.DocumentError, match='"decimal": "," reads it as'):
        read(text, **settings)
    assert read(text, **settings, decimal=",").data.inputs == ((1.2, 3.4), (5.6, 7.8))


@pytest.mark.parametrize("cell", ["", "NA", "NaN", "n/a", "?", "null", " "])
def test_rows_that_lack_a_value_are_counted_and_left_out_on_request(read, cell):
    content = f"a,b,t,n\n1,{cell},3,\n1.5,2,3,\n{cell},5,5,1\n-1,.25,4,\n"
    with pytest.raises(nntui.DocumentError) as caught:
        read(content)
    assert caught.value.place == 'line 2, column "b"'
    assert '"missing": "skip" leaves out rows that lack a value: 2 of 4 rows' in str(caught.value)
    data = read(content, missing="skip").data
    assert (data.inputs, data.targets) == (ROWS, TARGETS)
    assert data.source.notes == ("2 rows with missing values left out",)


def test_signs_may_be_classes_beside_what_is_missing(read):
    data = read("a,b,t\n1.5,2,-\n-1,.25,+\n1,1,?\n", missing="skip").data
    assert data.targets == ((0.0,), (1.0,))
    assert data.source.notes == ("1 row with missing values left out", "t: 0 -, 1 +")
    data = read("a,b,t\n1,1,-\n1.5,2,3\n-1,.25,4\n", missing="skip").data
    assert (data.inputs, data.targets) == (ROWS, TARGETS)


def test_a_missing_target_is_left_out_too(read):
    data = read("a,b,t\n1,2,\n1.5,2,yes\n-1,.25,no\n", missing="skip").data
    assert (data.inputs, data.targets) == (ROWS, ((0.0,), (1.0,)))


def test_words_are_classes_in_order_of_appearance(loaded, folder):
    (folder / "rows.csv").write_text("a,b,kind\n1,2,<=50K\n3,4,Île\n5,6,<=50K\n7,8,zoo\n")
    document = {
        "format": "nntui/1",
        "network": {"layers": [2, 3]},
        "data": {"csv": "rows.csv", "inputs": ["a", "b"], "targets": ["kind"]},
        "training": {"loss": "cross_entropy"},
    }
    experiment = loaded(document)
    first, second, third = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
    assert [experiment.y(n) for n in range(4)] == [first, second, first, third]
    assert experiment.data.source.notes == ("kind: 0 <=50K, 1 Île, 2 zoo",)
    assert experiment.data.targets == (0, 1, 0, 2)
    (folder / "rows.csv").write_bytes("a,b,kind\n1,2,€\n3,4,“x”\n".encode("cp1252"))
    assert loaded(document).data.source.notes[-1] == "kind: 0 €, 1 “x”"
    (folder / "rows.csv").write_text("a,b,kind\n1,2,<=50K\n3,4,Île\n5,6,<=50K\n7,8,zoo\n")
    document["training"]["loss"] = "mse"
    assert loaded(document).data.targets == (first, second, first, third)


def test_vectors_of_very_many_classes_are_refused(error, loaded, folder, monkeypatch):
    monkeypatch.setattr("nntui.document.csv_file._MOST_OF_CLASSES", 11)
    (folder / "rows.csv").write_text("x,kind\n1,a\n2,b\n3,c\n")
    document = {
        "format": "nntui/1",
        "network": {"layers": [1, 4]},
        "data": {"csv": "rows.csv", "inputs": ["x"], "targets": ["kind"]},
        "training": {"loss": "cross_entropy"},
    }
    assert loaded(document).data.targets == (0, 1, 2)
    document["training"]["loss"] = "mse"
    assert "3 classes for 4 output neurons" in str(error(document))


@pytest.mark.parametrize(
    ("content", "outputs", "place", "words"),
    [
        ("a,b,t\n1,2,x\n1,2,y\n1,2,z\n", 1, 'line 4, column "t"', ['"z"', "at most 2 classes"]),
        ("a,b,t\n1,2,x\n1,2,y\n1,2,z\n", 2, 'line 4, column "t"', ["x, y", "2 output neurons"]),
        ("a,b,t\n1,2,x\n1,2,0.5\n", 1, 'line 3, column "t"', ["all words or all numbers"]),
        ("a,b,t\n1,2,1\n1,2,x\n", 1, 'line 3, column "t"', ['"x"', "all words or all numbers"]),
        ("a,b,t\n1,2,x\n1,2,x\n", 1, "data.targets", ['the word "x" alone']),
        ("a,b,t\n1,x,3\n", 1, 'line 2, column "b"', ["only a target may hold words"]),
        ("a,b,t\n1,2,3\n", 2, "data.targets", ["1 column", "2, one for each output"]),
    ],
)
def test_words_that_cannot_be_classes_are_named(
    error, from_csv, folder, content, outputs, place, words
):
    (folder / "rows.csv").write_text(content)
    from_csv["network"]["layers"][1] = outputs
    found = error(from_csv)
    assert found.place == place
    for word in words:
        assert word in str(found)


@pytest.mark.parametrize(
    ("content", "changes", "words"),
    [
        ("a,b,t\n1,2,3\n", {"inputs": [1, 9]}, ["found 9", "1 to 3"]),
        ("a,b,t\n1,2,3\n", {"inputs": [0, 1]}, ["found 0", "number from 1"]),
        ("a,b,t\n1,2,3\n", {"inputs": [True, 1]}, ["found true", "number from 1"]),
        ("a,b,t\n1,2,3\n", {"inputs": ["1", "b"]}, ["without quotes"]),
        ("1,2,3\n4,5,6\n", {"header": False}, ['"a"', "column’s number", "no header"]),
        ("a,a,t\n1,2,3\n", {"inputs": ["a", "a"]}, ["by its number: 1 or 2"]),
        ("1,1_0,3\n1,2,3\n", {"header": False, "inputs": [1, 2], "targets": [3]}, ['"1_0"']),
        ("a,b,t\n1,2,3\n", {"separator": "::"}, ['"tab" or "blank"']),
        ('a,b,t\n1,2,"3"x"\n', {}, ["bad quoting", "a quote inside quotes is written twice"]),
        ("a,b,t\n1,2,3\n", {"decimal": ";"}, ['"." or ","']),
        ("a,b,t\n1,2,3\n", {"missing": "drop"}, ['"error" or "skip"']),
        ("a,b,t\n1,2,3\n", {"sep": ";"}, ['did you mean "separator"?']),
        ('a,b,t\n"1,200",2,3\n', {}, ['"decimal": "," reads it as 1.200']),
        ('a,b,t\n"1,234,567",2,3\n', {}, ["take out the thousands separators"]),
        ("a;b;t\n1.234,56;2;3\n", {}, ["take out the thousands separators"]),
        ('a;b;t\n1,5;"2.5";3\n', {}, ["numbers have a decimal comma here"]),
        ("a;b;t\n1.5;2;3\n1;2,5;3\n", {}, ["numbers have a decimal point here"]),
        ("a,b,t\n,2,3\n4,NA,6\n", {"missing": "skip"}, ["a value missing in every row"]),
        (b"PK\x03\x04\x14\0xl/workbook", {}, ["an Excel workbook (.xlsx)", "as CSV"]),
        (b"PK\x03\x04\x14\0word/doc", {}, ["a zip archive"]),
        (b"\x1f\x8b\x08", {}, ["a gzip archive"]),
        ('[{"a": 1}]', {}, ["JSON", "a CSV file"]),
        ("a;b;t\n$5;2;3\n", {}, ["write the number alone"]),
        (b"\xd0\xcf\x11\xe0", {}, ["an Excel workbook (.xls)"]),
        (b"\n<!DOCTYPE html><title>", {}, ["a web page (HTML)"]),
    ],
)
def test_what_cannot_be_read_says_what_to_do(error, from_csv, folder, content, changes, words):
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "rows.csv").write_bytes(data)
    from_csv["data"] |= changes
    found = error(from_csv)
    for word in words:
        assert word in str(found)


def test_how_a_file_is_read_is_saved_as_it_was_written(read, folder):
    settings = {"separator": "tab", "decimal": ",", "header": False, "missing": "skip"}
    experiment = read("1,5\t2\t3\nNA\t1\t1\n", inputs=[1, 2], targets=[3], **settings)
    nntui.save(experiment, "again.json")
    assert nntui.load("again.json") == experiment
    data = json.loads((folder / "again.json").read_text())["data"]
    assert data == {"csv": "rows.csv", "inputs": [1, 2], "targets": [3], **settings}


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(["-0", "-0.0", ".5", "5.", "+1", "1e5", "-0e-3", "01", "5e-324", " 7", '"8"']),
)


@given(
    cells=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=4),
    times=st.sampled_from([1, 300]),
    separator=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
)
def test_every_spelling_is_the_number_that_python_reads(cells, times, separator, end):
    rows = cells * times
    text = end.join(separator.join(row) for row in [("a", "t", "b"), *rows])
    spec = CsvData(csv="rows.csv", inputs=["b", "a"], targets=["t"])
    table = CsvReading(text.encode(), spec, "rows.csv", 1, indices=False).table()
    numbers = [[float(cell.strip('"')) for cell in row] for row in rows]
    found = [(a, *t, b) for (b, a), t in zip(table.x, table.y, strict=True)]
    assert [[x.hex() for x in row] for row in found] == [[x.hex() for x in row] for row in numbers]
    apart = 2 if end == "\n\n" else 1
    assert list(table.lines) == [1 + apart * n for n in range(1, len(rows) + 1)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,2,3],[4,5,6", "line 6003: found 6 cells"),
        ("1,2", "line 6003: found 2 cells"),
        ("1,2\r,3", "line 6003: found 2 cells"),
        ("", None),
    ],
)
def test_a_row_unlike_thousands_before_it_is_met_in_its_line(
    error, loaded, from_csv, folder, row, said
):
    (folder / "rows.csv").write_text("a,b,t\n" + "1,2,3\n" * 6001 + row + "\n", newline="")
    if said is None:
        assert len(loaded(from_csv).data) == 6001
    else:
        assert said in str(error(from_csv))
