"""Arrays from files of ``torch.save``, which PyTorch itself reads, in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from threading import Timer
from typing import Final

from nntui.document.errors import Fault
from nntui.model.names import escaped
from nntui.verify.array_files import MAX_BYTES, AnyArray, archive_entries, read_npz

READER: Final = Path(__file__).with_name("torch_reader.py")
SECONDS: Final = 120
"""For which the process may run: importing PyTorch takes some, on a slow disk many."""
NEEDED: Final = (2, 6)
"""The first PyTorch whose reader of weights is not known to run programs (CVE-2025-32434)."""

_FOUND: Final = "a file of torch.save, which holds a pickle"
_SAFE: Final = 'safetensors.torch.save_file(model.state_dict(), "model.safetensors")'
# What the process needs of the environment: where libraries are, and nothing that is secret.
_ENVIRONMENT: Final = (
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP",
)  # fmt: skip


def read_torch_file(data: bytes) -> dict[str, AnyArray]:
    """Read the tensors of a state dict that ``torch.save`` wrote, by name.

    The pickle in the file is opened by PyTorch alone, which makes only tensors of it, in a process
    that may take so much memory and time, and can start and write nothing.

    Raises:
        Fault: no PyTorch that can do so, or a file that holds something else.
    """
    _require_torch()
    entries = archive_entries(data, "a file that torch.save wrote since PyTorch 1.6")
    if not any(entry.filename.endswith("/data.pkl") for entry in entries):
        raise Fault("", "an archive without data.pkl", "a file of torch.save")
    answer = _answer_of_reader(data)
    if answer.startswith(b"PK"):
        return read_npz(answer)
    if answer.startswith(b"!"):
        said = escaped(answer[1:2000].decode("utf-8", "replace"), 200)
        hint = f"torch.save(model.state_dict(), …) writes one, {_SAFE} a safer file"
        raise Fault("", f"a file of torch.save that {said}", "the state_dict of a model", hint)
    found = "a file of torch.save for which PyTorch needs too much memory or time"
    raise Fault("", found, "weights", f"{_SAFE} saves them safely")


def _require_torch() -> None:
    """Make sure that a PyTorch is installed that reads weights safely; it is not imported."""
    hint = "nntui never opens a pickle, which can run any program: "
    try:
        found = importlib.util.find_spec("torch") and metadata.version("torch")
    except (ImportError, ValueError):
        found = None
    numbers = tuple(int(n) for n in (found or "").split("+")[0].split(".")[:2] if n.isdigit())
    if numbers < NEEDED:
        have = f"PyTorch {escaped(found, 40)}" if found else "no PyTorch"
        needed = ".".join(map(str, NEEDED))
        hint += f"PyTorch {needed} reads the weights alone (here is {have}), or {_SAFE} saves them"
        raise Fault("", _FOUND, ".npz, .safetensors or .onnx", hint)


def _answer_of_reader(data: bytes) -> bytes:
    """Run the reader on a file; what it answers, or nothing where it was ended."""
    # Not the working folder, where what is called torch may have come with the file.
    places = [place for place in sys.path if place and os.path.abspath(place) != os.getcwd()]
    command = [sys.executable, "-I", str(READER), str(MAX_BYTES), os.pathsep.join(places)]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        timer = Timer(SECONDS, process.kill)
        timer.start()
        try:
            try:
                process.stdin.write(data)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it was ended before it read all
            answer = process.stdout.read(2 * MAX_BYTES)
        finally:
            timer.cancel()
            process.kill()
    return answer
