"""Each change of an experiment: what it leads to, what it says, what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nntui.document.load import load
from nntui.model.changes.history import Edited
from nntui.model.changes.settings import SETTINGS, change_setting, setting
from nntui.model.changes.structure import (
    add_beside,
    add_neuron,
    add_row,
    change_connection,
    change_neuron,
    change_row,
    connect,
    delete_neuron,
    delete_row,
    disconnect,
)
from nntui.model.errors import NetworkError, NntuiError, SettingError
from nntui.model.losses import Loss
from nntui.samples import samples


@pytest.fixture
def sample():
    return load(samples()["sample"])


def test_a_neuron_is_added_behind_the_others_and_the_rest_stays(sample):
    change = add_neuron(sample, "h3", activation="relu", bias=0.25)
    net = change.experiment.network
    assert net.names == (*sample.network.names, "h3")
    assert net.neuron("h3").bias == 0.25
    assert net.connections == sample.network.connections
    assert change.sentence == "h3 added (relu)"


def test_a_bias_or_weight_left_out_is_drawn_the_same_every_time(sample):
    one, other = (add_neuron(sample, "h3").experiment for _ in range(2))
    assert one == other
    assert connect(one, "x1", "h3").experiment == connect(other, "x1", "h3").experiment


def test_a_sibling_has_the_role_the_activation_and_the_connections(sample):
    change = add_beside(sample, "h1", "h3")
    net, network = change.experiment.network.wiring(), change.experiment.network
    assert net.sources["h3"] == net.sources["h1"]
    assert net.targets["h3"] == net.targets["h1"]
    assert network.neuron("h3").activation == network.neuron("h1").activation
    assert change == add_beside(sample, "h1", "h3")
    drawn = network.weight(("x1", "h3")), network.weight(("x2", "h3"))
    assert len({*drawn, network.weight(("x1", "h1"))}) == 3
    assert "drawn by xavier_uniform, seed 0" in change.sentence
    wider = add_beside(sample, "x1", "x3").experiment
    assert wider.network.wiring().inputs == ("x1", "x2", "x3")
    assert len(wider.data.inputs[0]) == 3
    other = add_beside(sample, "h1", "h3", activation="relu", bias=0.5).experiment.network
    assert (str(other.neuron("h3").activation), other.neuron("h3").bias) == ("relu", 0.5)


def test_an_input_more_is_a_column_of_zeros_and_one_less_a_column_less(sample):
    wider = add_neuron(sample, "x3", role="input")
    assert all(row[-1] == 0.0 and len(row) == 3 for row in wider.experiment.data.inputs)
    assert "its input is 0 in every row" in wider.sentence
    assert delete_neuron(wider.experiment, "x3").experiment == sample
    narrower = delete_neuron(sample, "x1").experiment
    assert [row for (row,) in narrower.data.inputs] == [row[1] for row in sample.data.inputs]


def test_an_output_more_is_a_target_of_zeros_and_one_less_a_column_less(sample):
    wider = add_neuron(sample, "y2", role="output")
    assert all(len(row) == 2 and row[1] == 0.0 for row in wider.experiment.data.targets)
    assert delete_neuron(wider.experiment, "y2").experiment == sample


def test_weights_of_a_loss_follow_the_outputs(sample):
    loss = Loss.of("bce", weight=[2.0])
    weighed = sample.altered(training=replace(sample.training, loss=loss))
    more = add_neuron(weighed, "k", role="output").experiment
    assert more.training.loss.settings == (("weight", (2.0, 1.0)),)
    less = delete_neuron(more, sample.network.wiring().outputs[0]).experiment
    assert less.training.loss.settings == (("weight", (1.0,)),)
    assert delete_neuron(more, "k").experiment.training == weighed.training


def test_the_last_output_cannot_be_deleted(sample):
    with pytest.raises(NetworkError, match="needs an output neuron"):
        delete_neuron(sample, "out")


def test_a_deleted_neuron_takes_its_connections_with_it(sample):
    change = delete_neuron(sample, "h1")
    assert "h1" not in change.experiment.network
    assert change.sentence == "h1 deleted with 3 connections"


def test_a_cycle_is_refused_with_the_models_own_sentence(sample):
    grown = connect(add_neuron(sample, "h3").experiment, "h1", "h3").experiment
    with pytest.raises(NetworkError, match="the connections form a cycle"):
        connect(grown, "h3", "h1")


def test_renaming_keeps_place_numbers_and_connections(sample):
    change = change_neuron(sample, "h1", new_name="first one")
    net = change.experiment.network
    assert net.names.index("first one") == sample.network.names.index("h1")
    assert list(net.weights.values()) == list(sample.network.weights.values())
    assert change.sentence == "h1 is called first one now"
    back = change_neuron(change.experiment, "first one", new_name="h1").experiment
    assert back == sample


@pytest.mark.parametrize("name", ["h2", "", " h", "a\x1bb", "x" * 65])
def test_a_bad_or_taken_name_is_refused(sample, name):
    with pytest.raises(NetworkError):
        change_neuron(sample, "h1", new_name=name)


def test_an_activation_a_bias_and_whether_it_is_trained_change_in_one(sample):
    change = change_neuron(sample, "h1", activation="relu", bias=2.0, trainable=False)
    neuron = change.experiment.network.neuron("h1")
    assert (str(neuron.activation), neuron.bias, neuron.trainable) == ("relu", 2.0, False)
    assert change.sentence == "h1 is relu now; b[h1] = 2.0; b[h1] is kept as it is"


def test_a_weight_changes_and_a_connection_goes(sample):
    change = change_connection(sample, "x1", "h1", weight=-3.0, trainable=False)
    connection = change.experiment.network.connection("x1", "h1")
    assert (connection.weight, connection.trainable) == (-3.0, False)
    assert ("x1", "h1") not in disconnect(sample, "x1", "h1").experiment.network.weights


def test_rows_are_added_changed_and_deleted(sample):
    count = len(sample.data)
    longer = add_row(sample, (7.0, 8.0), (1.0,)).experiment
    assert longer.data.inputs[-1] == (7.0, 8.0)
    assert delete_row(longer, count).experiment == sample
    assert change_row(sample, 0, (9.0, 9.0), (0.0,)).experiment.data.inputs[0] == (9.0, 9.0)


def test_rows_that_do_not_fit_are_refused(sample):
    with pytest.raises(SettingError, match="2, one for each input"):
        add_row(sample, (1.0,), (1.0,))
    with pytest.raises(SettingError, match="the number of an example"):
        delete_row(sample, len(sample.data))


def test_rows_of_a_file_stand_in_the_document_after_the_first_change():
    classifier = load(samples()["classifier"])
    assert classifier.data.source is not None
    change = delete_row(classifier, 0)
    assert change.experiment.data.source is None
    assert "the rows stand in the document itself now" in change.sentence


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("loss", "huber delta 2", "huber delta 2.0"),
        ("loss", "bce weight 2", "bce weight 2.0"),
        ("loss", "bce_with_logits pos_weight [3]", "bce_with_logits pos_weight [3.0]"),
        ("optimizer", "adam(beta1=0.8)", "adam beta1 0.8"),
        ("learning_rate", "0.01", "0.01"),
        ("batch_size", "3", "3"),
        ("shuffle", "on", "yes"),
        ("reduction", "sum", "sum"),
        ("l1", "0.5", "0.5"),
        ("l2", "0.25", "0.25"),
        ("epochs", "7", "7"),
        ("seed", "3", "3"),
    ],
)
def test_a_setting_is_what_was_typed_and_can_be_typed_again(sample, name, text, shown):
    change = change_setting(sample, name, text)
    assert setting(change.experiment.training, name) == shown
    again = change_setting(sample, name, shown)
    assert again.experiment.training == change.experiment.training


def test_the_learning_rate_is_kept_with_the_optimizer_that_it_belongs_to(sample):
    fast = change_setting(sample, "learning_rate", "0.7").experiment
    heavy = change_setting(fast, "optimizer", "sgd momentum 0.9").experiment
    assert heavy.training.optimizer.learning_rate == 0.7
    other = change_setting(heavy, "optimizer", "adam")
    assert other.experiment.training.optimizer.learning_rate == 0.001
    assert other.sentence == "optimizer is adam now, with the learning rate 0.001"
    both = change_setting(heavy, "optimizer", "adam learning_rate 0.5").experiment
    assert both.training.optimizer.learning_rate == 0.5


def test_batches_of_all_examples_can_be_had_back(sample):
    small = change_setting(sample, "batch_size", "3").experiment
    whole = change_setting(small, "batch_size", "all").experiment
    assert whole.training.batch_size is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("loss", "mss"),
        ("loss", ""),
        ("loss", "huber delta"),
        ("loss", "bce weight [1, 2]"),
        ("loss", "bce weight []"),
        ("loss", "bce weight [1, -2]"),
        ("loss", "bce weight [1"),
        ("loss", "huber delta [1]"),
        ("loss", "cross_entropy label_smoothing 1.5"),
        ("optimizer", "sgd rate 1"),
        ("epochs", "0"),
        ("epochs", "many"),
        ("batch_size", "-1"),
        ("l1", "nan"),
        ("shuffle", "perhaps"),
        ("learning", "1"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_a_sentence(sample, name, text):
    with pytest.raises(NntuiError, match="expected"):
        change_setting(sample, name, text)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_changed_to_what_it_is_already_is_no_change(sample, name):
    with pytest.raises(SettingError, match="expected a change"):
        change_setting(sample, name, setting(sample.training, name))


def test_a_change_after_an_undo_takes_the_place_of_what_was_undone(sample):
    edited = Edited.of(sample).after(add_neuron(sample, "h3"))
    assert edited.unsaved
    assert edited.undone().experiment is sample
    assert not edited.undone().unsaved
    other = edited.undone().after(add_neuron(sample, "h4"))
    assert other.redoes is None
    assert "h3" not in other.experiment.network


def test_undo_and_redo_stop_at_the_ends(sample):
    edited = Edited.of(sample)
    assert edited.undone() == edited == edited.redone()
    assert edited.undoes is edited.redoes is None


def test_saving_moves_the_mark_of_what_the_file_holds(sample):
    edited = Edited.of(sample).after(add_neuron(sample, "h3")).as_saved()
    assert not edited.unsaved
    assert edited.undone().unsaved
