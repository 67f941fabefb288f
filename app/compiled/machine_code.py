"""Making machine code in memory callable from Python, with LLVM's linker alone."""

import ctypes
from functools import cache
from typing import Any, ClassVar, Final

import llvmlite.binding as llvm
import numpy as np

from app.compiled.arguments import Native

SYMBOL: Final = "holdfast_kernel"
_FASTCALL: Final = 0x80  # METH_FASTCALL

_linked: Final[list[object]] = []  # keeps code alive as long as the process


class _Method(ctypes.Structure):
    """PyMethodDef."""

    _fields_: ClassVar = [
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("text", ctypes.c_char_p),
    ]


@cache
def require_linker() -> None:
    """Return if this process can link and run machine code.

    LLVM itself does not raise where memory must not be executable: the process would end with a
    segmentation fault when it calls the first kernel.

    Raises
    ------
    OSError
        If memory cannot be made executable, as under SELinux or MemoryDenyWriteExecute of systemd,
        or if LLVM has no code for this processor.
    """
    llvm.check_jit_execution()
    try:
        _target().create_target_machine()
    except RuntimeError as error:
        raise OSError(f"LLVM has no code for this processor: {error}") from error


def link(code: bytes) -> Native:
    """Return the kernel in `code` as a builtin function, see `app.compiled.bridge`.

    `require_linker` must have been called before, and `code` must be whole: LLVM does not refuse a
    damaged object file, it ends the process. A call through ctypes would take a microsecond, and a
    tenth of one more for each array.

    Raises
    ------
    OSError
        If llvmlite cannot link `code`, or there is no kernel in it.
    """
    try:
        engine, address = _address_in(code)
    except (RuntimeError, ValueError, AttributeError) as error:
        # LLVM's reason, a null pointer, or an LLVM that is not the one llvmlite was made for.
        raise OSError(f"llvmlite cannot link machine code: {error}") from error
    if not address:  # LLVM does not say so otherwise, and the first call would crash
        raise OSError(f"this machine code has no {SYMBOL}")
    method = _Method(SYMBOL.encode(), address, _FASTCALL, None)
    _linked.append((engine, method))
    make: Any = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    builtin: Native = make(ctypes.addressof(method), np.ndarray, None)
    return builtin


def _address_in(code: bytes) -> tuple[llvm.ExecutionEngine, int]:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target().create_target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine, engine.get_function_address(SYMBOL)


@cache
def processor() -> str:
    """Return the name and the features of the processor for which code is compiled."""
    return f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"


@cache
def _target() -> llvm.Target:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()
