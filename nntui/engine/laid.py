"""Values by key that stay in arrays until they are asked for."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from typing import Any, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Laid(dict[K, V]):
    """A dict of a fixed set of keys whose values lie in an array until they are read or written.

    To make a float of every weight of a large network, and a dict of them, takes longer than all
    else that it takes to go anywhere in its run; and then a screen looks at a few hundred.
    ``keys`` stand in their order, ``index`` has the place of each, and ``at`` gives what lies in a
    place: always the same. So reading only puts in what was there anyhow, and any thread may.
    """

    __slots__ = ("_at", "_index", "_keys")

    def __init__(self, keys: Sequence[K], index: Mapping[K, int], at: Callable[[int], V]) -> None:
        super().__init__()
        self._keys, self._index, self._at = keys, index, at

    def __missing__(self, key: K) -> V:
        value = self[key] = self._at(self._index[key])
        return value

    def __contains__(self, key: object) -> bool:
        return key in self._index

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[K]:
        return iter(self._keys)

    def keys(self) -> Any:
        """The keys, in their order."""
        return KeysView(self)

    def values(self) -> Any:
        """The values, in the order of the keys."""
        return ValuesView(self)

    def items(self) -> Any:
        """Both."""
        return ItemsView(self)

    @overload
    def get(self, key: K, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: K, default: V, /) -> V: ...
    @overload
    def get(self, key: K, default: T, /) -> V | T: ...
    def get(self, key: K, default: Any = None, /) -> Any:
        """The value of a key, or else the default."""
        return self[key] if key in self._index else default

    def copy(self) -> Laid[K, V]:
        """Another one: the array is shared, what was read or written is copied."""
        other = Laid(self._keys, self._index, self._at)
        dict.update(other, dict.copy(self))
        return other

    # What dict has of its own would look at what was read or written alone.

    def __or__(self, other: Any) -> Any:
        return {**self, **other}

    def __ror__(self, other: Any) -> Any:
        return {**other, **self}

    def __repr__(self) -> str:
        return repr({**self})

    def __eq__(self, other: object) -> bool:
        return dict(self.items()) == (dict(other.items()) if isinstance(other, Laid) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None
