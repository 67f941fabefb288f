"""Conditions on feature values: small, safe data that can be asked of one customer or of many.

A condition is called with *columns*: first the value of each feature in the catalogue's order, then
the usual value of each feature (the median of the population that the bundle was trained on). Each
column is a float for one customer, or an array for many; comparing and combining mean the same
for both, so one tree of conditions serves a single answer and a rescore of everybody.

NaN satisfies no comparison; only `Missing` asks for it.
"""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

# Columns and verdicts are floats and bools for one customer, arrays of them for many; the standard
# library has no word for "either", so the type says Any and the tests say that both agree.
Columns: TypeAlias = Sequence[Any]
Verdict: TypeAlias = Any

COMPARISONS: Final = MappingProxyType({
    "at_least": operator.ge,
    "above": operator.gt,
    "at_most": operator.le,
    "below": operator.lt,
})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether a feature lies on the stated side of a number."""

    position: int
    compare: Callable[[Any, Any], Any]
    bound: float

    def __post_init__(self) -> None:
        _check_position(self.position)
        _check_comparison(self.compare)
        _check_finite("bound", self.bound)

    def __call__(self, columns: Columns) -> Verdict:
        """Return whether the condition holds; False where the feature is NaN."""
        return self.compare(columns[self.position], self.bound)


@dataclass(frozen=True, slots=True)
class RelativeComparison:
    """Whether a feature lies on the stated side of ``other * times + plus``."""

    position: int
    compare: Callable[[Any, Any], Any]
    other: int
    times: float = 1.0
    plus: float = 0.0

    def __post_init__(self) -> None:
        _check_position(self.position)
        _check_position(self.other)
        _check_comparison(self.compare)
        _check_finite("times", self.times)
        _check_finite("plus", self.plus)

    def __call__(self, columns: Columns) -> Verdict:
        """Return whether the condition holds; False where either value is NaN."""
        return self.compare(columns[self.position], columns[self.other] * self.times + self.plus)


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether a feature is not defined for the customer (NaN); the only condition NaN satisfies."""

    position: int

    def __post_init__(self) -> None:
        _check_position(self.position)

    def __call__(self, columns: Columns) -> Verdict:
        """Return whether the value is NaN, the one value that differs from itself."""
        value = columns[self.position]
        return value != value  # noqa: PLR0124 - true for NaN only, in floats and in arrays


@dataclass(frozen=True, slots=True)
class AllOf:
    """Whether every condition holds."""

    conditions: "tuple[Condition, ...]"

    def __post_init__(self) -> None:
        _check_some("all", self.conditions)

    def __call__(self, columns: Columns) -> Verdict:
        """Return the conjunction; stops early for one customer, never for many."""
        verdict: Verdict = True
        for condition in self.conditions:
            verdict &= condition(columns)
            if verdict is False:
                break
        return verdict


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Whether at least one condition holds."""

    conditions: "tuple[Condition, ...]"

    def __post_init__(self) -> None:
        _check_some("any", self.conditions)

    def __call__(self, columns: Columns) -> Verdict:
        """Return the disjunction; stops early for one customer, never for many."""
        verdict: Verdict = False
        for condition in self.conditions:
            verdict |= condition(columns)
            if verdict is True:
                break
        return verdict


Condition: TypeAlias = Comparison | RelativeComparison | Missing | AllOf | AnyOf


def _check_position(position: int) -> None:
    if position < 0:
        raise ValueError(f"a column's position counts from 0, got {position}")


def _check_comparison(compare: Callable[[Any, Any], Any]) -> None:
    if compare not in COMPARISONS.values():
        raise ValueError(f"a comparison is one of {', '.join(COMPARISONS)}, got {compare!r}")


def _check_finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value}")


def _check_some(word: str, conditions: "tuple[Condition, ...]") -> None:
    if not conditions:
        raise ValueError(f"{word!r} needs at least one condition, got none")
