"""Numbers compared bit for bit: -0.0 is not 0.0, nan is nan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def bits(number: float | None) -> str | None:
    return None if number is None else float(number).hex()


def all_bits(values: Mapping[Any, float | None]) -> dict[Any, str | None]:
    return {name: bits(value) for name, value in values.items()}


def bits_of(numbers: Iterable[float]) -> list[str | None]:
    return [bits(number) for number in numbers]
