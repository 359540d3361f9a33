"""Numbers by key that stay in an array until they are asked for."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from typing import Any, TypeVar, overload

from nntui.model.elementary import Array

K = TypeVar("K")
T = TypeVar("T")


class Laid(dict[K, float]):
    """A dict of a fixed set of keys whose numbers lie in an array until they are read or written.

    To make a float of every weight of a large network, and a dict of them, takes longer than all
    else that it takes to go anywhere in its run; and then a screen looks at a few hundred.
    ``keys`` in their order, ``index`` the place of each in ``array``, which nobody may change.
    Reading only puts in what was there anyhow, so any thread may read it.
    """

    __slots__ = ("_array", "_index", "_keys")

    def __init__(self, keys: Sequence[K], index: Mapping[K, int], array: Array) -> None:
        super().__init__()
        self._keys, self._index, self._array = keys, index, array

    def __missing__(self, key: K) -> float:
        value = self[key] = float(self._array[self._index[key]])
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
        """The numbers, in the order of the keys."""
        return ValuesView(self)

    def items(self) -> Any:
        """Both."""
        return ItemsView(self)

    @overload
    def get(self, key: K, default: None = None, /) -> float | None: ...
    @overload
    def get(self, key: K, default: float, /) -> float: ...
    @overload
    def get(self, key: K, default: T, /) -> float | T: ...
    def get(self, key: K, default: Any = None, /) -> Any:
        """The number of a key, or else the default."""
        return self[key] if key in self._index else default

    def copy(self) -> Laid[K]:
        """Another one: the array is shared, what was read or written is copied."""
        other = Laid(self._keys, self._index, self._array)
        dict.update(other, dict.copy(self))
        return other

    def __eq__(self, other: object) -> bool:
        return dict(self.items()) == (dict(other.items()) if isinstance(other, Laid) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None
