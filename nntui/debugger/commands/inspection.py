"""The commands that print, display, list, and answer questions about a run's past."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.commands.branches import listed as branches_listed
from nntui.debugger.commands.breakpoints import listed
from nntui.debugger.commands.command import Command, Output
from nntui.debugger.commands.completion import (
    behind,
    displays,
    either,
    expressions,
    neurons,
    values,
    words,
)
from nntui.debugger.commands.movement import stand
from nntui.debugger.commands.text import (
    CommandError,
    at_commas,
    chosen,
    first_word,
    nothing_more,
    split,
    whole,
)
from nntui.debugger.displays import DisplayedValue, line_of
from nntui.debugger.expressions import parse
from nntui.debugger.values import Value, has_softmax, value_text
from nntui.debugger.words import explained_word, moment_of
from nntui.explain.words import word_for
from nntui.model.errors import counted
from nntui.model.expressions.functions import FUNCTIONS
from nntui.model.names import OF_STEPS, SYMBOLS, escaped, unquoted, value_name
from nntui.model.wiring import check_value, value_owners
from nntui.text import wrapped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


MOST_VALUES: Final = 1_000
"""Values listed at once, at most."""


def _print(debugger: Debugger, rest: str) -> Output:
    if not rest:
        raise CommandError("print needs an expression, such as abs(dw[x1,h1])")
    if about := _about(debugger, rest):
        return about
    values = [(text, debugger.evaluate(text)) for text in at_commas(rest)]
    lines = [f"{escaped(text, 1000)} = {_said(debugger, text, value)}" for text, value in values]
    data = [{"expression": text, "value": value} for text, value in values]
    return Output(tuple(lines), data[0] if len(data) == 1 else {"values": data})


_MOST_OF_A_KIND: Final = 12
"""Values of a kind that print lists."""


def _about(debugger: Debugger, text: str) -> Output | None:
    """Answer for a word that is no expression: ``delta`` alone, ``learning rate``, ``gradient``.

    What it means, and its values here, or what it is at this moment. None for an expression.
    """
    if text in SYMBOLS and 0 in SYMBOLS[text]:
        return None
    word = word_for(text) if "[" not in text else None
    if word is None:
        return None
    if text not in SYMBOLS:
        return Output(explained_word(word, moment_of(debugger)), {"help": word.sentence})
    net = debugger.experiment.network.wiring()
    names = [value_name(text, *owner) for owner in value_owners(net, text)]
    found = {name: debugger.value(name) for name in names[:_MOST_OF_A_KIND]}
    lines = [f"{name} = {value_text(value)}" for name, value in found.items()]
    if len(names) > _MOST_OF_A_KIND:
        lines.append(f"… and {len(names) - _MOST_OF_A_KIND:,} more: info values {text}")
    return Output((word.sentence, *lines), {"values": found})


def _said(debugger: Debugger, text: str, value: Value) -> str:
    from nntui.debugger.queries.writes import blank_reason

    if value is not None:
        return value_text(value)
    blank = parse(text, debugger.experiment.network).blank(debugger.value)
    return f"blank here ({escaped(blank_reason(debugger.training_run, blank or text), 300)})"


def _display(debugger: Debugger, rest: str) -> Output:
    if rest:
        debugger.displays.at_stop()  # the next stop is compared with this one
        for text in at_commas(rest):
            debugger.displays.add(text)
    return _displays(debugger)


def _displays(debugger: Debugger, rest: str = "") -> Output:
    nothing_more(rest)
    displayed = debugger.displays.now()
    lines = tuple(map(line_of, displayed)) or ("nothing is displayed",)
    return Output(lines, {"displays": plain_displays(displayed)})


def plain_displays(displayed: Iterable[DisplayedValue]) -> list[dict[str, Any]]:
    """The displays as plain values."""
    return [{"number": d.number, "expression": d.text, "value": d.value} for d in displayed]


def _undisplay(debugger: Debugger, rest: str) -> Output:
    if rest:
        typed = dict.fromkeys(split(rest))
        numbers = [whole(word, "the number of a display") for word in typed]
    else:
        numbers = [display.number for display in debugger.displays]
    for number in numbers:
        debugger.displays[number]  # refuse an unknown one before the first is removed
    for number in numbers:
        debugger.displays.remove(number)
    return Output((f"{counted(len(numbers), 'display')} removed",), {"removed": numbers})


def _info(debugger: Debugger, rest: str) -> Output:
    word, rest = first_word(rest)
    if not word:
        raise CommandError(f"info needs a subject: {', '.join(_SUBJECTS)}")
    return _SUBJECTS[chosen(word, _SUBJECTS, "subject", _SHORT)](debugger, rest)


def _values(debugger: Debugger, rest: str) -> Output:
    snapshot = debugger.snapshot()
    symbols = split(rest)
    symbols = [chosen(symbol, SYMBOLS, "kind of value") for symbol in symbols]
    found = {
        name: value
        for name, value in snapshot.values.items()
        if not symbols or name.partition("[")[0] in symbols
    }
    for symbol in symbols:
        if symbol not in OF_STEPS:
            names = (value_name(symbol, *owner) for owner in value_owners(snapshot.net, symbol))
            found |= {name: debugger.value(name) for name in islice(names, MOST_VALUES)}
    lines = [f"{name} = {value_text(value)}" for name, value in islice(found.items(), MOST_VALUES)]
    if len(found) > MOST_VALUES:
        lines.append(f"… and {len(found) - MOST_VALUES} more: info values w, print w[x1,h1]")
    return Output(tuple(lines), {"values": dict(islice(found.items(), MOST_VALUES))})


def _neuron(debugger: Debugger, rest: str) -> Output:
    if not rest:
        raise CommandError("info neuron needs a neuron's name")
    net = debugger.experiment.network.wiring()
    names = []
    for word in split(rest):
        name = unquoted(word)
        if name is None:
            raise CommandError(f"{escaped(word)} is badly quoted")
        check_value(net, "a", (name,))
        names.append(name)
    lines: list[str] = []
    data: dict[str, Any] = {}
    for j in names:
        symbols = ("z", "a", "da", "delta", "b", "db") if j in net.sources else ("x", "a", "da")
        symbols = (*symbols, "t") if j in net.outputs else symbols
        if j in net.outputs and has_softmax(debugger.experiment):
            symbols = (*symbols, "p")
        own = {name: debugger.value(name) for name in (value_name(s, j) for s in symbols)}
        ends = (*((i, j) for i in net.sources.get(j, ())), *((j, k) for k in net.targets[j]))
        edges = {name: debugger.value(name) for name in (value_name("w", *end) for end in ends)}
        role = "input" if j in net.inputs else "output" if j in net.outputs else "hidden"
        f = net.activation[j].name if j in net.activation and role != "input" else None
        lines.append(f"{escaped(j)}: {role}, layer {net.layer[j]}{(f and ', ' + f) or ''}")
        shown = chain(own.items(), islice(edges.items(), MOST_VALUES))
        lines += [f"  {name} = {value_text(value)}" for name, value in shown]
        data[j] = {"role": role, "layer": net.layer[j], "activation": f, "values": {**own, **edges}}
    return Output(tuple(lines), {"neurons": data})


def _bookmarks(debugger: Debugger, rest: str) -> Output:
    nothing_more(rest)
    lines = tuple(
        f"{escaped(mark.name)}: position {mark.at.position:,} on {escaped(mark.at.branch)}"
        for mark in debugger.bookmarks
    )
    return Output(lines or ("there are no bookmarks",), {"bookmarks": debugger.bookmarks.plain})


def _points(kind: str) -> Callable[[Debugger, str], Output]:
    def run(debugger: Debugger, rest: str) -> Output:
        return listed(debugger, kind, rest)

    return run


def _health(debugger: Debugger, rest: str) -> Output:
    from nntui.debugger.queries.health import health

    nothing_more(rest)
    found = health(debugger)
    finished = counted(debugger.training_run.losses.epochs, "epoch")
    said = found.sentence or f"The loss neither stands still nor jumps: {finished} finished."
    return Output((said,), {"still": found.still, "reasons": list(found.reasons)})


_SUBJECTS: Final[dict[str, Callable[[Any, str], Output]]] = {
    "position": stand,
    "values": _values,
    "neuron": _neuron,
    "breakpoints": _points(""),
    "watchpoints": _points("Watchpoint"),
    "displays": _displays,
    "branches": branches_listed,
    "bookmarks": _bookmarks,
    "health": _health,
}

_SHORT: Final = {
    "b": "breakpoints", "br": "breakpoints", "p": "position", "v": "values",
    "watches": "watchpoints", "locals": "values", "registers": "values", "r": "values",
    "variables": "values", "frame": "position", "f": "position", "stack": "position",
    "line": "position", "program": "position", "source": "position",
}  # fmt: skip

_EXPRESSIONS: Final = f"""
What can stand in print, display, history, set, watch and the conditions of break:
Values of the example: x[i] t[k] (the target) z[j] a[j] da[j] delta[j] loss. p[k] is \
the softmax of the outputs under cross_entropy, known once all outputs are.
Parameters b[j] w[i,j]; their gradients db[j] dw[i,j], summed over the batch's examples so far.
g[j] g[i,j]: the gradient that the optimizer gets, known from the end of a batch's passes to \
the next batch: their mean (or sum) and the penalty. PyTorch's .grad is g without l1 and l2.
m[…] v[…] s[…]: what the optimizer remembers of a parameter, by the names in its formula: sgd \
v (the momentum buffer), adam m and v, rmsprop s and v, adagrad s. 0 before the first update.
learning_rate and the optimizer's other settings, l1, l2: always known.
accuracy: the share of training examples classified right with the parameters here, under \
bce, bce_with_logits and cross_entropy; while an update changes them, with those before it.
batch_loss epoch_loss test_loss, epoch update example step.
Functions: {", ".join(FUNCTIONS)}; + - * / **, comparisons, and or not; pi, inf, nan.
max, min, sum, mean and norm are also taken over all values of a kind, or of a layer (layer 0 \
is the inputs; a connection is of its target's layer):
  norm(dw)
  max(abs(dw[layer 2])) < 1e-6
  accuracy >= 0.95 and epoch_loss < 0.1
A blank value makes an expression blank; isblank(x) asks for that."""


def expressions_help(width: int = 100) -> list[str]:
    """Write what can stand in an expression, in lines of at most ``width`` cells."""
    lines: list[str] = []
    for text in _EXPRESSIONS.strip().split("\n"):
        lines += [text] if text.startswith(" ") else wrapped(text, width)
    return lines


INSPECTION_COMMANDS: Final = (
    Command(
        "print", "EXPRESSION [, EXPRESSION …]", "print the value of an expression here", _print,
        aliases=("p",), completes=expressions,
        more=f"""
Functions: {', '.join(FUNCTIONS)}; and, or, not. help expressions says more.
Over the names of values: x[i] z[j] a[j] da[j] delta[j] b[j] db[j] w[i,j] dw[i,j] t[k], loss,
batch_loss, epoch_loss, test_loss, epoch, update, example, step. The last four count from 1.
dw and db are the sums over the batch's examples so far; PyTorch's .grad is their mean, dw divided
by the batch's size (or the sum, with the reduction sum). batch_loss is known as soon as the passes
of a batch are done.
  print loss
  print loss, epoch, z[h1]
  print abs(dw[x1,h1]) > 1 and epoch >= 3""",
    ),
    Command(
        "display", "[EXPRESSION [, EXPRESSION …]]", "show the value of an expression at every stop",
        _display, completes=expressions,
        more="""
Shown after every movement, with what it was before. Without an expression: what they are here.
  display loss
  display w[x1,h1] - 0.5""",
    ),
    Command(
        "undisplay", "[NUMBER …]", "stop displaying some expressions, or all", _undisplay,
        completes=displays,
    ),
    Command(
        "info", "SUBJECT", f"say what there is: {', '.join(_SUBJECTS)}", _info,
        aliases=("i",),
        completes=either(words(*_SUBJECTS), behind("neuron", source=neurons),
                         behind("values", source=lambda *_: iter(SYMBOLS))),
        more="""
health says whether the loss stands still or jumps, and why.
  info breakpoints
  info breakpoints 1-3
  info values w b
  info neuron h1
  info health""",
    ),
)  # fmt: skip


MOST_LEVELS: Final = 50
MOST_ROWS: Final = 1_000

EXACT_STEPS: Final = 20_000_000
"""Up to this position a history has all its samples; beyond, as many as time allows."""


def _why(debugger: Debugger, rest: str) -> Output:
    from nntui.debugger.queries.why import lines_of, rows_of

    name, rest = first_word(rest)
    if not name:
        raise CommandError("expected the name of a value, such as w[x1,h1]")
    word, rest = first_word(rest)
    nothing_more(rest)
    depth = whole(word or "1", "a number of levels")
    if not 1 <= depth <= MOST_LEVELS:
        raise CommandError(f"found {depth}, expected a number of levels from 1 to {MOST_LEVELS}")
    rows = rows_of(debugger.why(name), depth)
    told = ("name", "value", "text", "where", "step", "position")
    causes = [
        {"depth": row.depth, **{key: getattr(row.cause, key) for key in told}}
        for row in rows
        if row.cause
    ]
    return Output(lines_of(rows), {"causes": causes})


def _history(debugger: Debugger, rest: str) -> Output:
    from nntui.debugger.queries.history import history, lines_of

    if not rest:
        raise CommandError("history needs an expression, such as w[x1,h1]")
    text, _, word = rest.rpartition(" ")
    counted = bool(text.strip()) and word.isdigit()
    count = whole(word) if counted else 10
    if not 1 <= count <= MOST_ROWS:
        raise CommandError(f"found {count}, expected a number of updates from 1 to {MOST_ROWS}")
    exactly = debugger.position <= EXACT_STEPS
    found = history(debugger, text if counted else rest, count, seconds=None if exactly else 0.1)
    moments = [
        {"update": m.update, "position": m.position, "value": m.value, "change": m.change}
        for m in found.moments
    ]
    return Output(lines_of(found), {"expression": found.text, "updates": moments})


def _paths(debugger: Debugger, rest: str) -> Output:
    from nntui.debugger.queries.paths import lines_of, paths

    if not rest:
        raise CommandError("expected a weight, a bias or a neuron, such as w[x1,h1]")
    net = debugger.experiment.network.wiring()
    found = paths(net, rest)
    edges = [list(edge) for edge in found.edges]
    return Output(lines_of(found, net), {
        "name": found.name, "paths": found.count, "shortest": found.shortest,
        "longest": found.longest, "neurons": list(found.cone), "edges": edges,
    })  # fmt: skip


QUERY_COMMANDS: Final = (
    Command(
        "why", "VALUE [LEVELS]", "say which step made a value, and out of what", _why,
        completes=values,
        more="""
LEVELS opens what that was made of, and so on back. At most 200 rows are shown, 20 of a level: the
rest is shown by why of a value further down, or on the screen by W, where rows are opened.
  why delta[h1]
  why w[x1,h1] 4""",
    ),
    Command(
        "history", "EXPRESSION [COUNT]", "list the past of a value, update by update", _history,
        completes=expressions,
        more="""
A row for each of the last COUNT updates, and a line of bars over the run until here.
  history w[x1,h1] 20
  history epoch_loss""",
    ),
    Command(
        "paths", "VALUE | NEURON", "say by which paths a value reaches the loss", _paths,
        completes=either(values, neurons),
        more="\n  paths w[x1,h1]",
    ),
)  # fmt: skip
