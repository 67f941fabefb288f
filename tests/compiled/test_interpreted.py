"""Kernels without machine code: in this process the loader's import is made to fail."""

import math
import sys
import threading
from typing import NamedTuple

import numpy as np
import pytest

from app.compiled import kernel
from app.compiled.kernel import NoMachineCode, entry, part

RECORD = np.dtype([("weight", np.float64)])


class Codes(NamedTuple):
    codes: np.ndarray
    divisor: float


@part
def bit_of(code: int) -> int:
    return 1 << code


def bits_of_each(given: Codes, n: int, out: np.ndarray) -> None:
    for i in range(n):
        out[i] = bit_of(given.codes[i]) / given.divisor


def twice(inner):
    @part
    def run(out: np.ndarray) -> None:
        inner(out)
        inner(out)

    return run


@part
def double(out: np.ndarray) -> None:
    out[0] *= 2


double_twice = twice(double)


def quadruple(out: np.ndarray) -> None:
    double_twice(out)


def logarithms(numbers: np.ndarray) -> None:
    for i in range(len(numbers)):
        numbers[i] = math.log(numbers[i])


def weigh(records: np.ndarray, out: np.ndarray) -> None:
    for i in range(len(records)):
        out[i] = records[i].weight


@pytest.fixture(autouse=True)
def _no_loader(monkeypatch):
    monkeypatch.setitem(sys.modules, "app.compiled.loading", None)  # its import fails
    monkeypatch.setattr(kernel, "_interpreting", threading.Event())


@pytest.mark.parametrize("dtype", [np.int8, np.int64])
def test_integers_are_as_wide_as_in_machine_code(dtype):
    out = np.zeros(2)

    entry(bits_of_each)(Codes(np.array([3, 40], dtype), 2.0), 2, out)

    assert out.tolist() == [4.0, 2.0**39]


def test_a_division_by_zero_is_infinite_as_in_machine_code():
    out = np.zeros(1)

    entry(bits_of_each)(Codes(np.array([0], np.int8), 0.0), 1, out)

    assert out.tolist() == [np.inf]


def test_the_logarithm_of_nothing_is_infinite_as_in_machine_code():
    out = np.array([1.0, 0.0])

    entry(logarithms)(out)

    assert out.tolist() == [0.0, -np.inf]


def test_a_part_that_a_function_made_keeps_what_it_was_made_of():
    out = np.array([1.0])

    entry(quadruple)(out)

    assert out.tolist() == [4.0]


def test_the_log_says_so_once(caplog):
    for _ in range(2):
        entry(bits_of_each)(Codes(np.array([0], np.int8), 1.0), 1, np.zeros(1))

    assert caplog.text.count("kernels cannot run as machine code, so they run as Python") == 1


def test_a_kernel_over_records_has_no_other_way():
    with pytest.raises(NoMachineCode, match=r"kernel weigh: .*loading"):
        entry(weigh)(np.zeros(1, RECORD), np.zeros(1))
