"""What kernels take: numbers, arrays, and tuples of these, which travel in pieces."""

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


_ONE: Final = 1
_SEVERAL: Final = 2
Shape: TypeAlias = "int | tuple[Shape, ...]"

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


def pieces(arguments: Sequence[Any], shapes: Sequence[Shape]) -> list[Any]:
    """Return the numbers and arrays in arguments, whose tuples are as `shapes_of` said.

    Every call of a kernel asks, so the common tuples, of arrays alone, are not looked into.
    """
    found: list[Any] = []
    for argument, shape in zip(arguments, shapes, strict=True):
        if shape == _ONE:
            found.append(argument)
        elif shape == _SEVERAL:
            found += argument
        elif isinstance(shape, tuple):
            found += pieces(argument, shape)
    return found


def shapes_of(kinds: Sequence[Kind]) -> tuple[Shape, ...]:
    """Return what tuples there are: of each kind whether it is one piece, several, or deeper."""
    return tuple(
        (shapes_of(kind.items) if any(isinstance(i, TupleKind) for i in kind.items) else _SEVERAL)
        if isinstance(kind, TupleKind)
        else _ONE
        for kind in kinds
    )


def pieces_of_kinds(kinds: Sequence[Kind]) -> list[Kind]:
    """Return the kinds of what `pieces` returns of arguments of these kinds."""
    found: list[Kind] = []
    for kind in kinds:
        found += pieces_of_kinds(kind.items) if isinstance(kind, TupleKind) else [kind]
    return found


def _kind(argument: object) -> Kind:
    if isinstance(argument, np.ndarray):
        return ArrayKind(argument.dtype, argument.ndim)
    if isinstance(argument, tuple):
        return TupleKind(type(argument), tuple(map(_kind, argument)))
    for number in (float, int):
        if isinstance(argument, number) and not isinstance(argument, bool):
            return number
    raise TypeError(f"kernels take numbers, arrays and tuples of them, got {argument!r}")
