"""Read JSON objects strictly: every field is typed, and an unknown field is an error.

Every method that reads a field raises `BundleRefused`, naming the field, if it is missing or of
another type.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from app.domain.errors import BundleRefused

T = TypeVar("T")


def parse_json_object(text: bytes, *, source: str) -> "JsonObject":
    """Return the JSON object in `text`; `source` names it in messages.

    Raises
    ------
    BundleRefused
        If the text is not a JSON object in UTF-8, repeats a key, nests too deeply, or contains NaN
        or infinity.
    """
    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BundleRefused(f"{source} is not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise BundleRefused(f"{source} must hold a JSON object, got {type(data).__name__}")
    return JsonObject(data, source)


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object whose fields are read one by one; `where` names it in messages."""

    data: dict[str, Any]
    where: str

    def allow_only(self, *names: str) -> "JsonObject":
        """Return this object; refuse it if it has a field that is not among `names`."""
        unknown = sorted(set(self.data) - set(names))
        if unknown:
            raise BundleRefused(f"{self.where} has an unknown field {unknown[0]!r}")
        return self

    def string(self, name: str) -> str:
        """Return a string."""
        value = self._value(name)
        return value if isinstance(value, str) else self._refuse(name, "a string", value)

    def string_or_none(self, name: str) -> str | None:
        """Return a string, or None if the field is null."""
        return None if self.is_null(name) else self.string(name)

    def integer(self, name: str) -> int:
        """Return a whole number."""
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int):
            self._refuse(name, "a whole number", value)
        return value

    def number(self, name: str) -> float:
        """Return a finite number."""
        return _number(self._value(name), f"{self.where}: {name}")

    def nested(self, name: str) -> "JsonObject":
        """Return a nested object."""
        value = self._value(name)
        if not isinstance(value, dict):
            self._refuse(name, "an object", value)
        return JsonObject(value, f"{self.where}: {name}")

    def optional_nested(self, name: str, read: Callable[["JsonObject"], T]) -> T | None:
        """Return what `read` makes of a nested object, or None if the field is missing."""
        return read(self.nested(name)) if name in self.data else None

    def array(self, name: str) -> list[Any]:
        """Return an array of anything."""
        value = self._value(name)
        return value if isinstance(value, list) else self._refuse(name, "a list", value)

    def strings(self, name: str) -> tuple[str, ...]:
        """Return an array of strings."""
        values = self.array(name)
        for value in values:
            if not isinstance(value, str):
                self._refuse(name, "a list of strings", value)
        return tuple(values)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return an array of finite numbers."""
        where = f"{self.where}: {name}"
        return tuple(_number(value, f"{where}[{i}]") for i, value in enumerate(self.array(name)))

    def numbers_or_nan(self, name: str) -> tuple[float, ...]:
        """Return an array of finite numbers in which null means NaN."""
        where = f"{self.where}: {name}"
        return tuple(
            math.nan if value is None else _number(value, f"{where}[{i}]")
            for i, value in enumerate(self.array(name))
        )

    def number_rows(self, name: str) -> tuple[tuple[float, ...], ...]:
        """Return an array of arrays of finite numbers."""
        rows = {str(i): row for i, row in enumerate(self.array(name))}
        return tuple(map(JsonObject(rows, f"{self.where}: {name}").numbers, rows))

    def each_nested(self, name: str) -> list["JsonObject"]:
        """Return an array of objects."""
        objects = []
        for i, value in enumerate(self.array(name)):
            if not isinstance(value, dict):
                self._refuse(name, "a list of objects", value)
            objects.append(JsonObject(value, f"{self.where}: {name}[{i}]"))
        return objects

    def string_map(self, name: str) -> Mapping[str, str]:
        """Return an object whose values are strings."""
        nested = self.nested(name)
        return {key: nested.string(key) for key in nested.data}

    def is_null(self, name: str) -> bool:
        """Return whether a field is there and null."""
        return name in self.data and self.data[name] is None

    def _value(self, name: str) -> Any:  # noqa: ANN401 - JSON has no types until it is validated
        if name not in self.data:
            raise BundleRefused(f"{self.where} lacks the field {name!r}")
        return self.data[name]

    def _refuse(self, name: str, expected: str, value: object) -> NoReturn:
        raise BundleRefused(f"{self.where}: {name} must be {expected}, got {value!r:.80}")


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


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"repeated key {next(n for n in names if names.count(n) > 1)!r}")
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed")
