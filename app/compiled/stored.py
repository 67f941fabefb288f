"""Machine code in files beside this one, in a folder below that of Python's bytecode."""

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

log = logging.getLogger("holdfast.kernels")

# A folder of its own: an image may let the service write machine code there, but no bytecode.
FOLDER: Final = Path(__file__).parent / "__pycache__" / "kernels"
_N_DIGEST: Final = 32


def read_code(function: Callable[..., Any], key: str) -> bytes | None:
    """Return the code that was written under `key`; None if it is missing or damaged."""
    try:
        content = _path(function, key).read_bytes()
    except OSError:
        return None
    digest, code = content[:_N_DIGEST], content[_N_DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def write_code(function: Callable[..., Any], key: str, code: bytes) -> None:
    """Write `code` for later processes; if that fails, log a warning."""
    path = _path(function, key)
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(hashlib.sha256(code).digest() + code)
        temporary.replace(path)
    except OSError as error:
        log.warning(
            "kernels are compiled at every start, as their code cannot be stored: run `holdfast "
            "warm-up` once as a user who may write there",
            extra={"path": str(path), "why": str(error)},
        )


def _path(function: Callable[..., Any], key: str) -> Path:
    return FOLDER / f"{function.__module__}.{function.__qualname__}-{key}.o"
