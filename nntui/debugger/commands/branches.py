"""The commands about branches: edit a number, switch, name, delete, compare."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.breakpoints.sites import SiteIndex, Sites
from nntui.debugger.commands.command import Command, Movement, Output
from nntui.debugger.commands.completion import behind, branches, either, targets, words
from nntui.debugger.commands.text import (
    CommandError,
    chosen,
    first_word,
    nothing_more,
    split,
)
from nntui.debugger.expressions import ExpressionError
from nntui.debugger.values import value_text
from nntui.engine.edits import edit_of
from nntui.engine.schedule import MOVES
from nntui.model.errors import counted
from nntui.model.names import escaped, parse_value_name, unquoted
from nntui.model.settings import switch
from nntui.model.wiring import parameter_key

if TYPE_CHECKING:
    from nntui.debugger.breakpoints.stop import Stop
    from nntui.debugger.compare import BranchComparison
    from nntui.debugger.debugger import Debugger
    from nntui.engine.schedule import Schedule


def _set(debugger: Debugger, rest: str) -> Output:
    target, value = first_word(rest)
    if target in ("var", "variable"):  # as gdb has it
        target, value = first_word(value)
    before, equals, glued = target.partition("=")  # w[x1,h1]=0.3
    if equals and "]" not in glued:
        target, value = before, f"{glued} {value}"
    target = target.removeprefix("training.").removeprefix("optimizer.")
    target = target.removeprefix("regularization.")
    value = value.strip().removeprefix("=").strip()
    if target in _OF_A_DOCUMENT:
        else_ = ", or set learning_rate" if target == "optimizer" else ""
        raise CommandError(
            f"{target} stays for a run: change training.{target} in the document{else_}"
        )
    if not value:
        raise CommandError("set needs a target and a value, as in set w[x1,h1] 0.3")
    branch = debugger.edit(target, value_to_set(debugger, target, value))
    step = counts_from(debugger, branch.edits[-1].target)
    counts = f"{branch.edits[-1].target} is not read again before the end of the run"
    if step is not None:
        counts = f"it counts from step {step + 1} on"
        if branch.edits[-1].target.startswith(("x[", "t[")):
            example = debugger.schedule.position(step).number("example")
            counts += f", of example {example}"
    # One line: the screen turns to its Output pane for more.
    made = f"branch {_called(branch.name)}: {escaped(branch.text, 1000)}"
    return Output(
        (f"{made}; {escaped(counts, 1000)}",),
        {
            "branch": branch.name,
            "edits": [edit.text for edit in branch.edits],
            "counts_from": None if step is None else step + 1,
        },
    )


def counts_from(debugger: Debugger, target: str) -> int | None:
    """Find the index of the next step that reads what ``set`` changed here; None without one."""
    schedule, position = debugger.schedule, debugger.position
    symbol, bracket, _ = target.partition("[")
    if symbol in ("x", "t"):
        return _reads_example(schedule, position, 0 if symbol == "x" else schedule.offsets.loss)
    neurons: tuple[str, ...] = ()
    if bracket:
        named = target if symbol in ("w", "b") else "a" + target.removeprefix(symbol)
        _, neurons = parse_value_name(named)
    index = SiteIndex(debugger.experiment.network.wiring(), schedule)
    sites = _readers(index, symbol, neurons)
    step = position
    while step < schedule.total and step - position <= 2 * schedule.steps_per_epoch:
        block = index.block(step)
        found = (block.start + offset for offset in sorted(sites.of(block)))
        if (reader := next((each for each in found if each >= position), None)) is not None:
            return reader
        step = block.end
    return None


def _readers(index: SiteIndex, symbol: str, neurons: tuple[str, ...]) -> Sites:
    """The steps that read a parameter, a function or a setting."""
    offsets = index.offsets
    own = offsets.update.get(parameter_key(neurons)) if symbol in ("w", "b") else None
    update = () if own is None else (own,)
    by_differences = index.schedule.by_differences
    moves: Sequence[int] = ()
    if by_differences and own is not None:
        first = offsets.move[parameter_key(neurons)]
        moves = range(first, first + len(MOVES))
    match symbol:
        case "w":
            edges = [offsets.forward_edge(*neurons)]
            if not by_differences:
                edges.append(offsets.backward_edge(*neurons))
            return Sites(edges, update, moves)
        case "b":
            into = offsets.forward_edges(*neurons)
            beginning = into.start if into else offsets.forward_neuron(*neurons)
            return Sites((beginning,), update, moves)
        case "activation":
            computed = [offsets.forward_neuron(*neurons)]
            if not by_differences:
                computed.append(offsets.backward_neuron(*neurons))
            return Sites(computed)
        case "loss":
            return Sites((offsets.loss,))
    penalty = symbol in ("l1", "l2")
    return Sites(
        (), tuple(n for p, n in offsets.update.items() if not penalty or isinstance(p, tuple))
    )


def _reads_example(schedule: Schedule, position: int, offset: int) -> int | None:
    """The next step at an offset of the example shown: in this epoch, or in the next one."""
    step = schedule.example_start(max(position - 1, 0)) + offset
    if step >= position:
        return step
    example, here = schedule.example_shown(position), schedule.position(step)
    load = schedule.next_example_start(step)
    # With central differences it comes again in the same update.
    while schedule.by_differences and load < schedule.update_start(here.update + 1):
        if schedule.position(load).example == example:
            return load + offset
        load = schedule.next_example_start(load)
    if here.epoch + 1 >= schedule.epochs:
        return None
    return schedule.load_of(example, here.epoch + 1) + offset


_OF_A_DOCUMENT: Final = (
    "optimizer",
    "batch_size",
    "shuffle",
    "reduction",
    "gradient",
    "epochs",
    "seed",
)


def value_to_set(debugger: Debugger, target: str, text: str) -> float | str:
    """Read what ``set`` gives to a target: a number, yes or no, or a function's text."""
    if target == "loss" or target.startswith("activation"):
        return text
    if isinstance(debugger.experiment.training.optimizer.row.settings.get(target), bool):
        return switch(text)
    try:
        value = debugger.evaluate(text)
    except ExpressionError:
        # What cannot be set at all comes first.
        edit_of(debugger.experiment, debugger.schedule, debugger.position, target, 0.0)
        raise
    if value is None:
        raise CommandError(f"{escaped(text)} is blank here")
    return value


def _branch(debugger: Debugger, rest: str) -> Output | Movement:
    word, rest = first_word(rest)
    if word not in _VERBS and word in debugger.branches:
        raise CommandError(f"branch switch {escaped(word)} goes to that branch")
    return _VERBS[chosen(word or "list", _VERBS, "word for branches")](debugger, rest)


def listed(debugger: Debugger, rest: str = "") -> Output:
    """List every branch, the current one marked."""
    nothing_more(rest)
    current = debugger.branches.current.name
    lines, branches = [], []
    for each in debugger.branches:
        mark = "*" if each.name == current else " "
        lines.append(f"{mark} {escaped(each.name)}: {escaped(each.text, 1000)}")
        edits = [edit.text for edit in each.edits]
        branches.append(
            {"name": each.name, "parent": each.parent, "start": each.start, "edits": edits}
        )
    return Output(tuple(lines), {"branch": current, "branches": branches})


def _name(debugger: Debugger, rest: str) -> Output:
    name = unquoted(rest.strip()) or _one(rest, "a new name")
    debugger.branches.rename(debugger.branches.current.name, name)
    return listed(debugger)


def _switch(debugger: Debugger, rest: str) -> Movement:
    debugger.branches.switch(_one_branch(debugger, rest))
    return Movement(debugger, debugger.position)


def _delete(debugger: Debugger, rest: str) -> Output:
    debugger.branches.delete(_one_branch(debugger, rest))
    return listed(debugger)


_VERBS: Final[dict[str, Callable[[Any, str], Output | Movement]]] = {
    "list": listed, "name": _name, "switch": _switch, "delete": _delete,
}  # fmt: skip


def _one(rest: str, what: str) -> str:
    found = split(rest)
    if len(found) != 1:
        said = f"“{escaped(rest)}”" if rest else "nothing"
        raise CommandError(f"expected {what}, found {said}")
    return found[0]


def _named(debugger: Debugger, rest: str) -> list[str]:
    """Read the names of branches, which may have blanks in them: ``main η 0.1``.

    What is part of one branch’s name only stands for it: η is on few keyboards.
    """
    words, names = split(rest), []
    branches = debugger.branches
    while words:
        spans = {n: " ".join(words[:n]) for n in range(len(words), 0, -1)}
        taken = next((n for n, text in spans.items() if (unquoted(text) or text) in branches), 1)
        name = unquoted(spans[taken]) or spans[taken]
        like = [branch.name for branch in branches if name in branch.name]
        names.append(like[0] if len(like) == 1 and name not in branches else name)
        del words[:taken]
    return names


def _called(name: str) -> str:
    """Return a branch’s name for a sentence: in quotation marks where it has blanks."""
    return f"“{escaped(name)}”" if " " in name else escaped(name)


def _one_branch(debugger: Debugger, rest: str) -> str:
    names = _named(debugger, rest)
    if len(names) == 1:
        return names[0]
    if not names:
        raise CommandError("expected a branch, found nothing")
    return debugger.branches[rest.strip()].name  # raises: none has that name


def _save(debugger: Debugger, rest: str) -> Output:
    """Write the experiment with the numbers of here: as a document, or as weights by the ending."""
    word, more = first_word(rest)
    path = unquoted(word)
    force = more in ("force", "--force")
    if not path:
        raise CommandError("save needs a file, as in save trained.json")
    if not force:
        nothing_more(more)
    file = os.path.expanduser(path)
    if os.path.isfile(file) and not force:
        hint = f"save {word} force replaces it"
        raise CommandError(f"{escaped(path, 1000)} is there already ({hint})")
    left_out = debugger.save(file, overwrite=force)
    said = f"saved to {escaped(path, 1000)}" + (f", {left_out}" if left_out else "")
    return Output((said,), {"file": path})


def _diff(debugger: Debugger, rest: str) -> Movement:
    current = debugger.branches.current.name
    names = _named(debugger, rest)
    if not 1 <= len(names) <= 2:
        raise CommandError("diff needs two branches, or one to compare with where the run stands")
    a, b = (names[0], names[1]) if len(names) == 2 else (current, names[0])
    comparison = debugger.branches.comparison(a, b)

    def found() -> Stop:
        stop = _difference(debugger, comparison, a, b)
        if comparison.found is not None and current not in (a, b):
            debugger.branches.switch(a)
            stop = replace(stop, reason=f"{stop.reason} (the run now stands on {_called(a)})")
        return stop

    return Movement(debugger, search=comparison, found=found)


def _difference(debugger: Debugger, comparison: BranchComparison, a: str, b: str) -> Stop:
    from nntui.debugger.breakpoints.stop import Stop

    found = comparison.found
    both = f"{_called(a)} and {_called(b)}"
    if found is None:
        late = [
            name
            for name in (a, b)
            if debugger.branches[name].parent and debugger.branches[name].start >= debugger.total
        ]
        why = f": {_called(late[0])} began at the end of the run" if late else ""
        return Stop(debugger.position, f"{both} are the same everywhere{why}")
    by = "an edit" if found.step is None else f"step {found.step:,}"
    reason = (
        f"{both} differ from position {found.position:,} on, by {by}: "
        f"in {counted(found.count, 'value')}"
    )
    table = [("", escaped(a), escaped(b))]
    table += [
        (name, value_text(here), value_text(there)) for name, (here, there) in found.values.items()
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [f"  {'  '.join(map(str.ljust, row, widths))}".rstrip() for row in table]
    if found.count > len(found.values):
        lines.append(f"  … and {found.count - len(found.values)} more")
    return Stop(found.position, reason, messages=tuple(lines))


BRANCH_COMMANDS: Final = (
    Command(
        "set", "TARGET [=] VALUE", "change a number or a function from here on, in a new branch",
        _set, completes=targets,
        more="""
TARGET is w[i,j], b[j], x[i] or t[k] (the target) of the example shown, activation[j], loss,
learning_rate or another setting of the optimizer, l1, l2. VALUE may be an expression. The future
that was there stays in the branch it belongs to. The reply says from which step on it counts: an x
that was loaded already counts from its next load.
  set w[x1,h1] 0.3
  set w[x1,h1] = w[x1,h1] * 2
  set learning_rate 0.01
  set activation[h1] leaky_relu(slope=0.2)""",
    ),
    Command(
        "branch", "[list | name NEW | switch BRANCH | delete BRANCH]",
        "list, name, switch to or delete branches", _branch,
        completes=either(words(*_VERBS), behind("switch", "delete", source=branches)),
        more="""
A branch is named by what was set: η 0.1. name gives the one that the run stands on another name.
switch stays at the same position; a part of a name will do where one branch only has it.
  branch
  branch name smaller start
  branch switch main
  branch switch 0.1""",
    ),
    Command(
        "save", "FILE [force]",
        "write a document with the weights and biases of this moment",
        _save,
        more="""
What the optimizer remembers is kept, too, so that a run of the document goes on from here (its own
steps count from 1 again). A file called .npz or .safetensors has the weights for numpy or PyTorch.
force writes over a file that is there.
  save trained.json
  save trained.npz
  save "my file.json" force""",
    ),
    Command(
        "diff", "BRANCH [BRANCH]", "go to the first step where two branches differ, and show how",
        _diff, completes=branches,
        more="""
With one branch: against the one that the run stands on.
  diff main
  diff main η 0.1""",
    ),
)  # fmt: skip
