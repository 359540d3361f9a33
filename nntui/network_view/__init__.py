"""How a moment of a run is drawn: from a snapshot to the looks that ``nntui.draw`` paints."""
