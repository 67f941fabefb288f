"""Loading the machine code of a kernel from its file, or else compiling it."""

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, cast

from app.compiled.arguments import Kind, Native
from app.compiled.fingerprint import fingerprint
from app.compiled.machine_code import link, require_linker
from app.compiled.stored import read_code, write_code


def native_of(function: Callable[..., Any], kinds: Sequence[Kind]) -> Native:
    """Return the function for arguments of these kinds as machine code that Python can call.

    Raises
    ------
    ImportError
        If llvmlite or, where there is no file, Numba cannot be imported.
    OSError
        If LLVM's library cannot be loaded, or this process cannot run machine code.
    """
    require_linker()
    key = fingerprint(cast("FunctionType", function), kinds)
    code = read_code(function, key)
    if code is None:
        from app.compiled.compiler import machine_code_of  # noqa: PLC0415 - this loads Numba

        code = machine_code_of(function, kinds)
        write_code(function, key, code)
    return link(code)
