"""What a figure is: a name, the keys it fills in the results, and how it is measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.plan import Plan

Result = Mapping[str, object]


class NotMeasurable(Exception):
    """Something this figure needs cannot be had here; the message names it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement; `measure` returns a value for each of `keys`, and details beside them."""

    name: str
    keys: tuple[str, ...]
    measure: Callable[[Plan], Result]
