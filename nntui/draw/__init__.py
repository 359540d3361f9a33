"""Layered drawings of a graph in terminal cells: layers, layout, painting."""
