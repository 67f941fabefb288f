"""Typed access to one entry of the playbook file; every complaint names the entry and the key."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

EnumT = TypeVar("EnumT", bound=StrEnum)
MAX_NUMBER = 1e15  # microseconds of 30 years, or more money than anybody has
MAX_ENTRIES = 500  # per list; a playbook that people can oversee has a few dozen


class EntryRefused(ValueError):
    """An entry is not valid; the message names where it stands and what is wrong."""


@dataclass(frozen=True, slots=True)
class PlaybookEntry:
    """A mapping of the file, and where it stands: ``signals.dormancy.levels[0]``."""

    where: str
    data: Mapping[str, Any]

    def only(self, *keys: str) -> "PlaybookEntry":
        """Return the entry itself, once it is known to have no other keys."""
        for key in self.data:
            if key not in keys:
                raise EntryRefused(f"{self.where}: unknown key {key!r}{closest(key, keys)}")
        return self

    def has(self, key: str) -> bool:
        """Return whether the key is there at all."""
        return key in self.data

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self._required(key)
        if not isinstance(value, str) or not value.strip():
            raise EntryRefused(f"{self.where}: {key} must be a text, got {_shown(value)}")
        return " ".join(value.split())

    def optional_text(self, key: str) -> str | None:
        """Return a text that is not empty; None where the key is not there."""
        return self.text(key) if self.has(key) else None

    def whole(self, key: str) -> int:
        """Return a whole number."""
        value = self._required(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise EntryRefused(f"{self.where}: {key} must be a whole number, got {_shown(value)}")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number."""
        value = self.data.get(key, default) if default is not None else self._required(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise EntryRefused(f"{self.where}: {key} must be a number, got {_shown(value)}")
        if not -MAX_NUMBER <= value <= MAX_NUMBER:  # False for NaN, and for whole numbers too large
            raise EntryRefused(
                f"{self.where}: {key} must be a finite number, at most {MAX_NUMBER:g} either way, "
                f"got {_shown(value)}"
            )
        return float(value)

    def choice(self, key: str, choices: type[EnumT]) -> EnumT:
        """Return the member of an enumeration that the text names."""
        value = self._required(key)
        names = [member.value for member in choices]
        if value not in names:
            raise EntryRefused(
                f"{self.where}: {key} must be one of {', '.join(names)}, got {_shown(value)}"
            )
        return choices(value)

    def entry(self, key: str) -> "PlaybookEntry":
        """Return the mapping under a key."""
        return entry_of(self._required(key), where=f"{self.where}.{key}".removeprefix("."))

    def entries(self, key: str) -> list["PlaybookEntry"]:
        """Return the list of mappings under a key, each named by its `name` where it has one."""
        where = f"{self.where}.{key}".removeprefix(".")
        return [
            entry_of(item, where=_place(where, i, item))
            for i, item in enumerate(self._list(key, where))
        ]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts under a key."""
        where = f"{self.where}.{key}".removeprefix(".")
        items = self._list(key, where)
        for i, item in enumerate(items):
            if not isinstance(item, str):
                raise EntryRefused(f"{where}[{i}]: must be a text, got {_shown(item)}")
        return tuple(items)

    def _list(self, key: str, where: str) -> list[Any]:
        value = self._required(key)
        if not isinstance(value, list) or not value:
            raise EntryRefused(f"{where}: must be a list of entries, got {_shown(value)}")
        if len(value) > MAX_ENTRIES:
            raise EntryRefused(f"{where}: at most {MAX_ENTRIES} entries, got {len(value)}")
        return value

    def _required(self, key: str) -> object:
        if key not in self.data:
            raise EntryRefused(f"{self.where or 'the file'}: {key} is missing")
        return self.data[key]


def entry_of(value: object, *, where: str) -> PlaybookEntry:
    """Return the entry that a value of the file is.

    Raises
    ------
    EntryRefused
        If the value is no mapping.
    """
    if not isinstance(value, dict):
        raise EntryRefused(f"{where}: must be a mapping of keys to values, got {_shown(value)}")
    return PlaybookEntry(where, value)


def closest(name: str, known: Collection[str]) -> str:
    """Return "; did you mean …?" for the known name most like `name`, or nothing."""
    matches = get_close_matches(name, known, n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def _place(where: str, i: int, item: object) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return f"{where}.{name}" if isinstance(name, str) else f"{where}[{i}]"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - fits a terminal line
