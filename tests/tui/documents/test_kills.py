from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 20


@pytest.mark.deep
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("seed", [0, 1000])
def test_what_a_killed_app_showed_is_what_recovery_offers(tmp_path, seed):
    script = Path(__file__).with_name("kills.py")
    done = subprocess.run(
        [sys.executable, script, tmp_path, str(seed), str(COUNT)],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
