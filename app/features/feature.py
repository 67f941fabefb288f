"""What the catalogue says about one feature, so that learners and people read it alike."""

import re
from dataclasses import dataclass

NEVER_MISSING = "never missing: 0 = looked and found none"
ALL_TIME = "[first activity, as_of)"


@dataclass(frozen=True, slots=True)
class Feature:
    """One number about a customer as of a moment.

    `text` is the sentence for people with the place ``{value}``; the unit decides how numbers are
    written. `missing` says what NaN means, in words that can stand as a sentence of their own.
    `higher_is_riskier` is None where it depends on the business.
    """

    name: str
    family: str
    unit: str
    window: str
    missing: str
    higher_is_riskier: bool | None
    text: str


def within(
    name: str,
    text: str,
    *,
    family: str,
    unit: str,
    days: int,
    riskier: bool | None,
    missing: str = NEVER_MISSING,
) -> Feature:
    """Return a feature of the last `days` days; counts and sums are never missing."""
    return Feature(name, family, unit, days_before(days), missing, riskier, text)


def ever(
    name: str,
    text: str,
    *,
    family: str,
    unit: str,
    riskier: bool | None,
    missing: str = NEVER_MISSING,
) -> Feature:
    """Return a feature of all that was known before the moment asked about."""
    return Feature(name, family, unit, ALL_TIME, missing, riskier, text)


def days_before(days: int) -> str:
    """Return how a window of so many days reads in the catalogue."""
    return f"[as_of - {days} days, as_of)"


def days_looked_back(feature: Feature) -> int:
    """Return the days of a feature's window; 0 where it looks back as far as the log does."""
    found = re.search(r"as_of - (\d+) days", feature.window)
    return int(found[1]) if found else 0
