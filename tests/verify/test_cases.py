"""The reports that the table of cases lists, each with the verdict that it should get."""

from __future__ import annotations

import pytest
from verify.cases import CASES

from nntui.document.load import experiment_of
from nntui.model.errors import NntuiError
from nntui.verify.check_work import check_work


def test_every_report_of_the_list_is_there():
    assert {case.number for case in CASES} >= set(range(1, 35))
    assert all(case.source.startswith("https://") and case.done for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case(case):
    document, numbers = case.made()
    experiment = experiment_of(document, "case.json")
    if case.error:
        with pytest.raises(NntuiError, match=case.error):
            check_work(experiment, numbers)
        return
    verdict = check_work(experiment, numbers)
    assert verdict.verdict == case.verdict, verdict
    places = list(verdict.mistakes)
    for name in case.mistakes:  # two in the same place are named in either order
        places.remove(next((names for names in places if name in names), ("not", name)))
    assert not places, verdict
    assert verdict.update == case.update - 1
    assert (verdict.factor and verdict.factor.value) == (case.factor and pytest.approx(case.factor))
