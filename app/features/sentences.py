"""Features in English: what a person reads as a reason."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

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
_MOST_SAID = 256  # sentences of one feature that are remembered: some 4 MB where all are full


@dataclass(frozen=True, slots=True)
class Phrase:
    """The sentence of a feature in a population, up to the customer's own value.

    Most features count: their few values come again and again, and what was said is remembered.
    """

    write: Callable[[float], str]
    before: str
    after: str
    without_value: str
    said: dict[float, str] = field(default_factory=dict, compare=False, repr=False)

    def of(self, value: float | None) -> str:
        """Return what a value says; None and NaN read as the catalogue's meaning of missing."""
        if value is None or value != value:  # noqa: PLR0124 - true for NaN only
            return self.without_value
        if (text := self.said.get(value)) is not None:
            return text
        text = f"{self.before}{self.write(value)}{self.after}"
        if len(self.said) < _MOST_SAID and value.is_integer():
            self.said[value] = text
        return text


def phrase(feature: Feature, usual: float | None) -> Phrase:
    """Return the sentence of a feature where `usual` is usual; None and NaN leave that out."""
    before, _, after = feature.text.partition("{value}")
    compared = ""
    if usual is not None and not math.isnan(usual):
        compared = f" (median customer: {written(feature.unit, usual)})"
    return Phrase(_writer(feature.unit), before, after + compared, feature.missing + compared)


def sentence(feature: Feature, value: float | None, usual: float | None) -> str:
    """Return what `value` says about a customer, and what is usual, in plain English."""
    return phrase(feature, usual).of(value)


def written(unit: str, value: float) -> str:
    """Return a value with its unit as people write it: "1 order", "2.5 days", "12 %"."""
    return _writer(unit)(value)


def _writer(unit: str) -> Callable[[float], str]:
    """Return what writes values of a unit; looked up once, as it is asked for every reason."""
    return _WRITERS.get(unit) or _counted(unit)


def _counted(unit: str) -> Callable[[float], str]:
    one, many = f" {_PLURALS[unit]}", f" {unit}"

    def write(value: float) -> str:
        number = _number(value)
        return number + (one if number in {"1", "-1"} else many)

    return write


def _number(value: float) -> str:
    """Return at most one decimal, two where the number is small, none where it is whole."""
    if value.is_integer():
        return f"{int(value):,}"
    size = abs(value)
    if size >= _WHOLE_FROM:
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:.1f}".removesuffix(".0")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_WRITERS: Final[Mapping[str, Callable[[float], str]]] = MappingProxyType({
    "": _number,
    "yes_no": lambda value: "yes" if value else "no",
    "money": lambda value: f"{value:,.2f}",
    "share": lambda value: f"{_number(100 * value)} %",
    "percent": lambda value: f"{_number(value)} %",
})
