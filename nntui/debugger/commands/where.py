"""Where a run stands, in words and as plain values: said after every movement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.engine.schedule import Position


def heading(position: Position) -> str:
    """``epoch 0 · update 0 · example 2 · forward``, numbered as the values of those names are."""
    example = "" if position.example is None else f" · example {position.example}"
    return f"epoch {position.epoch} · update {position.update}{example} · {position.phase}"


def where(debugger: Debugger) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Where the run stands and the formula of the last step, as lines and as plain values."""
    count = f"position {debugger.position} of {debugger.total}"
    last = debugger.last
    if last is None:
        return (f"{count}: the start of the run",), {}
    at = last.position
    lines = (f"{count}: {heading(at)}", f"  {last.text}")
    return lines, {
        "step": at.step,
        "epoch": at.epoch,
        "update": at.update,
        "example": at.example,
        "phase": at.phase,
        "kind": last.kind,
        "writes": dict(last.writes),
        "text": last.text,
    }
