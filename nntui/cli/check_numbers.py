"""``nntui check FILE --against MINE``: print the verdict on someone's numbers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntui.cli.endings import WRONG_RESULT
from nntui.cli.files import moment_of, opened, word_for
from nntui.cli.tables import aligned, echo_json, echo_lines

if TYPE_CHECKING:
    from nntui.verify.verdict import Verdict


def print_verdict(
    file: Path,
    mine: str,
    moment: Mapping[str, Any],
    *,
    allow: bool,
    as_json: bool,
) -> int:
    """Hold the numbers in the file ``mine`` against the run of a document; return the exit status.

    ``moment``: see ``moment_options``. ``allow``: a factor or a kink is not wrong.
    """
    from nntui.verify.check_work import check_file

    verdict = check_file(opened(file), mine, **moment_of(moment))
    if as_json:
        echo_json(verdict.plain())
    else:
        echo_lines(_lines(verdict, shlex.quote(word_for(file))))
    right = verdict.right or (allow and verdict.verdict in ("factor", "kink"))
    return 0 if right else WRONG_RESULT


def _lines(verdict: Verdict, file: str) -> Iterator[str]:
    rows = [
        (c.kind, f"{c.agree:,} of {c.compared:,}", "agree" if c.compared > 1 else "agrees")
        for c in verdict.counts
    ]
    yield from aligned(rows, ("left", "right"))
    yield ""
    yield from (line.replace("nntui FILE", f"nntui {file}") for line in verdict.lines)
    yield from verdict.notes
