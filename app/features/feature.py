"""The description of one feature, from which both the learner and the sentences for people work."""

import re
from dataclasses import dataclass

NEVER_MISSING = "never missing: 0 = looked and found none"
ALL_TIME = "[first activity, as_of)"


@dataclass(frozen=True, slots=True)
class Feature:
    """One number about a customer as of a moment.

    `text` is the sentence for people, with ``{value}`` where the number goes; `unit` decides how
    the number is written. `missing` states what NaN means and must also work as a sentence of its
    own. `higher_is_riskier` is None where that depends on the business.
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
    """Return a feature over the last `days` days; counts and sums are never missing."""
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
    """Return a feature over everything known before `as_of`."""
    return Feature(name, family, unit, ALL_TIME, missing, riskier, text)


def days_before(days: int) -> str:
    """Return the text by which the catalogue describes a window of `days` days."""
    return f"[as_of - {days} days, as_of)"


def days_looked_back(feature: Feature) -> int:
    """Return the length of a feature's window; 0 if it goes back to the first activity."""
    found = re.search(r"as_of - (\d+) days", feature.window)
    return int(found[1]) if found else 0
