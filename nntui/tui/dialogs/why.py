"""The why dialog: the causes of a value as a tree."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from nntui.debugger.queries.why import ROWS, Cause, expand
from nntui.explain.numbers import PRECISIONS, rewritten
from nntui.tui.dialogs.question import Closable


class WhyScreen(ModalScreen["Cause | None"], Closable[Cause]):
    """Shows why a value is what it is; the result is the cause to go to, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,W", "leave", "close"),
        Binding("right", "open", "open"),
        Binding("left", "close", "close"),
        Binding("a", "digits(1)", "more digits"),
        Binding("A", "digits(-1)", "fewer digits"),
    ]

    def __init__(self, cause: Cause, precision: int) -> None:
        super().__init__()
        self._cause, self._precision = cause, precision

    def compose(self) -> ComposeResult:
        with Vertical(id="why") as box:
            box.border_title = Content(f"Why {self._cause.name}")
            box.border_subtitle = "→ open · ← close · enter go there · a digits · esc"
            tree: Tree[Cause | int] = Tree(self._label(self._cause), self._cause, id="why-tree")
            yield tree

    def on_mount(self) -> None:
        self._tree.auto_expand = False
        self._tree.focus()
        self._tree.root.expand()

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Cause | int]) -> None:
        """Find the causes of a cause when it is first expanded."""
        node = event.node
        if not node.children and isinstance(node.data, Cause):
            self._add(node, 0)

    def on_tree_node_selected(self, event: Tree.NodeSelected[Cause | int]) -> None:
        """Go to the step that wrote the value; or show more rows of a long sum."""
        node = event.node
        if isinstance(node.data, Cause):
            self.dismiss(node.data)
        elif node.parent is not None and node.data is not None:
            parent, first = node.parent, node.data
            node.remove()
            self._add(parent, first)

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

    def action_digits(self, by: int) -> None:
        self._precision = (self._precision + by) % len(PRECISIONS)
        nodes = [self._tree.root]
        for node in nodes:  # it grows by the children of each
            nodes += node.children
            if isinstance(node.data, Cause):
                node.set_label(self._label(node.data))

    @property
    def _tree(self) -> Tree[Cause | int]:
        return self.query_one("#why-tree", Tree)

    def _add(self, node: TreeNode[Cause | int], first: int) -> None:
        assert isinstance(node.data, Cause)
        for cause in expand(node.data, first, ROWS):
            node.add(self._label(cause), cause, allow_expand=bool(cause.reads))
        shown = first + ROWS
        if len(node.data.reads) > shown:
            more = Text(f"… {len(node.data.reads) - shown} more: enter shows them", "italic")
            node.add_leaf(more, shown)

    def _label(self, cause: Cause) -> Text:
        formula = rewritten(cause.text, self._precision)
        return Text(formula, no_wrap=True) + Text(f"   {cause.where}", "dim")
