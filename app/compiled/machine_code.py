"""From machine code in memory to something that Python calls, by LLVM's linker alone.

The code takes NumPy arrays as they are: it reads where their data is, and how much, from the
fields that NumPy's C interface guarantees (`PyArrayObject_fields`). Making an address of each array
in Python would take longer than most kernels run.
"""

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

import llvmlite.binding as llvm

from app.compiled.arguments import Kind, pieces_of_kinds

SYMBOL: Final = "holdfast_kernel"

Native: TypeAlias = Callable[..., int]

_PASSED: Final[dict[Any, Any]] = {int: ctypes.c_int64, float: ctypes.c_double}

_linked: Final[list[object]] = []  # code lives as long as the process


def link(code: bytes, kinds: Sequence[Kind]) -> Native:
    """Return the kernel in `code`, which takes numpy.ndarray, then the pieces of its arguments.

    It returns 0, or the number of the piece (from 1) that is not as it was compiled for.
    """
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target().create_target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _linked.append(engine)
    passed = [_PASSED.get(kind, ctypes.py_object) for kind in pieces_of_kinds(kinds)]
    prototype = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.py_object, *passed)
    return prototype(engine.get_function_address(SYMBOL))


@cache
def processor() -> str:
    """Return the name and the features of the processor that code is made for."""
    return f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"


@cache
def _target() -> llvm.Target:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()
