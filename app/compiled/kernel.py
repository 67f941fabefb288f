"""Kernels: functions over arrays that run as machine code.

An *entry* is what Python calls. It takes arrays and numbers, writes its results into arrays that
its caller made, and returns nothing. A *part* is what entries call: it is compiled into them.
Neither takes memory, so that their code needs nothing of the compiler's at run time, and no
references are counted, which would take three quarters of the time of a short history. Divisions
by zero give NaN or infinity, as in NumPy.

Numba compiles, but a process that only calls entries never loads it: it takes their code from
files that an earlier process wrote, in milliseconds, where Numba takes seconds and as much memory
again as the rest of the service. Without such a file the first call compiles, and writes it.

Where that cannot be done, kernels run as the Python that they are written in, and the log says so.
"""

import inspect
import logging
import threading
from collections.abc import Callable
from typing import Any, Final, Generic, ParamSpec, TypeVar, TypeVarTuple

from app.compiled.arguments import WORKED_THROUGH, WRONG_COUNT, Kind, Native, kinds_of
from app.compiled.interpreted import has_records, interpreted, interpreted_part

log = logging.getLogger("holdfast.kernels")

_interpreting: Final = threading.Event()  # set as soon as a kernel is interpreted


class NoMachineCode(RuntimeError):
    """A kernel cannot be loaded, and cannot be interpreted either."""


Arguments = TypeVarTuple("Arguments")
P = ParamSpec("P")
R = TypeVar("R")


class Part(Generic[P, R]):
    """A function that is compiled into the entries that call it."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = function
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self._compiled: Any = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it on its own: for tests, and for entries that are interpreted."""
        run = interpreted_part(self.function) if _interpreting.is_set() else self.compiled
        result: R = run(*args, **kwargs)
        return result

    @property
    def compiled(self) -> Any:  # noqa: ANN401 - Numba has no types
        """What Numba makes of it."""
        if self._compiled is None:
            from app.compiled.compiler import compiled  # noqa: PLC0415 - this loads Numba

            self._compiled = compiled(self.function)
        return self._compiled

    @property
    def _numba_type_(self) -> object:
        """How Numba sees this object where a kernel calls it (it asks for this attribute)."""
        return self.compiled._numba_type_


class Entry(Generic[*Arguments]):
    """A kernel that Python calls; other threads run meanwhile where there is much to do.

    Parameters annotated `int` and `float` are numbers. All others are C-contiguous arrays, or
    tuples of arrays and numbers. The first call decides for which dtypes and numbers of dimensions
    the kernel is compiled; other arrays are refused.
    """

    def __init__(self, function: Callable[[*Arguments], None]) -> None:
        self.function = function
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self._native: Native | None = None
        self._lock = threading.Lock()

    def __call__(self, *arguments: *Arguments) -> None:
        """Run it.

        Raises
        ------
        TypeError
            If an argument is none of the kind of the first call, or there are more or fewer.
        NoMachineCode
            If none can be had, and the kernel is one over records.
        """
        native = self._native or self._prepared(arguments)
        wrong = native(*arguments)
        if wrong:
            raise TypeError(
                f"kernel {self.__name__} takes C-contiguous arrays and numbers like those of its "
                f"first call, got {self._described(wrong, len(arguments))}"
            )

    def _prepared(self, arguments: tuple[Any, ...]) -> Native:
        with self._lock:
            if self._native is None:
                kinds = kinds_of(self.function, arguments)
                self._native = self._loaded(kinds)
            return self._native

    def _loaded(self, kinds: tuple[Kind, ...]) -> Native:
        try:
            from app.compiled.loading import native_of  # noqa: PLC0415 - this loads llvmlite

            return native_of(self.function, kinds)
        except (ImportError, OSError, RuntimeError) as error:
            if has_records(kinds):
                raise NoMachineCode(f"kernel {self.__name__}: {error}") from error
            if not _interpreting.is_set():
                log.warning(
                    "no machine code can be had, so kernels run as Python: the same answers, "
                    "many times slower",
                    exc_info=True,
                )
                _interpreting.set()
            return interpreted(self.function)

    def _described(self, wrong: int, n_arguments: int) -> str:
        if wrong == WRONG_COUNT:
            return f"{n_arguments} arguments"
        return f"another kind of {list(inspect.signature(self.function).parameters)[wrong - 1]}"


def part(function: Callable[P, R]) -> Part[P, R]:
    """Make a function a part."""
    return Part(function)


def entry(function: Callable[[*Arguments], None]) -> Entry[*Arguments]:
    """Make a function an entry."""
    return Entry(function)


def worked_through(made_by: type[R]) -> type[R]:
    """Mark a class of tuples: while a kernel works through long arrays in one, other threads run.

    Arrays in other tuples are taken for tables and working space, and how long they are says
    nothing about how long the kernel takes.
    """
    setattr(made_by, WORKED_THROUGH, True)
    return made_by
