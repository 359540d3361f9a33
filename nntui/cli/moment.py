"""A moment of a run on paper: ``nntui show --step``, and its drawing as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nntui.model.errors import NntuiError

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.draw import Picture, Span
    from nntui.draw.svg import Pen
    from nntui.model.experiment import Experiment

_TALLEST = 60
"""Rows of a drawing at most; larger layers are folded."""


def moment_of(experiment: Experiment, step: int) -> Debugger:
    """The run after so many steps.

    Raises:
        NntuiError: the run is shorter.
    """
    from nntui.debugger.debugger import Debugger

    debugger = Debugger(experiment)
    if step > debugger.total:
        raise NntuiError(f"--step {step}: the run ends with step {debugger.total}")
    debugger.seek(step)
    return debugger


def drawn(debugger: Debugger, width: int, view: str | None = None) -> Picture:
    """The network at this moment, in the view named, or the one that suits the phase."""
    from nntui.debugger.before import before_last_update
    from nntui.draw import layout, paint
    from nntui.looks.heat import Heating
    from nntui.looks.moment import Emphasis, Moment
    from nntui.looks.scene import Scene
    from nntui.looks.views import view_at

    network = debugger.experiment.network
    net = network.wiring()
    moment = Moment(debugger.snapshot(), before_last_update(debugger.run))
    shown, scene = view_at(moment, view), Scene(net)
    layers = list(net.layer.values())
    largest = max(map(layers.count, set(layers)))
    plan = layout(network.graph(), width, min(max(3 * largest, 5), _TALLEST))
    heat = Heating()(plan, moment, shown)
    return paint(
        plan,
        scene.neurons(moment, shown, Emphasis(), cells=plan.value_width),
        scene.edges(moment, shown, Emphasis(), (*plan.edges, *heat.lines)),
        heat=heat,
    )


def described(debugger: Debugger, view: str | None) -> Iterator[str]:
    """Where the run stands, what the last step did, and what the drawing shows."""
    from nntui.looks.moment import Moment
    from nntui.looks.views import view_at

    last = debugger.last
    yield f"after {debugger.position:,} of {debugger.total:,} steps"
    if last is not None:
        at = last.position
        example = "" if at.example is None else f", example {at.example}"
        yield f"epoch {at.epoch}, update {at.update}{example}, {at.phase}: {last.text}"
    shown = view_at(Moment(debugger.snapshot()), view)
    yield f"{shown.name}: {shown.boxes} in the boxes, {shown.lines} on the lines"


def values(debugger: Debugger) -> Iterator[str]:
    """Every neuron's values, blank where there is none yet."""
    from nntui.cli.columns import aligned
    from nntui.explain.numbers import rounded

    snapshot, number = debugger.snapshot(), rounded(6)
    net = snapshot.net
    columns = (snapshot.z, snapshot.a, snapshot.da, snapshot.delta, snapshot.b, snapshot.db)
    rows = [
        (j, *(number(found[j]) if j in found else "" for found in columns))
        for j in (*net.inputs, *net.neurons)
    ]
    heading = ("neuron", "z", "a", "∂L/∂a", "δ", "b", "∂L/∂b")
    return aligned(rows, ("left", *("point",) * 6), heading)


def as_svg(picture: Picture, title: str) -> str:
    """A drawing as an SVG document, on a dark ground."""
    from nntui.draw.svg import Pen, svg
    from nntui.looks.palette import RGB, Palette

    background, foreground = RGB.of("#121212"), RGB.of("#e0e0e0")
    palette = Palette(True, background, foreground)

    def pen(span: Span) -> Pen:
        ink = palette.ink(span.role, span.value)
        colour, ground = (None if rgb is None else rgb.text for rgb in (ink.colour, ink.ground))
        return Pen(colour, ground, ink.bold, ink.underline, ink.dim)

    return svg(picture, pen, background=background.text, foreground=foreground.text, title=title)
