"""Read a file of ``torch.save``: a program of its own, which nntui runs apart from itself.

It gets the file on its standard input and writes its arrays as an archive of ``numpy.savez``, or
``!`` and why it cannot. PyTorch makes nothing of the file but tensors (``weights_only``); what it
may take besides is bounded, and it can neither start a process nor write a file.

    python -I torch_reader.py BYTES PLACES   # the most bytes in the arrays; where PyTorch is
"""

import importlib
import io
import os
import re
import sys
import zipfile
from collections.abc import Mapping
from typing import Any

SECONDS = 60
"""Of computing, at most, once PyTorch is there."""
STATES = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights")
"""Under which names checkpoints keep a model's state."""


class RefusedError(Exception):
    """A file that is no state of a model; its text says why."""


def main(most: int, places: str) -> None:
    """Read the file and write its arrays."""
    sys.path += [place for place in places.split(os.pathsep) if place not in sys.path]
    torch, numpy = importlib.import_module("torch"), importlib.import_module("numpy")
    torch.set_num_threads(1)  # it could not start another
    data = sys.stdin.buffer.read()
    _bound(4 * (most + len(data)))
    try:
        found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        answer = _archive(_arrays(torch, found, most), numpy)
    except RefusedError as error:
        answer = f"!{error}".encode()
    except MemoryError:
        answer = b"!needs more memory than weights do"
    except Exception as error:  # of damaged files PyTorch raises everything
        asked = re.search(r"GLOBAL ([\w.]+)", str(error))
        why = f"asks for {asked[1]}, which is more than weights" if asked else "is damaged"
        answer = f"!{why}".encode()
    sys.stdout.buffer.write(answer)


def _bound(memory: int) -> None:
    """Bound what the process may still take, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            memory += int(file.read().split()[0]) * resource.getpagesize()
        limits = {resource.RLIMIT_AS: memory}
    except OSError:  # no Linux: its size is not known
        limits = {}
    limits |= {resource.RLIMIT_CPU: SECONDS, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    limits[resource.RLIMIT_NPROC] = 0
    for limit, most in limits.items():
        _, hard = resource.getrlimit(limit)
        if limit == resource.RLIMIT_CPU:
            most += int(sum(os.times()[:2])) + 1
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))


def _arrays(torch: Any, found: Any, most: int) -> dict[str, Any]:
    """Take a state of tensors, whose sizes are looked at before anything is made of them."""
    state = _state(torch, found)
    types = {torch.float64, torch.float32, torch.float16, torch.bfloat16}
    types |= {torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool}
    size = 0
    for name, tensor in state.items():
        if tensor.layout != torch.strided or tensor.dtype not in types:
            raise RefusedError(f"has {name}, a tensor of {tensor.dtype} in {tensor.layout}")
        if tensor.device.type != "cpu":
            raise RefusedError(f"has {name}, a tensor without numbers")
        size += tensor.numel() * max(tensor.element_size(), 4)
    if size > most:
        raise RefusedError(f"has tensors of {size >> 20:,} MiB (at most {most >> 20})")
    return {
        name: (tensor.float() if tensor.element_size() == 2 else tensor).detach().numpy()
        for name, tensor in state.items()
    }


def _state(torch: Any, found: Any) -> Mapping[str, Any]:
    """Find the state of a model: the whole, or what a checkpoint has under one of the names."""
    candidates = [found]
    if isinstance(found, Mapping):
        candidates += [found[name] for name in STATES if name in found]
    for each in candidates:
        if isinstance(each, Mapping) and each and all(map(torch.is_tensor, each.values())):
            return {str(name): tensor for name, tensor in each.items()}
    kind = type(found).__name__
    if isinstance(found, Mapping):
        kind = f"a dict of {', '.join(map(str, list(found)[:8])) or 'nothing'}"
    raise RefusedError(f"holds {kind}")


def _archive(arrays: Mapping[str, Any], numpy: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                numpy.lib.format.write_array(entry, array, allow_pickle=False)
    return file.getvalue()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
