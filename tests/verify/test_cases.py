"""The reports that the table of cases lists, each with the verdict that it should get."""

from __future__ import annotations

import pytest
from verify.cases import CASES

from nntui.document.load import experiment_of


def test_every_report_of_the_list_is_there():
    assert {case.number for case in CASES} >= set(range(1, 35))
    assert all(case.source.startswith("https://") and case.done for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_is_an_experiment_and_numbers(case):
    document, numbers = case.made()
    assert experiment_of(document, "case.json")
    assert numbers
