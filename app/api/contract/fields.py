"""Field types of requests. Whatever passes them must be storable and safe to compute with.

PostgreSQL refuses NUL, UTF-8 refuses lone surrogates, a BIGINT ends at 2**63, and JSON has no NaN.
Each of them is refused here, with a reason, so that none becomes an error further down.
"""

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from app.domain.activity import MAX_AMOUNT, MAX_TEXT_CHARACTERS
from app.domain.moments import parse_moment, to_micros

MAX_ITEMS: Final = 1000  # events or customers in one call
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_TEXT_PATTERN: Final = r"^[^\u0000-\u001f\u007f]+$"
_DATE_ONLY: Final = re.compile(r"\d{4}-?(\d{2}-?\d{2}|W\d{2}(-?\d)?)")
_MOMENT_SCHEMA: Final = {"type": "string", "format": "date-time"}


def require_printable(text: str) -> str:
    """Return the text unchanged if it holds no control character and no lone surrogate.

    Raises
    ------
    ValueError
        If it holds one.
    """
    found = _FORBIDDEN.search(text)
    if found:
        raise ValueError(f"must not contain the character U+{ord(found[0]):04X}")
    return text


def _number(value: object) -> object:
    """Refuse text and booleans, which Pydantic would read as numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")  # noqa: TRY004 - Pydantic turns ValueError alone into a refusal
    return value


def _moment(value: object) -> datetime:
    """Return the moment that an ISO 8601 text with a zone names; a datetime passes."""
    if isinstance(value, datetime):
        to_micros(value)
        return value
    if not isinstance(value, str):
        raise ValueError("must be an ISO 8601 moment as text, for example 2026-09-11T08:30:00Z")  # noqa: TRY004 - Pydantic turns ValueError alone into a refusal
    if _DATE_ONLY.fullmatch(value.strip()):
        raise ValueError(f"{value!r} has no time of day: write for example 2026-09-11T08:30:00Z")
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


Text = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=MAX_TEXT_CHARACTERS),
    AfterValidator(require_printable),
    Field(json_schema_extra={"pattern": _TEXT_PATTERN}),
]
Currency = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")]
Amount = Annotated[
    float, BeforeValidator(_number), Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT, allow_inf_nan=False)
]
PositiveAmount = Annotated[
    float, BeforeValidator(_number), Field(ge=0, le=MAX_AMOUNT, allow_inf_nan=False)
]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema(_MOMENT_SCHEMA)]
MomentOrDate = Annotated[
    datetime,
    BeforeValidator(_moment_or_date),
    WithJsonSchema({"anyOf": [_MOMENT_SCHEMA, {"type": "string", "format": "date"}]}),
]
