"""Updates of the parameters after each batch, with hooks at which a mistake varies them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct

from nntui.engine.schedule import Schedule
from nntui.engine.training_state import TrainingState
from nntui.model.numerics import Array
from nntui.model.optimizers import Updated
from nntui.verify.passes import BatchPass, Block, Change, Forward, NetworkHooks, Passes

Rule: TypeAlias = Callable[..., Updated]
"""A rule as in ``optimizer_rules``: of p, g, memory, t and the optimizer's settings."""


class UpdateHooks(Struct, frozen=True):
    """What is varied in updates; each None or False: as it should be.

    ``rule`` takes the place of the optimizer's. ``settings`` changes its settings (given the number
    of examples, n), ``rate`` gives the learning rate of the update at an index. ``count`` gives t,
    a number or one for each parameter (P,), of the index of the update, counted from 0 over all
    runs. ``decay``: λ for each parameter (P,), which then shrinks by η·λ before the update, and has
    no λ·p in its gradient. ``batch`` chooses the examples of an update, ``gradient`` gives g of its
    values. ``each_example``: an update after each example. ``at_start``: the passes are at the
    parameters of the start, not at those of now.
    ``not_zeroed``: gradients pile up, ``"dp"`` without the penalty, ``"g"`` with it.
    """

    rule: Rule | None = None
    settings: Callable[[dict[str, Any], int], dict[str, Any]] | None = None
    rate: Callable[[int], float] | None = None
    count: Callable[[Schedule, int], Any] | None = None
    decay: Callable[[Passes], Array] | None = None
    batch: Callable[[Schedule, int], Sequence[int]] | None = None
    gradient: Callable[[BatchPass], Array] | None = None
    each_example: bool = False
    at_start: bool = False
    not_zeroed: str = ""


def step_times(factor: Callable[[int], float]) -> UpdateHooks:
    """Multiply the learning rate by a factor, given the number of examples."""
    return UpdateHooks(
        settings=lambda settings, n: {
            **settings, "learning_rate": settings["learning_rate"] * factor(n),
        }
    )  # fmt: skip


class Variation(Struct, frozen=True):
    """What is changed in passes, updates and the network; nothing: the right algorithm."""

    changes: tuple[Change, ...] = ()
    updates: tuple[UpdateHooks, ...] = ()
    networks: tuple[NetworkHooks, ...] = ()

    def with_(self, other: Variation) -> Variation:
        """Put two variations together."""
        return Variation(
            self.changes + other.changes,
            self.updates + other.updates,
            self.networks + other.networks,
        )


RIGHT = Variation()


@dataclass(eq=False)
class Simulated:
    """What comes of a variation: a batch's values, and p (U, P), memory (U, K, P) after updates."""

    batch: BatchPass | None
    after: Array
    memory: Array


@dataclass(eq=False)
class Simulation:
    """Runs variations: ``start`` at the index ``first``, over the updates up to ``end`` (excluded).

    ``update``: the index of the update whose batch is looked at, None: of none. Where it lies
    before ``first``, ``batch_start`` are the parameters at its start.
    """

    passes: Passes
    schedule: Schedule
    start: TrainingState
    first: int
    end: int
    update: int | None = None
    batch_start: TrainingState | None = None
    _forwards: dict[tuple[int, tuple[int, ...]], Forward] = field(default_factory=dict)
    _last: tuple[Forward, tuple[Change, ...], BatchPass] | None = None

    def run(self, variation: Variation = RIGHT, most: int | None = None) -> Simulated:
        """Run a variation; after ``most`` updates, if that is given, the rows are blank (nan)."""
        changes, hooks, schedule = variation.changes, variation.updates, self.schedule
        passes = self.passes
        for network in variation.networks:
            passes = passes.altered(network)
        batch: BatchPass | None = None
        state = self.start
        if self.update is not None and self.batch_start is not None:
            state = self.batch_start
            forward = self._forward(passes, state, schedule.batch(self.update))
            batch = self._backward(forward, changes, hooks, state, self.update)
            state = self.start
        size, length = self.passes.layout.size, self.end - self.first
        after = np.full((length, size), np.nan)
        memory = np.full((length, len(state.memory), size), np.nan)
        dp = g = np.zeros(self.passes.layout.size)
        not_zeroed = next((h.not_zeroed for h in hooks if h.not_zeroed), "")
        for row in range(length if most is None else min(most, length)):
            update = self.first + row
            examples: Sequence[int] = schedule.batch(update)
            for hook in hooks:
                if hook.batch is not None:
                    examples = hook.batch(schedule, update)
            parts = [[e] for e in examples] if any(h.each_example for h in hooks) else [examples]
            for part in parts:
                at = self.start if any(h.at_start for h in hooks) else state
                forward = self._forward(passes, at, part)
                values = self._backward(forward, changes, hooks, state, update)
                if not_zeroed:
                    dp, g = dp + values.dp, g + values.g
                    piled = g if not_zeroed == "g" else dp + (values.g - values.dp)
                    values = replace(values, dp=dp, g=piled)
                new = values.g
                for hook in hooks:
                    new = new if hook.gradient is None else hook.gradient(values)
                state = self._updated(state, new, update, forward.n, hooks)
            if update == self.update and self.batch_start is None:
                batch = values
            after[row], memory[row] = state.p, state.memory
        return Simulated(batch, after, memory)

    @property
    def passes_run(self) -> int:
        """The number of passes of a run."""
        return self.end - self.first + (self.batch_start is not None)

    @property
    def multiplications(self) -> int:
        """The number of multiplications of the forward pass of a batch."""
        return self.passes.layout.size * self.schedule.batch_size

    def updated(self, state: TrainingState, examples: Sequence[int], update: int) -> TrainingState:
        """Do one right update with any examples."""
        values = self.passes.backward(self.passes.forward(state.p, examples))
        return self._updated(state, values.g, update, len(examples), ())

    def _forward(self, passes: Passes, state: TrainingState, examples: Sequence[int]) -> Forward:
        """The forward pass; kept where it starts, as most variations begin with it."""
        is_first = state is self.start or state is self.batch_start
        if not is_first or passes is not self.passes:
            return passes.forward(state.p, examples)
        key = (id(state), tuple(examples))
        if key not in self._forwards:
            self._forwards[key] = self.passes.forward(state.p, examples)
        return self._forwards[key]

    def _backward(
        self,
        forward: Forward,
        changes: tuple[Change, ...],
        hooks: Sequence[UpdateHooks],
        state: TrainingState,
        update: int,
    ) -> BatchPass:
        """The backward pass; the last one is kept, as variations of an update may share it."""
        if self._last and self._last[0] is forward and self._last[1] == changes:
            return self._last[2]
        n = forward.n

        def step(block: Block, g: Array) -> Array:
            def of_block(values: Any) -> Any:
                return block.matrix(values) if np.ndim(values) else values

            memory = tuple(map(block.matrix, state.memory))
            rule = self._rule(update, n, hooks, of_block)
            with np.errstate(all="ignore"):
                new: Array = rule(block.matrix(state.p), g, memory)[0]
            return new

        values = forward.passes.backward(forward, changes, step)
        # What passes back updated weights depends on the update, too.
        kept = not any(change.hooks.weights for change in changes)
        self._last = (forward, changes, values) if kept else None
        return values

    @cached_property
    def frozen(self) -> Any:
        """Which parameters no update touches, (P,)."""
        frozen = self.passes.net.frozen
        return np.array([p in frozen for p in self.passes.layout.parameters], np.bool_)

    def _rule(
        self, update: int, n: int, hooks: Sequence[UpdateHooks], of: Callable[[Any], Any]
    ) -> Rule:
        """The optimizer's rule of p, g and memory, hooks vary it; ``of`` picks from (P,)."""
        optimizer = self.passes.training.optimizer
        settings = optimizer.settings_of(self.passes.layout.is_weight)
        rule: Rule = optimizer.row.update
        t: Any = self.schedule.t(update)
        for hook in hooks:
            settings = settings if hook.settings is None else hook.settings(settings, n)
            if hook.rate is not None:
                settings["learning_rate"] = hook.rate(update)
            rule = rule if hook.rule is None else hook.rule
            t = t if hook.count is None else hook.count(self.schedule, self.schedule.t(update) - 1)
        return partial(rule, t=of(t), **{key: of(value) for key, value in settings.items()})

    def _updated(
        self, state: TrainingState, g: Array, update: int, n: int, hooks: Sequence[UpdateHooks]
    ) -> TrainingState:
        p, rate = state.p, self.passes.training.optimizer.learning_rate
        for hook in hooks:
            if hook.decay is not None:
                decay = hook.decay(self.passes)
                g, p = g - decay * p, p * (1.0 - rate * decay)
        rule = self._rule(update, n, hooks, lambda t: t)
        new, memory = rule(p, g, tuple(state.memory))
        rows = np.array(memory).reshape(len(memory), -1)
        if self.frozen.any():
            new = np.where(self.frozen, state.p, new)
            rows = np.where(self.frozen, state.memory, rows)
        return TrainingState(new, rows)
