"""What an edit means: from which step on it counts, and what cannot be set."""

import math

import pytest
from support.experiments import layered

from nntui.debugger.debugger import Debugger
from nntui.engine.edits import EditError
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss


def xor() -> Debugger:
    return Debugger(layered(2, 3, 1, examples=4, batch_size=2, epochs=3))


def test_a_parameter_changes_at_once() -> None:
    debugger = xor()
    debugger.seek(50)
    before = debugger.snapshot().values
    branch = debugger.edit("w[x1, h1_1]", 0.3)
    after = debugger.snapshot().values
    assert branch.text == "as main, after step 50: w[x1,h1_1] = 0.3"
    assert {n for n in after if after[n] != before[n]} == {"w[x1,h1_1]"}
    assert after["w[x1,h1_1]"] == 0.3
    debugger.back()
    assert debugger["w[x1,h1_1]"] == before["w[x1,h1_1]"]
    debugger.step()
    assert debugger["w[x1,h1_1]"] == 0.3


def test_a_step_says_what_it_wrote_and_not_what_an_edit_behind_it_made_of_that() -> None:
    debugger = xor()
    debugger.seek(debugger.schedule.update_start(1) - 1)
    assert debugger.last is not None
    written = dict(debugger.last.writes)
    (name,) = written
    debugger.edit(name, 0.125)
    assert debugger[name] == 0.125
    assert debugger.last.writes == written
    debugger.seek(3)
    debugger.seek(debugger.schedule.update_start(1) - 1)
    assert (debugger.last.writes, debugger[name]) == (written, 0.125)
    assert debugger.branches.difference("main", f"{name} 0.125").step is None


def test_an_input_counts_from_the_examples_next_load() -> None:
    debugger = xor()
    debugger.seek(3)
    loaded = debugger["a[x1]"]
    debugger.edit("x[x1]", 7.0)
    assert debugger["x[x1]"] == 7.0
    assert debugger["a[x1]"] == loaded
    debugger.seek(debugger.schedule.steps_per_epoch + 1)
    assert (debugger["a[x1]"], debugger["example"]) == (7.0, 1)
    debugger.back()
    assert debugger["x[x1]"] != 7.0  # another example is shown


def test_a_learning_rate_counts_in_the_middle_of_an_update() -> None:
    debugger = xor()
    middle = debugger.schedule.update_start(1) - 2
    debugger.seek(middle)
    plain = debugger.step().writes
    debugger.back()
    debugger.edit("learning_rate", "0")
    step = debugger.step()
    assert plain != step.writes
    assert step.writes == {n: v for n, v in step.reads.items() if n in step.writes}
    assert dict(step.experiment.training.optimizer.settings)["learning_rate"] == 0.0
    assert dict(debugger.branches["main"].timeline.first.training.optimizer.settings) != 0.0


def test_an_activation_counts_between_the_edges_and_the_neuron() -> None:
    debugger = xor()
    debugger.seek(3)  # load, and both edges into h1_1
    debugger.edit("activation[h1_1]", " leaky_relu( slope = 0.5 ) ")
    z = debugger["z[h1_1]"]
    assert debugger.step().operation == ("forward_neuron", "h1_1")
    assert debugger["a[h1_1]"] == (z if z > 0 else 0.5 * z)
    assert debugger.branches.current.edits[0].text == "activation[h1_1] = leaky_relu(slope=0.5)"
    chosen = debugger.experiment.network.neuron("h1_1").activation
    assert (chosen.name, chosen.settings) == ("leaky_relu", (("slope", 0.5),))


def test_a_class_becomes_another_one() -> None:
    experiment = layered(2, 3, output="linear", examples=2)
    data = Dataset.of(experiment.data.inputs, [0, 2])
    training = Training(loss=Loss.of("cross_entropy"))
    debugger = Debugger(Experiment(experiment.network, data, training))
    debugger.edit("y[y2]", 1)
    assert [debugger[f"y[y{k}]"] for k in (1, 2, 3)] == [0.0, 1.0, 0.0]
    with pytest.raises(EditError, match="probabilities"):
        debugger.edit("t[y2]", 0.5)


@pytest.mark.parametrize(
    ("target", "value", "words"),
    [
        ("w[x1,h9]", 1, 'no neuron called “h9”'),
        ("w[h1_1,x1]", 1, 'not connected'),
        ("b[x1]", 1, "is an input"),
        ("b[h1_1]", math.nan, "expected a finite number"),
        ("b[h1_1]", "much", "expected a finite number"),
        ("b[h1_1]", 10**400, "expected a finite number"),
        ("b[h1_1]", True, "expected a finite number"),
        ("x[y1]", 1, "no input"),
        ("y[x1]", 1, "no output"),
        ("z[h1_1]", 1, "cannot be set"),
        ("lerning_rate", 1, 'did you mean "learning_rate"'),
        ("learning_rate", -1, "at least 0"),
        ("beta1", 0.5, "cannot be set"),
        ("nesterov", "true", "momentum above 0"),
        ("activation[h1_1]", "tanhh", 'did you mean "tanh"'),
        ("activation[h1_1]", "elu(slope=1)", "elu takes alpha"),
        ("activation[h1_1]", "elu(alpha", "expected"),
        ("activation[h1_1]", "elu(alpha=x)", "expected a number"),
        ("activation[x1]", "tanh", "is an input"),
        ("activation", "tanh", "should look like activation[h1_1]"),
        ("activation[h1_1,h1_2]", "tanh", "should look like"),
        ("b[h1_1]", None, "expected a finite number"),
        ("loss", "hinge", "known loss"),
        ("", 1, "cannot be set"),
        ("w[x1,h1_1", 1, "should look like w[x1,h1_1]"),
        ("\x1b[31m", 1, "cannot be set"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_said_in_a_sentence_and_changes_nothing(target, value, words) -> None:
    debugger = xor()
    debugger.seek(9)
    with pytest.raises(EditError) as raised:
        debugger.edit(target, value)
    assert words in str(raised.value)
    assert "\x1b" not in str(raised.value)
    assert len(debugger.branches) == 1
    assert debugger.position == 9
