"""Functions of the tables (activations, losses, optimizers, initializers) with chosen settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeAlias, TypeVar

from nntui.model.coercion import described, is_finite, plain, real, truth
from nntui.model.errors import SettingError
from nntui.model.names import did_you_mean, escaped

Value = TypeVar("Value")
Function = TypeVar("Function")
Row = TypeVar("Row")
Self = TypeVar("Self", bound="TableFunction[Any]")

SettingValue: TypeAlias = float | tuple[float, ...]
"""A number, or where a table allows it a list with a number for each output."""

Choice: TypeAlias = str | tuple[str, Mapping[str, Any]] | Mapping[str, Any]
"""A function as it is typed: its name, or with its settings: as text (``adam beta1 0.8``), a pair
(``("adam", {"beta1": 0.8})``) or as in a document (``{"name": "adam", "beta1": 0.8}``)."""

_WORDS: Final = re.compile(r"\[[^\]]*\]|[^\s=,()]+")
_SWITCHES: Final = dict.fromkeys(("true", "yes", "on"), True) | dict.fromkeys(
    ("false", "no", "off"), False
)


@dataclass(frozen=True, slots=True)
class TableFunction(Generic[Row]):
    """A row of a table with its settings chosen, such as leaky_relu with slope 0.2."""

    KIND: ClassVar[str]
    TABLE: ClassVar[Mapping[str, Any]]
    LISTS: ClassVar[frozenset[str]] = frozenset()
    """The settings that may be a list with a number for each output."""

    name: str
    settings: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", self.chosen(self.name, dict(self.settings)))

    def __repr__(self) -> str:
        defaults = self.defaults(self.name)
        words = [f"{key}={value!r}" for key, value in self.settings if value != defaults[key]]
        return f"{type(self).__name__}.of({', '.join([repr(self.name), *words])})"

    @classmethod
    def of(cls: type[Self], name: Choice | Self, **settings: Any) -> Self:
        """Choose a function by its name; settings left out keep their defaults.

        ``of("adam", beta1=0.8)``, ``of("adam beta1 0.8")``, ``of(("adam", {"beta1": 0.8}))`` and
        ``of({"name": "adam", "beta1": 0.8})`` are the same.
        """
        if isinstance(name, cls):
            return name
        word, more = named_settings(name, cls.KIND, cls.TABLE)
        return cls(word, tuple({**more, **settings}.items()))

    @classmethod
    def chosen(cls, name: str, given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
        """Fill in the defaults of a row's settings, in their order, and check them.

        A setting whose default is a bool takes a bool; every other one a finite number, or a list
        of them if it is one of ``LISTS``.

        Raises:
            SettingError: an unknown name or setting, or a setting that cannot be.
        """
        defaults = cls.defaults(name)
        for key in given:
            if key not in defaults:
                known = ", ".join(defaults) or "no settings"
                hint = did_you_mean(key, defaults)
                found = f'the unknown key "{escaped(key)}"'
                raise SettingError(found, f"{name} takes {known}", "", hint)
        settings: dict[str, Any] = {}
        for key, default in defaults.items():
            value = plain(given.get(key, default))
            if isinstance(default, bool):
                if (switched := truth(value)) is None:
                    raise SettingError(escaped(repr(value), 40), "true or false", key)
                settings[key] = switched
            elif key in cls.LISTS and isinstance(value, (list, tuple)):
                wrong = [f"{escaped(repr(v))} is none" for v in value if not is_finite(v)]
                if not value or wrong:
                    hint = wrong[0] if wrong else ""
                    raise SettingError(escaped(repr(value)), "a list of finite numbers", key, hint)
                settings[key] = tuple(map(real, value))
            elif not is_finite(value):
                expected = "a finite number" + (", or a list of them" if key in cls.LISTS else "")
                raise SettingError(escaped(repr(value)), expected, key)
            else:
                settings[key] = real(value)
        cls.check(settings)
        return tuple(settings.items())

    @classmethod
    def defaults(cls, name: str) -> Mapping[str, Any]:
        """Return the settings of a row with their defaults."""
        settings: Mapping[str, Any] = chosen_row(cls.KIND, name, cls.TABLE).settings
        return settings

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Refuse settings that are out of their range, with a ``SettingError`` that names one."""

    @property
    def text(self) -> str:
        """The function as ``named`` reads it, without settings that are the defaults."""
        defaults = self.defaults(self.name)
        words = [f"{key} {written(v)}" for key, v in self.settings if v != defaults[key]]
        return " ".join([self.name, *words])

    @property
    def plain(self) -> str | dict[str, Any]:
        """The function as in a document: its name alone where every setting has its default."""
        settings = dict(self.settings)
        if settings == self.defaults(self.name):
            return self.name
        lists = {key: list(v) if isinstance(v, tuple) else v for key, v in settings.items()}
        return {"name": self.name, **lists}

    @property
    def row(self) -> Row:
        """The row of the table that defines this function."""
        row: Row = self.TABLE[self.name]
        return row


def chosen_row(what: str, name: str, table: Mapping[str, Value]) -> Value:
    """Find the row of ``table`` called ``name``, or raise a ``SettingError`` that lists them."""
    try:
        return table[name]
    except (KeyError, TypeError):
        known = ", ".join(table)
        shown = f'"{escaped(str(name))}"'
        hint = did_you_mean(str(name), table)
        raise SettingError(shown, f"the name of a known {what}: {known}", hint=hint) from None


def named_settings(
    choice: object, kind: str, table: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any]]:
    """Split what was typed for a function of a table into its name and its settings.

    ``kind`` says what the table is of, for the sentence of the error.

    Raises:
        SettingError: it is no ``Choice``, or has words that are no settings.
    """
    if isinstance(choice, Mapping):
        rest = dict(choice)
        choice = rest.pop("name", None), rest
    match choice:
        case str(text):
            name, *words = _WORDS.findall(text) or [text]
            return (name, _settings(words)) if name in table else (text, {})
        case (str(name), Mapping() as settings):
            return name, settings
    first = next(iter(table))
    expected = f'the name of a known {kind}, such as "{first}", or (name, {{setting: value}})'
    raise SettingError(described(choice), expected)


def _settings(words: list[str]) -> dict[str, Any]:
    if len(words) % 2:
        raise SettingError(f'"{escaped(words[-1])}"', "a setting and its value, by turns")
    return dict(zip(words[::2], map(_setting, words[1::2]), strict=True))


def function_named(of: Callable[..., Function], text: str) -> Function:
    """Read a function: its name, and settings after it, as in ``leaky_relu slope 0.2``.

    A list stands in brackets: ``cross_entropy weight [1, 2]``.

    Raises:
        SettingError: an unknown name or setting, or a setting of the wrong kind.
    """
    words = _WORDS.findall(text)
    if not words:
        raise SettingError("nothing", "a name")
    name, *rest = words
    of(name)  # an unknown name comes before whatever follows it
    return of(name, **_settings(rest))


def _setting(word: str) -> bool | SettingValue:
    """Read a switch, a number, or a list of numbers in brackets."""
    if word.startswith("[") and word.endswith("]"):
        return tuple(map(number, word[1:-1].replace(",", " ").split()))
    return _SWITCHES[word.lower()] if word.lower() in _SWITCHES else number(word)


def spelled(function: TableFunction[Any]) -> str:
    """Write a function as ``function_named`` reads it, without settings that are the defaults."""
    return function.text


def written(value: object) -> str:
    """Write a setting as ``function_named`` reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"[{', '.join(map(repr, value))}]" if isinstance(value, tuple) else repr(value)


def number(text: str) -> float:
    """Read a finite number; a ``SettingError`` if it is none."""
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        raise SettingError(f'"{escaped(text, 40)}"', "a number") from None
    if not is_finite(value):
        raise SettingError(escaped(text, 40), "a finite number")
    return value


def switch(text: str) -> bool:
    """Read yes or no; a ``SettingError`` if it is neither."""
    if text.lower() not in _SWITCHES:
        raise SettingError(f'"{escaped(text, 40)}"', "yes or no")
    return _SWITCHES[text.lower()]
