"""What is wrong with the words of a command: where, what was found, what was expected."""

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show"], "found no FILE"),
        (["grade", "xor"], "found no FOLDER"),
        (["samples", "a", "b"], "found “a b”, expected nothing more"),
        (["export", "xor", "--numpty"], 'there is no option --numpty; did you mean "--numpy"?'),
        (["xor", "--nothing-like-it"], "there is no option --nothing-like-it"),
        (["trace", "xor", "--to", "0"], "--to: found 0, expected a whole number of at least 1"),
        (["trace", "xor", "--to", "x"], "--to: found x, expected a whole number of at least 1"),
        (["check", "xor", "--step", ""], "--step: found nothing, expected a whole number of at"),
        (
            ["run", "xor", "--epochs", "0"],
            "--epochs: found 0, expected a whole number from 1 to 1,",
        ),
        (["check", "xor", "--rtol", "-1"], "--rtol: found -1.0, expected a number of at least 0"),
        (["show", "xor", "--view", "q"], "--view: found q, expected activations, weights, grad"),
        (
            ["trace", "xor", "--format", "json"],
            '--format: found json, expected text, jsonl or csv (did you mean "jsonl"?)',
        ),
        (["show", "xor", "--svg"], "--svg: found nothing, expected a value"),
    ],
)
def test_a_wrong_word_is_told_as_a_mistake_in_a_document_is(nntui, words, said):
    result = nntui(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"nntui: {said}")
    assert result.stderr.endswith(" --help says more)\n")


def test_a_number_may_be_typed_as_nntui_writes_it(nntui):
    plain = nntui("show", "sample", "--step", "1000")
    assert nntui("show", "sample", "--step", "1,000").stdout == plain.stdout
    assert plain.exit_code == 0
