"""Free-form properties of events: any JSON object that can be stored."""

import math
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from app.api.contract.fields import require_printable

MAX_CHARACTERS: Final = 4000  # in total, keys included
MAX_DEPTH: Final = 5  # levels of nesting
LARGEST_INTEGER: Final = 2**63 - 1


def storable_properties(value: dict[str, Any]) -> dict[str, Any]:
    """Return the properties unchanged if they can be stored.

    Raises
    ------
    ValueError
        If they are too long or too deep, or hold something that cannot be stored.
    """
    if _spend(value, depth=1, budget=MAX_CHARACTERS) < 0:
        raise ValueError(f"must have at most {MAX_CHARACTERS} characters in all")
    return value


def _spend(value: object, *, depth: int, budget: int) -> int:
    """Return how many characters of `budget` remain after `value`; stop early below zero.

    Raises
    ------
    ValueError
        If a part of `value` cannot be stored or lies too deep.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"must not be nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        for key, item in value.items():
            cost = len(require_printable(key)) + 4  # two quotes, a colon and a comma
            budget = _spend(item, depth=depth + 1, budget=budget - cost)
            if budget < 0:
                break
        return budget
    if isinstance(value, list):
        for item in value:
            budget = _spend(item, depth=depth + 1, budget=budget - 1)
            if budget < 0:
                break
        return budget
    return budget - _size(value)


def _size(value: object) -> int:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("must not contain U+0000 or a lone surrogate")
        return len(value) + 2
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must not contain NaN or Infinity")
    if isinstance(value, int) and not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise ValueError("must not contain an integer of 2**63 or more")
    return 8


Properties = Annotated[dict[str, Any], AfterValidator(storable_properties)]
