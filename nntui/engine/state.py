"""The state of a training run: everything that its steps read and write."""

from __future__ import annotations

from dataclasses import dataclass, field

from nntui.model.experiment import Experiment
from nntui.model.optimizers import Memory
from nntui.model.wiring import Parameter

Edge = tuple[str, str]


@dataclass(slots=True)
class State:
    """The values of a run, by neuron or by connection (source, target). What is blank is absent.

    b, w: parameters; db, dw: their gradients summed over the batch so far; memory: what the
    optimizer remembers of each trainable parameter; z, a, da, delta: of the current example;
    loss: the current example's; batch_sum, epoch_sum: losses met since the batch, epoch began.
    """

    b: dict[str, float]
    w: dict[Edge, float]
    db: dict[str, float]
    dw: dict[Edge, float]
    memory: dict[Parameter, Memory]
    z: dict[str, float] = field(default_factory=dict)
    a: dict[str, float] = field(default_factory=dict)
    da: dict[str, float] = field(default_factory=dict)
    delta: dict[str, float] = field(default_factory=dict)
    loss: float | None = None
    batch_sum: float = 0.0
    epoch_sum: float = 0.0

    @classmethod
    def first(cls, experiment: Experiment) -> State:
        """The state before the first step: parameters as in the document, everything else blank."""
        network, optimizer = experiment.network, experiment.training.optimizer
        b, w = network.biases, network.weights
        return cls(
            b=b,
            w=w,
            db=dict.fromkeys(b, 0.0),
            dw=dict.fromkeys(w, 0.0),
            memory={p: optimizer.first_memory() for p in network.wiring().trainable},
        )

    def zero_gradients(self) -> None:
        """Begin a batch: db and dw are 0, and so is the sum of its losses."""
        for j in self.db:
            self.db[j] = 0.0
        for edge in self.dw:
            self.dw[edge] = 0.0

    def blank(self) -> None:
        """Forget the previous example: its z, a, da, δ and loss."""
        for values in (self.z, self.a, self.da, self.delta):
            values.clear()
        self.loss = None

    def copy(self) -> State:
        """An independent copy, the same bit for bit."""
        return State(
            b=self.b.copy(),
            w=self.w.copy(),
            db=self.db.copy(),
            dw=self.dw.copy(),
            memory=self.memory.copy(),
            z=self.z.copy(),
            a=self.a.copy(),
            da=self.da.copy(),
            delta=self.delta.copy(),
            loss=self.loss,
            batch_sum=self.batch_sum,
            epoch_sum=self.epoch_sum,
        )

    @property
    def size(self) -> int:
        """About how many numbers a copy holds."""
        return 4 * len(self.w) + 8 * len(self.b)
