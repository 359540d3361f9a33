"""``nntui.breakpoint`` in a training loop of one's own: the screen on this very moment."""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary

import numpy as np
from textual.binding import Binding, BindingType

from nntui.document.save import save
from nntui.engine.full_speed.runner import FullSpeed
from nntui.interop.torch import compare, from_torch
from nntui.interop.torch_moment import Moment, is_finite
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.tui.app import NntuiApp
from nntui.tui.frame import CheckedNumbers
from nntui.verify.verdict import Verdict

_Line = tuple[CodeType, int]
_before: WeakKeyDictionary[Any, dict[_Line, Moment | None]] = WeakKeyDictionary()
"""By model and line of the program: the moment of its last call with a condition, of finite
numbers; None where that was true."""

_FILE: Final = "nntui-breakpoint"
_MOST_FILES: Final = 1000


def breakpoint(
    model: Any,
    X: Any,  # noqa: N803 (the field's name)
    y: Any,
    loss_fn: Any,
    optimizer: Any = "sgd",
    *,
    when: Callable[[], Any] | None = None,
    loss: Any = None,
) -> None:
    """Open the screen on this moment of a PyTorch training loop, as ``breakpoint()`` opens pdb.

    It shows the update of this batch from the parameters and the optimizer's memory as they are
    now; after ``backward()`` the model's own ``.grad`` is held against nntui's numbers. ``q`` goes
    on with the loop, ``Q`` ends it (by a ``KeyboardInterrupt``). Without a terminal the moment is
    written as a document, and a line says where.

    With ``when`` nothing happens until its result becomes true. If the parameters are no finite
    numbers by then, the last moment at which they were is shown: the update that made them so.
    nntui computes in float64; what is too large for the loop's own type is stopped at, too. To be
    able to, each call copies the parameters and what the optimizer remembers.

    Args:
        model: as ``nntui.from_torch`` takes it; it is left as it is.
        X: the examples of this batch.
        y: their targets.
        loss_fn: the loss object or function.
        optimizer: the torch optimizer.
        when: the condition, such as ``lambda: loss.isnan()``.
        loss: what the loss is for nntui, where it is a function of your own.

    Raises:
        ConversionError: the model does something that nntui cannot represent exactly.
        KeyboardInterrupt: the user ends the loop.
    """
    met = when is None or bool(when())
    caller = sys._getframe(1)
    line = (caller.f_code, caller.f_lineno)
    known = {} if when is None else _before.setdefault(model, {})
    if met and known.get(line, ...) is None:
        return  # it was true at the call before
    of = loss_fn if loss is None else loss
    before = known.get(line)
    if not met:
        if before is None:
            from_torch(model, X, y, loss=of, optimizer=optimizer)  # says now what it cannot be
        if before is None or is_finite(model):
            known[line] = Moment(model, X, y, optimizer)
        return
    known[line] = None
    is_past = before is not None and not is_finite(model)
    if before is not None and is_past:
        now, verdict = before.experiment(model, of), None
    else:
        now = from_torch(model, X, y, loss=of, optimizer=optimizer, epochs=1)
        verdict = _verdict(model, X, y, loss_fn, of)
    if not _has_terminal():
        _write(now)
        return
    app = _BreakpointApp(now, verdict, is_past=is_past, largest=_largest_number(model))
    failure = app.run()
    if failure is not None:
        raise failure
    if app.crash is not None:
        raise app.crash
    if app.ends_loop:
        raise KeyboardInterrupt("the training loop was ended in nntui")


def _verdict(model: Any, X: Any, y: Any, loss_fn: Any, of: Any) -> Verdict | None:  # noqa: N803
    """Hold the gradients that the loop has left against nntui's; None: there are none."""
    try:
        return compare(model, X, y, loss_fn, loss=of, left=True)
    except NntuiError:
        return None


def _largest_number(model: Any) -> float:
    """Return the largest number that the model's parameters can hold."""
    of = next(iter(model.parameters())).dtype
    return float(sys.modules["torch"].finfo(of).max)


def _has_terminal() -> bool:
    """Whether the screen can be shown here: not in a notebook, nor inside another event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    return False


def _write(experiment: Experiment) -> None:
    """Write the moment into a new file of the working folder."""
    names = (f"{_FILE}{f'-{n}' if n > 1 else ''}.json" for n in range(1, _MOST_FILES + 1))
    name = next((name for name in names if not os.path.lexists(name)), None)
    if name is None:  # a breakpoint in a long loop, every one of which writes a file
        return
    save(experiment, name)
    print(f"nntui: no terminal here: this moment is in {name} (nntui {name})", file=sys.stderr)


class _BreakpointApp(NntuiApp):
    """The app on one moment of a loop, which ``q`` and ``Q`` lead back to."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("Q", "end_loop", "end the loop", show=False)]

    def __init__(
        self,
        experiment: Experiment,
        verdict: Verdict | None,
        *,
        is_past: bool = False,
        largest: float = math.inf,
    ) -> None:
        super().__init__(experiment, keep_state=False)
        self._largest = largest  # that the loop's type of numbers can hold
        self._experiment, self._verdict, self._is_past = experiment, verdict, is_past
        self.ends_loop = False

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(self._show_moment)

    def _show_moment(self) -> None:
        """Show the gradients of the loop, or go to the first number that is not finite."""
        stepping = self.stepping
        if stepping is None:
            return
        if self._verdict is not None:
            schedule = stepping.debugger.schedule
            stepping.check = CheckedNumbers.of("the .grad of your loop", self._verdict, schedule)
            if not self._verdict.right:
                stepping.open_pane("check")
        before, after, stays_finite = _outlook(self._experiment)
        waits = "your training loop waits here: q goes on with it, Q ends it"
        if self._is_past:
            waits = "in double precision this update stays finite: q goes on, Q ends"
        if math.isfinite(before) and not before + after <= self._largest:
            change = f"loss {before:.3g} → {after:.3g} by this update"
            waits = f"{change}, too large for the loop: q goes on, Q ends"
        stepping.show(waits)
        watched = ""
        if not (math.isfinite(before) and stays_finite):
            watched = "nonfinite"
        elif before > self._largest:
            watched = f"loss > {self._largest!r} becomes true"
        for command in (f"watch {watched}", "continue") if watched else ():
            stepping.run_command(command)

    def action_end_loop(self) -> None:
        """Leave, and end the training loop."""
        self.ends_loop = True
        self.exit()


def _outlook(experiment: Experiment) -> tuple[float, float, bool]:
    """Compute the loss of the batch, what it is after the update, and whether that is finite."""
    from nntui.engine.loss_history import LossHistory

    engine = FullSpeed(experiment)
    state, _ = engine.run(engine.first(), 0, 1, LossHistory())
    examples = experiment.train_examples
    before, after = (engine.mean_loss(each, examples) for each in (engine.first(), state))
    return before, after, bool(np.isfinite(state.p).all() and np.isfinite(state.memory).all())
