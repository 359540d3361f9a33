"""Lines: words, comments, bounds; and that no line, whatever it holds, ends in anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import layered

from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.commands.text import (
    MAX_LINE,
    CommandError,
    checked,
    first_word,
    split,
    whole,
)
from nntui.debugger.debugger import Debugger
from nntui.text import harmless


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  step   10 ", ["step", "10"]),
        ('why w["my input", h1] 2', ["why", 'w["my input", h1]', "2"]),
        ('b "a b"->"c]d" if x', ["b", '"a b"->"c]d"', "if", "x"]),
        ("print w[x1, h1]+ 1", ["print", "w[x1, h1]+", "1"]),
        ('"not closed at all', ['"not closed at all']),
        ("w[not closed at all", ["w[not closed at all"]),
        (r'"an \" inside" end', [r'"an \" inside"', "end"]),
        ("tabs\tand\nfeeds", ["tabs", "and", "feeds"]),
    ],
)
def test_words_end_at_blanks_outside_quotes_and_brackets(text, words) -> None:
    assert split(text) == words


@given(st.text())
def test_no_character_is_lost_but_blanks(text) -> None:
    bare = "".join("".join(split(text)).split())
    assert bare == "".join(text.split())
    word, rest = first_word(text)
    assert text.strip().startswith(word)
    assert text.strip().endswith(rest)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("step 3 # three of them", "step 3"),
        ("# nothing but this", ""),
        ('break h1 log "# of it"', 'break h1 log "# of it"'),
        ('print z["#1"] # the first', 'print z["#1"]'),
    ],
)
def test_a_comment_begins_at_a_sign_outside_quotes(line, kept) -> None:
    assert checked(line) == kept


def test_a_line_has_a_bound() -> None:
    assert checked("x" * MAX_LINE)
    with pytest.raises(CommandError, match="characters"):
        checked("x" * (MAX_LINE + 1))


@pytest.mark.parametrize(("word", "number"), [("7", 7), ("-3", -3), ("+2", 2), ("1_000", 1000)])
def test_whole_numbers(word, number) -> None:
    assert whole(word) == number


@pytest.mark.parametrize(
    "word", ["", "x", "1.5", "1e3", "٣", "--1", "9" * 21, "9" * 5000, "1" * 14]
)
def test_what_is_no_whole_number_is_said(word) -> None:
    with pytest.raises(CommandError):
        whole(word)


def test_an_empty_line_and_a_comment_do_nothing(interpreter) -> None:
    for line in ["", "   ", "# note", "\t#"]:
        reply = interpreter.reply(line)
        assert reply.ok
        assert reply.command == ""
        assert reply.lines == ()


def test_an_empty_line_may_repeat_the_last_movement(interpreter, do) -> None:
    do("step 3")
    assert interpreter.again == "step 3"
    assert do(interpreter.again).position == 6
    do("print loss")
    assert interpreter.again == ""
    do("until y1")
    assert interpreter.again == "until y1"


def test_the_error_of_an_expression_points_at_its_character(interpreter) -> None:
    reply = interpreter.reply("print 1 + * 2")
    assert not reply.ok
    assert reply.data["expression"][reply.data["at"]] == "*"
    text, caret = reply.lines[1:]
    assert text[caret.index("^")] == "*"


FUZZED = Debugger(layered(2, 2, 1, epochs=1))

fragments = st.sampled_from(
    [
        "step", "s", "rc", "until", "break", "watch", "print", "display", "info", "why", "history",
        "paths", "set", "branch", "diff", "goto", "help", "condition", "delete", "values", "neuron",
        "switch", "name", "delete", "list", "h1_1", "x1->h1_1", "w[x1,h1_1]", "delta[h1_1]", "loss",
        "=", "==", "if", "log", '"{loss}"', "every", "ignore", "1", "-2", "0.5", "1e400", "nan",
        "backward", "update", "layer", "phase", "epoch", "crosses", "becomes", "true", "(", ")",
        "[", "]", '"', "{", "}", "#", "->", ",", "start", "end", "main", "learning_rate", "inf",
    ]
)  # fmt: skip


@given(st.lists(fragments | st.text(max_size=4), max_size=8).map(" ".join))
def test_no_line_ends_in_anything_but_a_reply(line) -> None:
    reply = Interpreter(FUZZED).reply(line)
    assert reply.position == FUZZED.position
    assert all(each == harmless(each) for each in reply.lines)
    if not reply.ok:
        assert reply.data["error"] in reply.lines
    offered = Interpreter(FUZZED).complete(line)
    assert all(isinstance(each, str) for each in offered)
    assert len(offered) <= 100
