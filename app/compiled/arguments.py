"""What kernels take: numbers, arrays, and tuples of these."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np


@dataclass(frozen=True, slots=True)
class ArrayKind:
    """A C-contiguous array."""

    dtype: np.dtype[Any]
    n_dimensions: int


@dataclass(frozen=True, slots=True)
class TupleKind:
    """A tuple, often a named one, of which each item is of a kind of its own."""

    made_by: type[tuple[Any, ...]]
    items: tuple["Kind", ...]


# Of a class of tuples: a kernel works through its arrays, others are tables and working space.
WORKED_THROUGH: Final = "is_worked_through"

WRONG_COUNT: Final = -1  # what a kernel returns that got more or fewer arguments
Native: TypeAlias = Callable[..., int]  # a kernel that runs: 0, or the number of a wrong argument

Kind: TypeAlias = type[int] | type[float] | ArrayKind | TupleKind


def kinds_of(function: Callable[..., None], arguments: Sequence[Any]) -> tuple[Kind, ...]:
    """Return the kinds of arguments of `function`: `int` and `float` are those annotated so.

    Raises
    ------
    TypeError
        If one is of no kind that kernels take.
    """
    parameters = inspect.signature(function).parameters.values()
    return tuple(
        parameter.annotation if parameter.annotation in {int, float} else _kind(argument)
        for parameter, argument in zip(parameters, arguments, strict=True)
    )


def _kind(argument: object) -> Kind:
    if isinstance(argument, np.ndarray):
        return ArrayKind(argument.dtype, argument.ndim)
    if isinstance(argument, tuple):
        return TupleKind(type(argument), tuple(map(_kind, argument)))
    for number in (float, int):
        if isinstance(argument, number) and not isinstance(argument, bool):
            return number
    raise TypeError(f"kernels take numbers, arrays and tuples of them, got {argument!r}")
