"""Features as English sentences: what people read as a reason."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from app.features.feature import Feature

_WHOLE_FROM = 100  # from here on a decimal is of no use to people
_MAX_REMEMBERED = 256  # sentences of one feature: some 4 MB for all features


@dataclass(frozen=True, slots=True)
class Phrase:
    """The sentence about a feature in a population, complete but for the customer's own value.

    Most features are counts, of which a few values occur again and again: `remembered` has the
    sentences already written for them.
    """

    write: Callable[[float], str]
    before: str
    after: str
    without_value: str
    remembered: dict[float, str] = field(default_factory=dict, compare=False, repr=False)

    def of(self, value: float | None) -> str:
        """Return the sentence about a value; for None and NaN, the one about a missing value."""
        if value is None or value != value:  # noqa: PLR0124 - true for NaN only
            return self.without_value
        if (text := self.remembered.get(value)) is not None:
            return text
        text = f"{self.before}{self.write(value)}{self.after}"
        if len(self.remembered) < _MAX_REMEMBERED and value.is_integer():
            self.remembered[value] = text
        return text


def phrase(feature: Feature, usual: float | None) -> Phrase:
    """Return the sentence about a feature whose median is `usual`; None and NaN leave that out."""
    before, _, after = feature.text.partition("{value}")
    compared = ""
    if usual is not None and not math.isnan(usual):
        compared = f" (median customer: {written(feature.unit, usual)})"
    return Phrase(_writer(feature.unit), before, after + compared, feature.missing + compared)


def sentence(feature: Feature, value: float | None, usual: float | None) -> str:
    """Return a sentence with the customer's `value` and the median customer's, `usual`."""
    return phrase(feature, usual).of(value)


def written(unit: str, value: float) -> str:
    """Return a value with its unit as people write it: "1 order", "2.5 days", "12 %"."""
    return _writer(unit)(value)


def _writer(unit: str) -> Callable[[float], str]:
    """Return the function that writes values of a unit."""
    return _WRITERS.get(unit) or _count_writer(unit)


def _count_writer(unit: str) -> Callable[[float], str]:
    """Return the function that writes "1 order" and "2 orders" if the unit is "orders"."""
    one, many = f" {_singular(unit)}", f" {unit}"

    def write(value: float) -> str:
        number = _number(value)
        return number + (one if number in {"1", "-1"} else many)

    return write


def _singular(unit: str) -> str:
    return unit[:-3] + "y" if unit.endswith("ies") else unit.removesuffix("s")


def _number(value: float) -> str:
    """Return the number with one decimal, with two below 1, with none if it is whole or large."""
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
