"""A debugger on a small network, and commands given to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.experiments import layered

from nntui.debugger.commands.command import Reply
from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger

Command = Callable[[str], Reply]


@pytest.fixture
def debugger() -> Debugger:
    """A 2-2-1 network: four examples in batches of two, five epochs."""
    return Debugger(layered(2, 2, 1, batch_size=2, epochs=5))


@pytest.fixture
def interpreter(debugger: Debugger) -> Interpreter:
    return Interpreter(debugger)


@pytest.fixture
def do(interpreter: Interpreter) -> Command:
    """Run a command that must succeed."""

    def run(line: str) -> Reply:
        reply = interpreter.reply(line)
        assert reply.ok, reply.text
        return reply

    return run


@pytest.fixture
def refused(interpreter: Interpreter, debugger: Debugger) -> Callable[[str], str]:
    """Run a command that must fail without moving; the sentence of why."""

    def run(line: str) -> str:
        before = debugger.position
        reply = interpreter.reply(line)
        assert not reply.ok, reply.text
        assert not reply.moved
        assert debugger.position == before
        sentence = reply.data["error"]
        assert sentence == reply.lines[0]
        assert sentence
        assert all(line.isprintable() for line in reply.lines)
        return sentence

    return run
