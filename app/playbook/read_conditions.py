"""Conditions of the playbook file, as the domain evaluates them.

::

    when: {feature: days_since_activity, at_least: 60, at_most: 120}
    when: {feature: tickets_30d, at_least: {feature: tickets_prior_60d, times: 0.5, plus: 2}}
    when: {feature: spend_365d, above: {usual: spend_365d, times: 2}}
    when: {feature: nps_last, missing: true}
    when:
      all: [..., any: [...]]
"""

from collections.abc import Mapping
from typing import Final

from app.domain.conditions import (
    COMPARISONS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Missing,
    RelativeComparison,
)
from app.playbook.entries import EntryRefused, PlaybookEntry, closest

MAX_DEPTH: Final = 4  # all and any within each other; beyond it nobody can read a rule


def condition_of(
    entry: PlaybookEntry, positions: Mapping[str, int], *, depth: int = 1
) -> Condition:
    """Return the condition that an entry states.

    Parameters
    ----------
    entry : PlaybookEntry
        See this module.
    positions : mapping of str to int
        The column of each feature; its usual value stands ``len(positions)`` columns later.
    depth : int
        How many conditions this one stands within, itself included.

    Raises
    ------
    EntryRefused
        If it is no condition, names an unknown feature, has no or a non-finite bound, or is nested
        deeper than `MAX_DEPTH`.
    """
    for word, combination in (("all", AllOf), ("any", AnyOf)):
        if entry.has(word):
            if depth >= MAX_DEPTH:
                raise EntryRefused(f"{entry.where}: conditions nest at most {MAX_DEPTH} deep")
            parts = entry.only(word).entries(word)
            return combination(
                tuple([condition_of(part, positions, depth=depth + 1) for part in parts])
            )
    return _leaf(entry, positions)


def position_of(name: str, positions: Mapping[str, int], *, where: str) -> int:
    """Return the column of a feature.

    Raises
    ------
    EntryRefused
        If the catalogue has no such feature; the message suggests the closest one.
    """
    if name not in positions:
        raise EntryRefused(f"{where}: unknown feature {name!r}{closest(name, positions)}")
    return positions[name]


def _leaf(entry: PlaybookEntry, positions: Mapping[str, int]) -> Condition:
    entry.only("feature", "missing", *COMPARISONS)
    position = position_of(entry.text("feature"), positions, where=entry.where)
    words = [word for word in COMPARISONS if entry.has(word)]
    if entry.has("missing"):
        if words or entry.data["missing"] is not True:
            raise EntryRefused(f"{entry.where}: missing can only be true, and stand alone")
        return Missing(position)
    if not words:
        raise EntryRefused(f"{entry.where}: needs one of {', '.join(COMPARISONS)} or missing")
    bounds = tuple([_comparison(entry, word, position, positions) for word in words])
    return bounds[0] if len(bounds) == 1 else AllOf(bounds)


def _comparison(
    entry: PlaybookEntry, word: str, position: int, positions: Mapping[str, int]
) -> Comparison | RelativeComparison:
    compare = COMPARISONS[word]
    if not isinstance(entry.data[word], dict):
        return Comparison(position, compare, entry.number(word))
    bound = entry.entry(word).only("feature", "usual", "times", "plus")
    if bound.has("feature") == bound.has("usual"):
        raise EntryRefused(f"{bound.where}: needs either feature or usual")
    key = "feature" if bound.has("feature") else "usual"
    other = position_of(bound.text(key), positions, where=bound.where)
    if key == "usual":
        other += len(positions)
    times, plus = bound.number("times", 1.0), bound.number("plus", 0.0)
    return RelativeComparison(position, compare, other, times=times, plus=plus)
