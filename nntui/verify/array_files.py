"""Arrays from ``.npz`` and ``.safetensors`` files, of which nothing is ever executed.

What a file says of itself (names, types, shapes, sizes, places) is held against the bytes that it
has before memory is taken for an array. Formats: numpy.lib.format (versions 1 to 3), and
https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from nntui.document.errors import Fault, at_key, shown
from nntui.document.parse import parsed
from nntui.model.names import escaped

AnyArray = npt.NDArray[Any]

MAX_BYTES: Final = 256 * 2**20
"""Bytes in a file of arrays, and in all of its arrays together."""

_MAX_ARRAYS: Final = 10_000
_MAX_AXES: Final = 8
_MAX_HEADER: Final = 4 * 2**20  # bytes of JSON in a safetensors file
_MAX_NPY_HEADER: Final = 10_000  # as numpy's own limit

_ZIP_ENTRY: Final = b"PK\x01\x02"  # how each entry of a zip archive's directory begins
_NPY: Final = b"\x93NUMPY"
# Read as what numpy writes, not as the Python expression that it also is.
_NPY_HEADER: Final = re.compile(
    r"\{\s*'descr':\s*(?P<type>'[^']*'|\[.*\]),\s*'fortran_order':\s*(?P<fortran>True|False),"
    r"\s*'shape':\s*\((?P<shape>(?:\s*\d{1,18}L?\s*,?)*)\)\s*,?\s*\}\s*",
    re.DOTALL,
)
_NPY_TYPE: Final = re.compile(r"'([<>=|]?)(f[248]|[iu][1248]|b1|\?)'")
_SAFETENSORS_TYPES: Final = {
    "F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "|b1",
}  # fmt: skip
_HALVES: Final = {"F16": "<f2", "BF16": "<u2"}
"""Numbers of 16 bits; those of BF16 are the first half of a number of 32."""
_NUMBERS: Final = "numbers of 32 or 64 bits"
_HALF: Final = "16 bits hold three digits, too few to tell a mistake from rounding"
_SAVEZ: Final = "an archive that numpy.savez wrote"
_NO_ARCHIVE: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
    NotImplementedError, LookupError, OverflowError,
)  # fmt: skip


def is_safetensors(data: bytes) -> bool:
    """Whether bytes begin as such a file: with the length of a JSON object, then the object."""
    return b"\0" in data[:8] and data[8:9] == b"{"


def read_npz(data: bytes, *, halves: bool = False) -> dict[str, AnyArray]:
    """Read the arrays of an archive that ``numpy.savez`` wrote.

    ``halves``: whether numbers of 16 bits are read, too; they are widened, which changes none.

    Raises:
        Fault: no such archive, or an array that is none of numbers or not what it says it is.
    """
    entries = archive_entries(data, _SAVEZ)
    _check_entries(entries)
    with _damage_named(_SAVEZ), zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            entry.filename.removesuffix(".npy"): _unpacked(archive, entry, halves)
            for entry in entries
        }


def archive_entries(data: bytes, expected: str) -> list[zipfile.ZipInfo]:
    """List the files in a zip archive, before anything is unpacked.

    Raises:
        Fault: it is none, or they are too many, or too large together.
    """
    if data.count(_ZIP_ENTRY) > _MAX_ARRAYS:  # before zipfile makes an object of each
        raise Fault("", "an archive of very many files", f"at most {_MAX_ARRAYS:,} arrays")
    with _damage_named(expected), zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    _check_size(sum(entry.file_size for entry in entries))
    return entries


@contextmanager
def _damage_named(expected: str) -> Iterator[None]:
    try:
        yield
    except _NO_ARCHIVE as error:
        found = f"a damaged archive ({escaped(str(error) or type(error).__name__)})"
        raise Fault("", found, expected) from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names: set[str] = set()
    for entry in entries:
        if entry.filename.endswith("data.pkl"):
            raise Fault(
                "",
                "a file of torch.save, which holds a pickle",
                "arrays: numpy.savez or safetensors writes them",
                "nntui never opens a pickle: that can run any program",
            )
        if not entry.filename.endswith(".npy"):
            found = f'the file "{escaped(entry.filename)}" in the archive'
            raise Fault("", found, "only arrays (.npy), as numpy.savez writes them")
        if entry.filename in names:
            raise Fault(_name(entry), "this array twice", "each name once")
        names.add(entry.filename)
        stored = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if entry.compress_type not in stored or entry.flag_bits & 1:
            how = "encrypted" if entry.flag_bits & 1 else "packed in another way"
            raise Fault(_name(entry), f"an array that is {how}", "what numpy.savez writes")


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        found = f"arrays that take {-(-size // 2**20):,} MiB"
        raise Fault("", found, f"at most {MAX_BYTES // 2**20} MiB")


def _name(entry: zipfile.ZipInfo) -> str:
    return escaped(entry.filename.removesuffix(".npy"))


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, halves: bool) -> AnyArray:
    """Read an array; not one byte more is unpacked than its entry says (see ``_check_entries``)."""
    place = _name(entry)
    with archive.open(entry) as file:
        start = file.read(len(_NPY) + 2)
        if start[:-2] != _NPY or start[-2] not in (1, 2, 3):
            raise Fault(place, "no array", "an array in numpy's format .npy")
        width = 2 if start[-2] == 1 else 4
        length = int.from_bytes(file.read(width), "little")
        if length > _MAX_NPY_HEADER:
            raise Fault(place, f"a header of {length:,} bytes", f"at most {_MAX_NPY_HEADER:,}")
        header = file.read(length).decode("utf-8" if start[-2] == 3 else "latin-1", "replace")
        dtype, shape, fortran = _npy_header(place, header)
        if dtype.str[1:] == "f2" and not halves:
            raise Fault(place, *_refused(dtype.str))
        rest = entry.file_size - len(start) - width - length
        _check_length(place, dtype, shape, rest)
        # The entry may lie about its size as well: then it ends early, which numpy refuses.
        return _widened(_array(place, file.read(), dtype, shape, "F" if fortran else "C"))


def _npy_header(place: str, header: str) -> tuple[np.dtype[Any], tuple[int, ...], bool]:
    match = _NPY_HEADER.fullmatch(header)
    if match is None:
        raise Fault(place, f"the header {shown(header.strip())}", "type, order and shape")
    kind = _NPY_TYPE.fullmatch(match["type"])
    if kind is None:
        raise Fault(place, *_refused(match["type"].strip("'")))
    shape = tuple(int(n.rstrip("L ")) for n in match["shape"].split(",") if n.strip())
    return np.dtype(kind[1] + kind[2]), shape, match["fortran"] == "True"


def _refused(kind: str) -> tuple[str, str, str]:
    """Say of a type that is none of those read: what it is, what is expected, and a hint."""
    name = kind.lstrip("<>=|")
    if name.startswith("O"):
        hint = "nntui never opens a pickle: that can run any program"
        return "an array of Python objects, which is a pickle", "an array of numbers", hint
    if name in ("f2", "F16", "BF16"):
        return f"numbers of 16 bits ({name})", _NUMBERS, _HALF
    return f"an array of {escaped(kind, 40)}", f"an array of {_NUMBERS}", ""


def _check_length(place: str, dtype: np.dtype[Any], shape: tuple[int, ...], length: int) -> None:
    """Make sure that a shape needs just as many bytes as there are, and is one of numbers."""
    needed = prod(shape) * dtype.itemsize
    if needed != length:
        found = f"the shape {shape}, which takes {needed:,} bytes, and {length:,} bytes"
        raise Fault(place, found, "a shape that fits the bytes")
    if len(shape) > _MAX_AXES:
        raise Fault(place, f"an array of {len(shape)} axes", f"at most {_MAX_AXES}")
    if not needed:
        raise Fault(place, f"the shape {shape}: no numbers", "at least one number")


def _array(
    place: str, data: bytes | memoryview, dtype: np.dtype[Any], shape: tuple[int, ...], order: Any
) -> AnyArray:
    if len(data) != prod(shape) * dtype.itemsize:
        raise Fault(place, "an array that breaks off", f"{prod(shape):,} numbers")
    array = np.frombuffer(data, dtype).reshape(shape, order=order)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _widened(array: AnyArray) -> AnyArray:
    return array.astype(np.float32) if array.dtype == np.float16 else array


def read_safetensors(data: bytes, *, halves: bool = False) -> dict[str, AnyArray]:
    """Read the arrays of a ``.safetensors`` file; ``halves`` as in ``read_npz``.

    Raises:
        Fault: the place is an array's name in the header; a header that is not true to the bytes.
    """
    header, body = _parts(data)
    header.pop(_METADATA, None)
    if len(header) > _MAX_ARRAYS:
        raise Fault("", f"{len(header):,} arrays", f"at most {_MAX_ARRAYS:,}")
    types = _SAFETENSORS_TYPES | (_HALVES if halves else {})
    return dict(_tensors(header, body, types))


def read_metadata(data: bytes) -> dict[str, str]:
    """Read the texts that a ``.safetensors`` file has beside its arrays.

    Raises:
        Fault: a header that cannot be read, or other things than texts.
    """
    texts = _parts(data)[0].get(_METADATA, {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise Fault(_METADATA, shown(texts), "an object of texts")
    return texts


_METADATA: Final = "__metadata__"


def _parts(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """Split a ``.safetensors`` file into its header and the bytes of its arrays."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        found = f"a header of {length:,} bytes in a file of {len(data):,}"
        raise Fault("", found, "a header that ends before the file")
    if length > _MAX_HEADER:
        raise Fault("", f"a header of {length:,} bytes", f"at most {_MAX_HEADER:,}")
    try:
        text = data[8 : 8 + length].decode()
    except UnicodeDecodeError as error:
        raise Fault(f"byte {8 + error.start}", "no UTF-8", "a header in UTF-8") from None
    header = parsed(text)
    if not isinstance(header, dict):
        raise Fault("", shown(header), "an object that names the arrays")
    return header, memoryview(data)[8 + length :]


def _tensors(
    header: Mapping[str, Any], body: memoryview, types: Mapping[str, str]
) -> Iterator[tuple[str, AnyArray]]:
    """Yield the arrays, which lie one right behind the other."""
    entries = sorted(
        ((_offsets(at_key("", name), entry, len(body)), name) for name, entry in header.items())
    )
    end = 0
    for (start, stop), name in entries:
        place, entry = at_key("", name), header[name]
        if start != end:
            found, expected = f"data from byte {start:,} on", f"from {end:,} on, without a gap"
            raise Fault(f"{place}.data_offsets", found, expected)
        kind, shape = entry.get("dtype"), entry.get("shape")
        written = types.get(str(kind))
        if written is None:
            raise Fault(f"{place}.dtype", *_refused(kind if isinstance(kind, str) else shown(kind)))
        if not isinstance(shape, list) or not all(map(_is_count, shape)):
            raise Fault(f"{place}.shape", shown(shape), "a list of whole numbers")
        dtype = np.dtype(written)
        _check_length(place, dtype, tuple(shape), stop - start)
        array = _array(place, body[start:stop], dtype, tuple(shape), "C")
        if kind == "BF16":
            array = (array.astype(np.uint32) << 16).view(np.float32)
        yield name, _widened(array)
        end = stop
    if end != len(body):
        raise Fault("", f"{len(body) - end:,} bytes behind the last array", "none")


def _offsets(place: str, entry: object, length: int) -> tuple[int, int]:
    if not isinstance(entry, dict):
        raise Fault(place, shown(entry), "an object with dtype, shape and data_offsets")
    match entry.get("data_offsets"):
        case [start, stop] if _is_count(start) and _is_count(stop) and start <= stop <= length:
            return start, stop
        case [start, stop] if _is_count(start) and _is_count(stop):
            words = f"{start} to {stop}"
        case found:
            words = shown(found)
    expected = f"two places in the {length:,} bytes behind the header"
    raise Fault(f"{place}.data_offsets", words, expected)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
