"""An expression's text when the neurons in it have other names."""

from __future__ import annotations

from collections.abc import Callable

from nntui.debugger.expressions.tokens import neurons_at, token_at
from nntui.model.names import SYMBOLS, quoted

Now = Callable[[str], str]
"""What a neuron is called now; it may raise for one that is gone."""


def renamed(text: str, now: Now) -> str:
    """An expression, which can be read, with the names of now; all else stays as it was typed."""
    made, kept, at = "", 0, 0
    while (token := token_at(text, at)).kind != "end":
        at = token.end
        if token.text not in SYMBOLS or (opening := token_at(text, at)).text != "[":
            continue
        found, at = neurons_at(text, opening.start)
        names = [name for name, _ in found]
        others = [*map(now, names)]
        if others != names:
            made += f"{text[kept : opening.end]}{','.join(map(quoted, others))}]"
            kept = at
    return made + text[kept:]
