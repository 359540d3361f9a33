"""Pictures in characters, as plain cells: the network drawing."""

from nntui.draw.columns import Edge
from nntui.draw.draft import Draft, draft, draft_of
from nntui.draw.heat import Heated, heated
from nntui.draw.looks import EdgeLook, EdgeState, Mark, NodeLook
from nntui.draw.network import paint
from nntui.draw.picture import ROLES, Area, Picture, Span
from nntui.draw.placement import layout
from nntui.draw.plain import drawing
from nntui.draw.plan import Box, Direction, Layout

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
