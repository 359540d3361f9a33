"""Writing a file so that at every moment either the old one or the new one is there, complete."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from nntui.document.errors import DocumentError, Fault
from nntui.document.files import fault_of, kind_of

_EXPECTED: Final = "a file that can be written"
_PRIVATE: Final = 0o600
_CREATING: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)
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
        private: whether a new file is for nobody else to read.
        lasting: whether to wait until it is on the disk; else a power cut may leave neither the
            old nor the new one.

    Raises:
        Fault: what the operating system refused, or a path that is no regular file.
    """
    try:
        target = os.path.realpath(path)
        mode = _mode_of(target) or (_PRIVATE if private else None)
        temporary = f"{os.path.dirname(target)}{os.sep}.nntui-{secrets.token_hex(8)}.tmp"
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


def write_text(place: Path, text: str) -> None:
    """Replace a file, or make it; what it says is UTF-8.

    Raises:
        DocumentError: it cannot be written.
    """
    try:
        write_atomically(os.fspath(place), text.encode("utf-8", "backslashreplace"))
    except Fault as fault:
        raise DocumentError.of(fault, os.fspath(place)) from None


def _mode_of(target: str) -> int | None:
    """The permission bits of the old file; None when there is none."""
    try:
        status = os.stat(target)
    except FileNotFoundError:
        if not os.path.isdir(os.path.dirname(target)):
            raise Fault("", "no such folder", "a file in a folder that exists") from None
        return None
    if kind := kind_of(status.st_mode):
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
    """Make the renaming itself last; Windows cannot open folders, and need not."""
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
