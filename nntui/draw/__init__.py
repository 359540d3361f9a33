"""Pictures in characters, as plain cells: the network drawing."""

from nntui.draw.layers import Draft, Edge, draft, draft_of
from nntui.draw.layout import layout
from nntui.draw.paint import drawing, paint
from nntui.draw.picture import ROLES, Area, EdgeLook, EdgeState, Mark, NodeLook, Picture, Span
from nntui.draw.plan import Box, Direction, Heated, Layout, heated

__all__ = [
    "ROLES",
    "Area",
    "Box",
    "Direction",
    "Draft",
    "Edge",
    "EdgeLook",
    "EdgeState",
    "Heated",
    "Layout",
    "Mark",
    "NodeLook",
    "Picture",
    "Span",
    "draft",
    "draft_of",
    "drawing",
    "heated",
    "layout",
    "paint",
]
