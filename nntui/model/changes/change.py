"""A change: the experiment that it leads to, and the sentence of what it did."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.model.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Change:
    """What a change has made.

    ``sentence`` says it in a few words, such as ``h3 added (tanh)``. ``renamed``: a neuron's name
    before and after it.
    """

    experiment: Experiment
    sentence: str
    renamed: tuple[str, str] | None = None


def also(*phrases: str) -> str:
    """Phrases that belong to one sentence; empty ones are left out."""
    return "; ".join(filter(None, phrases))
