"""The why dialog: how a value came about, below the network, where the path is highlighted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.filter import LineFilter
from textual.screen import ModalScreen
from textual.widgets import Tree

from nntui.debugger.queries.why import ROWS, Cause, expand
from nntui.explain.numbers import PRECISIONS, rewritten
from nntui.explain.symbols import in_math
from nntui.explain.words import word_for
from nntui.model.names import ValueNameError, parse_value_name
from nntui.text import cut, wrapped
from nntui.tui.dialogs.question import Closable
from nntui.tui.frame import Highlight
from nntui.tui.panes.step import Equations
from nntui.tui.theme import MINUS, Colours, NumbersText, with_minus

if TYPE_CHECKING:
    from textual.widgets.tree import TreeNode

    from nntui.explain.numbers import Number

LEAST: Final = 12
"""Rows of the dialog, at least."""
MOST: Final = 18
ROOMY: Final = 16
"""Rows from which on the formula has more of them."""
_TARGET: Final = 16
"""Columns before the ``=`` of the formulas, at most."""
_NAME: Final = re.compile(r"""[^\W\d]\w*\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]""")
_KIND: Final = re.compile(r"\b(forward|backward)_(?:edge|neuron)\b")


class WhyScreen(ModalScreen["Cause | None"], Closable[Cause]):
    """Shows why a value is what it is; the result is the cause to go to, or None.

    ``others``: the values of the same neuron or edge, by name, that a key asks about instead;
    ``ask`` finds the cause of one of them, ``highlight`` draws the causes that are seen, and
    ``elsewhere`` is told of a click outside. ``rows``: the height of the dialog.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,W", "leave", "close"),
        Binding("right", "open", "open"),
        Binding("left", "close", "close"),
        Binding("tab", "other(1)", "another value"),
        Binding("shift+tab", "other(-1)", "the one before"),
        Binding("a", "digits(1)", "more digits"),
        Binding("A", "digits(-1)", "fewer digits"),
    ]

    def __init__(
        self,
        cause: Cause,
        precision: int,
        *,
        others: Sequence[str] = (),
        ask: Callable[[str], Cause],
        highlight: Callable[[Highlight], None],
        elsewhere: Callable[[Click], None],
        rows: int,
    ) -> None:
        super().__init__()
        self._cause, self._precision, self._others = cause, precision, others
        self._ask, self._highlight, self._elsewhere = ask, highlight, elsewhere
        self._box_rows = min(max(rows, LEAST), MOST)

    def compose(self) -> ComposeResult:
        with Vertical(id="why") as box:
            box.styles.height = self._box_rows
            box.border_subtitle = (
                "→ open · ← close · enter go there · tab another value · a digits · esc"
            )
            yield FormulaOfCause(7 if self._box_rows >= ROOMY else 5)
            yield CauseTree("", id="why-tree")

    def on_mount(self) -> None:
        self._tree.auto_expand = False
        self._tree.focus()
        self.show(self._cause, self._others)

    def show(self, cause: Cause, others: Sequence[str]) -> None:
        """Ask about a value: show its cause, with the first causes of that."""
        self._cause, self._others = cause, others
        tree = self._tree
        tree.clear()
        tree.root.data = cause
        tree.root.set_label(self._label(cause))
        tree.root.allow_expand = bool(cause.reads)
        name, title = in_math(cause.name), self._said(cause)
        title = f"Why {name} is not computed yet" if cause.value is None else f"Why {title}"
        self.query_one("#why").border_title = Content(with_minus(title))
        if tree.root.is_expanded:
            self._add(tree.root, 0)
        else:
            tree.root.expand()
        tree.move_cursor(tree.root)
        self._show_formula(cause)
        self._highlight(self._seen())

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Cause | int]) -> None:
        """Find the causes of a cause when it is first expanded."""
        node = event.node
        if not node.children and isinstance(node.data, Cause):
            self._add(node, 0)
        self._highlight(self._seen())

    def on_tree_node_collapsed(self) -> None:
        self._highlight(self._seen())

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Cause | int]) -> None:
        if isinstance(event.node.data, Cause):
            self._show_formula(event.node.data)

    def on_tree_node_selected(self, event: Tree.NodeSelected[Cause | int]) -> None:
        """Go to the step that wrote the value; or show more rows of a long sum."""
        node = event.node
        if isinstance(node.data, Cause):
            self.dismiss(node.data)
        elif node.parent is not None and node.data is not None:
            parent, first = node.parent, node.data
            node.remove()
            self._add(parent, first)

    def on_click(self, event: Click) -> None:
        """Let a click on what is seen above choose another value."""
        if not self.query_one("#why").region.contains(*event.screen_offset):
            self._elsewhere(event)

    def action_open(self) -> None:
        node = self._tree.cursor_node
        if node is not None and node.allow_expand:
            node.expand()

    def action_close(self) -> None:
        """Collapse the row, or go to its parent."""
        node = self._tree.cursor_node
        if node is None:
            return
        if node.is_expanded and node.allow_expand:
            node.collapse()
        elif node.parent is not None:
            self._tree.move_cursor(node.parent)

    def action_other(self, by: int) -> None:
        """Ask about the next value of the same neuron or edge."""
        if self._cause.name in self._others:
            here = self._others.index(self._cause.name)
            name = self._others[(here + by) % len(self._others)]
            self.show(self._ask(name), self._others)

    def action_digits(self, by: int) -> None:
        self._precision = (self._precision + by) % len(PRECISIONS)
        nodes = [self._tree.root]
        for node in nodes:  # it grows by the children of each
            nodes += node.children
            if isinstance(node.data, Cause):
                node.set_label(self._label(node.data))
        cursor = self._tree.cursor_node
        if cursor is not None and isinstance(cursor.data, Cause):
            self._show_formula(cursor.data)

    @property
    def _tree(self) -> Tree[Cause | int]:
        return self.query_one("#why-tree", Tree)

    @property
    def _number(self) -> Number:
        return PRECISIONS[self._precision].number

    def _show_formula(self, cause: Cause) -> None:
        self.query_one(FormulaOfCause).show(cause, self._precision)

    def _add(self, node: TreeNode[Cause | int], first: int) -> None:
        assert isinstance(node.data, Cause)
        for cause in expand(node.data, first, ROWS):
            node.add(self._label(cause), cause, allow_expand=bool(cause.reads))
        shown = first + ROWS
        if len(node.data.reads) > shown:
            more = Text(f"… {len(node.data.reads) - shown} more: enter shows them", "italic")
            node.add_leaf(more, shown)

    def _label(self, cause: Cause) -> Text:
        label = Text(self._said(cause), no_wrap=True)
        return label + Text(f"   {where(cause)}", "dim")

    def _said(self, cause: Cause) -> str:
        name = in_math(cause.name)
        return name if cause.value is None else f"{name} = {self._number(cause.value)}"

    def _seen(self) -> Highlight:
        """Return the neurons and edges in the equations of the causes that the tree shows."""
        neurons: dict[str, None] = {}
        edges: dict[tuple[str, str], None] = {}
        nodes = [self._tree.root]
        for node in nodes:  # it grows by the children of each
            nodes += node.children if node.is_expanded else []
            if isinstance(node.data, Cause):
                for named in _neurons_in(node.data):
                    neurons |= dict.fromkeys(named)
                    if len(named) == 2:
                        edges[named[0], named[1]] = None
        return Highlight(tuple(neurons), tuple(edges))


def _neurons_in(cause: Cause) -> Iterator[tuple[str, ...]]:
    """Yield the neurons of a value, and of each value in its equation."""
    symbols = cause.lines[-1].symbols if cause.lines else ""
    for name in _NAME.findall(f"{cause.name} {symbols}"):
        with suppress(ValueNameError):
            yield parse_value_name(name)[1]


class CauseTree(Tree["Cause | int"]):
    """The causes; the number of a node: how many more there are."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        return *super().get_line_filters(), MINUS


class FormulaOfCause(NumbersText):
    """The equations of a cause, in symbols and below them in numbers, and what wrote it.

    Its height, ``rows`` at most, only grows: the tree below shall not jump.
    """

    def __init__(self, rows: int) -> None:
        super().__init__(id="why-formula")
        self._cause: Cause | None = None
        self._precision = 0
        self._rows, self._most = 1, rows

    def show(self, cause: Cause, precision: int) -> None:
        self._cause, self._precision = cause, precision
        self._write()

    def on_resize(self) -> None:
        self._write()

    def notify_style_update(self) -> None:
        """Write the equations in the colours of another theme."""
        super().notify_style_update()
        self._write()

    def _write(self) -> None:
        """Write the equations for the width, and below them what wrote the value."""
        width, cause = self.size.width, self._cause
        if cause is None or not width:
            return
        remark = "; ".join(filter(None, (where(cause), _on_screen(cause.note))))
        remarks = wrapped(remark, width)
        room = self._most - min(len(remarks), 2)
        found = self._equations(cause, width, room)
        if not found and (word := word_for(cause.name)) is not None:
            said = wrapped(f"{in_math(cause.name)}: {word.meaning}", width)
            found = [[Segment(row)] for row in said[:room]]
        last = self._most - len(found) - 1
        if len(remarks) > last + 1:
            remarks[last:] = [cut(" ".join(remarks[last:]), width)]
        found += [[Segment(row, Style(dim=True))] for row in remarks]
        self._rows = max(self._rows, len(found))
        self.styles.height = self._rows
        self.update(
            Text("\n").join(Text.assemble(*((t, style or "") for t, style, _ in r)) for r in found)
        )

    def _equations(self, cause: Cause, width: int, rows: int) -> list[list[Segment]]:
        """Write the equations, most of all the last one: that of the value itself."""
        written = [
            replace(
                line,
                target=in_math(line.target),
                symbols=in_math(line.symbols),
                numbers=rewritten(line.numbers, self._precision),
                result=rewritten(line.result, self._precision),
                before=rewritten(line.before, self._precision),
                change=rewritten(line.change, self._precision),
            )
            for line in cause.lines
        ]
        if not written:
            return []
        column = min(max(len(line.target) for line in written) + 1, _TARGET)
        equations = Equations(Colours.of_app(self.app), column, width)
        *first, last = written
        said = equations.rows(first, len(first))
        return [*said, *equations.rows([last], max(rows - len(said), 2))][-rows:]


def where(cause: Cause) -> str:
    """Say what wrote a value, as the screen calls it: ``step 18, example 1: backward x1 → h1``."""
    if cause.operation == ("loss",):
        return f"{cause.where.removesuffix('loss')}the loss"
    return _on_screen(cause.where)


def _on_screen(words: str) -> str:
    return in_math(_KIND.sub(r"\1", words))
