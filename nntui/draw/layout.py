"""Lay out a network: once per network and size, for every step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from nntui.draw.labels import LabelSlots
from nntui.draw.layers import ColumnEntry, Draft, Edge, Item, Lane, Order, fold, settle, spread
from nntui.draw.plan import FRAMED, Box, HeatMap, Layout, heat_maps_of, is_crowded
from nntui.text import cells

_AS_IT_FITS: Final[Mapping[int, bool]] = {}


class Content(NamedTuple):
    """What the box of a neuron is to hold, as far as it has room.

    `caption` stands beside its name. `rows` of numbers have symbols of up to `symbol` cells before
    them; one alone has `sign` cells behind it. `thumbnail`: whether a map stands beside or below
    them.
    """

    caption: str = ""
    rows: int = 1
    symbol: int = 0
    sign: int = 0
    thumbnail: bool = False


_PLAIN: Final = Content()
_NO_CONTENTS: Final[Mapping[str, Content]] = {}


def lay_out(
    draft: Draft,
    width: int,
    height: int,
    *,
    value_width: int = 6,
    label_width: int = 5,
    folds: Mapping[int, bool] = _AS_IT_FITS,
    contents: Mapping[str, Content] = _NO_CONTENTS,
    image: tuple[int, int] | None = None,
) -> Layout:
    """Lay a network out in `width` × `height` cells.

    Boxes grow with the room; neurons without room fold into one row. When the width is scarce,
    names and then values get fewer cells (the layout says how many); when that does not do, the
    layout is wider and says `overflow`.

    Args:
        draft: the network, see ``layers.draft``.
        width: cells.
        height: cells.
        value_width: cells for a neuron's value.
        label_width: cells for a weight; 0: only the executing connection has one.
        folds: by column (from 0), whether to fold it whole (True), or to show it whole and make
            the layout as high as that takes (False).
        contents: what the neurons' boxes are to hold; by default a number.
        image: the columns and rows in which the neurons of the first column are the points of an
            image; None: they are none.
    """
    width, height = max(1, width), max(1, height)
    value_width, label_width = max(1, value_width), max(0, label_width)
    columns, order = draft.columns, draft.order
    asked = height
    unfolded = (c for c, folded in folds.items() if not folded and c < len(order))
    crowded = any(is_crowded(set(left), right, draft.incoming) for left, right in pairwise(columns))
    above = 1 if crowded and height >= _TITLED else 0  # the rows for the titles of heat maps
    height = max([height, *(len(order[c]) + above for c in unfolded)])
    room = height - above
    shown = None if folds.get(0, True) is False or not columns else _image_size(image, width, room)
    fit = fit_columns(
        order,
        width,
        room,
        contents,
        value_width=value_width,
        label_width=label_width,
        image=shown,
    )
    heights = [form.height for form in fit.forms]
    entries = [
        fold(items, room, heights[column], whole=folds.get(column, False))
        for column, items in enumerate(order)
    ]
    if shown is not None:
        entries[0] = [ColumnEntry("fold", tuple(columns[0]))]
    tops = [spread(column, room, high) for column, high in zip(entries, heights, strict=True)]
    lanes = settle(entries, tops, draft.detours, room, heights)
    placed = _boxes(entries, tops, fit, above, image if shown else None)
    boxes = tuple(box for column in placed for box in column)
    home = {name: box for box in boxes for name in box.names}
    heat_maps = heat_maps_of(placed, draft.incoming)
    made = Layout(
        width=max(width, fit.width),
        height=height,
        overflow=fit.width > width or height > asked,
        value_width=fit.value_width,
        label_width=label_width,
        boxes=boxes,
        edges=_drawn(draft.outgoing, home, heat_maps),
        columns=placed,
        slots={},
        homes=home,
        lanes={lane: row + above for lane, row in lanes.items()},
        heat_maps=heat_maps,
    )
    made = replace(made, ports=_ports(made))
    return replace(made, slots=LabelSlots(made))


def is_too_deep(draft: Draft, width: int, label_width: int) -> bool:
    """Whether the lines from column to column alone take more than `width` cells."""
    least = min(concession.gap for concession in _CONCESSIONS)
    return (label_width + least) * (len(draft.columns) - 1) > width


_TITLED: Final = 8
"""From so many rows on heat maps have titles."""
_LEAST_IMAGE: Final = 3
"""Rows of cells; an image that had fewer is a fold."""


def _image_size(points: tuple[int, int] | None, width: int, height: int) -> tuple[int, int] | None:
    """Return the columns and rows of cells of an image: two points a cell, one above the other."""
    if points is None:
        return None
    columns, rows = points
    high = min((rows + 1) // 2, height - 2, width // 3 * rows // (2 * columns))
    return (max(1, 2 * high * columns // rows), high) if high >= _LEAST_IMAGE else None


def _boxes(
    entries: Sequence[Sequence[ColumnEntry]],
    tops: Sequence[Sequence[int]],
    fit: WidthFit,
    above: int,
    image: tuple[int, int] | None,
) -> tuple[tuple[Box, ...], ...]:
    return tuple(
        tuple(
            Box(
                names=entry.names,
                folded=entry.kind == "fold",
                column=column,
                x=fit.lefts[column],
                y=top + above,
                width=form.width,
                height=form.height,
                name_width=form.name_width,
                symbol_width=form.symbol_width,
                caption=form.caption,
                thumbnail=form.thumbnail,
                below=form.below,
                pad=form.pad,
                image=None if column else image,
            )
            for entry, top in zip(entries[column], tops[column], strict=True)
            if entry.kind != "lane"
        )
        for column, form in enumerate(fit.forms)
    )


def _drawn(
    outgoing: Mapping[str, Collection[str]],
    homes: Mapping[str, Box],
    heat_maps: Mapping[int, HeatMap],
) -> tuple[Edge, ...]:
    """Return the connections between boxes of their own, without those that are in a heat map."""
    own = {name: box.column for name, box in homes.items() if not box.folded}
    between = ((i, j) for i, ends in outgoing.items() if i in own for j in ends if j in own)
    return tuple((i, j) for i, j in between if not (own[j] in heat_maps and own[i] == own[j] - 1))


def _ports(made: Layout) -> dict[Edge, tuple[int, int]]:
    """Return the rows in which lines leave and meet boxes: side by side, as they come.

    Lines to one lane leave a box together.
    """
    leaving: dict[str, dict[Item, int]] = {}
    meeting: dict[str, dict[Item, int]] = {}
    ends: list[tuple[Edge, Item, Item]] = []
    for source, target in made.edges:
        start, end = made.homes[source], made.homes[target]
        after: Item = Lane(source, start.column + 1)
        before: Item = Lane(source, end.column - 1)
        if end.column == start.column + 1:
            after, before = target, source
        leaving.setdefault(source, {})[after] = (
            made.lanes.get(after, end.middle) if isinstance(after, Lane) else end.middle
        )
        meeting.setdefault(target, {})[before] = (
            made.lanes.get(before, start.middle) if isinstance(before, Lane) else start.middle
        )
        ends.append(((source, target), after, before))
    rows_out = {name: _side(made.homes[name], others) for name, others in leaving.items()}
    rows_in = {name: _side(made.homes[name], others) for name, others in meeting.items()}
    return {
        (source, target): (rows_out[source][after], rows_in[target][before])
        for (source, target), after, before in ends
    }


def _side(box: Box, others: Mapping[Item, int]) -> dict[Item, int]:
    """Spread lines over the rows of a box, in the order of the rows that they lead to."""
    if len(others) < 2 or box.inside < 2:
        return dict.fromkeys(others, box.middle)
    order = sorted(others, key=others.__getitem__)
    top, rows, count = box.y + 1, box.inside, len(order)
    return {item: top + (2 * n + 1) * rows // (2 * count) for n, item in enumerate(order)}


BRIEF: Final = 4
"""Cells of a value in a drawing that would otherwise be too wide."""

NAME_LIMIT: Final = 12
"""The most cells that a name gets."""

_WIDEST_GAP: Final = 40
"""Between columns further apart than this the eye loses a line."""

_LEAST_THUMBNAIL: Final = 2
"""Rows of a map beside numbers, at least."""
_BELOW: Final = (2, 4)
"""Rows of a map below numbers, where beside them there is no room: at least, at most."""
_SHORT_SYMBOL: Final = 2
"""Cells of symbols that may be cut to their first letter, such as δ and Δb."""
_TALLEST: Final = (9, 15)
"""Rows of a box: where a third of the height is less, and at most."""


class Form(Struct, frozen=True):
    """The boxes of a column: their size, and what has room in them (see ``Box``)."""

    width: int
    height: int
    name_width: int
    symbol_width: int = 0
    caption: bool = False
    thumbnail: tuple[int, int] | None = None
    below: bool = False
    pad: int = 0


class WidthFit(Struct, frozen=True):
    """One way to fill a width: the boxes of each column, and where it starts."""

    forms: tuple[Form, ...]
    lefts: tuple[int, ...]
    width: int
    value_width: int


WIDE: Final = 2
CLOSE: Final = 1


class _Concession(NamedTuple):
    """What is given up when the width gets scarce.

    `name` is the longest name, `symbols` are before numbers, with a blank on either side (`WIDE`),
    without (`CLOSE`), or there are none, and so just one number. `thumbnail` is half of the columns
    of a map beside the numbers (0: it is below them), `gap` the cells between columns beyond the
    label, `value` the cells of a value at most.
    """

    name: int
    captions: bool
    symbols: int
    thumbnail: int
    gap: int
    value: int


# Before a label loses its place, the drawing gets wider instead.
_ALL: Final = 99
_CONCESSIONS: Final = (
    _Concession(NAME_LIMIT, True, WIDE, _ALL, 7, _ALL),
    _Concession(NAME_LIMIT, True, WIDE, _ALL, 5, _ALL),
    _Concession(NAME_LIMIT, True, WIDE, 5, 5, _ALL),
    _Concession(NAME_LIMIT, True, WIDE, 4, 4, _ALL),
    _Concession(8, True, WIDE, 3, 4, _ALL),
    _Concession(8, False, WIDE, 3, 3, _ALL),
    _Concession(NAME_LIMIT, True, WIDE, 0, 5, _ALL),
    _Concession(8, False, WIDE, 0, 4, _ALL),
    _Concession(5, False, WIDE, 0, 3, _ALL),
    _Concession(5, False, CLOSE, 0, 2, _ALL),
    _Concession(5, False, CLOSE, 0, 1, _ALL),
    _Concession(5, False, 0, 0, 2, _ALL),
    _Concession(3, False, 0, 0, 2, _ALL),
    _Concession(5, False, 0, 0, 2, BRIEF),
    _Concession(5, False, 0, 0, 0, BRIEF),
)
_TOO_WIDE: Final = _Concession(8, False, WIDE, 0, 3, _ALL)


def fit_columns(
    order: Order,
    width: int,
    height: int,
    contents: Mapping[str, Content],
    *,
    value_width: int,
    label_width: int,
    image: tuple[int, int] | None = None,
) -> WidthFit:
    """Return the first fit in at most `width` cells, or a wider one when there is none.

    `image`: the cells of an image that takes the place of the first column.
    """
    columns = [_Column.of(items, height, contents) for items in order]
    kinds = set(columns)  # of a thousand, most are alike

    def attempt(concession: _Concession) -> WidthFit:
        value = min(value_width, concession.value)
        form_of = {column: column.form(concession, value) for column in kinds}
        forms = [form_of[column] for column in columns]
        if image is not None:
            forms[0] = Form(image[0] + 2, image[1] + 2, image[0])
        gaps = max(0, len(forms) - 1)
        boxes = sum(form.width for form in forms)
        spare = max((label_width + concession.gap) * gaps, min(width - boxes, _WIDEST_GAP * gaps))
        total = boxes + spare
        lefts, used = [], max(0, width - total) // 2
        for i, form in enumerate(forms):
            lefts.append(used)
            used += form.width + (spare * (i + 1) // gaps - spare * i // gaps if gaps else 0)
        return WidthFit(tuple(forms), tuple(lefts), total, value)

    for concession in _CONCESSIONS:
        if (label_width + concession.gap) * (len(columns) - 1) > width:
            continue  # for the lines alone
        fit = attempt(concession)
        if fit.width <= width:
            return fit
    return attempt(_TOO_WIDE)


class _Column(Struct, frozen=True):
    """What the boxes of a column are to hold, and the rows that there are for them."""

    neurons: int
    lanes: int
    room: int
    name: int
    caption: int
    rows: int
    symbol: int
    sign: int
    thumbnail: bool

    @classmethod
    def of(cls, items: Sequence[Item], room: int, contents: Mapping[str, Content]) -> _Column:
        names = [item for item in items if isinstance(item, str)]
        wishes = [contents.get(name, _PLAIN) for name in names] or [_PLAIN]
        captions, rows, symbols, signs, thumbnails = zip(*wishes, strict=True)
        return cls(
            len(names),
            len(items) - len(names),
            room,
            max(map(cells, names), default=1),
            max(map(cells, captions)),
            max(rows),
            max(symbols),
            max(signs),
            any(thumbnails),
        )

    def form(self, concession: _Concession, value: int) -> Form:
        """Choose the form of the boxes: as high as there is room and use for."""
        name = max(1, min(concession.name, self.name))
        numbers = self.rows if concession.symbols else 1
        most = numbers + 2
        beside = concession.thumbnail if self.rows > 1 else 0  # below one number it is as wide
        if beside and self.thumbnail:
            least, highest = _TALLEST
            highest = min(highest, max(least, self.room // 3), 2 * beside + 2)
            most = max(most, highest)
        elif concession.symbols and self.thumbnail:
            below = self._height(most + _BELOW[1]) - most
            most += below if below >= _BELOW[0] else 0
        height = self._height(most)
        if height < FRAMED:
            return Form(name + 1 + value + self.sign + 2, 1, name)
        if not concession.symbols:
            return Form(max(name, value) + 2, height, name)
        across = 2 * min(height - 2, beside) if self.thumbnail else 0
        across = across if across >= 2 * _LEAST_THUMBNAIL else 0
        pad = int(concession.symbols == WIDE)
        symbol, title = self.symbol, name + 2 * pad
        caption = pad > 0 and concession.captions and self.caption > 0
        if not pad and symbol <= _SHORT_SYMBOL:
            symbol = min(symbol, 1)
        if caption:
            title += self.caption + 3
        inner = value + (symbol + pad if symbol else 0) + (across + 1) * bool(across)
        width = max(inner, title) + 2 + 2 * pad
        thumbnail = (across, min(height - 2, across)) if across else None
        below = bool(self.thumbnail) and not across and height - 2 - numbers >= _BELOW[0]
        if below:
            thumbnail = width - 2 - 2 * pad, height - 2 - numbers
        return Form(width, height, name, symbol, caption, thumbnail, below, pad)

    def _height(self, most: int) -> int:
        for height in range(most, FRAMED - 1, -1):
            apart = self.neurons - 1 if height > FRAMED else 0
            if self.neurons * height + apart + self.lanes <= self.room:
                return height
        return 1
