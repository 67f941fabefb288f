"""A quick reader for events that are valid without doubt, as nearly all events are.

The schema `EventIn` defines which events are valid, and says why one is refused. This reader looks
at all events at once, field by field. It must accept only what the schema accepts, and leaves every
event in doubt to it; `tests/api/test_plain_events.py` compares the two.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import repeat
from types import NoneType
from typing import Any, Final

from app.api.contract.properties import storable_properties
from app.api.schemas.activity import EventIn
from app.domain.activity import MAX_AMOUNT, MAX_TEXT_CHARACTERS, NO_PROPERTIES, Activity

_FIELDS: Final = frozenset(EventIn.model_fields)
_is_currency: Final = re.compile("[A-Z]{3}").fullmatch


def activities_of(events: Sequence[Any], *, received_at: datetime) -> list[Activity] | None:
    """Return the activities if all events are valid without doubt; None: ask the schema."""
    if set(map(type, events)) != {dict} or not all(map(_FIELDS.issuperset, events)):
        return None
    try:
        return _activities(events, received_at)
    except (
        KeyError,
        TypeError,
        ValueError,
        OverflowError,
    ):  # a field is missing or of another type
        return None


def _activities(events: Sequence[dict[str, Any]], received_at: datetime) -> list[Activity] | None:
    event_ids, customer_ids = [e["event_id"] for e in events], [e["customer_id"] for e in events]
    kinds, moments = [e["type"] for e in events], [e["occurred_at"] for e in events]
    channels, refs = [e.get("channel") for e in events], [e.get("ref") for e in events]
    amounts, currencies = [e.get("amount") for e in events], [e.get("currency") for e in events]
    if not (
        _are_texts(event_ids)
        and _are_texts(customer_ids)
        and _are_texts(set(kinds))
        and _are_texts({*channels} - {None})
        and _are_texts({*refs} - {None})
        and _are_amounts(amounts)
        and _are_currencies({*currencies} - {None})
    ):
        return None
    columns = zip(
        event_ids,
        customer_ids,
        _moments(moments),
        repeat(received_at),
        kinds,
        channels,
        [None if amount is None else float(amount) for amount in amounts],
        currencies,
        refs,
        [_properties(e["properties"]) if "properties" in e else NO_PROPERTIES for e in events],
    )
    return list(map(Activity._make, columns))


def _are_texts(values: Collection[Any]) -> bool:
    return (
        set(map(type, values)) <= {str}
        and all(values)
        and max(map(len, values), default=0) <= MAX_TEXT_CHARACTERS
        and "".join(values).isprintable()
    )


def _are_currencies(values: Collection[Any]) -> bool:
    return all(map(_is_currency, values))


def _are_amounts(values: Collection[Any]) -> bool:
    return set(map(type, values)) <= {float, int, NoneType} and all(
        value is None or -MAX_AMOUNT <= value <= MAX_AMOUNT for value in values
    )


def _moments(texts: Collection[Any]) -> list[datetime]:
    """Return the moments of texts that name one with a zone, in the years 1900 to 2199."""
    if max(map(len, texts)) > MAX_TEXT_CHARACTERS:
        raise ValueError("a moment is too long")
    moments = list(map(datetime.fromisoformat, texts))
    zones = {moment.tzinfo for moment in moments}
    if None in zones:
        raise ValueError("a moment has no zone")
    if zones != {UTC}:
        moments = [moment.astimezone(UTC) for moment in moments]
    if min(moments).year < 1900 or max(moments).year >= 2200:  # noqa: PLR2004 - see `to_micros`
        raise ValueError("a moment lies too far away")
    return moments


def _properties(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of JSON
    if type(value) is not dict:
        raise TypeError("properties are not an object")
    return storable_properties(value)
