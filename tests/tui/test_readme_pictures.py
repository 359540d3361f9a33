"""README.md shows what the app shows; tests/pictures/make.py makes the pictures anew."""

from __future__ import annotations

import pytest
from pictures import make


@pytest.mark.parametrize("picture", make.PICTURES, ids=lambda picture: picture.name)
async def test_a_picture_is_what_the_app_shows(picture):
    shown = await make.made(picture)
    if picture is not make.PICTURES[0]:
        assert shown.svg == (make.HERE / f"{picture.name}.svg").read_text(encoding="utf-8")
    else:
        assert make.stale({picture.name: shown}) == []


def test_a_block_of_characters_in_the_readme_is_replaced_and_nothing_else():
    readme = "a\n```\n╭─ Old ─╮\n╰──╯\n```\nb\n```\n╭ other ╮\n```\n"
    assert make.with_text(readme, "╭─ New ─╮") == (
        "a\n```\n╭─ New ─╮\n```\nb\n```\n╭ other ╮\n```\n"
    )


def test_a_picture_that_is_missing_or_another_is_told(tmp_path):
    (tmp_path / "README.md").write_text("```\n╭─ Old ─╮\n```\n", encoding="utf-8")
    (tmp_path / "old.svg").write_text("old", encoding="utf-8")
    pictures = {"old": make.Made("new", "╭─ New ─╮"), "missing": make.Made("", "")}
    told = make.stale(pictures, tmp_path, tmp_path / "README.md")
    assert told == ["old.svg", "missing.svg", "README.md"]
