"""A step that was executed, as a person gets to see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntui.engine.observe import Scene, reads, writes
from nntui.engine.schedule import Position
from nntui.explain.facts import Facts
from nntui.explain.formulas import Line, formula, sentence
from nntui.explain.numbers import Number, exact
from nntui.model.names import parameter_name

if TYPE_CHECKING:
    from nntui.engine.run import Run


@dataclass(frozen=True, slots=True)
class Step:
    """One executed step: where it stands in the run, what it read and what it wrote."""

    position: Position
    facts: Facts

    @property
    def kind(self) -> str:
        """load, forward_edge, forward_neuron, loss, backward_neuron, backward_edge or update."""
        return self.facts.operation[0]

    @property
    def operation(self) -> tuple[str, ...]:
        """The kind, then the step's neuron or its connection's source and target."""
        return self.facts.operation

    @property
    def reads(self) -> Mapping[str, float]:
        """The values read, by name, as they were before the step."""
        return self.facts.reads

    @property
    def writes(self) -> Mapping[str, float]:
        """The values written, by name, as they are after the step."""
        return self.facts.writes

    @property
    def edge(self) -> tuple[str, str] | None:
        """The connection that an edge step, or the update of a weight, is about."""
        _, *neurons = self.facts.operation
        return (neurons[0], neurons[1]) if len(neurons) == 2 else None

    @property
    def source(self) -> str | None:
        """The connection's source, on edge steps."""
        return self.edge[0] if self.edge and self.kind != "update" else None

    @property
    def target(self) -> str | None:
        """The connection's target, on edge steps."""
        return self.edge[1] if self.edge and self.kind != "update" else None

    @property
    def neuron(self) -> str | None:
        """The neuron, on neuron steps."""
        single = len(self.facts.operation) == 2 and self.kind != "update"
        return self.facts.operation[1] if single else None

    @property
    def parameter(self) -> str | None:
        """The parameter's value name, on update steps."""
        if self.kind != "update":
            return None
        return parameter_name(self.edge or self.facts.operation[1])

    @property
    def text(self) -> str:
        """The step as one line of exact numbers: ``z[h1] = 0.1 + 0.5 · 1 = 0.6``."""
        return sentence(self.facts)

    def lines(self, number: Number = exact) -> tuple[Line, ...]:
        """The step's equations in symbols and numbers, with the value names of traces."""
        return formula(self.facts, number)


def observed(run: Run) -> Step:
    """Execute a run's next step, watching what it reads and writes."""
    position = run.schedule.position(run.position)
    operation = run.schedule.operation(run.position)
    experiment, state = run.experiment, run.state
    key = operation[1] if len(operation) == 2 else operation[1:]
    memory = state.memory[key] if operation[0] == "update" else ()  # type: ignore[index]
    scene = Scene(experiment, state, position.example)
    read = reads(operation, scene)
    written: dict[str, float] = {}
    executed = run.advance(1, lambda: written.update(writes(operation, scene)))
    assert executed == operation, f"the listing ran {executed}, the schedule said {operation}"
    facts = Facts(
        experiment=experiment,
        operation=operation,
        reads=read,
        writes=written,
        update=position.update,
        batch_length=run.schedule.batch_length(position.update),
        memory=memory,
    )
    return Step(position, facts)
