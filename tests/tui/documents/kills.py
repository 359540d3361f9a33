"""Kill the app at random moments around edits, undo, redo and save, and look what recovery offers.

``python kills.py FOLDER SEED COUNT``; run by ``test_kills.py``. Each app is a forked process, which
writes down when it had which experiment, and when that was on its screen (which no terminal shows).
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.tui.documents.document import OpenDocument

SLACK = 0.25
"""Seconds that what is recovered may be older than what was shown, on a busy machine."""


def play(document: Path, seed: int, pipe: int) -> None:
    """Edit, undo, redo and save at random, for ever."""
    from nntui.document.save import identity
    from nntui.model.changes.structure import add_neuron
    from nntui.tui.app import NntuiApp

    rng, app = random.Random(seed), NntuiApp(document=document)

    def note(what: str) -> None:
        line = f"{what} {time.monotonic()} {identity(app.document.edited.experiment)}\n"
        os.write(pipe, line.encode())

    write_soon = app.recovery.write_soon

    def noted(document: OpenDocument) -> None:
        note("made")  # before it can be written
        write_soon(document)

    async def act(pilot) -> None:
        while app.stepping is None:
            await asyncio.sleep(0.01)
        app.recovery.write_soon = noted
        note("shown")
        for n in range(10_000):
            kind = rng.choice("eeeuuurs")
            if kind == "e":
                app.make_change(add_neuron(app.document.edited.experiment, f"n{n}"))
            elif kind == "u":
                app.action_undo()
            elif kind == "r":
                app.action_redo()
            else:
                app.action_save()
            await pilot.pause()
            note("shown")
            await asyncio.sleep(rng.choice((0, 0.02, 0.1, 0.3)))

    app.run(headless=True, auto_pilot=act)


def kill_one(folder: Path, seed: int) -> str | None:
    """Start an app, kill it, and return what is wrong with what it left, if anything is."""
    from nntui.document.load import load
    from nntui.document.save import identity
    from nntui.document.user_state import read_recovery
    from nntui.samples import samples

    document = folder / f"net-{seed}.json"
    shutil.copy(samples()["sample"], document)
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        play(document, seed, theirs)
        os._exit(3)
    os.close(theirs)
    text = os.read(ours, 1000)
    time.sleep(random.Random(-seed).uniform(0.05, 1.2))
    os.kill(child, signal.SIGKILL)
    killed = time.monotonic()
    os.waitpid(child, 0)
    while more := os.read(ours, 100_000):
        text += more
    os.close(ours)
    lines = [line.split() for line in text.decode().splitlines() if line.count(" ") == 2]
    due = [n for n, (what, at, _) in enumerate(lines)
           if what == "shown" and float(at) <= killed - SLACK]  # fmt: skip
    allowed = {each for _, _, each in lines[due[-1] if due else 0 :]}
    recovered = read_recovery(document)
    found = identity(recovered.experiment if recovered else load(document))
    if found in allowed:
        return None
    age = min((killed - float(at) for _, at, each in lines if each == found), default=-1)
    return f"seed {seed}: found what was shown {age:.2f} s before, of {len(lines)} notes"


def main() -> None:
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    import nntui.tui.documents.loading
    import nntui.tui.editor.screen  # noqa: F401 (loaded once for all)

    wrong = [each for n in range(count) if (each := kill_one(folder, seed + n))]
    print("\n".join(wrong))
    left = [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]
    print(f"{len(wrong)} of {count} wrong; {len(left)} temporary files left")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
