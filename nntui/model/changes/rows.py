"""Changes of the data: one row added, changed, deleted.

Rows that came from a file or a generator stand in the document itself from the first change on.
"""

from __future__ import annotations

from collections.abc import Sequence

from nntui.model.changes.change import Change, also
from nntui.model.dataset import Dataset, Target
from nntui.model.errors import SettingError
from nntui.model.experiment import Experiment

Vector = Sequence[float]


def add_row(experiment: Experiment, inputs: Vector, target: Vector | int) -> Change:
    """Add an example behind the others.

    Raises:
        SettingError: a row that does not fit the network or the loss.
    """
    data = experiment.data
    return _with_rows(
        experiment,
        [*data.inputs, tuple(inputs)],
        [*data.targets, _target(target)],
        f"example {len(data) + 1} added",
    )


def change_row(experiment: Experiment, n: int, inputs: Vector, target: Vector | int) -> Change:
    """Change the example with index ``n`` (from 0).

    Raises:
        SettingError: no such row, a row that does not fit, or nothing to change.
    """
    _require(experiment, n)
    data = experiment.data
    rows, targets = list(data.inputs), list(data.targets)
    rows[n], targets[n] = tuple(inputs), _target(target)
    if (rows[n], targets[n]) == (data.inputs[n], data.targets[n]):
        raise SettingError("what is there already", "a change")
    return _with_rows(experiment, rows, targets, f"example {n + 1} changed")


def delete_row(experiment: Experiment, n: int) -> Change:
    """Delete the example with index ``n`` (from 0).

    Raises:
        SettingError: no such row, or the only one.
    """
    _require(experiment, n)
    data = experiment.data
    rows, targets = list(data.inputs), list(data.targets)
    del rows[n], targets[n]
    return _with_rows(experiment, rows, targets, f"example {n + 1} deleted")


def own_rows(
    data: Dataset,
    sentence: str,
    *,
    inputs: Sequence[Vector] | None = None,
    targets: Sequence[Vector | int] | None = None,
) -> tuple[Dataset, str]:
    """A data set with other rows, which stand in the document; and what is to be said of that.

    Raises:
        SettingError: no rows, or a number that is not finite.
    """
    inputs = data.inputs if inputs is None else inputs
    targets = data.targets if targets is None else targets
    made = Dataset.of(inputs, targets, data.test_fraction)
    moved = "the rows stand in the document itself now" if data.source is not None else ""
    return made, also(sentence, moved)


def _with_rows(
    experiment: Experiment, inputs: list[tuple[float, ...]], targets: list[Target], sentence: str
) -> Change:
    data, said = own_rows(experiment.data, sentence, inputs=inputs, targets=targets)
    return Change(experiment.altered(data=data), said)


def _target(target: Vector | int) -> Target:
    return target if isinstance(target, int) else tuple(target)


def _require(experiment: Experiment, n: int) -> None:
    if not 0 <= n < len(experiment.data):
        expected = f"the number of an example, 1 to {len(experiment.data)}"
        raise SettingError(str(n + 1), expected)
