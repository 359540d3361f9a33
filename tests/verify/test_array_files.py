"""Files of arrays: what they say of themselves is held against their bytes; nothing is executed."""

import io
import json
import random
import resource
import struct
import zipfile

import numpy as np
import pytest

from nntui.document.errors import Fault
from nntui.text import harmless
from nntui.verify.array_files import MAX_BYTES, is_safetensors, read_npz, read_safetensors


def npz(compressed=False, **arrays):
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def archive(compression=zipfile.ZIP_STORED, **members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, data in members.items():
            made.writestr(f"{name}.npy", data)
    return file.getvalue()


def declared(data, size):
    """Let the directory of an archive say that its first member has so many bytes."""
    at = data.index(b"PK\x01\x02") + 24
    return data[:at] + struct.pack("<I", size) + data[at + 4 :]


def npy(header, data=b"", version=1):
    text = header.encode() + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(text)) + text + data


def safetensors(header, body):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def tensor(shape=(2, 2), dtype="F32", offsets=(0, 16)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def refusal(read, data):
    with pytest.raises(Fault) as caught:
        read(data)
    fault = caught.value
    return f"{fault.place}: {fault}" if fault.place else str(fault)


class TestNpz:
    @pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", "<i8", ">i2", "u1", "?"])
    @pytest.mark.parametrize("order", ["C", "F"])
    def test_arrays_of_numbers_are_read_as_numpy_reads_them(self, dtype, order):
        array = np.arange(6).reshape(2, 3).astype(dtype, order=order)
        for compressed in (False, True):
            found = read_npz(npz(compressed, dW1=array, b1=array[0], loss=array[0, 1]))
            assert {name: a.shape for name, a in found.items()} == {
                "dW1": (2, 3),
                "b1": (3,),
                "loss": (),
            }
            assert np.array_equal(found["dW1"], array)
            assert found["dW1"].dtype == np.dtype(dtype).newbyteorder("=")

    @pytest.mark.parametrize(
        ("array", "said"),
        [
            (np.array([{"a": 1}]), "found an array of Python objects, which is a pickle"),
            (np.ones(3, np.float16), "found numbers of 16 bits (f2)"),
            (np.ones(3, np.complex128), "found an array of <c16"),
            (np.array(["a"]), "found an array of <U1"),
            (np.ones(3, [("a", "f8")]), "found an array of [('a', '<f8')]"),
            (np.ones((0, 3)), "found the shape (0, 3): no numbers"),
            (np.ones((1,) * 9), "found an array of 9 axes"),
        ],
    )
    def test_other_arrays_are_refused_by_name(self, array, said):
        assert refusal(read_npz, npz(dW1=array)).startswith(f"dW1: {said}")

    @pytest.mark.parametrize(
        ("member", "said"),
        [
            (b"hello", "dW1: found no array"),
            (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", b"\0" * 16),
             "dW1: found the shape (3,), which takes 24 bytes, and 16 bytes"),
            (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999999999,), }"),
             "dW1: found the shape (999999999999999999,), which takes 7,999,999,999,999,999,992"),
            (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }"), "dW1: found the h"),
            (npy("{'descr': __import__('os').getcwd(), 'fortran_order': False, 'shape': (), }"),
             "dW1: found the header"),
            (npy("(" * 5000), "dW1: found the header"),
            (npy(" " * 20_000), "dW1: found a header of 20,001 bytes"),
            (npy("{}", version=9), "dW1: found no array"),
            (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }")[:30], "dW1: found "),
        ],
    )  # fmt: skip
    def test_a_header_that_lies_is_found_out(self, member, said):
        assert refusal(read_npz, archive(dW1=member)).startswith(said)

    def test_a_zip_bomb_is_not_unpacked(self):
        bomb = declared(npz(compressed=True, dW1=np.zeros(100_000)), MAX_BYTES + 1)
        assert len(bomb) < 2_000
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert refusal(read_npz, bomb).startswith("found arrays that take 257 MiB")
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**14  # KiB

    def test_an_entry_that_unpacks_to_more_than_it_says_is_cut_off_there(self):
        bomb = declared(archive(zipfile.ZIP_DEFLATED, dW1=npy("{", b"\0" * 1_000_000)), 100)
        assert refusal(read_npz, bomb).startswith("found a damaged archive (Bad CRC-32")

    def test_very_many_entries_are_refused_before_they_are_looked_at(self):
        said = refusal(read_npz, b"PK\x03\x04" + b"PK\x01\x02" * 10_001)
        assert said.startswith("found an archive of very many files, expected at most 10,000")

    def test_other_archives_are_named(self):
        with io.BytesIO() as file:
            with zipfile.ZipFile(file, "w") as made:
                made.writestr("archive/data.pkl", b"")
            assert refusal(read_npz, file.getvalue()).startswith("found a file of torch.save")
        with io.BytesIO() as file:
            with zipfile.ZipFile(file, "w") as made:
                made.writestr("xl/workbook.xml", b"")
            assert refusal(read_npz, file.getvalue()).startswith('found the file "xl/workbook.xml"')
        packed = archive(zipfile.ZIP_LZMA, dW1=b"")
        assert refusal(read_npz, packed).startswith("dW1: found an array that is packed in another")

    def test_half_a_file_is_damaged(self):
        whole = npz(dW1=np.ones((9, 9)))
        for length in (0, 20, 200, len(whole) - 30):
            assert "found a damaged archive" in refusal(read_npz, whole[:length])


class TestSafetensors:
    def test_arrays_are_read_and_metadata_left_out(self):
        header = {"__metadata__": {"by": "me"}, "dW1": tensor(), "b": tensor((), "F64", (16, 24))}
        data = safetensors(header, np.arange(4, dtype="<f4").tobytes() + struct.pack("<d", 0.5))
        assert is_safetensors(data)
        found = read_safetensors(data)
        assert found["dW1"].tolist() == [[0, 1], [2, 3]]
        assert found["dW1"].dtype == np.float32
        assert float(found["b"]) == 0.5

    @pytest.mark.parametrize(
        ("header", "said"),
        [
            ({"dW1": tensor((2, 3))}, "dW1: found the shape (2, 3), which takes 24 bytes, and 16"),
            ({"dW1": tensor(offsets=(0, 160))}, "dW1.data_offsets: found 0 to 160, expected two"),
            ({"dW1": tensor(offsets=(16, 0))}, "dW1.data_offsets: found 16 to 0"),
            ({"dW1": tensor(offsets=(-4, 12))}, "dW1.data_offsets: found a list of 2"),
            ({"dW1": tensor(offsets=(0, 2**70))}, "dW1.data_offsets: found a list of 2"),
            ({"dW1": tensor((2,), offsets=(8, 16))}, "dW1.data_offsets: found data from byte 8 on"),
            ({"dW1": tensor(), "a": tensor()}, "dW1.data_offsets: found data from byte 0 on"),
            ({"dW1": tensor((2,), offsets=(0, 8))}, "found 8 bytes behind the last array"),
            ({"dW1": tensor((2**40, 2**40))}, "dW1: found the shape (1099511627776, 109951162777"),
            ({"dW1": tensor((-1,))}, "dW1.shape: found a list of 1, expected a list of whole"),
            ({"dW1": tensor() | {"shape": "4"}}, 'dW1.shape: found "4"'),
            ({"dW1": tensor((2, 4), "BF16")}, "dW1.dtype: found numbers of 16 bits (BF16)"),
            ({"dW1": tensor() | {"dtype": ["F32"]}}, "dW1.dtype: found an array of a list of 1"),
            ({"dW1": tensor() | {"data_offsets": None}}, "dW1.data_offsets: found null"),
            ({"dW1": [1]}, "dW1: found a list of 1, expected an object with dtype"),
            ([1], "found a list of 1, expected an object that names the arrays"),
            (b'{"a": 1, "a": 2}', 'a: found the key "a" twice'),
            (b'{"dW1": {"dtype"', "line 1, column 17: found the end"),
            (b"\xff{}", "byte 8: found no UTF-8"),
        ],
    )  # fmt: skip
    def test_a_header_that_lies_is_found_out(self, header, said):
        assert refusal(read_safetensors, safetensors(header, bytes(16))).startswith(said)

    @pytest.mark.parametrize("length", [2**40, 2**63, 17])
    def test_a_length_beyond_the_file_is_found_out(self, length):
        said = refusal(read_safetensors, struct.pack("<Q", length) + b"{}")
        assert said.startswith(f"found a header of {length:,} bytes in a file of 10")

    def test_a_few_bytes_are_none(self):
        assert refusal(read_safetensors, b"abc").startswith("found a header of")


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(20))
def test_a_file_mutated_anywhere_is_read_or_refused_in_a_sentence(seed):
    arrays = {"dW1": np.arange(12.0).reshape(3, 4), "b1": np.ones(4, np.float32)}
    body = b"".join(a.tobytes() for a in arrays.values())
    header = {"dW1": tensor((3, 4), "F64", (0, 96)), "b1": tensor((4,), "F32", (96, 112))}
    random_ = random.Random(seed)
    for read, whole in (
        (read_npz, npz(**arrays)),
        (read_npz, npz(compressed=True, **arrays)),
        (read_safetensors, safetensors(header, body)),
    ):
        for _ in range(300):
            data = bytearray(whole)
            for _ in range(random_.randint(1, 4)):
                at = random_.randrange(len(data))
                match random_.randrange(4):
                    case 0:
                        data[at] = random_.randrange(256)
                    case 1:
                        del data[at : at + random_.randint(1, 40)]
                    case 2:
                        data[at:at] = random_.randbytes(random_.randint(1, 8))
                    case 3:
                        data[at : at + 4] = struct.pack("<I", 2**32 - 1 - random_.randrange(3))
                data = data or bytearray(b"\0")
            said, found = "", {}
            try:
                found = read(bytes(data))
            except Fault as fault:
                said = str(fault)
            assert said == harmless(said)
            assert sum(array.nbytes for array in found.values()) < MAX_BYTES
