"""Running kernels as Python, on machines where they cannot run as machine code."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType, SimpleNamespace
from typing import Any, Final, cast

import numpy as np

from app.compiled.arguments import ArrayKind, Kind, Native, TupleKind

_LONG: Final = 8  # bytes
# Machine code returns infinity or NaN where the functions of Python raise.
_MATH: Final = SimpleNamespace(**vars(math))
for _name in ("exp", "expm1", "log", "log1p", "sqrt"):
    setattr(_MATH, _name, getattr(np, _name))


def interpreted(function: Callable[..., Any]) -> Native:
    """Return the function as a kernel that Python interprets: the same results, far slower."""
    inner = interpreted_part(function)

    def run(*arguments: object) -> int:
        with np.errstate(all="ignore"):
            inner(*map(_like_compiled, arguments))
        return 0

    return run


@cache
def interpreted_part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a `math` that never raises."""
    plain = cast("FunctionType", function)
    seen = plain.__globals__ | {"math": _MATH}
    return FunctionType(plain.__code__, seen, plain.__name__, plain.__defaults__, plain.__closure__)


def has_records(kinds: Sequence[Kind]) -> bool:
    """Return whether there are arrays of records; only compiled code can access fields by a dot."""
    return any(
        has_records(kind.items)
        if isinstance(kind, TupleKind)
        else isinstance(kind, ArrayKind) and kind.dtype.names is not None
        for kind in kinds
    )


class _Widened(np.ndarray[Any, Any]):
    """An array of short integers whose items are long ones for Python, as in compiled code."""

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 - as NumPy says
        found = super().__getitem__(key)
        return int(found) if isinstance(found, np.integer) else found


def _like_compiled(argument: object) -> object:
    """Return an argument that divides by zero and overflows as in compiled code."""
    if isinstance(argument, float):
        return np.float64(argument)
    if isinstance(argument, tuple):
        make = getattr(argument, "_make", tuple)  # a named tuple stays one
        return make(map(_like_compiled, argument))
    if isinstance(argument, np.ndarray) and argument.dtype.kind in "iu":
        return argument if argument.dtype.itemsize == _LONG else argument.view(_Widened)
    return argument
