"""The files of a probe: its document, its numbers, and a program to put one's own code in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any, Final

import numpy as np

from nntui.document.errors import DocumentError, Fault
from nntui.document.files import write_atomically
from nntui.document.save import laid_out
from nntui.model.activations import EXPRESSION, Activation
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.model.optimizers import Optimizer
from nntui.verify.probe import EXAMPLES, Probe

DOCUMENT: Final = "probe.json"
NUMBERS: Final = "probe.npz"
TEMPLATE: Final = "template.py"
MINE: Final = "mine.npz"
"""What the template saves."""

UPDATES: Final = 3
"""Updates of a template that checks them."""

BEGIN: Final = "# ---- Your code goes here: "
END: Final = "# ---- Your code ends here."


def write_probe(
    probe: Probe, folder: Path, *, updates: bool = False, torch: bool = False, force: bool = False
) -> None:
    """Write the files of a probe into a folder, which is made if it is not there.

    Args:
        probe: the document and the numbers.
        folder: where.
        updates: whether the template checks updates beside gradients.
        torch: whether it is for PyTorch.
        force: whether files that are there already are replaced.

    Raises:
        NntuiError: a file is there already, or cannot be written.
        OSError: the folder cannot be made.
    """
    packed = BytesIO()
    arrays: dict[str, Any] = {**probe.arrays}
    np.savez(packed, **arrays)
    files = {
        DOCUMENT: laid_out(probe.document).encode(),
        NUMBERS: packed.getvalue(),
        TEMPLATE: template(probe, updates=updates, torch=torch).encode(),
    }
    for name in files:
        if not force and os.path.lexists(folder / name):
            found = "is there already (--force replaces it)"
            raise NntuiError(f"{escaped(str(folder / name), 1000)}: {found}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        try:
            write_atomically(os.fspath(folder / name), data)
        except Fault as fault:
            raise DocumentError.of(fault, os.fspath(folder / name)) from None


def template(probe: Probe, *, updates: bool = False, torch: bool = False) -> str:
    """Write the program that loads the numbers, has a place for someone's code, and saves.

    As it stands it runs, and saves zeros. ``updates``: it saves the parameters after each of the
    first updates, too.
    """
    settings = (f"# {escaped(line, 1000)}" for line in _settings(probe, updates))
    lines = [*_loading(probe, torch), *settings, ""]
    parameters = [name for name in probe.arrays if name not in ("X", "Y")]
    gradients = [f"d{name}" for name in parameters]
    if updates:
        names = gradients + parameters
        copied = "np.copy(array.detach())" if torch else "np.copy(array)"
        lines += [
            "rows = []  # what your optimizer remembers begins here, too",
            f"for update in range({UPDATES}):",
            *(f"    {line}" for line in _own_code(names, torch, updates)),
            f"    rows.append([{copied} for array in ({', '.join(names)})])",
            "",
            f'columns = zip("{" ".join(names)}".split(), *rows)',
            "# the gradients of the first update, the parameters after each",
            'mine = {name: rows[0] if name[0] == "d" else rows for name, *rows in columns}',
        ]
    else:
        mine = f"dict({', '.join(f'{name}={name}' for name in gradients)})"
        if torch:
            mine = f"{{name: array.detach() for name, array in {mine}.items()}}"
        lines += [*_own_code(gradients, torch, updates), "", f"mine = {mine}"]
    return "\n".join([*lines, f'np.savez(folder / "{MINE}", **mine)', ""])


def _pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the two names of each layer: its weights and its biases."""
    return zip(names[::2], names[1::2], strict=True)


def _loading(probe: Probe, torch: bool) -> Iterator[str]:
    """Load the numbers, and say what each layer computes."""
    yield f'"""Your backpropagation, on the numbers of {DOCUMENT}.'
    yield ""
    yield f"Afterwards: nntui check {DOCUMENT} --against {MINE}"
    yield '"""'
    yield ""
    yield "from pathlib import Path"
    yield ""
    yield "import numpy as np"
    if torch:
        yield "import torch"
        yield ""
        yield "torch.set_default_dtype(torch.float64)"
    yield ""
    yield "folder = Path(__file__).parent"
    loaded = f'np.load(folder / "{NUMBERS}")'
    if torch:
        yield f"given = {{name: torch.tensor(array) for name, array in {loaded}.items()}}"
    else:
        yield f"given = {loaded}"
    x, y = (probe.arrays[name].shape for name in ("X", "Y"))
    yield f'X, Y = given["X"], given["Y"]  # {x} and {y}: an example in each row'
    before = "X"
    for n, (name, activation) in enumerate(_activations(probe.experiment), 1):
        z, shape = f"{before} @ W{n} + b{n}", probe.arrays[f"W{n}"].shape
        a = z if activation.name == "linear" else f"{name}({z})"
        yield f'W{n}, b{n} = given["W{n}"], given["b{n}"]  # {shape}: a{n} = {a}'
        before = f"a{n}"


def _activations(experiment: Experiment) -> list[tuple[str, Activation]]:
    """List the activations of the layers, with what they are called; an expression has a number."""
    net = experiment.network.wiring()
    activations = {net.layer[j]: net.activation[j] for j in net.neurons}
    return [(f"f{n}" if f.name == EXPRESSION else f.name, f) for n, f in activations.items()]


def _settings(probe: Probe, updates: bool) -> Iterator[str]:
    """Say what else the numbers depend on: functions, loss, penalty, optimizer."""
    experiment = probe.experiment
    training, outputs = experiment.training, probe.arrays["Y"].shape[1]
    for name, activation in dict.fromkeys(_activations(experiment)):
        formula = activation.row.formula
        if activation.name == EXPRESSION:
            yield f"{name}: {formula}, its derivative: {activation.row.derivative_formula}"
        elif name != "linear" and not formula.startswith(name):
            yield f"{activation.text}: {formula}"
    formula = training.loss.formulas[0]
    k = f", K = {outputs}" if "K" in formula else ""
    yield f"loss of an example, {training.loss.text}: {formula}{k}, t its row of Y"
    yield f"loss of all: the mean over the {EXAMPLES} examples"
    if training.l2:
        yield f"penalty: l2 = {training.l2:g} adds {training.l2:g} · W to dW, and nothing to db"
    if updates:
        yield from _rule(training.optimizer)


def _rule(optimizer: Optimizer) -> Iterator[str]:
    """Write the rule of an optimizer, of a parameter p with the gradient g."""
    settings = dict(optimizer.settings)
    hats = {"m_hat": "m̂", "v_hat": "v̂", "t": "t", "t_before": "(t − 1)"}
    numbers = {key: f"{value:g}" for key, value in settings.items()}

    def filled(text: str) -> str:
        words = {name for _, name, _, _ in Formatter().parse(text) if name}
        plain = {name: name.removesuffix("_before") for name in words}
        return text.format(**plain | hats | numbers)

    spared = "" if settings.get("decay_biases", True) else "; of a bias weight_decay is 0"
    yield f"{optimizer.name}, update t = 1, 2, …, of a parameter p with the gradient g{spared}:"
    for name, text in optimizer.row.formula(**settings):
        yield f"  {name} = {filled(text)}"


def _own_code(names: Sequence[str], torch: bool, updates: bool) -> Iterator[str]:
    """Set every array to zeros, where someone's code is to go."""
    wanted = "the gradients, the new parameters" if updates else "the gradients"
    yield f"{BEGIN}{wanted}, instead of the zeros."
    if torch:
        yield "# (nn.Linear keeps its weight as W.T: its weight.grad is dW.T.)"
    library = "torch" if torch else "np"
    for weights, biases in _pairs(names):
        shapes = ", ".join(
            f"{library}.zeros_like({name.removeprefix('d')})" for name in (weights, biases)
        )
        yield f"{weights}, {biases} = {shapes}"
    yield END
