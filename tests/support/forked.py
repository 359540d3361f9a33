"""Many sessions of nntui in terminals: forked from one process that has imported it all."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress

import pyte

from support.terminal import shown

ROWS, COLUMNS = 32, 100


def serve(number):
    """Fork a session for each terminal that is sent, and answer with its process."""
    from nntui.cli import main

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended is gone at once
    asked = socket.socket(fileno=number)
    while True:
        words, files, _, _ = socket.recv_fds(asked, 65_536, 1)
        if not words:
            return
        child = os.fork()
        if child:
            os.close(files[0])
            asked.send(str(child).encode())
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        fcntl.ioctl(files[0], termios.TIOCSCTTY, 0)
        for stream in range(3):
            os.dup2(files[0], stream)
        os.closerange(3, 64)
        main(json.loads(words), prog_name="nntui")


class Sessions:
    """Opens sessions; to be closed at the end."""

    def __init__(self, environment):
        self._ours, theirs = socket.socketpair()
        self._server = subprocess.Popen(
            [sys.executable, "-c", f"import support.forked as f; f.serve({theirs.fileno()})"],
            env=environment,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def open(self, *words):
        terminal, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        socket.send_fds(self._ours, [json.dumps(words).encode()], [slave])
        os.close(slave)
        return Session(terminal, int(self._ours.recv(64)))

    def close(self):
        self._ours.close()
        self._server.wait()


class Session:
    """A session: its terminal, and the number of its process."""

    def __init__(self, terminal, process):
        self.terminal, self.process = terminal, process
        self.sent = b""
        self._to_be_shown = b""
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def read_for(self, seconds):
        """Take what the terminal shows for so long; stop early when the session has ended."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                try:
                    read = os.read(self.terminal, 65_536)
                except OSError:
                    return
                self.sent += read
                self._to_be_shown += read

    def wait_for(self, text):
        for n in range(1000):
            if self._to_be_shown or not n:
                self._stream.feed(self._to_be_shown)
                self._to_be_shown = b""
                if text in shown(self._screen):  # only changed cells are sent
                    return
            self.read_for(0.02)
        raise AssertionError(f"it never showed {text!r}, but {self.sent[-2000:]!r}")

    def wait_until_full(self):
        """Read nothing until the terminal takes no more."""
        counts = [0]
        while not counts[-1] or len(set(counts[-20:])) > 1 or len(counts) < 20:
            time.sleep(0.02)  # nothing tells that nothing is written
            waiting = fcntl.ioctl(self.terminal, termios.FIONREAD, bytes(4))
            counts.append(struct.unpack("i", waiting)[0])

    def is_alive(self):
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        return True

    def seconds_to_its_end(self):
        """Wait until the process is gone; return how long it lived on."""
        begun = time.monotonic()
        while self.is_alive():
            if time.monotonic() - begun > 60:
                os.kill(self.process, signal.SIGKILL)
                raise AssertionError("it goes on for ever")
            self.read_for(0.01) if self.terminal >= 0 else time.sleep(0.01)
        return time.monotonic() - begun

    def close_terminal(self):
        os.close(self.terminal)
        self.terminal = -1

    def end(self):
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        if self.terminal >= 0:
            self.close_terminal()
