"""Themes: readable by the numbers of the WCAG, in nntui's own themes."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from nntui.draw.picture import ROLES
from nntui.network_view.colours import RGB, Palette
from nntui.tui.theme import CONTRAST, DARK, FOCUS, LIGHT, MINUS, OWN, Colours

TEXT, LARGE, STRONG = 4.5, 3.0, 7.0
"""What the WCAG asks for: of text (AA), of lines and signs (AA), of text in high contrast (AAA)."""


def _ratio(one: Color, other: Color) -> float:
    return RGB(*one.rgb).contrast(RGB(*other.rgb))


def _colours(theme) -> Colours:
    return Colours.of(theme, theme.to_color_system().generate())


def _seen(style: Style, colours: Colours) -> float:
    def colour(found, otherwise):
        return otherwise if found is None else Color.from_rich_color(found)

    ground = colour(style.bgcolor, colours.background)
    return _ratio(colour(style.color, colours.foreground), ground)


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_every_text_can_be_read(theme):
    colours = _colours(theme)
    least = STRONG if theme is CONTRAST else TEXT
    texts = {
        "plain": colours.plain,
        "faint": colours.faint,
        "mark": colours.mark,
        "stop": colours.stop,
        "chosen": colours.plain + colours.chosen,
        "faint in what is chosen": colours.chosen + colours.faint,
        "current line": colours.plain + colours.current_line,
        "faint in the current line": colours.current_line + colours.faint,
        "mark in the current line": colours.current_line + colours.mark,
        **{
            f"label {state} {value}": colours.role(f"label.{state}", value)
            for state in ("bright", "focus", "done") for value in (-1.0, 1.0)
        },
        **{
            f"box {state} {tone}": colours.role(f"box.{state}", tone)
            for state in ("current", "focus", "plain")
            for tone in (None, -1.0, -0.6, -0.3, 0.0, 0.3, 0.6, 1.0)
        },
    }  # fmt: skip
    ratios = {name: round(_seen(style, colours), 2) for name, style in texts.items()}
    floor = {name: TEXT if name.startswith(("box", "mark in", "faint in")) else least
             for name in ratios}  # fmt: skip
    assert {n: r for n, r in ratios.items() if r < floor[n]} == {}


@pytest.mark.parametrize("theme", [*OWN, *BUILTIN_THEMES.values()], ids=lambda theme: theme.name)
def test_every_line_and_every_frame_of_the_drawing_can_be_seen_in_every_theme(theme):
    colours = _colours(theme)
    lines = {
        f"{role} {strength}": colours.role(role, strength)
        for role in ROLES if role.startswith(("edge", "frame", "label.dim"))
        for strength in (0.0, 0.3, 1.0)
    }  # fmt: skip
    ratios = {name: round(_seen(style, colours), 2) for name, style in lines.items()}
    assert {n: r for n, r in ratios.items() if r < LARGE} == {}


@pytest.mark.parametrize("theme", [*OWN, *BUILTIN_THEMES.values()], ids=lambda theme: theme.name)
def test_borders_can_be_seen_in_every_theme_and_are_calm(theme):
    colours = _colours(theme)
    assert LARGE <= _ratio(colours.rule, colours.background) < TEXT


async def test_what_is_painted_has_the_borders_and_the_focus_of_the_theme(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        for theme in (DARK, LIGHT):
            app.theme = theme.name
            await pilot.pause()
            await pilot.press("escape")
            colours = _colours(theme)
            loss, step = app.screen.loss_pane, app.screen.step_pane
            assert loss.styles.border.top[1] == colours.rule
            await pilot.click("#loss", offset=(3, 3))
            await pilot.pause()
            assert loss.styles.border.top[1] == FOCUS[theme.dark]
            assert step.styles.border.top[1] == colours.rule


def test_nothing_is_fainter_in_high_contrast():
    high, dark = _colours(CONTRAST), _colours(DARK)
    for role in ("edge.positive.dim", "edge.negative.pending", "label.dim", "label.pending"):
        assert _seen(high.role(role, 0.5), high) > _seen(dark.role(role, 0.5), dark)
    assert _seen(high.faint, high) > _seen(dark.faint, dark)


def test_dark_is_dark_and_light_is_light():
    assert (DARK.dark, LIGHT.dark, CONTRAST.dark) == (True, False, True)


async def test_what_is_painted_is_the_theme_that_is_worn(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert app.theme == DARK.name
        for theme in (DARK, LIGHT, CONTRAST):
            app.theme = theme.name
            await pilot.pause()
            await pilot.pause()
            assert (
                app.screen.query_one("#network").styles.background.hex == theme.background.upper()
            )


def test_a_number_that_is_weak_beside_the_others_keeps_the_hue_of_its_sign():
    palette = Palette(True, RGB(0, 0, 0), RGB(255, 255, 255))
    for role in ("label.done", "box"):
        weak, strong = palette.ink(role, -0.0), palette.ink(role, -0.4)
        plus = palette.ink(role, 0.0)
        hue = "ground" if role == "box" else "colour"
        red_over_blue = [
            getattr(ink, hue).red > getattr(ink, hue).blue for ink in (weak, strong, plus)
        ]
        assert red_over_blue == [True, True, False]


def _faint(app, *, text: dict[str, float]) -> list[tuple[str, str, float]]:
    """Return what has too little contrast where it is painted: the widget, the text, the ratio.

    ``text``: the contrast that the words of a widget need, where that is not 4.5. Half blocks have
    data in both of their colours.
    """
    found = []
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for words, style, _ in strip:
            if words.strip(" ▀"):
                widget = app.screen.get_widget_at(x, y)[0].id
                lettered = any(character.isalnum() for character in words)
                least = text.get(widget, TEXT) if lettered else LARGE
                ground = Color.from_rich_color(style.bgcolor)
                ratio = round(_ratio(Color.from_rich_color(style.color), ground), 2)
                found += [(widget, words, ratio)] if ratio < least else []
            x += cell_len(words)
    return found


async def test_all_that_is_painted_can_be_read_in_every_theme_even_after_another_one(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("u", "f", "f", "n", "s")
        idle = {"keys": LARGE}  # keys that do nothing now
        for focus, dimmed in (("escape", {}), ("down", {"network": LARGE})):
            await pilot.press(focus)
            for theme in OWN:
                app.theme = theme.name
                await pilot.pause()
                assert app.screen.step_pane.colours == _colours(theme)
                for _ in range(100):  # the chart and the plane are painted a moment later
                    if not (faint := _faint(app, text=idle | dimmed)):
                        break
                    await pilot.pause(0.02)
                assert faint == [], theme.name


async def test_the_equations_of_why_are_painted_anew_in_another_theme(app_on):
    app = app_on("sample")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("u", "right", "right", "W")
        for theme in (LIGHT, CONTRAST, DARK):
            app.theme = theme.name
            await pilot.pause()
            mark = _colours(theme).mark.color
            area = app.screen.query_one("#why-formula").region
            strips = app.screen._compositor.render_strips()[area.y : area.bottom]
            assert any(style.color == mark for strip in strips for _, style, _ in strip), theme.name


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("z = -0.5 + (-0.25) · -.4", "z = −0.5 + (−0.25) · −.4"),
        ("from -∞, ±1", "from −∞, ±1"),
        ("1e-5  2-3-1  x-1  a[i]-1", "1e-5  2-3-1  x-1  a[i]-1"),
        ("--step -h - slower", "--step -h - slower"),
    ],
)
def test_the_sign_of_a_number_is_that_of_formulas(written, shown):
    segments = MINUS.apply([Segment(written), Segment("-1")], Color(0, 0, 0))
    assert [segment.text for segment in segments] == [shown, "−1"]


async def test_numbers_have_one_minus_on_the_screen_and_a_hyphen_in_code(app_on, seen):
    app = app_on("sample")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("2", "f")
        await pilot.pause()
        assert "−0.15" in seen(app)
        assert not re.search(r"(?<!\w)-\d", seen(app))
        assert app.screen.query_one("#algorithm").get_line_filters() == app.get_line_filters()
