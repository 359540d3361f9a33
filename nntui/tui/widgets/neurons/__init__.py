"""The neurons pane: two tables, a row a neuron and a row a connection."""

from nntui.tui.widgets.neurons.pane import NeuronsPane

__all__ = ["NeuronsPane"]
