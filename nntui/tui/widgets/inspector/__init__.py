"""The inspector: one neuron's whole life."""

from nntui.tui.widgets.inspector.pane import InspectorPane

__all__ = ["InspectorPane"]
