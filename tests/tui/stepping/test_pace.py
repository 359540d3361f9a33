"""The pace of frames: by their number, by their bytes, by what the terminal has taken."""

from __future__ import annotations

import pytest

from nntui.tui.stepping import pace as module
from nntui.tui.stepping.pace import MOST_BYTES, MOST_FRAMES, FramePace


class World:
    """A clock that is set by hand, and a terminal."""

    def __init__(self, monkeypatch):
        self.now, self.sent, self.waiting = 1000.0, 123_456, False
        monkeypatch.setattr(module, "perf_counter", lambda: self.now)

    def traffic(self):
        return self.sent, self.waiting

    def frames_in(self, pace, seconds, size):
        """Show frames as soon as they may be shown; return how many there were."""
        end, shown = self.now + seconds, 0
        while self.now < end:
            if wait := pace.wait():
                self.now += max(wait, 1e-3)
            else:
                pace.shown()
                self.sent += size
                shown += 1
                self.now += 1e-4
        return shown


@pytest.fixture
def world(monkeypatch):
    return World(monkeypatch)


def test_the_first_frame_may_come_at_once_whatever_was_sent_before(world):
    assert FramePace(world.traffic).wait() == 0


def test_small_frames_come_as_often_as_an_eye_can_follow(world):
    assert abs(world.frames_in(FramePace(world.traffic), 10, 100) - 10 * MOST_FRAMES) <= 2


@pytest.mark.parametrize("size", [4_000, 15_000, 60_000])
def test_large_frames_come_seldom_enough_for_a_slow_link(world, size):
    before = world.sent
    world.frames_in(FramePace(world.traffic), 100, size)
    assert 0.9 * 100 * MOST_BYTES <= world.sent - before <= 100 * MOST_BYTES + size


def test_what_keys_cause_to_be_sent_counts_too(world):
    pace = FramePace(world.traffic)
    assert pace.wait() == 0
    world.sent += MOST_BYTES
    assert 0.9 < pace.wait() <= 1


def test_no_frame_is_sent_to_a_terminal_that_has_not_taken_the_last(world):
    pace = FramePace(world.traffic)
    pace.shown()
    world.waiting = True
    world.now += 100
    assert pace.wait() > 0
    world.waiting = False
    assert pace.wait() == 0
