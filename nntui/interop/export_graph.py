"""``nntui export --dot`` and ``--graphml``: the network as a graph for other programs."""

from __future__ import annotations

import io
from typing import Final

from nntui.explain.numbers import rounded
from nntui.model.experiment import Experiment
from nntui.text import harmless

_SHAPES: Final = {"input": "box", "hidden": "ellipse", "output": "doublecircle"}


def dot_graph(experiment: Experiment) -> str:
    """Write the network in the language of Graphviz, a column for each layer."""
    network, number = experiment.network, rounded(3)
    lines = [f"digraph {_quoted(experiment.name or 'network')} {{", "  rankdir=LR;"]
    for neuron in network.neurons:
        label = neuron.name
        if neuron.activation is not None and neuron.bias is not None:
            label += f"\n{neuron.activation}\nb = {number(neuron.bias)}"
        lines.append(
            f"  {_quoted(neuron.name)} [label={_quoted(label)}, shape={_SHAPES[neuron.role]}];"
        )
    for names in network.wiring().columns:
        lines.append(f"  {{ rank=same; {'; '.join(map(_quoted, names))} }}")
    for edge in network.connections:
        ends = f"{_quoted(edge.source)} -> {_quoted(edge.target)}"
        style = "" if edge.trainable else ", style=dashed"
        lines.append(f"  {ends} [label={_quoted(number(edge.weight))}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    """Write a text of Graphviz: a line feed is a new line of a label."""
    shown = "\\n".join(harmless(line) for line in text.replace("\\", "\\\\").split("\n"))
    return '"' + shown.replace('"', '\\"') + '"'


def graphml(experiment: Experiment) -> str:
    """Write the network as GraphML, with the attributes of ``Network.graph``."""
    import networkx as nx

    file = io.BytesIO()
    nx.write_graphml_xml(experiment.network.graph, file)
    return file.getvalue().decode() + "\n"
