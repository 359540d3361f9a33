"""Looks: how a moment of a run is drawn. From a snapshot to what ``nntui.draw`` paints."""
