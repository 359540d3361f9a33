"""Run all benchmarks, print one table: what was measured, what is to be reached, and the verdict.

    python -m tests.benchmarks [NAME …]

Names are those of the files beside this one: ``python -m tests.benchmarks waits engine``. All
of them take ten minutes on a calm machine, with fewer rounds than each takes when it is
run by itself. The status is 1 if a goal was not reached.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Final

FOLDER: Final = Path(__file__).parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]  # the files import each other by their names

from table import HEADING, Row, rows_of  # noqa: E402

NAMES: Final = (
    "engine", "stops", "waits", "seek", "first_paint", "keys", "running", "traffic", "soak",
)  # fmt: skip


def main(names: list[str]) -> int:
    """Print the rows of each as soon as they are there."""
    if unknown := set(names) - set(NAMES):
        print(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return 2
    print(HEADING)
    found: list[Row] = []
    for name in names or NAMES:
        begun = perf_counter()
        with ProcessPoolExecutor(1, get_context("spawn")) as process:  # none slows the next
            rows = process.submit(rows_of, name).result()
        print(f"— {name}, {perf_counter() - begun:.0f} s", *rows, sep="\n", flush=True)
        found += rows
    reached = [row.reached for row in found if row.reached is not None]
    print(f"\n{sum(reached)} of {len(reached)} goals reached")
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
