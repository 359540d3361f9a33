"""What an experiment computes, as a short text: the same text, the same run."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator
from itertools import chain

from nntui.document.functions import plain_function
from nntui.document.plain import plain_training
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment


def identity(experiment: Experiment) -> str:
    """What an experiment computes, as 32 hexadecimal digits.

    It goes by the network with its numbers, the rows of data and the training settings. Name,
    description and the section ``debugger`` have no say, nor has where the rows came from or how
    the document was written.
    """
    digest = hashlib.sha256()
    for part in _parts(experiment):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()[:32]


def _parts(experiment: Experiment) -> Iterator[bytes]:
    net = experiment.network.wiring()
    structure = {
        "inputs": net.inputs,
        "outputs": net.outputs,
        "neurons": [
            (j, net.sources[j], plain_function(net.activation[j], Activation.of))
            for j in net.neurons
        ],
        "frozen": [p for p in net.parameters if p not in net.trainable],
        "training": plain_training(experiment.training),
        "test": experiment.test_examples,
    }
    yield json.dumps(structure, sort_keys=True).encode()
    # The numbers as their eight bytes each: a text of a million digits would take a second.
    yield array("d", experiment.network.biases.values()).tobytes()
    yield array("d", experiment.network.weights.values()).tobytes()
    yield array("d", chain.from_iterable(experiment.data.inputs)).tobytes()
    examples = range(len(experiment.data))
    yield array("d", chain.from_iterable(map(experiment.y, examples))).tobytes()
