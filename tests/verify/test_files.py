"""Every form of a file of numbers, and every way in which one can be bad."""

import io
import json
from math import inf, isnan, nan

import numpy as np
import pytest

from nntui.document.errors import DocumentError
from nntui.verify.files import read_numbers


@pytest.fixture
def read(tmp_path):
    def write_and_read(name, text):
        path = tmp_path / name
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        return read_numbers(path)

    return write_and_read


@pytest.fixture
def refusal(read, tmp_path):
    def sentence(name, text):
        with pytest.raises(DocumentError) as caught:
            read(name, text)
        said = str(caught.value)
        assert said.startswith(f"{tmp_path / name}: ")
        assert "\n" not in said
        return said.removeprefix(f"{tmp_path / name}: ")

    return sentence


class TestJson:
    def test_numbers_lists_and_matrices_are_arrays_by_name(self, read):
        found = read("mine.json", '{"dw[x1,h1]": 0.1, "z[h1]": [1, 2.5], "dW1": [[1, 2], [3, 4]]}')
        assert found.values["dw[x1,h1]"].shape == ()
        assert found.values["z[h1]"].tolist() == [1.0, 2.5]
        assert found.values["dW1"].tolist() == [[1.0, 2.0], [3.0, 4.0]]

    def test_nan_and_infinities_are_values_in_pythons_spelling_and_in_the_traces(self, read):
        found = read("mine.json", '{"a": [NaN, -Infinity], "b": "NaN", "c": "Infinity"}').values
        assert isnan(found["a"][0])
        assert found["a"][1] == -inf
        assert isnan(found["b"])
        assert found["c"] == inf

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('{"loss": 0.1, "z[h1]": [1, 2', "line 1, column 29: found the end of the file"),
            ('{"loss": true}', "loss: found true, expected a number or a list of numbers"),
            ('{"loss": null}', "loss: found null"),
            ('{"loss": "much"}', 'loss: found "much"'),
            ('{"loss": {"a": 1}}', "loss: found an object"),
            ('{"loss": []}', "loss: found an empty list"),
            ('{"loss": 1, "loss": 2}', 'loss: found the key "loss" twice'),
            ('{"loss": 1e999}', "loss: found 1e999"),
            ('{"dW1": [[1, 2], [3]]}', "dW1[1]: found a list of 1 behind a list of 2"),
            ('{"dW1": [1, [3]]}', "dW1[1]: found a list of 1 behind a number"),
            ('{"dW1": ' + "[" * 60 + "1" + "]" * 60 + "}", "dW1: found lists nested very deeply"),
            ("[1, 2]", 'found a list of 2, expected an object such as {"dw[x1,h1]": 0.1}'),
            ("{}", "found no numbers"),
            ("", "found an empty file, expected numbers as JSON, CSV"),
            ("  \n", "found an empty file"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_place(self, refusal, text, said):
        assert refusal("mine.json", text).startswith(said)


class TestCsv:
    def test_a_row_is_a_name_and_a_value_with_or_without_quotes_about_the_names_comma(self, read):
        text = 'name,value\n"dw[x1,h1]",0.1\ndw[x1,h2], 0.2\nw["my input",h1],3\n'
        values = read("mine.csv", text).values
        assert list(values) == ["dw[x1,h1]", "dw[x1,h2]", 'w["my input",h1]']
        assert float(values["dw[x1,h2]"]) == 0.2

    def test_a_name_that_comes_again_has_a_number_for_each_example(self, read):
        values = read("mine.csv", "name,value\nz[h1],1\nz[h1],nan\n").values
        assert values["z[h1]"].tolist() == pytest.approx([1.0, nan], nan_ok=True)

    def test_comments_and_blank_lines_are_left_out(self, read):
        values = read("mine.csv", "# of my program\nname,value\n\n# the loss\nloss, 1\n").values
        assert values["loss"].tolist() == 1.0

    def test_columns_stand_in_any_order_with_other_separators_and_an_update(self, read):
        found = read("mine.csv", "update;value;name\n1;0.5;w[x1,h1]\n2;0.25;w[x1,h1]\n")
        assert not found.values
        assert [float(found.by_update[k]["w[x1,h1]"]) for k in (1, 2)] == [0.5, 0.25]

    @pytest.mark.parametrize(
        "text",
        [
            "name;value\nloss;1e-3\nb[h1];0,5\ndw[x1,h1];-1,25e-3\n",
            'name,value\nloss,0\n"b[h1]","0,5"\n"dw[x1,h1]","-1,25e-3"\n',
            "name\tvalue\nloss\t1e-3\nb[h1]\t,5\ndw[x1,h1]\t-0,00125\n",
        ],
        ids=["semicolons", "quotes", "tabs"],
    )
    def test_numbers_may_have_decimal_commas(self, read, text):
        values = read("mine.csv", text).values
        assert float(values["b[h1]"]) == 0.5
        assert float(values["dw[x1,h1]"]) == -0.00125

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("name,value\nloss,0,5\n", "line 2: found 3 cells, expected name,value"),
            ("name,value\nloss\n", "line 2: found 1 cell"),
            ("name,value\n\nloss,abc\n", 'line 3: found "abc", expected a number'),
            ("name,value\nloss,\n", "line 2: found an empty cell"),
            ("name,value\n,1\n", "line 2: found no name"),
            ("name,value\nloss,1_0\n", 'line 2: found "1_0"'),
            ("name;value\nloss;1,200\n", 'line 2: found "1,200"'),
            ("name;value\nloss;0.5\nloss;0,5\n", 'line 3: found "0,5"'),
            ("name,value,update\nloss,1,-1\n", 'line 2: found the update "-1"'),
            ('name,value\n"loss,1\n', "line 2: found bad quoting"),
            ("name,value\n", "found a header and no rows"),
            ("hello\n", "line 1: found the columns hello, expected name,value"),
            (",,\n,\n", "line 1: found only empty cells, expected name,value"),
            ("# mine\n\nhello\n", "line 3: found the columns hello, expected name,value"),
            ("name,name,value\n", "line 1: found the columns name, name, value"),
            ("step,writes\n", "line 1: found the columns step, writes, expected name,value or"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, refusal, text, said):
        assert refusal("mine.csv", text).startswith(said)

    def test_a_trace_as_csv_is_told_of_json_lines(self, refusal):
        assert "(nntui trace --format jsonl" in refusal("mine.csv", "step,writes\n1,z[h1]=1\n")


class TestLinesOfATrace:
    def test_the_writes_of_any_steps_are_kept_by_their_number(self, read):
        text = '{"step": 3, "writes": {"z[h1]": 0.5}}\n\n{"step": 9, "writes": {"loss": "NaN"}}\n'
        (three, first), (nine, second) = read("mine.jsonl", text).steps
        assert (three, first, nine) == (3, {"z[h1]": 0.5}, 9)
        assert isnan(second["loss"])

    def test_they_are_known_by_their_first_line_too(self, read):
        text = json.dumps({"step": 1, "text": "…", "writes": {"a[x1]": 1.0}})
        assert read("mine.txt", text).steps == ((1, {"a[x1]": 1.0}),)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('{"step": 1, "writes": {"loss": 1}}\n{"step": 2, "wri', "line 2, column 13: found "),
            ('{"step": 0, "writes": {"loss": 1}}', "line 1, step: found 0, expected the number"),
            ('{"writes": {"loss": 1}}', "line 1, step: found null"),
            ('{"step": true, "writes": {}}', "line 1, step: found true"),
            ('{"step": 1, "writes": [1]}', "line 1, writes: found a list of 1"),
            ('{"step": 1, "writes": {"z[h1]": "x"}}', 'line 1, writes["z[h1]"]: found "x"'),
            ("[1]", "line 1: found a list of 1, expected an object"),
            ('{"step": 1, "reads": {"loss": 1}}', "found no step that writes a value"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, refusal, text, said):
        assert refusal("mine.jsonl", text).startswith(said)


class TestOtherFiles:
    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"\x80\x04\x95\x0b", "found a pickle, expected numbers as JSON, CSV, .npz"),
            (b"\x93NUMPY\x01\x00", "found one array without a name"),
            (b"\x89HDF\r\n\x1a\n", "found an HDF5 file"),
            (b"\x1f\x8b\x08\x00", "found a gzip archive"),
            (b"name,value\nloss,\xe9\n", "byte 16: found 0xE9, which is no UTF-8"),
            ("name,value\nloss,1\n".encode("utf-16"), "byte 0: found UTF-16"),
            (b"\0\0\0\0", "byte 0: found UTF"),
        ],
    )
    def test_what_they_are_is_named(self, refusal, data, said):
        assert refusal("mine", data).startswith(said)

    def test_a_file_that_is_missing_is_told_with_the_nearest_name(self, tmp_path):
        (tmp_path / "mine.npz").write_bytes(b"")
        with pytest.raises(DocumentError, match=r'no such file.*did you mean "mine.npz"'):
            read_numbers(tmp_path / "mien.npz")

    def test_a_folder_is_none(self, tmp_path):
        with pytest.raises(DocumentError, match="found a directory, expected numbers as JSON"):
            read_numbers(tmp_path)

    def test_a_file_of_10_gigabytes_is_not_read(self, tmp_path):
        path = tmp_path / "mine.npz"
        with path.open("wb") as file:
            file.truncate(10 * 2**30)  # a hole: it takes no room
        with pytest.raises(DocumentError, match="a file of more than 10239 MiB, expected at most"):
            read_numbers(path)

    def test_arrays_are_read_too_whatever_the_file_is_called(self, read, refusal):
        packed = io.BytesIO()
        np.savez(packed, dW1=np.eye(2))
        header = json.dumps({"dW1": {"dtype": "F64", "shape": [2, 2], "data_offsets": [0, 32]}})
        tensors = len(header).to_bytes(8, "little") + header.encode() + np.eye(2).tobytes()
        for name, data in (("mine.npz", packed.getvalue()), ("mine.safetensors", tensors)):
            assert read(name, data).values["dW1"].tolist() == [[1, 0], [0, 1]]
            assert read("mine", data).values["dW1"].tolist() == [[1, 0], [0, 1]]
            assert "found" in refusal(name, data[:-9])
