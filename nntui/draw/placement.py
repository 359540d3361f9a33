"""The making of a layout: once per network and size, for every step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from nntui.draw.canvas import Cell
from nntui.draw.columns import Edge, Entry, fold
from nntui.draw.draft import Draft, draft
from nntui.draw.fit import Fit, fit_columns
from nntui.draw.heat import Heat, heats_of
from nntui.draw.labels import slots_in_gap
from nntui.draw.lanes import settle
from nntui.draw.lines import Leg
from nntui.draw.plan import Box, Layout
from nntui.draw.rows import spread

if TYPE_CHECKING:
    import networkx as nx

_AS_IT_FITS: Final[Mapping[int, bool]] = {}

MOST_LABELLED: Final = 40
"""Between two columns with more lines than this, only the ones in the spotlight get a label."""


def layout(
    graph: nx.DiGraph[str] | Draft,
    width: int,
    height: int,
    *,
    value_width: int = 6,
    label_width: int = 5,
    folds: Mapping[int, bool] = _AS_IT_FITS,
) -> Layout:
    """Return the layout of a network in `width` × `height` cells.

    Whoever lays a large network out again and again gives its draft. Every node of `graph` has an
    integer `layer`, and connections lead to later layers; nodes of a layer are drawn in the graph's
    order unless another one has fewer crossings. `value_width` and `label_width` are the cells for
    a neuron's value and for a weight (0: only the executing connection has one). Neurons without
    room fold into one row; before the columns need more than `width`, values get few cells (the
    layout says how many); when the columns need more than `width`, the layout is wider and says
    `overflow`. `folds` says of a column (counted from 0) whether it is to be folded whole, or to be
    shown whole and make the layout as high as that takes.

    Raises:
        ValueError: a neuron has no layer, or a connection does not lead to a later layer.
    """
    width, height = max(1, width), max(1, height)
    value_width, label_width = max(1, value_width), max(0, label_width)
    plan = graph if isinstance(graph, Draft) else draft(graph)
    columns, order = plan.columns, plan.order
    asked = height
    unfolded = (c for c, folded in folds.items() if not folded and c < len(order))
    height = max([height, *(len(order[c]) for c in unfolded)])
    fit = fit_columns(
        columns,
        width,
        value_width=value_width,
        label_width=label_width,
        stackable=all(
            sum(2 if isinstance(item, str) else 1 for item in items) <= height for items in order
        ),
    )
    entries = [
        fold(items, height, fit.box_height, whole=folds.get(column, False))
        for column, items in enumerate(order)
    ]
    tops = [spread(column, height, fit.box_height) for column in entries]
    lanes = settle(entries, tops, plan.detours, height, fit.box_height)
    placed = _boxes(entries, tops, fit)
    boxes = tuple(box for column in placed for box in column)
    home = {name: box for box in boxes for name in box.names}
    heats = heats_of(placed, plan.incoming)
    slots: dict[Edge, Cell] = {}
    made = Layout(
        width=max(width, fit.width),
        height=height,
        overflow=fit.width > width or height > asked,
        value_width=fit.value_width,
        label_width=label_width,
        boxes=boxes,
        edges=_drawn(plan.outgoing, home, heats),
        columns=placed,
        slots=slots,
        homes=home,
        lanes=lanes,
        heats=heats,
    )
    slots.update(_slots(made))
    return made


def _boxes(
    entries: Sequence[Sequence[Entry]], tops: Sequence[Sequence[int]], fit: Fit
) -> tuple[tuple[Box, ...], ...]:
    return tuple(
        tuple(
            Box(
                names=entry.names,
                folded=entry.kind == "fold",
                column=column,
                x=fit.lefts[column],
                y=top,
                width=fit.box_widths[column],
                height=fit.box_height,
                name_width=fit.name_widths[column],
            )
            for entry, top in zip(entries[column], tops[column], strict=True)
            if entry.kind != "lane"
        )
        for column in range(len(entries))
    )


def _drawn(
    outgoing: Mapping[str, Collection[str]], homes: Mapping[str, Box], heats: Mapping[int, Heat]
) -> tuple[Edge, ...]:
    """Return the connections between boxes of their own, without those that are in a heat map."""
    own = {name for name, box in homes.items() if not box.folded}

    def is_mapped(source: str, target: str) -> bool:
        column = homes[target].column
        return column in heats and homes[source].column == column - 1

    between = ((i, j) for i, ends in outgoing.items() if i in own for j in ends if j in own)
    return tuple(edge for edge in between if not (heats and is_mapped(*edge)))


def _slots(made: Layout) -> dict[Edge, Cell]:
    """Return a place for the label of each connection that has room for one, near its target."""
    ending: dict[int, dict[Edge, Leg]] = {}
    passing: dict[int, set[Leg]] = {}
    for source, target in made.edges:
        *others, last = made.legs(source, target)
        ending.setdefault(made.gap_before(target), {})[source, target] = last
        for leg in others:
            passing.setdefault(leg.x0, set()).add(leg)
    slots: dict[Edge, Cell] = {}
    for start, legs in ending.items():
        if made.label_width and len(legs) <= MOST_LABELLED:
            slots.update(slots_in_gap(legs, list(passing.get(start, ())), made.label_width, start))
    return slots
