"""The compiler's side of kernels: the only module of the service that loads Numba."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import llvmlite.binding as llvm
import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.codegen import CodeLibrary
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.cpu import CPUContext
from numba.core.dispatcher import Dispatcher
from numba.core.types.containers import BaseTuple
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import as_dtype, from_dtype

from app.compiled.arguments import ArrayKind, Kind, TupleKind
from app.compiled.machine_code import SYMBOL

# PyArrayObject_fields and PyArray_Descr of NumPy 2: bytes from the start of the object.
_HEAD: Final = object.__basicsize__
_CLASS: Final = _HEAD - 8
_DATA, _N_DIMENSIONS, _SHAPE, _STRIDES = _HEAD, _HEAD + 8, _HEAD + 16, _HEAD + 24
_DTYPE, _FLAGS = _HEAD + 40, _HEAD + 48
_KIND, _ITEM_SIZE = _HEAD + 8, _HEAD + 24
_CONTIGUOUS_AND_ALIGNED: Final = 0x101

_BYTE, _INT, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_ADDRESS: Final = _BYTE.as_pointer()


def compiled(function: Callable[..., Any]) -> Dispatcher:
    """Return the function as Numba's dispatcher, of code that takes no memory."""
    return numba.njit(error_model="numpy", nogil=True, _nrt=False)(function)


@global_compiler_lock
def machine_code_of(function: Callable[..., None], kinds: Sequence[Kind]) -> bytes:
    """Return an object file with the function for arguments of these kinds, as `link` takes it."""
    given = tuple(map(_type_of, kinds))
    dispatcher = compiled(function)
    dispatcher.compile(given)
    kernel = dispatcher.overloads[given]
    library = kernel.target_context.codegen().create_library(SYMBOL)
    library.enable_object_caching()
    library.add_ir_module(_bridge(library, kernel, given))
    library.add_linking_library(kernel.library)
    library.finalize()
    _refuse_what_is_missing(library, function)
    _, _, (code, _) = library.serialize_using_object_code()
    return bytes(code)


def _refuse_what_is_missing(library: CodeLibrary, function: Callable[..., None]) -> None:
    """Refuse code that calls what only a process with Numba has: linking it would end another."""
    process = ctypes.CDLL(None)
    for called in llvm.parse_assembly(library.get_llvm_str()).functions:
        is_outside = called.is_declaration and not called.name.startswith("llvm.")
        if is_outside and not hasattr(process, called.name):
            raise TypeError(
                f"kernel {function.__qualname__} needs {called.name} of Numba's run time: "
                "kernels take no memory and raise nothing"
            )


def _type_of(kind: Kind) -> types.Type:
    if isinstance(kind, ArrayKind):
        return types.Array(from_dtype(kind.dtype), kind.n_dimensions, "C")
    if isinstance(kind, TupleKind):
        return BaseTuple.from_types([*map(_type_of, kind.items)], kind.made_by)
    return types.int64 if kind is int else types.float64


def _bridge(library: CodeLibrary, kernel: CompileResult, given: Sequence[types.Type]) -> ir.Module:
    """Return a function in C's calling convention that checks arrays, then calls the kernel."""
    context, module = kernel.target_context, library.create_ir_module(SYMBOL)
    passed = [_passed(context, kind) for kind in _pieces(given)]
    function = ir.Function(module, ir.FunctionType(_INT, [_ADDRESS, *passed]), SYMBOL)
    builder = ir.IRBuilder(function.append_basic_block())
    array_class, *values = function.args
    for number, (kind, value) in enumerate(zip(_pieces(given), values, strict=True), start=1):
        if isinstance(kind, types.Array):
            _return_unless_like(builder, array_class, value, kind, number)
            values[number - 1] = _as_numba(context, builder, value, kind)
    rest = iter(values)
    arguments = [_put_together(context, builder, kind, rest) for kind in given]
    returned, convention = kernel.signature.return_type, context.call_conv
    called = cgutils.get_or_insert_function(
        module, convention.get_function_type(returned, given), kernel.fndesc.llvm_func_name
    )
    convention.call_function(builder, called, returned, given, arguments)
    builder.ret(_INT(0))
    return module


def _pieces(given: Sequence[types.Type]) -> Iterator[types.Type]:
    for kind in given:
        if isinstance(kind, BaseTuple):
            yield from _pieces(tuple(kind))
        else:
            yield kind


def _passed(context: CPUContext, kind: types.Type) -> ir.Type:
    return _ADDRESS if isinstance(kind, types.Array) else context.get_value_type(kind)


def _put_together(
    context: CPUContext, builder: ir.IRBuilder, kind: types.Type, values: Iterator[ir.Value]
) -> ir.Value:
    """Return the next of `values`, or a tuple of as many as there are in it."""
    if not isinstance(kind, BaseTuple):
        return next(values)
    items = [_put_together(context, builder, item, values) for item in kind]
    return context.make_tuple(builder, kind, items)


def _return_unless_like(
    builder: ir.IRBuilder, array_class: ir.Value, array: ir.Value, kind: types.Array, number: int
) -> None:
    """Leave with the number of the argument unless it is an array like the one compiled for."""
    dtype = np.dtype(as_dtype(kind.dtype))
    expected = [
        (_field(builder, array, _CLASS, _ADDRESS), array_class),
        (_field(builder, array, _N_DIMENSIONS, _INT), _INT(kind.ndim)),
    ]
    _return_unless_equal(builder, expected, number)
    described = _field(builder, array, _DTYPE, _ADDRESS)
    flags = builder.and_(_field(builder, array, _FLAGS, _INT), _INT(_CONTIGUOUS_AND_ALIGNED))
    expected = [
        (flags, _INT(_CONTIGUOUS_AND_ALIGNED)),
        (_field(builder, described, _KIND, _BYTE), _BYTE(ord(dtype.kind))),
        (_field(builder, described, _ITEM_SIZE, _LONG), _LONG(dtype.itemsize)),
    ]
    _return_unless_equal(builder, expected, number)


def _return_unless_equal(
    builder: ir.IRBuilder, pairs: Sequence[tuple[ir.Value, ir.Value]], number: int
) -> None:
    for one, other in pairs:
        differ = builder.icmp_unsigned("!=", one, other)
        with builder.if_then(differ, likely=False):
            builder.ret(_INT(number))


def _as_numba(
    context: CPUContext, builder: ir.IRBuilder, array: ir.Value, kind: types.Array
) -> ir.Value:
    made = make_array(kind)(context, builder)
    shape, strides = (
        builder.load(_at(builder, _field(builder, array, where, _ADDRESS), 0, sizes))
        for where in (_SHAPE, _STRIDES)
        for sizes in [ir.ArrayType(_LONG, kind.ndim)]
    )
    populate_array(
        made,
        data=_field(builder, array, _DATA, context.get_data_type(kind.dtype).as_pointer()),
        shape=shape,
        strides=strides,
        itemsize=_LONG(np.dtype(as_dtype(kind.dtype)).itemsize),
        meminfo=None,
    )
    return made._getvalue()  # noqa: SLF001 - how Numba's own code ends here


def _field(builder: ir.IRBuilder, thing: ir.Value, offset: int, kind: ir.Type) -> ir.Value:
    return builder.load(_at(builder, thing, offset, kind))


def _at(builder: ir.IRBuilder, thing: ir.Value, offset: int, kind: ir.Type) -> ir.Value:
    return builder.bitcast(builder.gep(thing, [_LONG(offset)]), kind.as_pointer())
