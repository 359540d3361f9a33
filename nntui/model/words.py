"""Words that sentences are made of, wherever they are said."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """``1 neuron``, ``12,345 neurons``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
