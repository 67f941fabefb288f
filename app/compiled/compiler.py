"""Compiling kernels. Only this module and `bridge` load Numba."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.binding as llvm
import numba
from numba.core import types
from numba.core.codegen import CodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher
from numba.core.types.containers import BaseTuple
from numba.np.numpy_support import from_dtype

from app.compiled.arguments import ArrayKind, Kind, TupleKind
from app.compiled.bridge import bridge
from app.compiled.machine_code import SYMBOL


def compiled(function: Callable[..., Any]) -> Dispatcher:
    """Return Numba's dispatcher of the function, for code that allocates no memory."""
    # Without inlining, each call pushes every array on the stack, seven words each. That would
    # double the time that features take.
    return numba.njit(error_model="numpy", nogil=True, forceinline=True, _nrt=False)(function)


@global_compiler_lock
def machine_code_of(function: Callable[..., None], kinds: Sequence[Kind]) -> bytes:
    """Return an object file of the function for arguments of these kinds, as `link` takes it."""
    argument_types = tuple(map(_type_of, kinds))
    dispatcher = compiled(function)
    dispatcher.compile(argument_types)
    kernel = dispatcher.overloads[argument_types]
    library = kernel.target_context.codegen().create_library(SYMBOL)
    library.enable_object_caching()
    library.add_ir_module(bridge(library, kernel, argument_types))
    library.add_linking_library(kernel.library)
    library.finalize()
    _refuse_what_is_missing(library, function)
    _, _, (code, _) = library.serialize_using_object_code()
    return bytes(code)


def _refuse_what_is_missing(library: CodeLibrary, function: Callable[..., None]) -> None:
    """Refuse code that calls functions of Numba: LLVM would end a process that lacks them."""
    process = ctypes.CDLL(None)
    for called in llvm.parse_assembly(library.get_llvm_str()).functions:
        is_outside = called.is_declaration and not called.name.startswith("llvm.")
        if is_outside and not hasattr(process, called.name):
            raise TypeError(
                f"kernel {function.__qualname__} needs {called.name} of Numba's run time: "
                "kernels must allocate no memory and raise nothing"
            )


def _type_of(kind: Kind) -> types.Type:
    if isinstance(kind, ArrayKind):
        return types.Array(from_dtype(kind.dtype), kind.n_dimensions, "C")
    if isinstance(kind, TupleKind):
        return BaseTuple.from_types([*map(_type_of, kind.items)], kind.tuple_type)
    return types.int64 if kind is int else types.float64
