"""Lines of a trace, held against the steps of the run."""

from itertools import pairwise
from math import nan

import pytest

import nntui
from nntui.samples import samples
from nntui.verify.check_work import check_work
from nntui.verify.files import Numbers

pytestmark = pytest.mark.usefixtures("no_search")


@pytest.fixture(scope="module")
def experiment():
    return nntui.load(samples()["xor"])


@pytest.fixture(scope="module")
def steps(experiment):
    """What the steps of the first two updates write."""
    debugger = nntui.Debugger(experiment)
    end = debugger.schedule.update_start(2)
    return [(n, dict(debugger.step().writes)) for n in range(1, end + 1)]


def changed(steps, begins, factor=1.5, first=1):
    return [
        (
            n,
            {
                k: v * factor if n >= first and k.startswith(begins) else v
                for k, v in writes.items()
            },
        )
        for n, writes in steps
    ]


def test_a_trace_agrees_with_its_own_run_any_part_of_it_in_any_order(experiment, steps):
    whole = check_work(experiment, Numbers(steps=tuple(steps)))
    assert whole.right
    assert whole.compared == sum(len(writes) for _, writes in steps)
    some = check_work(experiment, Numbers(steps=tuple(reversed(steps[20:90:3]))))
    assert some.right
    rough = [(n, {k: float(f"{v:.6g}") for k, v in writes.items()}) for n, writes in steps]
    assert check_work(experiment, Numbers(steps=tuple(rough))).right


def test_the_first_step_that_differs_is_named_and_its_update_judged(experiment, steps):
    second = nntui.Debugger(experiment).schedule.update_start(1)
    wrong = changed(steps, "delta[h2]", first=second + 1)
    verdict = check_work(experiment, Numbers(steps=tuple(wrong)))
    first = verdict.first_difference
    assert (verdict.right, verdict.update, first.name) == (False, 1, "delta[h2]")
    assert dict(wrong)[first.step]["delta[h2]"] == first.found == 1.5 * first.expected
    assert verdict.compared - verdict.agree == 4  # examples
    assert verdict.lines[-1] == f"Look: nntui FILE --at {first.step}"


def test_the_lines_have_no_other_count_of_numbers_than_the_verdict(experiment, steps):
    doubled = [
        (n, {k: 2 * v if k.startswith(("dw", "db")) else v for k, v in writes.items()})
        for n, writes in steps[: nntui.Debugger(experiment).schedule.passes_end(0)]
    ]
    verdict = check_work(experiment, Numbers(steps=tuple(doubled)))
    assert verdict.verdict == "factor"
    assert verdict.lines[1] == "All numbers of update 1 agree with that to 6 digits."


def test_all_gradients_of_a_known_mistake_are_explained(experiment, steps):
    sums = {}  # every gradient of a weight with the sign turned, as it adds up
    wrong = []
    for n, writes in steps[: nntui.Debugger(experiment).schedule.passes_end(0)]:
        sums = {k: -v for k, v in writes.items() if k.startswith(("dw", "db"))}
        wrong.append((n, writes | sums))
    verdict = check_work(experiment, Numbers(steps=tuple(wrong)))
    assert verdict.verdict in ("factor", "mistake")


def test_a_sum_that_only_differs_on_its_way_is_found(experiment, steps):
    both = pairwise(steps)
    first = next(one for one, then in both if one[1].get("z[h1]") and "z[h1]" in then[1])
    verdict = check_work(experiment, Numbers(steps=tuple(changed([first], "z["))))
    assert verdict.verdict == "unknown"
    assert verdict.first_difference.step == first[0]
    assert verdict.lines[0].startswith("z[h1] differs first, on the way: found ")


def test_nan_where_the_run_has_a_number_differs(experiment, steps):
    (number, writes), *_ = [step for step in steps if "loss" in step[1]]
    verdict = check_work(experiment, Numbers(steps=((number, {"loss": nan}),)))
    assert not verdict.right
    assert verdict.first_difference.expected == writes["loss"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ((10**9, {"loss": 1.0}), "there is no step 1,000,000,000: the run has 75,000"),
        ((1, {"loss": 1.0}), "step 1 does not write loss: it writes a[x1], a[x2]"),
        ((1, {"lss": 1.0}), "there is no value called “lss”"),
        ((1, {"a[\x1b]": 1.0}), "step 1 does not write a[\\u001b]: it writes a[x1], a[x2]"),
    ],
)
def test_what_no_step_writes_is_refused(experiment, step, said):
    with pytest.raises(nntui.NntuiError) as caught:
        check_work(experiment, Numbers(steps=(step,)))
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("moment", [{"update": 2}, {"after": 2}])
def test_lines_of_a_trace_take_no_other_moment(experiment, steps, moment):
    with pytest.raises(nntui.NntuiError, match="their own steps: leave update and after out"):
        check_work(experiment, Numbers(steps=steps), **moment)
