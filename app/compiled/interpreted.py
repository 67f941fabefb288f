"""Kernels as the Python that they are written in: the way out where machine code cannot be had."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from app.compiled.arguments import ArrayKind, Kind, Native, TupleKind

_LONG: Final = 8  # bytes


def interpreted(function: Callable[..., Any]) -> Native:
    """Return the function as a kernel that interprets: the same answers, far slower."""

    def run(*arguments: object) -> int:
        with np.errstate(all="ignore"):
            function(*map(_like_compiled, arguments))
        return 0

    return run


def has_records(kinds: Sequence[Kind]) -> bool:
    """Return whether there are arrays of records, whose fields only compiled code finds by dot."""
    return any(
        has_records(kind.items)
        if isinstance(kind, TupleKind)
        else isinstance(kind, ArrayKind) and kind.dtype.names is not None
        for kind in kinds
    )


class _Widened(np.ndarray[Any, Any]):
    """An array of short integers that are computed with as long ones, as in compiled code."""

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 - as NumPy says
        found = super().__getitem__(key)
        return int(found) if isinstance(found, np.integer) else found


def _like_compiled(argument: object) -> object:
    """Return an argument that divides by zero and overflows where compiled code does."""
    if isinstance(argument, float):
        return np.float64(argument)
    if isinstance(argument, tuple):
        make = getattr(argument, "_make", tuple)  # a named one stays one
        return make(map(_like_compiled, argument))
    if isinstance(argument, np.ndarray) and argument.dtype.kind in "iu":
        return argument if argument.dtype.itemsize == _LONG else argument.view(_Widened)
    return argument
