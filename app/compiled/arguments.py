"""What kernels take: numbers, arrays, and tuples of these, which travel in pieces."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

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


def pieces(arguments: Sequence[Any], depths: Sequence[int]) -> list[Any]:
    """Return the numbers and arrays in arguments, whose tuples are as deep as `depths_of` said.

    Every call of a kernel asks, so the common tuples, of arrays alone, are not looked into.
    """
    found: list[Any] = []
    for argument, depth in zip(arguments, depths, strict=True):
        if depth == 0:
            found.append(argument)
        elif depth == 1:
            found += argument
        else:
            found += pieces(argument, [depth - 1 if isinstance(i, tuple) else 0 for i in argument])
    return found


def depths_of(kinds: Sequence[Kind]) -> list[int]:
    """Return how deep the tuples of each kind go: 0 for a number or an array."""
    return [
        1 + max(depths_of(k.items), default=0) if isinstance(k, TupleKind) else 0 for k in kinds
    ]


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
