"""A real terminal with the installed command in it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pexpect
import pyte

COLUMNS, LINES = 100, 32
COMMAND = Path(sys.executable).with_name("nntui")
CLI = (
    [str(COMMAND)]
    if COMMAND.exists()
    else [sys.executable, "-c", "from nntui.cli import main; main()"]
)


def shown(screen):
    """What a screen shows, as ``screen.display`` says it, in a quarter of the time."""
    columns = range(screen.columns)
    rows = (screen.buffer[y] for y in range(screen.lines))
    return "\n".join("".join([row[x].data for x in columns]) for row in rows)


class Terminal:
    """A terminal of 100 × 32 with nntui in it."""

    def __init__(self, *arguments, environment, command=CLI):
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        """All that the terminal was sent."""
        self.child = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            dimensions=(LINES, COLUMNS),
            env=environment,
            timeout=300,
        )

    def wait_for(self, text):
        """Read until the screen shows a text."""
        self.wait_until(lambda: text in shown(self.screen))

    def read_for(self, seconds):
        """Read what comes, or wait so long in vain; whether something came."""
        try:
            sent = self.child.read_nonblocking(65536, timeout=seconds)
        except pexpect.TIMEOUT:
            return False
        self.raw += sent
        self.stream.feed(sent)
        return True

    def wait_until(self, condition):
        """Read on until something is so."""
        for _ in range(3000):
            if condition():
                return
            self.read_for(0.1)
        raise AssertionError("it never came:\n" + "\n".join(self.screen.display))

    def type(self, keys):
        self.child.send(keys)

    def cursor_line(self):
        """The line of the cursor when a frame is complete: in between, it is where it writes."""
        while self.read_for(0.3):
            pass
        return self.screen.cursor.y

    def fill(self, *texts):
        """Write into the fields of a form, one after the other, and send it off.

        What is written before the keyboard has moved on would go into the field before.
        """
        for n, text in enumerate(texts):
            if n:
                line = self.cursor_line()
                self.type("\t")
                self.wait_until(lambda line=line: self.cursor_line() != line)
            self.type(text)
        self.type("\r")

    def close_the_window(self):
        """Take the terminal away, as its window does, and wait until nntui has noticed."""
        self.child.ptyproc.fileobj.close()
        self.child.closed = self.child.ptyproc.closed = True
        for _ in range(3000):
            if not self.child.isalive():
                return
            time.sleep(0.05)  # there is nothing left to read from
        raise AssertionError("it goes on without a terminal")

    def wait_for_end(self):
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus
