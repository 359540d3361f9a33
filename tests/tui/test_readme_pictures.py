"""README.md shows what the app shows; tests/pictures/make.py makes the pictures anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pictures import make


@pytest.mark.parametrize("picture", make.PICTURES, ids=lambda picture: picture.name)
async def test_a_picture_is_what_the_app_shows(picture):
    assert make.stale({picture.name: await make.made(picture)}) == []


def test_a_picture_that_is_missing_or_another_is_told(tmp_path):
    (tmp_path / "old.svg").write_text("old", encoding="utf-8")
    (tmp_path / "true.svg").write_text("true", encoding="utf-8")
    pictures = {"old": "new", "missing": "", "true": "true"}
    assert make.stale(pictures, tmp_path) == ["old.svg", "missing.svg"]


def test_the_readme_shows_every_picture_and_no_other():
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(tests/pictures/([a-z-]+)\.svg\)", text)
    assert sorted(shown) == sorted(picture.name for picture in make.PICTURES)
