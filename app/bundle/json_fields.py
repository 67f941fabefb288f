"""Strict reading of JSON objects: every refusal names the field, nothing unknown is ignored."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from app.domain.errors import BundleRefused

Json = dict[str, Any]
T = TypeVar("T")


def parse_object(text: bytes, *, source: str) -> "Fields":
    """Return the fields of the JSON object that `text` holds.

    Raises
    ------
    BundleRefused
        If it is no JSON object in UTF-8, repeats a key, nests too deeply, or holds NaN or infinity.
    """
    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BundleRefused(f"{source} is no valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise BundleRefused(f"{source} must hold a JSON object, got {type(data).__name__}")
    return Fields(data, source)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one JSON object, taken out one by one; `where` names it in messages."""

    data: Json
    where: str

    def text(self, key: str) -> str:
        """Return a text."""
        value = self._take(key)
        return value if isinstance(value, str) else self._refuse(key, "a text", value)

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None where the field is null."""
        return None if self._is_null(key) else self.text(key)

    def whole(self, key: str) -> int:
        """Return a whole number."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int):
            self._refuse(key, "a whole number", value)
        return value

    def number(self, key: str) -> float:
        """Return a finite number."""
        return _number(self._take(key), f"{self.where}: {key}")

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of finite numbers."""
        where = f"{self.where}: {key}"
        return tuple(_number(value, f"{where}[{i}]") for i, value in enumerate(self.items(key)))

    def numbers_or_missing(self, key: str) -> tuple[float, ...]:
        """Return a list of finite numbers; null, a missing value, becomes NaN."""
        where = f"{self.where}: {key}"
        return tuple(
            math.nan if value is None else _number(value, f"{where}[{i}]")
            for i, value in enumerate(self.items(key))
        )

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self.items(key)
        for value in values:
            if not isinstance(value, str):
                self._refuse(key, "a list of texts", value)
        return tuple(values)

    def text_map(self, key: str) -> Mapping[str, str]:
        """Return an object whose values are texts."""
        inner = self.inner(key)
        return {name: inner.text(name) for name in inner.data}

    def items(self, key: str) -> list[Any]:
        """Return a list."""
        value = self._take(key)
        return value if isinstance(value, list) else self._refuse(key, "a list", value)

    def inner(self, key: str) -> "Fields":
        """Return the fields of a nested object."""
        value = self._take(key)
        if not isinstance(value, dict):
            self._refuse(key, "an object", value)
        return Fields(value, f"{self.where}: {key}")

    def each(self, key: str) -> list["Fields"]:
        """Return the fields of every object of a list."""
        nested = []
        for i, value in enumerate(self.items(key)):
            if not isinstance(value, dict):
                self._refuse(key, "a list of objects", value)
            nested.append(Fields(value, f"{self.where}: {key}[{i}]"))
        return nested

    def optional(self, key: str, read: Callable[["Fields"], T]) -> T | None:
        """Return what `read` makes of a nested object, or None where the field is not there."""
        return read(self.inner(key)) if key in self.data else None

    def only(self, *known: str) -> "Fields":
        """Return these fields, having refused every field that is not `known`."""
        unknown = sorted(set(self.data) - set(known))
        if unknown:
            raise BundleRefused(f"{self.where} has the unknown field {unknown[0]!r}")
        return self

    def _is_null(self, key: str) -> bool:
        return key in self.data and self.data[key] is None

    def _take(self, key: str) -> Any:  # noqa: ANN401 - JSON is untyped until it is checked
        if key not in self.data:
            raise BundleRefused(f"{self.where} lacks the field {key!r}")
        return self.data[key]

    def _refuse(self, key: str, wanted: str, value: object) -> NoReturn:
        raise BundleRefused(f"{self.where}: {key} must be {wanted}, got {value!r:.80}")


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BundleRefused(f"{where} must be a number, got {value!r:.80}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise BundleRefused(f"{where} must be finite, got {value!r:.80}")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    data = dict(pairs)
    if len(data) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"repeated key {next(n for n in names if names.count(n) > 1)!r}")
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed")
