"""Titles with tabs: all of the tabs are seen where a shorter title makes room for them."""

from __future__ import annotations

from nntui.tui.panes.pane import tab_line

TABS = ("answers", "inspector", "story", "algorithm")


def test_a_title_gives_way_to_the_tabs():
    forms = ("Answers · 33 of 60 right", "Answers · 33/60", "Answers")
    seen = [tab_line("answers", forms, TABS, room) for room in (60, 44, 37, 20)]
    assert [(title, text.plain) for title, text in seen] == [
        (forms[0], "Answers · 33 of 60 right │ Inspector │ Story │ Algorithm"),
        (forms[1], "Answers · 33/60│Inspector│Story│Algorithm"),
        (forms[2], "Answers│Inspector│Story│Algorithm"),
        (forms[2], "Answers│Inspector›"),
    ]
