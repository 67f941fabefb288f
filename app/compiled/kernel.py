"""Kernels: functions over arrays that run as machine code.

Python calls an *entry*. It takes arrays and numbers, writes its results into arrays of its caller,
and returns nothing. Entries call *parts*, which are compiled into them. Neither may allocate
memory: their code then needs nothing of the compiler at run time, and counts no references, which
would take three quarters of the time of a short history. Divisions by zero give NaN or infinity, as
in NumPy.

Numba compiles kernels, but a process that only calls them never loads it. It loads their code from
files that an earlier process wrote. That takes milliseconds, where Numba takes seconds and as much
memory as the rest of the service. Without such a file the first call compiles the kernel and writes
the file.

Where machine code cannot be linked or compiled, kernels run as Python, and a warning is logged.
"""

import inspect
import logging
import threading
from collections.abc import Callable
from typing import Any, Final, Generic, ParamSpec, TypeVar, TypeVarTuple

from app.compiled.arguments import IS_BULK_DATA, WRONG_COUNT, Kind, Native, kinds_of
from app.compiled.interpreted import has_records, interpreted, interpreted_part

log = logging.getLogger("holdfast.kernels")

_interpreting: Final = threading.Event()  # set once any kernel is interpreted


class NoMachineCode(RuntimeError):
    """A kernel can run neither as machine code nor as Python."""


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
        """Run the part on its own, as tests and interpreted entries do."""
        run = interpreted_part(self.function) if _interpreting.is_set() else self.compiled
        result: R = run(*args, **kwargs)
        return result

    @property
    def compiled(self) -> Any:  # noqa: ANN401 - Numba has no types
        """Numba's dispatcher of the part."""
        if self._compiled is None:
            from app.compiled.compiler import compiled  # noqa: PLC0415 - this loads Numba

            self._compiled = compiled(self.function)
        return self._compiled

    @property
    def _numba_type_(self) -> object:
        """The type that Numba gives this object in a kernel; Numba looks for this attribute."""
        return self.compiled._numba_type_


class Entry(Generic[*Arguments]):
    """A kernel that Python calls. It releases the GIL when it has much to do.

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
        """Run the kernel.

        Raises
        ------
        TypeError
            If the arguments are not of the same kinds as those of the first call.
        NoMachineCode
            If it cannot run as machine code, and reads records, so that Python cannot run it.
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
        except (ImportError, OSError) as error:
            if has_records(kinds):
                raise NoMachineCode(f"kernel {self.__name__}: {error}") from error
            if not _interpreting.is_set():
                log.warning(
                    "kernels cannot run as machine code, so they run as Python: the same answers, "
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
    """Return the function as a part."""
    return Part(function)


def entry(function: Callable[[*Arguments], None]) -> Entry[*Arguments]:
    """Return the function as an entry."""
    return Entry(function)


def bulk_data(tuple_type: type[R]) -> type[R]:
    """Mark a class of tuples whose arrays kernels work through from end to end.

    If these are long, the kernel releases the GIL. Arrays in other tuples count as tables and
    working space, whose length says nothing about how long the kernel takes.
    """
    setattr(tuple_type, IS_BULK_DATA, True)
    return tuple_type
