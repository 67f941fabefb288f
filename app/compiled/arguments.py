"""The arguments that kernels take: numbers, arrays, and tuples of these."""

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
    """A tuple, often a named one; each item has a kind of its own."""

    tuple_type: type[tuple[Any, ...]]
    items: tuple["Kind", ...]


# An attribute of a class of tuples: kernels work through their arrays from end to end. Arrays of
# other tuples are tables and working space.
IS_BULK_DATA: Final = "is_bulk_data"

WRONG_COUNT: Final = -1  # what a kernel returns if the number of its arguments is wrong
Native: TypeAlias = Callable[..., int]  # returns 0, or the number of a wrong argument

Kind: TypeAlias = type[int] | type[float] | ArrayKind | TupleKind


def kinds_of(function: Callable[..., None], arguments: Sequence[Any]) -> tuple[Kind, ...]:
    """Return the kinds of the arguments; a parameter annotated `int` or `float` is of that kind.

    Raises
    ------
    TypeError
        If kernels cannot take one of them.
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
