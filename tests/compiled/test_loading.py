"""What happens where machine code cannot be linked, compiled or run."""

import subprocess
import sys
import threading

import llvmlite.binding as llvm
import numpy as np
import pytest

from app.compiled import compiler, kernel, machine_code, stored
from app.compiled.kernel import entry
from app.compiled.machine_code import link, require_linker

# Linux 6.3 and later can refuse to make memory executable, as SELinux and systemd also do.
NO_EXECUTABLE_MEMORY = """
import ctypes
import logging
logging.basicConfig()
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0):
    raise SystemExit(77)
import numpy as np
from app.features.numbering import number_hashes
print(number_hashes(np.array([7, -3, 7]))[0].tolist())
"""


def double(out: np.ndarray) -> None:
    out[0] *= 2


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path):
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    monkeypatch.setattr(kernel, "_interpreting", threading.Event())
    require_linker.cache_clear()
    yield
    require_linker.cache_clear()


def test_without_executable_memory_kernels_are_interpreted():
    ended = subprocess.run(
        [sys.executable, "-c", NO_EXECUTABLE_MEMORY], capture_output=True, text=True, check=False
    )
    if ended.returncode == 77:
        pytest.skip("this system cannot refuse executable memory to a process")

    assert (ended.returncode, ended.stdout) == (0, "[0, 1, 0]\n")
    assert "so they run as Python" in ended.stderr
    assert "cannot allocate executable memory" in ended.stderr


def test_on_a_processor_that_llvm_does_not_know_kernels_are_interpreted(monkeypatch, caplog):
    def refuse():
        raise RuntimeError("No available targets are compatible with triple")

    monkeypatch.setattr(machine_code, "_target", refuse)
    out = np.ones(1)

    entry(double)(out)

    assert out.tolist() == [2.0]
    assert "LLVM has no code for this processor: No available targets" in caplog.text


@pytest.mark.parametrize("error", [ImportError("no numba"), OSError("no disk")])
def test_without_the_compiler_kernels_are_interpreted(monkeypatch, error):
    monkeypatch.setattr(compiler, "machine_code_of", _raising(error))
    out = np.ones(1)

    entry(double)(out)

    assert out.tolist() == [2.0]


@pytest.mark.parametrize("error", [RuntimeError("LLVM IR parsing error"), AttributeError("fndesc")])
def test_a_mistake_in_a_kernel_or_the_compiler_is_never_hidden(monkeypatch, error):
    monkeypatch.setattr(compiler, "machine_code_of", _raising(error))

    with pytest.raises(type(error), match=str(error)):
        entry(double)(np.ones(1))


def test_code_without_a_kernel_is_refused(monkeypatch):
    code = compiler.machine_code_of(double, kernel.kinds_of(double, [np.ones(1)]))
    monkeypatch.setattr(machine_code, "SYMBOL", "another_name")

    with pytest.raises(OSError, match="this machine code has no another_name"):
        link(code)


@pytest.mark.parametrize("error", [RuntimeError("no code"), ValueError("NULL pointer")])
def test_what_llvmlite_raises_while_it_links_leads_to_interpreted_kernels(monkeypatch, error):
    monkeypatch.setattr(llvm, "create_mcjit_compiler", _raising(error))
    out = np.ones(1)

    entry(double)(out)

    assert out.tolist() == [2.0]


def test_an_llvm_without_a_function_leads_to_interpreted_kernels(monkeypatch, caplog):
    monkeypatch.delattr(llvm.ObjectFileRef, "from_data")
    out = np.ones(1)

    entry(double)(out)

    assert out.tolist() == [2.0]
    assert "llvmlite cannot link machine code: " in caplog.text


def _raising(error):
    def fail(*_arguments):
        raise error

    return fail
