"""The fingerprint of a kernel: a text that changes whenever its machine code would."""

import hashlib
import platform
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

import numpy as np

from app.compiled.arguments import Kind
from app.compiled.machine_code import processor


def fingerprint(function: FunctionType, kinds: Sequence[Kind]) -> str:
    """Return 32 hex digits over everything that decides the machine code of an entry.

    That is the bytecode and the constants of the function and of every part that it calls directly
    or indirectly; the kinds of its arguments; how Python calls it; and compiler, interpreter and
    processor.

    Raises
    ------
    TypeError
        If a kernel refers to something whose changes the fingerprint could not show.
    """
    digest = hashlib.sha256(_toolchain().encode())
    digest.update(repr(kinds).encode())
    for text in _of_function(function, {}):
        digest.update(text)
    return digest.hexdigest()[:32]


@cache
def _toolchain() -> str:
    compilers = " ".join(f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy"))
    machine = f"{sys.platform} {platform.machine()} {processor()}"
    ours = [Path(__file__).with_name(name).read_bytes() for name in ("bridge.py", "compiler.py")]
    called = hashlib.sha256(b"".join(ours)).hexdigest()
    return f"{compilers} {sys.implementation.cache_tag} {machine} {called}"


def _of_function(function: FunctionType, seen: dict[object, int]) -> Iterator[bytes]:
    """Yield what decides the code of a function and of all that it calls.

    `seen` numbers the functions in the order of their first appearance. Later the number stands for
    the function, so that the fingerprint depends on which function is called where.
    """
    if function in seen:
        yield f"function {seen[function]}".encode()
        return
    seen[function] = len(seen)
    yield f"{function.__module__}.{function.__qualname__}{function.__defaults__}".encode()
    yield from _of_code(function.__code__, function.__doc__)
    for name in function.__code__.co_names:
        if name in function.__globals__:
            yield from _of_value(name, function.__globals__[name], seen)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from _of_value(name, cell.cell_contents, seen)


def _of_code(code: CodeType, text: str | None) -> Iterator[bytes]:
    yield code.co_code
    yield f"{code.co_varnames} {code.co_names}".encode()
    for constant in code.co_consts:
        if constant != text:
            yield repr(constant).encode()


def _of_value(name: str, value: object, seen: dict[object, int]) -> Iterator[bytes]:
    """Yield the part of a global, or of a variable of an enclosing function, that kernels use."""
    yield name.encode()
    part = getattr(value, "function", None)  # of an entry or a part
    if isinstance(part, FunctionType):
        yield from _of_function(part, seen)
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype.descr} {value.shape}".encode()
        yield value.tobytes()
    elif isinstance(value, type):
        yield f"{value.__qualname__} {getattr(value, '_fields', '')}".encode()
    elif isinstance(value, ModuleType | BuiltinFunctionType | np.ufunc):
        yield value.__name__.encode()
    elif isinstance(value, bool | int | float | str | np.generic):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, tuple):
        yield f"{getattr(value, '_fields', '')}".encode()
        for item in value:
            yield from _of_value(name, item, seen)
    else:
        raise TypeError(f"kernels cannot refer to {name}, which is {value!r}")
