"""Features in English: what a person reads as a reason."""

import math
from dataclasses import dataclass

from app.features.feature import Feature

# Singular and plural of units that are counted; the rest is written by `_FORMATS`.
_PLURALS = {
    "activities": "activity",
    "orders": "order",
    "logins": "login",
    "days": "day",
    "hours": "hour",
    "minutes": "minute",
    "times": "time",
    "features": "feature",
    "returns": "return",
    "tickets": "ticket",
    "renewals": "renewal",
    "cancellations": "cancellation",
    "payments": "payment",
    "messages": "message",
    "steps": "step",
    "channels": "channel",
    "incidents": "incident",
    "events": "event",
}


_WHOLE_FROM = 100  # from here on a decimal tells a person nothing


@dataclass(frozen=True, slots=True)
class Phrase:
    """The sentence of a feature in a population, up to the customer's own value."""

    unit: str
    before: str
    after: str
    without_value: str

    def of(self, value: float | None) -> str:
        """Return what a value says; None and NaN read as the catalogue's meaning of missing."""
        if value is None or math.isnan(value):
            return self.without_value
        return f"{self.before}{written(self.unit, value)}{self.after}"


def phrase(feature: Feature, usual: float | None) -> Phrase:
    """Return the sentence of a feature where `usual` is usual; None and NaN leave that out."""
    before, _, after = feature.text.partition("{value}")
    compared = ""
    if usual is not None and not math.isnan(usual):
        compared = f", usually {written(feature.unit, usual)}"
    return Phrase(feature.unit, before, after + compared, feature.missing + compared)


def sentence(feature: Feature, value: float | None, usual: float | None) -> str:
    """Return what `value` says about a customer, and what is usual, in plain English."""
    return phrase(feature, usual).of(value)


def written(unit: str, value: float) -> str:
    """Return a value with its unit as people write it: "1 order", "2.5 days", "12 %"."""
    if unit == "yes_no":
        return "yes" if value else "no"
    if unit == "money":
        return f"{value:,.2f}"
    if unit == "share":
        return f"{_number(100 * value)} %"
    if unit == "percent":
        return f"{_number(value)} %"
    number = _number(value)
    return f"{number} {_PLURALS[unit] if number in {'1', '-1'} else unit}" if unit else number


def _number(value: float) -> str:
    """Return at most one decimal, two where the number is small, none where it is whole."""
    decimals = 2 if 0 < abs(value) < 1 else 1 if abs(value) < _WHOLE_FROM else 0
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", "0"} else text
