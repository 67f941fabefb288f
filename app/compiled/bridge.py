"""How Python calls a kernel: a builtin function in LLVM's language around the function of Numba.

It has the signature of a builtin with METH_FASTCALL and reads its arguments from Python's objects:
numbers through Python's C interface, arrays through the fields that NumPy guarantees
(`PyArrayObject_fields`), tuples item by item. Its `self` is numpy.ndarray. It returns an int: 0, or
the number (from 1) of an argument that the kernel was not compiled for, or `WRONG_COUNT`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.codegen import CodeLibrary
from numba.core.compiler import CompileResult
from numba.core.cpu import CPUContext
from numba.core.types.containers import BaseTuple
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import as_dtype

from app.compiled.arguments import IS_BULK_DATA, WRONG_COUNT
from app.compiled.machine_code import SYMBOL

# PyArrayObject_fields and PyArray_Descr of NumPy 2: bytes from the start of the object.
_HEAD: Final = object.__basicsize__
_CLASS: Final = _HEAD - 8
_DATA, _N_DIMENSIONS, _SHAPE, _STRIDES = _HEAD, _HEAD + 8, _HEAD + 16, _HEAD + 24
_DTYPE, _FLAGS = _HEAD + 40, _HEAD + 48
_KIND, _ORDER, _ITEM_SIZE = _HEAD + 8, _HEAD + 10, _HEAD + 24
_CONTIGUOUS_AND_ALIGNED: Final = 0x101
# In numbers: some hundred events, or the features of ninety customers. A kernel that takes only
# microseconds must keep the GIL: another thread that takes it may hold it for five milliseconds
# (`sys.getswitchinterval`), and an answer calls a dozen kernels.
MAX_NUMBERS_WITH_GIL: Final = 8_192
_TUPLE_SUBCLASS: Final = 1 << 26  # Py_TPFLAGS_TUPLE_SUBCLASS

_BYTE, _INT, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_DOUBLE: Final = ir.DoubleType()
_ADDRESS: Final = _BYTE.as_pointer()
_NULL: Final = ir.Constant(_ADDRESS, None)


def bridge(
    library: CodeLibrary, kernel: CompileResult, argument_types: Sequence[types.Type]
) -> ir.Module:
    """Return the builtin that validates its arguments, then calls the kernel.

    It releases the GIL for the kernel if there are many numbers to work through.
    """
    context, module = kernel.target_context, library.create_ir_module(SYMBOL)
    signature = ir.FunctionType(_ADDRESS, [_ADDRESS, _ADDRESS.as_pointer(), _LONG])
    function = ir.Function(module, signature, SYMBOL)
    builder = ir.IRBuilder(function.append_basic_block())
    array_class, objects, n_objects = function.args
    reader = _ArgumentReader(context, builder, array_class)
    reader.require(builder.icmp_signed("==", n_objects, _LONG(len(argument_types))), WRONG_COUNT)
    arguments = [
        reader.value_of(kind, builder.load(builder.gep(objects, [_LONG(i)])), i + 1)
        for i, kind in enumerate(argument_types)
    ]
    returned, convention = kernel.signature.return_type, context.call_conv
    called = cgutils.get_or_insert_function(
        module, convention.get_function_type(returned, argument_types), kernel.fndesc.llvm_func_name
    )
    has_much_to_do = reader.has_much_to_do(argument_types, arguments)
    thread = cgutils.alloca_once_value(builder, _NULL)
    with builder.if_then(has_much_to_do):
        builder.store(_call_python(builder, "PyEval_SaveThread", _ADDRESS), thread)
    convention.call_function(builder, called, returned, argument_types, arguments)
    with builder.if_then(has_much_to_do):
        _call_python(builder, "PyEval_RestoreThread", ir.VoidType(), builder.load(thread))
    _return(builder, 0)
    return module


@dataclass(frozen=True, slots=True)
class _ArgumentReader:
    """Writes code that turns Python's objects into Numba's values, and refuses others by number."""

    context: CPUContext
    builder: ir.IRBuilder
    array_class: ir.Value

    def value_of(self, kind: types.Type, passed: ir.Value, number: int) -> ir.Value:
        """Return the value of an object in the argument of this number."""
        if isinstance(kind, BaseTuple):
            return self._tuple(kind, passed, number)
        if isinstance(kind, types.Array):
            return self._array(kind, passed, number)
        return self._number(kind, passed, number)

    def has_much_to_do(
        self, argument_types: Sequence[types.Type], arguments: Sequence[ir.Value]
    ) -> ir.Value:
        """Return whether the arrays to work through have many numbers together."""
        total = _LONG(0)
        for kind, value in zip(argument_types, arguments, strict=True):
            for array in self._bulk_arrays(kind, value):
                total = self.builder.add(total, array.nitems)
        return self.builder.icmp_signed(">", total, _LONG(MAX_NUMBERS_WITH_GIL))

    def _bulk_arrays(self, kind: types.Type, value: ir.Value) -> Iterator[Any]:
        """Yield the arrays to work through: of tuples, only those whose class is marked."""
        if isinstance(kind, types.Array):
            yield make_array(kind)(self.context, self.builder, value)
        elif isinstance(kind, BaseTuple) and _is_bulk_data(kind):
            items = cgutils.unpack_tuple(self.builder, value)
            for inner, item in zip(kind, items, strict=True):
                yield from self._bulk_arrays(inner, item)

    def require(self, claim: ir.Value, number: int) -> None:
        """Return this number to Python unless the claim is true."""
        with self.builder.if_then(self.builder.not_(claim), likely=False):
            _return(self.builder, number)

    def _tuple(self, kind: BaseTuple, passed: ir.Value, number: int) -> ir.Value:
        builder, n = self.builder, len(kind)
        flags = _call_python(
            builder, "PyType_GetFlags", _LONG, self._field(passed, _CLASS, _ADDRESS)
        )
        as_tuple = builder.and_(flags, _LONG(_TUPLE_SUBCLASS))
        self.require(builder.icmp_unsigned("!=", as_tuple, _LONG(0)), number)
        n_items = _call_python(builder, "PyTuple_Size", _LONG, passed)
        self.require(builder.icmp_signed("==", n_items, _LONG(n)), number)
        values = [
            self.value_of(
                inner, _call_python(builder, "PyTuple_GetItem", _ADDRESS, passed, _LONG(i)), number
            )
            for i, inner in enumerate(kind)
        ]
        return self.context.make_tuple(builder, kind, values)

    def _number(self, kind: types.Type, passed: ir.Value, number: int) -> ir.Value:
        """Return the number; -1 means that the object is none if Python has also set an error."""
        builder, is_int = self.builder, kind == types.int64
        if is_int:
            value = _call_python(builder, "PyLong_AsLongLong", _LONG, passed)
            is_suspect = builder.icmp_signed("==", value, _LONG(-1))
        else:
            value = _call_python(builder, "PyFloat_AsDouble", _DOUBLE, passed)
            is_suspect = builder.fcmp_ordered("==", value, _DOUBLE(-1.0))
        with builder.if_then(is_suspect, likely=False):
            error = _call_python(builder, "PyErr_Occurred", _ADDRESS)
            with builder.if_then(builder.icmp_unsigned("!=", error, _NULL)):
                _call_python(builder, "PyErr_Clear", ir.VoidType())
                _return(builder, number)
        return value

    def _array(self, kind: types.Array, passed: ir.Value, number: int) -> ir.Value:
        dtype = np.dtype(as_dtype(kind.dtype))
        self._require_equal(passed, number, (_CLASS, self.array_class))
        self._require_equal(passed, number, (_N_DIMENSIONS, _INT(kind.ndim)))
        flags = self.builder.and_(self._field(passed, _FLAGS, _INT), _INT(_CONTIGUOUS_AND_ALIGNED))
        is_plain = self.builder.icmp_unsigned("==", flags, _INT(_CONTIGUOUS_AND_ALIGNED))
        self.require(is_plain, number)
        described = self._field(passed, _DTYPE, _ADDRESS)
        self._require_equal(described, number, (_KIND, _BYTE(ord(dtype.kind))))
        self._require_equal(described, number, (_ORDER, _BYTE(ord(dtype.byteorder))))
        self._require_equal(described, number, (_ITEM_SIZE, _LONG(dtype.itemsize)))
        return self._as_numba(kind, passed, dtype.itemsize)

    def _as_numba(self, kind: types.Array, passed: ir.Value, item_size: int) -> ir.Value:
        context, builder = self.context, self.builder
        made = make_array(kind)(context, builder)
        sizes = ir.ArrayType(_LONG, kind.ndim).as_pointer()
        shape, strides = (
            builder.load(builder.bitcast(self._field(passed, where, _ADDRESS), sizes))
            for where in (_SHAPE, _STRIDES)
        )
        populate_array(
            made,
            data=self._field(passed, _DATA, context.get_data_type(kind.dtype).as_pointer()),
            shape=shape,
            strides=strides,
            itemsize=_LONG(item_size),
            meminfo=None,
        )
        return made._getvalue()  # noqa: SLF001 - how Numba's own code ends here

    def _require_equal(self, thing: ir.Value, number: int, expected: tuple[int, ir.Value]) -> None:
        offset, value = expected
        found = self._field(thing, offset, value.type)
        self.require(self.builder.icmp_unsigned("==", found, value), number)

    def _field(self, thing: ir.Value, offset: int, kind: ir.Type) -> ir.Value:
        place = self.builder.gep(thing, [_LONG(offset)])
        return self.builder.load(self.builder.bitcast(place, kind.as_pointer()))


def _is_bulk_data(kind: BaseTuple) -> bool:
    return hasattr(getattr(kind, "instance_class", None), IS_BULK_DATA)  # of a named tuple


def _return(builder: ir.IRBuilder, number: int) -> None:
    builder.ret(_call_python(builder, "PyLong_FromLong", _ADDRESS, _LONG(number)))


def _call_python(
    builder: ir.IRBuilder, name: str, returned: ir.Type, *arguments: ir.Value
) -> ir.Value:
    """Call a function of Python's C interface."""
    kind = ir.FunctionType(returned, [argument.type for argument in arguments])
    function = cgutils.get_or_insert_function(builder.module, kind, name)
    return builder.call(function, arguments)
