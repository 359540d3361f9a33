"""Random scripts of debugger commands over an experiment's own names."""

from __future__ import annotations

from hypothesis import strategies as st

from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name, quoted, value_name


def scripts(experiment: Experiment, most: int = 8) -> st.SearchStrategy[list[str]]:
    """Lists of commands: movements above all, with breakpoints, edits, displays in between."""
    net = experiment.network.wiring()
    computing = st.sampled_from(net.neurons)
    neurons = computing.map(quoted)
    places = st.one_of(
        neurons,
        st.sampled_from(["phase loss", "phase update", "example", "update", "epoch", "layer 1"]),
        *(
            [
                st.sampled_from(
                    [f"{quoted(i)}->{quoted(j)}" for j in net.neurons for i in net.sources[j]]
                )
            ]
            if net.connection_count
            else []
        ),
    )
    numbers = st.sampled_from(["0", "0.5", "-1", "0.1"])
    values = st.one_of(
        st.sampled_from(["loss", "epoch_loss", "batch_loss", "step", "example"]),
        computing.map(lambda j: value_name("a", j)),
        computing.map(lambda j: value_name("delta", j)),
        st.sampled_from([parameter_name(p) for p in net.parameters]),
        st.sampled_from([parameter_name(p, "d") for p in net.parameters]),
    )
    conditions = st.builds("{} {} {}".format, values, st.sampled_from(["<", ">="]), numbers)
    counts = st.integers(1, 12)
    targets = st.one_of(
        st.sampled_from([parameter_name(p) for p in net.parameters]),
        st.just("learning_rate"),
        st.sampled_from([value_name("x", i) for i in net.inputs]),
    )
    movements = st.one_of(
        st.builds("{} {}".format, st.sampled_from(["step", "next", "rs", "finish", "re"]), counts),
        st.sampled_from(["continue", "c", "rc", "update", "ru", "epoch", "goto end", "goto start"]),
        st.builds("until {}".format, places),
        st.builds("reverse-until {}".format, places),
        st.builds("goto {}".format, st.integers(0, 60)),
        st.builds("last-write {}".format, values),
        st.just("goto mark"),
    )
    commands = st.one_of(
        movements,
        movements,
        st.builds("break {}".format, places),
        st.builds("break {} if {}".format, places, conditions),
        st.builds("break if {} every {}".format, conditions, counts),
        st.builds('break {} log "{{loss}} at {{step}}"'.format, places),
        st.builds("tbreak {} ignore {}".format, places, counts),
        st.builds("watch {}".format, values),
        st.builds("watch {} crosses {}".format, values, numbers),
        st.builds("display {}".format, values),
        st.builds("print {}".format, conditions),
        st.builds("delete {}".format, st.integers(1, 3)),
        st.builds("disable {}".format, st.integers(1, 3)),
        st.builds("ignore {} {}".format, st.integers(1, 3), counts),
        st.builds("undisplay {}".format, st.integers(1, 3)),
        st.builds("set {} {}".format, targets, numbers),
        st.builds("branch switch {}".format, st.sampled_from(["main", "η 0.5"])),
        st.builds("why {}".format, values),
        st.builds("history {} {}".format, values, counts),
        st.sampled_from(["info breakpoints", "info displays", "branch", "bookmark mark"]),
    )
    return st.lists(commands, min_size=1, max_size=most)
