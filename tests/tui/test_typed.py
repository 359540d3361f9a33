from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nntui.tui.user_files import MOST_TYPED, read_typed, write_typed


def test_commands_come_back_in_the_order_in_which_they_were_typed(tmp_path):
    write_typed(["step 3", "break h1"], tmp_path)
    assert read_typed(tmp_path) == ["step 3", "break h1"]


def test_only_the_newest_are_kept(tmp_path):
    write_typed([f"goto {n}" for n in range(MOST_TYPED + 3)], tmp_path)
    assert read_typed(tmp_path)[0] == "goto 3"


def test_without_a_file_or_with_a_damaged_one_nothing_was_typed(tmp_path):
    assert read_typed(tmp_path) == []
    (tmp_path / "commands.txt").write_bytes(b"\xff\xfe")
    assert read_typed(tmp_path) == []


@given(st.lists(st.text(max_size=20), max_size=5))
def test_no_line_becomes_two(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("typed")
    write_typed(lines, folder)
    assert set(read_typed(folder)) <= set(lines)
