"""Thirty-four reports of wrong (and of right) backpropagation, as networks and numbers.

``CASES`` is the table: the address of each report, what its code does, where the fixture had to be
another one, and the verdict that is expected. The numbers are computed here in numpy, by code that
does what the reported code did, in its layout and with its names for things; nothing of nntui
computes them.
"""

from verify.cases import backward, batches, updates  # noqa: F401 (each adds its own)
from verify.cases.case import CASES

CASES.sort(key=lambda case: (case.number, case.name))
