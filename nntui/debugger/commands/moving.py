"""The commands that move: along the run, to a place, to the next stop; and each one's reverse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from nntui.debugger.commands.candidates import places
from nntui.debugger.commands.command import Command, Function
from nntui.debugger.commands.journey import Journey
from nntui.debugger.commands.language import CommandError, nothing_more, whole
from nntui.debugger.movements import destination
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

# name, alias, movement, where it leads, where its reverse leads
_MOVEMENTS: Final = (
    ("step", "s", "step", "execute one step: a load, an edge, a neuron, …", "take one step back"),
    ("next", "n", "neuron", "go to the end of this neuron", "go back to the start of this neuron"),
    ("finish", "f", "pass", "go to the end of this pass: forward, loss, backward, update",
     "go back to the start of this pass"),
    ("example", "e", "example", "go to the next example", "go back to the start of an example"),
    ("update", "u", "update", "go behind the next update: the end of this batch",
     "go back to the start of a batch"),
    ("epoch", "ep", "epoch", "go to the end of this epoch", "go back to the start of an epoch"),
)  # fmt: skip

_COUNTED: Final = """
A count repeats it; a negative one goes the other way. Breakpoints on the way do not stop it:
continue stops at them.
  {name}
  {name} 10"""


def _move(movement: str, direction: int) -> Function:
    def run(debugger: Debugger, rest: str) -> Journey:
        count = direction * (whole(rest, "how often, as a whole number") if rest else 1)
        target = destination(debugger.schedule, debugger.position, movement, count)
        return _towards(debugger, target, count)

    return run


def _towards(debugger: Debugger, target: int, direction: int) -> Journey:
    if target == debugger.position and direction > 0 and debugger.at_end:
        raise CommandError("this is the end of the run: there is no further step")
    if target == debugger.position and direction < 0 and debugger.at_start:
        raise CommandError("this is the start of the run: there is no step to take back")
    return Journey(debugger, target, jump=False)


def _continue(direction: int) -> Function:
    def run(debugger: Debugger, rest: str) -> Journey:
        nothing_more(rest)
        _towards(debugger, debugger.position, direction)  # refuses at the end that lies ahead
        return Journey(debugger, hunt=debugger.hunt(direction))

    return run


def _until(direction: int) -> Function:
    def run(debugger: Debugger, rest: str) -> Journey:
        from nntui.debugger.commands.until import step_of_place
        from nntui.debugger.stops import place_of

        place = place_of(rest, debugger.experiment.network)
        net = debugger.experiment.network.wiring()
        step = step_of_place(net, debugger.schedule, place, debugger.position, direction)
        if step is None:
            way = "after" if direction > 0 else "before"
            raise CommandError(f"{escaped(place.text, 200)} is not met {way} this")
        return Journey(debugger, step + 1)

    return run


def _moves() -> Iterator[Command]:
    for name, alias, movement, there, back in _MOVEMENTS:
        for prefix, letter, direction, help_ in (("", "", 1, there), ("reverse-", "r", -1, back)):
            yield Command(
                name=prefix + name,
                aliases=(letter + alias,),
                words="[COUNT]",
                help=help_,
                more=_COUNTED.format(name=prefix + name),
                run=_move(movement, direction),
                repeats=True,
            )


MOVING: Final = (
    *_moves(),
    Command(
        "until", "PLACE", "go on to the next step of a place: run to the cursor", _until(1),
        aliases=("t",), repeats=True, completes=places,
        more="""
PLACE is what break takes: h1, x1->h1, layer 2, epoch 5 and so on, with forward, backward or
update behind it. Breakpoints on the way do not stop it.
  until h1 backward
  until x1->h1
  until epoch 10""",
    ),
    Command(
        "reverse-until", "PLACE", "go back to the step of a place before this", _until(-1),
        aliases=("rt",), repeats=True, completes=places,
    ),
    Command(
        "continue", "", "run until something stops it, or to the end", _continue(1),
        aliases=("c", "run"), repeats=True,
        more="""
Stops at enabled breakpoints and watchpoints (info breakpoints), else at the end of the run.""",
    ),
    Command(
        "reverse-continue", "", "run backwards to the last stop before here, or to the start",
        _continue(-1), aliases=("rc",), repeats=True,
        more="""
Stops where continue would have stopped last on the way here.""",
    ),
)  # fmt: skip
