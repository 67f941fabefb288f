"""Events as they nearly always are, read quicker than the schema reads them.

The schema (`EventIn`) says what an event may be, and why one is refused. What is plainly good is
taken here by a few comparisons; whatever is in doubt goes to the schema, so that nothing is refused
here. A test holds both ways equal.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from app.api.fields import storable_properties
from app.api.schemas.activity import EventIn
from app.domain.activity import MAX_AMOUNT, MAX_TEXT_CHARACTERS, NO_PROPERTIES, Activity

_FIELDS: Final = frozenset(EventIn.model_fields)
_is_currency: Final = re.compile("[A-Z]{3}").fullmatch


def activity_of(event: object, *, received_at: datetime) -> Activity | None:
    """Return the activity of an event that is plainly good; None: the schema has to decide."""
    if type(event) is not dict or not event.keys() <= _FIELDS:
        return None
    taken: Callable[..., Any] = event.get
    event_id, customer_id = taken("event_id"), taken("customer_id")
    kind, channel, ref = taken("type"), taken("channel"), taken("ref")
    amount, currency = taken("amount"), taken("currency")
    if not (
        _are_texts(event_id, customer_id, kind)
        and (channel is None or _is_text(channel))
        and (ref is None or _is_text(ref))
        and (amount is None or _is_amount(amount))
        and (currency is None or (type(currency) is str and _is_currency(currency)))
    ):
        return None
    occurred_at = _moment(taken("occurred_at"))
    properties = _properties(event["properties"]) if "properties" in event else NO_PROPERTIES
    if occurred_at is None or properties is None:
        return None
    exact = None if amount is None else float(amount)
    return Activity(  # by position, which takes half the time
        event_id,
        customer_id,
        occurred_at,
        received_at,
        kind,
        channel,
        exact,
        currency,
        ref,
        properties,
    )


def _are_texts(one: Any, two: Any, three: Any) -> bool:  # noqa: ANN401 - of JSON
    """Return what `_is_text` says of all of them; they are looked through at once."""
    return (
        type(one) is type(two) is type(three) is str
        and 0 < len(one) <= MAX_TEXT_CHARACTERS
        and 0 < len(two) <= MAX_TEXT_CHARACTERS
        and 0 < len(three) <= MAX_TEXT_CHARACTERS
        and (one + two + three).isprintable()
    )


def _is_text(value: Any) -> bool:  # noqa: ANN401 - of JSON
    return type(value) is str and 0 < len(value) <= MAX_TEXT_CHARACTERS and value.isprintable()


def _is_amount(value: Any) -> bool:  # noqa: ANN401 - of JSON
    return (type(value) is float or type(value) is int) and -MAX_AMOUNT <= value <= MAX_AMOUNT


def _moment(value: object) -> datetime | None:
    """Return the moment of a text that names one with a zone; years that all clocks agree on."""
    if type(value) is not str or len(value) > MAX_TEXT_CHARACTERS:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not UTC:
            if moment.tzinfo is None:
                return None
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1900 <= moment.year < 2200 else None  # noqa: PLR2004 - see `to_micros`


def _properties(value: object) -> Mapping[str, Any] | None:
    if type(value) is not dict:
        return None
    try:
        return storable_properties(value)
    except ValueError:
        return None
