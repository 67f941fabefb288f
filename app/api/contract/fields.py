"""Field types of requests: what gets past them can be stored and computed with.

PostgreSQL refuses NUL, UTF-8 refuses lone surrogates, a BIGINT ends at 2**63, JSON knows no NaN:
each is refused here with the reason, so that none of them is an error further down.
"""

import math
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from app.domain.activity import MAX_AMOUNT, MAX_TEXT_CHARACTERS
from app.domain.moments import parse_moment, to_micros

MAX_ITEMS = 1000  # events or customers in one call
MAX_PROPERTIES_CHARACTERS = 4000
MAX_PROPERTIES_DEPTH = 5
LARGEST_INTEGER = 2**63 - 1
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_TEXT_PATTERN = r"^[^\u0000-\u001f\u007f]+$"
_DATE_ONLY = re.compile(r"\d{4}-?(\d{2}-?\d{2}|W\d{2}(-?\d)?)")


class Request(BaseModel):
    """A body that clients send: unknown fields are mistakes and refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Answer(BaseModel):
    """A body that we send: every field is always there."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


def _clean(text: str) -> str:
    found = _FORBIDDEN.search(text)
    if found:
        raise ValueError(f"must not contain the character U+{ord(found[0]):04X}")
    return text


def _moment(value: object) -> datetime:
    """Return the moment that an ISO 8601 text with a zone names; a datetime passes."""
    if isinstance(value, datetime):
        to_micros(value)
        return value
    if not isinstance(value, str):
        raise ValueError("must be an ISO 8601 moment as text, for example 2026-09-11T08:30:00Z")  # noqa: TRY004 - Pydantic turns ValueError alone into a refusal
    if _DATE_ONLY.fullmatch(value.strip()):
        raise ValueError(f"{value!r} has no time of day: say for example 2026-09-11T08:30:00Z")
    return _parse(value)


def _moment_or_date(value: object) -> datetime:
    """Return the moment that an ISO 8601 date or moment names; a date is its midnight, UTC."""
    if isinstance(value, datetime):
        to_micros(value)
        return value
    if not isinstance(value, str):
        raise ValueError("must be an ISO 8601 date or moment as text, for example 2026-09-11")  # noqa: TRY004 - Pydantic turns ValueError alone into a refusal
    return _parse(value)


def _parse(text: str) -> datetime:
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError(f"is too long for a moment: {len(text)} characters")
    try:
        return parse_moment(text)
    except OverflowError:
        raise ValueError(f"{text!r} lies outside the years 1900 to 2199") from None


def storable_properties(value: dict[str, Any]) -> dict[str, Any]:
    """Return properties that can be stored; others are refused with ValueError."""
    budget = _spend(value, depth=1, budget=MAX_PROPERTIES_CHARACTERS)
    if budget < 0:
        raise ValueError(f"must have at most {MAX_PROPERTIES_CHARACTERS} characters in all")
    return value


def _spend(value: object, *, depth: int, budget: int) -> int:
    """Return what is left of `budget` after `value`; stop early below zero.

    Raises
    ------
    ValueError
        If a part of `value` cannot be stored, or lies too deep.
    """
    if depth > MAX_PROPERTIES_DEPTH:
        raise ValueError(f"must not be nested deeper than {MAX_PROPERTIES_DEPTH} levels")
    if isinstance(value, dict):
        for key, item in value.items():
            budget = _spend(item, depth=depth + 1, budget=budget - len(_clean(key)) - 4)
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


def _number(value: object) -> object:
    """Refuse what is no number: text and booleans would otherwise be read as one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")  # noqa: TRY004 - Pydantic turns ValueError alone into a refusal
    return value


Text = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=MAX_TEXT_CHARACTERS),
    AfterValidator(_clean),
    Field(json_schema_extra={"pattern": _TEXT_PATTERN}),
]
Currency = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")]
Amount = Annotated[
    float, BeforeValidator(_number), Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT, allow_inf_nan=False)
]
PositiveAmount = Annotated[
    float, BeforeValidator(_number), Field(ge=0, le=MAX_AMOUNT, allow_inf_nan=False)
]
_MOMENT_SCHEMA = {"type": "string", "format": "date-time"}
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema(_MOMENT_SCHEMA)]
MomentOrDate = Annotated[
    datetime,
    BeforeValidator(_moment_or_date),
    WithJsonSchema({"anyOf": [_MOMENT_SCHEMA, {"type": "string", "format": "date"}]}),
]
Properties = Annotated[dict[str, Any], AfterValidator(storable_properties)]
