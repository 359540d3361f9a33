"""Read and write files that the user names: regular ones, of limited size, without waiting."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import stat
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from nntui.document.errors import DocumentError, Fault
from nntui.model.errors import SettingError
from nntui.model.names import did_you_mean, escaped

MAX_FILE_BYTES: Final = 64 * 2**20
"""Bytes in a CSV file, or any file that has no bound of its own."""

MAX_DOCUMENT_BYTES: Final = 128 * 2**20
"""Bytes in a document: room for a million connections one by one, as they are written."""

MAX_DEBUGGER_BYTES: Final = 2**20
"""Bytes of JSON in the section ``debugger``, and in a debugger's state."""

_NAMES_CONSIDERED: Final = 1000
_ENTRIES_SWEPT: Final = 10_000

# O_NONBLOCK: opening a FIFO must not wait for its other end. (Windows has none of these.)
_BINARY: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_READING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY
_CREATING: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY

_KINDS: Final = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

_PHRASES: Final[Mapping[int | None, str]] = {
    errno.ENOENT: "no such file",
    errno.ENOTDIR: "a path through something that is no folder",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EISDIR: "a directory",
    errno.ELOOP: "a circle of symbolic links",
    errno.ENAMETOOLONG: "a file name that is too long",
    errno.ENXIO: "a socket",
    errno.ENOSPC: "no space left on the disk",
    errno.EROFS: "a file system that is read-only",
}


def phrase_of(error: OSError) -> str:
    """Say in plain words what the operating system found."""
    return _PHRASES.get(error.errno) or (error.strerror or type(error).__name__).lower()


def fault_of(error: OSError | ValueError, path: str, expected: str) -> Fault:
    """Make the fault of a failed use of ``path``; for a missing file it names the nearest one.

    A ``ValueError`` is what Python raises for a path that holds a NUL character.
    """
    if not isinstance(error, OSError):
        return Fault("", "a file name that no file can have", expected)
    folder, name = os.path.split(path)
    hint = did_you_mean(name, files_in(folder)) if error.errno == errno.ENOENT else ""
    return Fault("", phrase_of(error), expected, hint)


def files_in(folder: str) -> list[str]:
    """List the names of the files in a folder ("": here), a thousand at most; unreadable: none."""
    try:
        with os.scandir(folder or os.curdir) as entries:
            return [entry.name for entry in islice(entries, _NAMES_CONSIDERED) if entry.is_file()]
    except (OSError, ValueError):
        return []


def path_text(path: object, expected: str = "a path") -> str:
    """Return a path as text.

    Raises:
        SettingError: it is none.
    """
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise SettingError(escaped(repr(path), 40), expected, "path")
    return os.fsdecode(path)


def _kind_of(mode: int) -> str | None:
    """Say what a file is that is not a regular one; None for a regular file."""
    if stat.S_ISREG(mode):
        return None
    return _KINDS.get(stat.S_IFMT(mode), "something that is no regular file")


def read_bytes(path: str, expected: str, most: int = MAX_FILE_BYTES) -> bytes:
    """Read the regular file at ``path``.

    Args:
        path: any path.
        expected: what the file should be, as a phrase for the sentence.
        most: bytes in it, at most.

    Raises:
        Fault: nothing there, no permission, no regular file, or more than the limit.
    """
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, _READING)) as file:
            status = os.fstat(file.fileno())
            if kind := _kind_of(status.st_mode):
                raise Fault("", kind, expected)
            size = status.st_size
            if size <= most:
                data = file.read(most + 1)  # it may grow meanwhile
                size = len(data)
    except (OSError, ValueError) as error:
        raise fault_of(error, path, expected) from None
    if size > most:
        limit = f"at most {most // 2**20} MiB"
        raise Fault("", f"a file of more than {(size - 1) // 2**20} MiB", limit)
    return data


# How files begin that are no text and may be taken for one.
_MAGIC: Final = {
    b"PK\x03\x04": "a zip archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook (.xls)",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstandard archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"PAR1": "a Parquet file",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
}


def archive_in(data: bytes) -> str:
    """Name the kind of file that bytes are by how they begin, where it is none of text."""
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "")
    if kind == "a zip archive" and b"xl/" in data[: 2**16]:
        return "an Excel workbook (.xlsx)"
    page = data[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    return "a web page (HTML)" if page else kind


def decoded(data: bytes) -> str:
    """Decode UTF-8; a byte-order mark at the start is dropped.

    Raises:
        Fault: another encoding; the place is the first byte that is not UTF-8.
    """
    if kind := archive_in(data):
        raise Fault("", kind, "text in UTF-8")
    encoding = json.detect_encoding(data)
    if encoding.startswith(("utf-16", "utf-32")):
        mark = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
        how = "by its byte-order mark" if mark else "by its zero bytes"
        name = encoding[:6].upper()
        raise Fault("byte 0", f"{name} ({how})", "UTF-8", "save the file again as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from after the mark that it dropped.
        position = len(data) - len(error.object) + error.start
        found = f"0x{data[position]:02X}, which is no UTF-8"
        raise Fault(f"byte {position}", found, "text in UTF-8") from None


def folder_of(document: str) -> str:
    """Return the folder of a document, links followed: its relative paths start there.

    Raises:
        Fault: the working folder no longer exists.
    """
    try:
        return os.path.dirname(os.path.realpath(document))
    except (OSError, ValueError) as error:
        raise fault_of(error, document, "a path that leads somewhere") from None


def absolute(path: str) -> str:
    """Make a path absolute: the links in its folder are followed, a last link is not."""
    folder, name = os.path.split(path)
    try:
        return os.path.join(os.path.realpath(folder), name)
    except ValueError:
        return path  # a NUL character: opening the file will say so


_EXPECTED: Final = "a file that can be written"
_PRIVATE: Final = 0o600
# Some file systems cannot flush a folder, and some folders may be written but not opened.
_FOLDER_CANNOT: Final = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EBADF)


def write_atomically(
    path: str, data: bytes, *, private: bool = False, lasting: bool = True
) -> None:
    """Replace the file at ``path``, or make it.

    A temporary file in the same folder is written, flushed to the disk and renamed. A link is
    followed, and an old file's permissions are kept. Nothing is left behind by a failure.

    Args:
        path: any path whose folder exists.
        data: the whole content.
        private: whether nobody but the user may read a new file.
        lasting: whether to wait until it is on the disk; else a power cut may leave neither the
            old nor the new one.

    Raises:
        Fault: what the operating system refused, or a path that is no regular file.
    """
    try:
        target = os.path.realpath(path)
        mode = _mode_of(target) or (_PRIVATE if private else None)
        name = f".nntui-{os.getpid()}-{secrets.token_hex(8)}.tmp"
        temporary = os.path.join(os.path.dirname(target), name)
        try:
            _write(temporary, data, mode, lasting)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        if lasting:
            _flush_folder(os.path.dirname(target))
    except (OSError, ValueError) as error:
        raise fault_of(error, path, _EXPECTED) from None


_TEMPORARY: Final = re.compile(r"\.nntui-(\d+)-[0-9a-f]{16}\.tmp")


def sweep(folder: Path) -> None:
    """Delete what killed processes left of files that they were about to write in a folder."""
    with contextlib.suppress(OSError, ValueError), os.scandir(folder) as entries:
        for entry in islice(entries, _ENTRIES_SWEPT):
            name = _TEMPORARY.fullmatch(entry.name)
            if name and not is_running(int(name[1]), entry.stat(follow_symlinks=False).st_mtime):
                os.unlink(entry.path)


def is_running(process: int, since: float) -> bool:
    """Return whether a process that ran at ``since`` (seconds since 1970) still does.

    Where the system says when it began, another one that has its number now is not taken for it.
    """
    if os.name == "nt":  # where signal 0 is Ctrl-C; a file in use cannot be moved or deleted there
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except PermissionError:
        pass
    except (OSError, OverflowError):
        return False
    try:
        return os.stat(f"/proc/{process}").st_mtime <= since + 1
    except OSError:
        return True


def write_text(place: Path, text: str) -> None:
    """Replace a file, or make it, with a text in UTF-8.

    Raises:
        DocumentError: it cannot be written.
    """
    try:
        write_atomically(os.fspath(place), text.encode("utf-8", "backslashreplace"))
    except Fault as fault:
        raise DocumentError.of(fault, os.fspath(place)) from None


def _mode_of(target: str) -> int | None:
    """Return the permission bits of the old file; None when there is none."""
    try:
        status = os.stat(target)
    except FileNotFoundError:
        if not os.path.isdir(os.path.dirname(target)):
            raise Fault("", "no such folder", "a file in a folder that exists") from None
        return None
    if kind := _kind_of(status.st_mode):
        raise Fault("", kind, _EXPECTED)
    if not os.access(target, os.W_OK):
        raise Fault("", "a file that is read-only", _EXPECTED)
    return stat.S_IMODE(status.st_mode)


def _write(path: str, data: bytes, mode: int | None, lasting: bool) -> None:
    with open(os.open(path, _CREATING, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        if mode is not None:
            os.chmod(path, mode)
        if lasting:
            os.fsync(file.fileno())


def _flush_folder(folder: str) -> None:
    """Flush the renaming itself; Windows cannot open folders, and need not."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _FOLDER_CANNOT:
            raise


Stamp: TypeAlias = tuple[int, int, int] | None
"""When a file was last changed, its size and its inode; None: there is no such file."""


def stamp_of(path: str | os.PathLike[str]) -> Stamp:
    """Take the stamp of a file, links followed."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def stamps_of(paths: tuple[Path, ...]) -> tuple[Stamp, ...]:
    """Take the stamps of several files."""
    return tuple(map(stamp_of, paths))
