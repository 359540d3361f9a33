"""The small maps of what neurons answer, and the image of the inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec.structs import replace

from nntui.draw.curve import curve
from nntui.draw.heat import Scale, heat_rows
from nntui.draw.picture import Mark, NodeLook, Span
from nntui.draw.plan import Box
from nntui.model.experiment import Experiment
from nntui.model.numerics import Array
from nntui.network_view.views import Moment, View

if TYPE_CHECKING:
    from nntui.engine.surface import Surfaces

Rows = tuple[tuple[Span, ...], ...]

PLANE: Final = 2
"""With so many inputs, at most, every box has a map, at once; of more a user chooses."""
_LEAST_IMAGE: Final = 100
"""With more inputs than so many, and a square number of them, they are an image."""


class Thumbnails:
    """Paints what neurons answer: maps over the plane of two inputs, or curves over one input."""

    def __init__(self, experiment: Experiment, surfaces: Surfaces, *, colour: bool) -> None:
        net = experiment.network.wiring()
        self._activation = {j: net.activation[j].name for j in net.neurons}
        self._surfaces = surfaces
        self._colour = colour
        self._painted: dict[tuple[str, int, int], Rows] = {}

    def __call__(self, neuron: str, columns: int, rows: int) -> Rows:
        """Paint a neuron's map in so many cells."""
        key = neuron, columns, rows
        if key not in self._painted:
            numbers = self._surfaces[neuron]
            if len(self._surfaces.grid.inputs) == 1:
                self._painted[key] = self._curve(numbers[0], columns, rows)
                return self._painted[key]
            scale = Scale.of(self._activation.get(neuron, ""), numbers)
            self._painted[key] = heat_rows(numbers, columns, rows, scale=scale, colour=self._colour)
        return self._painted[key]

    def _curve(self, numbers: Array, columns: int, rows: int) -> Rows:
        across = self._surfaces.grid.across
        drawn = curve(
            lambda x: float(np.interp(x, across, numbers)),
            (float(across[0]), float(across[-1])),
            columns,
            rows,
        )
        return tuple(
            tuple(span._replace(role=_CURVE.get(span.role, span.role)) for span in row)
            for row in drawn.rows
        )


_CURVE: Final = {"curve": "number", "curve.axis": "frame"}


def image_size(inputs: int) -> tuple[int, int] | None:
    """Return the columns and rows of the image that so many inputs are; None: they are none."""
    side = isqrt(inputs)
    return (side, side) if inputs > _LEAST_IMAGE and side * side == inputs else None


def image_rows(
    numbers: Sequence[float],
    names: tuple[str, ...],
    size: tuple[int, int],
    cells: tuple[int, int],
    marked: Mapping[str, str],
    *,
    colour: bool,
) -> Rows:
    """Paint the numbers of inputs as an image of ``cells``.

    ``marked``: the role of the mark on an input's cell.
    """
    columns, rows = size
    points = np.array(numbers, float).reshape(rows, columns)
    finite = np.abs(points[np.isfinite(points)])
    reach = float(finite.max()) if finite.size else 1.0
    marks = {}
    for name, role in marked.items():
        row, column = divmod(names.index(name), columns)
        marks[column * cells[0] // columns, row * cells[1] // rows] = ("◆", role)
    return heat_rows(points, *cells, scale=Scale(0.0, reach or 1.0), colour=colour, marks=marks)


_ROLES: Final[Mapping[Mark, str]] = {"current": "surface.current", "focus": "surface.point"}


class InputImage:
    """Paints the image of the inputs, again only when its numbers or marks have changed."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._rows: Rows = ()

    def add_to(
        self, nodes: dict[str, NodeLook], box: Box, moment: Moment, view: View, *, colour: bool
    ) -> None:
        """Add the image to the look of the first input, if the inputs are an image in ``box``.

        It shows their activations, in the view of the gradients ∂L/∂a.
        """
        if box.image is None:
            return
        snapshot, names = moment.snapshot, box.names
        backward = view.boxes == "δ" and names[0] in snapshot.da
        marked = {
            name: _ROLES[look.mark]
            for name, look in nodes.items()
            if look.mark in _ROLES and name in snapshot.x
        }
        found = snapshot.da if backward else snapshot.a
        numbers = [found.get(name, 0.0) for name in names]
        if self._of != (of := (numbers, box, marked, colour)):
            self._of, size = of, (box.width - 2, box.height - 2)
            self._rows = image_rows(numbers, names, box.image, size, marked, colour=colour)
        look = nodes.get(names[0], NodeLook())
        caption = "∂L/∂a" if backward else "a"
        nodes[names[0]] = replace(look, thumbnail=self._rows, caption=caption)
