"""Completion: the words that an unfinished word may become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from nntui.debugger.commands.command import Candidates
from nntui.debugger.values import never_known
from nntui.model.activations import ACTIVATIONS, EXPRESSION
from nntui.model.losses import LOSSES
from nntui.model.names import SYMBOLS, quoted, value_name
from nntui.model.wiring import value_owners

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.model.wiring import Wiring


def words(*known: str) -> Candidates:
    """Offer words directly behind the command."""

    def offer(debugger: Debugger, before: list[str], begun: str) -> Iterable[str]:
        return known if not before else ()

    return offer


def either(*sources: Candidates) -> Candidates:
    """Offer what any of some sources offers."""

    def offer(debugger: Debugger, before: list[str], begun: str) -> Iterable[str]:
        return chain.from_iterable(source(debugger, before, begun) for source in sources)

    return offer


def behind(*leads: str, source: Candidates) -> Candidates:
    """Offer what a source offers, behind certain words only."""

    def offer(debugger: Debugger, before: list[str], begun: str) -> Iterable[str]:
        return source(debugger, before, begun) if before and before[-1] in leads else ()

    return offer


def values(debugger: Debugger, before: list[str], begun: str) -> Iterator[str]:
    """Offer value names: the symbols first, those of one symbol once its bracket is open."""
    net = debugger.experiment.network.wiring()
    symbol, bracket, _ = begun.partition("[")
    if bracket:
        yield from _of_symbol(net, symbol, begun)
        return
    for known, counts in SYMBOLS.items():
        if never_known(debugger.experiment, value_name(known, *_ANY[: counts[0]])):
            continue
        if known == symbol and counts != (0,):
            yield from _of_symbol(net, known, begun)
        else:
            yield known + ("[" if counts != (0,) else "")


_ANY: Final = ("", "")  # neurons: whether a symbol has values at all does not depend on them


def expressions(debugger: Debugger, before: list[str], begun: str) -> Iterator[str]:
    """Offer value names, and functions once a word is begun."""
    from nntui.model.expressions.functions import FUNCTIONS

    yield from values(debugger, before, begun)
    if begun:
        yield from (f"{name}(" for name in FUNCTIONS)


def conditions(debugger: Debugger, before: list[str], begun: str) -> Iterator[str]:
    """Offer the parts of a condition, behind ``if``."""
    if "if" in before:
        yield from expressions(debugger, before, begun)


def behind_number(source: Candidates) -> Candidates:
    """Offer the number of a breakpoint or watchpoint, then what a source offers."""

    def offer(debugger: Debugger, before: list[str], begun: str) -> Iterable[str]:
        return (source if before else breakpoints)(debugger, before, begun)

    return offer


def events(debugger: Debugger, before: list[str], begun: str) -> Iterator[str]:
    """Offer the expression of a watchpoint, and its events."""
    from nntui.debugger.breakpoints.breakpoint import CLAUSES

    if before[-1:] == ["becomes"]:
        yield "true"
    elif "if" not in before:
        yield from expressions(debugger, before, begun)
        if before:
            yield from ("crosses", "becomes", *CLAUSES)
        else:
            yield "nonfinite"


def _of_symbol(net: Wiring, symbol: str, begun: str) -> Iterator[str]:
    counts = SYMBOLS.get(symbol, ())
    if 1 in counts:
        owners = value_owners(net, symbol)
        yield from (value_name(symbol, *neurons) for neurons in owners if len(neurons) == 1)
    if 2 in counts:
        edges = _edges(net, begun, lambda i: f"{symbol}[{quoted(i)},")
        yield from (value_name(symbol, *edge) for edge in edges)


def _edges(net: Wiring, begun: str, head: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Find connections by their sources; ``head`` gives how a source's ones begin.

    There may be a hundred thousand while the user types: only those found are written out.
    """
    heads = {i: head(i) for i in net.layer}
    wanted = {i for i, each in heads.items() if each.startswith(begun) or begun.startswith(each)}
    return ((i, j) for j in net.neurons for i in net.sources[j] if i in wanted)


def neurons(debugger: Debugger, before: list[str], begun: str) -> Iterator[str]:
    """Offer the names of neurons."""
    net = debugger.experiment.network.wiring()
    yield from map(quoted, (*net.inputs, *net.neurons))


def _each(of: Callable[[Debugger], Iterable[object]]) -> Candidates:
    return lambda debugger, before, begun: map(str, of(debugger))


bookmarks: Final = _each(lambda debugger: (mark.name for mark in debugger.bookmarks))
branches: Final = _each(lambda debugger: (branch.name for branch in debugger.branches))
breakpoints: Final = _each(lambda debugger: (point.number for point in debugger.breakpoints))
displays: Final = _each(lambda debugger: (display.number for display in debugger.displays))


def places(debugger: Debugger, before: list[str], begun: str) -> Iterator[str]:
    """Offer the places of breakpoints: neurons, edges, kinds, then directions and clauses."""
    from nntui.debugger.breakpoints.breakpoint import CLAUSES, DIRECTIONS, LINES, PERIODS, PHASES

    if "if" in before:
        return
    if not before:
        yield from ("layer", "phase", "line", "step", *PERIODS, "if")
        yield from neurons(debugger, before, begun)
        if "->" in begun:
            edges = _edges(debugger.experiment.network.wiring(), begun, lambda i: f"{quoted(i)}->")
            yield from ("->".join(map(quoted, edge)) for edge in edges)
    elif before == ["phase"]:
        yield from PHASES
    elif before == ["line"]:
        yield from LINES
    elif before[0] in PERIODS:
        yield from ("end", *CLAUSES)
    else:
        yield from (*DIRECTIONS, *CLAUSES)


def targets(debugger: Debugger, before: list[str], begun: str) -> Iterator[str]:
    """Offer the targets of ``set``."""
    from nntui.engine.edits import targets as others

    if not before:
        yield from others(debugger.experiment)
        yield from (each for each in values(debugger, before, begun) if each[:2] in ("w[", "b["))
    elif before[0] == "loss":
        yield from LOSSES
    elif before[0].startswith("activation"):
        if before[1:] in ([], ["="]):
            yield from (*ACTIVATIONS, EXPRESSION)
    else:
        yield from expressions(debugger, before, begun) if begun else ()
