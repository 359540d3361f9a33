"""``nntui show``: print a network, its parameters, and what its run consists of."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nntui.cli.files import (
    Whole,
    check_can_save,
    file_argument,
    force_option,
    hidden_model_options,
    opened,
)
from nntui.cli.tables import aligned, echo, echo_lines
from nntui.explain.numbers import rounded
from nntui.model.errors import NntuiError, counted
from nntui.model.names import escaped
from nntui.text import clean

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper
    from nntui.draw.picture import Picture, Span
    from nntui.draw.svg import Pen
    from nntui.model.experiment import Experiment
    from nntui.model.network import Network
    from nntui.model.settings import SettingValue, TableFunction
    from nntui.network_view.thumbnails import Thumbnails


_FROZEN: Final = "frozen"
_number: Final = rounded(6)
VIEW_NAMES: Final = ("activations", "weights", "gradients", "change")
"""The names of the views: importing the views themselves would load the debugger."""
THEMES: Final = ("dark", "light")


@click.command("show", short_help="Print a network and its parameters.")
@file_argument
@hidden_model_options
@click.option(
    "--width",
    type=Whole(min=20, max=10_000),
    metavar="COLUMNS",
    help="Columns to draw in.  [default: the terminal's, or 80]",
)
@click.option(
    "--step",
    type=Whole(min=0),
    metavar="N",
    help="Show the run after N steps: the drawing as on screen, and every neuron's values.",
)
@click.option(
    "--view",
    type=click.Choice(VIEW_NAMES),
    help="What the drawing shows.  [default: what suits the step]",
)
@click.option(
    "--svg",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write the drawing to OUT as an SVG picture instead of printing anything.",
)
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    help="The colours of that picture: on a dark or on a white background.  [default: dark]",
)
@click.option(
    "--rows",
    type=Whole(min=3, max=1_000),
    metavar="ROWS",
    help="Rows to draw in.  [default: what the largest layer needs, at most 60]",
)
@force_option
def show(
    file: Path,
    width: int | None,
    step: int | None,
    view: str | None,
    out: Path | None,
    theme: str | None,
    rows: int | None,
    force: bool,
) -> None:
    """Print the network of FILE as text, every parameter, and what its training run consists of.

    \b
    Examples:
      nntui show xor
      nntui show xor --step 20                 after the first 20 steps of its run
      nntui show xor --step 20 --svg xor.svg   that drawing as a picture
      nntui show xor --svg xor.svg --theme light --rows 40   for a white slide
    """  # noqa: D301 (click's mark for a paragraph to leave as it is)
    from nntui.document.files import write_text

    if theme is not None and out is None:
        raise click.UsageError("--theme goes with --svg")
    experiment = opened(file)
    if out is not None:
        if out.suffix.lower() != ".svg":
            raise NntuiError(f"--svg: found {escaped(out.name)}, expected a name that ends in .svg")
        check_can_save(out, force=force)
    columns = width or shutil.get_terminal_size((80, 24)).columns
    lines: Iterable[str]
    if step is None and view is None and out is None:
        lines = _lines(experiment, columns, rows)
    else:
        from nntui.debugger.stepper import Stepper

        stepper = Stepper(experiment)
        if step is not None and step > stepper.total:
            last = f"the run's last step is {stepper.total:,}"
            raise NntuiError(f"--step: there is no step {step:,}: {last}")
        stepper.seek(step or 0)
        described = _described(stepper, view)
        picture = _drawn(stepper, columns, rows, view, colour=out is not None)
        if out is not None:
            from nntui.explain.numbers import DEFAULT_PRECISION, rewritten

            title = " · ".join((experiment.name or "a network", *described))
            title = rewritten(escaped(title, 1000), DEFAULT_PRECISION)
            write_text(out, _as_svg(picture, title, dark=theme != "light"))
            echo(f"drawn to {escaped(str(out), 1000)}")
            return
        lines = (*described, "", picture.text().strip("\n"), "", *_values(stepper))
    echo_lines(lines)


def _lines(experiment: Experiment, width: int, rows: int | None) -> Iterator[str]:
    from nntui.model.fit import warnings

    network = experiment.network
    if experiment.name:
        yield from (experiment.name, "")
    if experiment.description:
        yield from _wrapped(experiment.description, width)
        yield ""
    yield network.draw(width=width, height=rows).strip("\n")
    yield ""
    for warning in warnings(experiment):
        yield f"warning: {warning}"
    yield from _neurons(network)
    yield ""
    if network.wiring().connection_count:
        yield from (*_connections(network), "")
    yield from _summary(experiment)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Wrap the long lines of Markdown, which stays as it was written."""
    import textwrap

    for line in text.strip().split("\n"):
        shown = clean(line.expandtabs(4))
        indent = shown[: len(shown) - len(shown.lstrip())]
        bullet = "  " if shown.lstrip().startswith(("- ", "* ")) else ""
        yield textwrap.fill(
            shown,
            min(width, 100),
            subsequent_indent=indent + bullet,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _neurons(network: Network) -> Iterator[str]:
    heading = ("layer", "neuron", "role", "activation", "bias", "")
    rows = [
        (str(n.layer), n.name, n.role, str(n.activation or ""),
         "" if n.bias is None else _number(n.bias), "" if n.trainable else _FROZEN)
        for n in network.neurons
    ]  # fmt: skip
    return aligned(rows, ("right", "left", "left", "left", "point"), heading)


def _connections(network: Network) -> Iterator[str]:
    heading = ("source", "", "target", "weight", "")
    net, weights = network.wiring(), iter(network.weight_values())
    rows = [
        (i, "→", j, _number(weight), _FROZEN if (i, j) in net.frozen else "")
        for j in net.neurons
        for i, weight in zip(net.sources[j], weights, strict=False)  # the next are another's
    ]
    return aligned(rows, ("left", "left", "left", "point"), heading)


def _summary(experiment: Experiment) -> Iterator[str]:
    from nntui.engine.schedule import Schedule

    net, training = experiment.network.wiring(), experiment.training
    frozen = len(net.frozen)
    test = len(experiment.test_examples)
    parts = [
        counted(len(experiment.network), "neuron"),
        counted(net.connection_count, "connection"),
        counted(net.parameter_count, "parameter") + (f" ({frozen} frozen)" if frozen else ""),
        counted(len(experiment.data), "example") + (f" ({test} kept for testing)" if test else ""),
    ]
    yield ", ".join(parts)
    if experiment.data.origin:
        yield f"data from {experiment.data.origin}"
    schedule = Schedule(experiment)
    yield (
        f"{counted(schedule.total, 'step')} in {counted(training.epochs, 'epoch')} and "
        f"{counted(schedule.updates, 'update')}: {_function(training.loss)}, "
        f"{_function(training.optimizer)}"
    )
    if (before := experiment.resumed).updates:
        done = f"{counted(before.updates, 'update')} in {counted(before.epochs, 'epoch')}"
        yield f"It goes on after {done}: training.optimizer.state has what is remembered of them."


def _function(function: TableFunction[Any]) -> str:
    """Name a loss or an optimizer with the settings that are not at their defaults."""
    defaults = function.defaults(function.name)
    said = [
        f"{key.replace('_', ' ')} {_setting(value)}"
        for key, value in function.settings
        if key == "learning_rate" or value != defaults[key]
    ]
    return f"{function.name} ({', '.join(said)})" if said else function.name


def _setting(value: bool | SettingValue) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_setting, value))}]"
    return str(value) if isinstance(value, bool) else f"{value:g}"


_TALLEST: Final = 60
"""Rows of a drawing at most, unless more are wished for; larger layers are folded."""
_ROWS_EACH: Final = {False: 6, True: 8}
"""Rows for each neuron of the largest layer: in text, and in a picture."""


def _drawn(
    stepper: Stepper, width: int, rows: int | None, view: str | None, *, colour: bool
) -> Picture:
    """Draw the network in a view; None: the one that suits the phase.

    Without ``colour`` maps are drawn in signs.
    """
    from nntui.debugger.values import before_last_update
    from nntui.draw.layers import draft
    from nntui.draw.layout import lay_out
    from nntui.draw.paint import paint
    from nntui.network_view.scene import Scene
    from nntui.network_view.thumbnails import PLANE, InputImage, image_size
    from nntui.network_view.views import Emphasis, HeatMapCache, Moment, view_at

    net = stepper.experiment.network.wiring()
    moment = Moment(stepper.snapshot(), before_last_update(stepper.training_run))
    shown, scene = view_at(moment, view), Scene(stepper.experiment)
    image = image_size(len(net.inputs))
    layers = list(net.layer.values())
    if image is not None:
        layers = [layer for layer in layers if layer]
    largest = max(map(layers.count, set(layers)))
    height = rows or min(_ROWS_EACH[colour] * largest, _TALLEST)
    maps = _thumbnails(stepper, colour=colour) if len(net.inputs) <= PLANE else None
    contents = scene.contents(thumbnails=maps is not None)
    drafted = draft(net.layer, net.sources, net.targets)
    plan = lay_out(drafted, width, height, contents=contents, image=image)
    heat = HeatMapCache()(plan, moment, shown)
    nodes = scene.neurons(moment, shown, Emphasis(), layout=plan, thumbnails=maps)
    InputImage().add_to(nodes, plan.homes[net.inputs[0]], moment, shown, colour=colour)
    edges = scene.edges(moment, shown, Emphasis(), (*plan.edges, *heat.lines))
    return paint(plan, nodes, edges, heat=heat)


def _thumbnails(stepper: Stepper, *, colour: bool) -> Thumbnails:
    """Compute what every neuron answers over the plane of the two inputs."""
    from nntui.engine.parameter_index import flat_parameters
    from nntui.engine.surface import AnswerComputer, InputRanges
    from nntui.network_view.thumbnails import Thumbnails

    experiment, snapshot = stepper.experiment, stepper.snapshot()
    net = experiment.network.wiring()
    grid = InputRanges.of(experiment).grid(range(len(net.inputs)), _POINTS, _POINTS)
    p = flat_parameters(net, snapshot.b, snapshot.w)
    return Thumbnails(experiment, AnswerComputer(net).surfaces(p, grid), colour=colour)


_POINTS: Final = 28
"""Of such a map, across and down."""


def _described(stepper: Stepper, view: str | None) -> Iterator[str]:
    """Say where the run is, what the last step did, and what the drawing shows."""
    from nntui.debugger.commands.movement import heading
    from nntui.network_view.views import Moment, view_at

    last = stepper.last
    yield f"after {stepper.position:,} of {stepper.total:,} steps"
    if last is not None:
        yield f"{heading(last.position)}: {last.text}"
    shown = view_at(Moment(stepper.snapshot()), view)
    yield f"{shown.name}: {shown.boxes} in the boxes, {shown.lines} on the lines"


def _values(stepper: Stepper) -> Iterator[str]:
    """List every neuron's values, blank where there is none yet."""
    snapshot = stepper.snapshot()
    net = snapshot.net
    columns = (snapshot.z, snapshot.a, snapshot.da, snapshot.delta, snapshot.b, snapshot.db)
    rows = [
        (j, *(_number(found[j]) if j in found else "" for found in columns))
        for j in (*net.inputs, *net.neurons)
    ]
    heading = ("neuron", "z", "a", "∂L/∂a", "δ", "b", "∂L/∂b")
    return aligned(rows, ("left", *("point",) * 6), heading)


def _as_svg(picture: Picture, title: str, *, dark: bool) -> str:
    """Draw a picture as an SVG document, on a dark or a white background."""
    from nntui.draw.svg import Pen, svg
    from nntui.network_view.colours import RGB, Palette

    background, foreground = map(RGB.of, ("#121212", "#e0e0e0") if dark else ("#ffffff", "#1a1a1a"))
    palette = Palette(dark, background, foreground)

    def pen(span: Span) -> Pen:
        ink = palette.ink(span.role, span.value, span.below)
        colour, ground = (None if rgb is None else rgb.text for rgb in (ink.colour, ink.ground))
        return Pen(colour, ground, ink.bold, ink.underline, ink.dim)

    return svg(picture, pen, background=background.text, foreground=foreground.text, title=title)
