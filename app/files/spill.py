"""Rows of numbers that are in memory or in a file, and are asked for in the same way."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class InFile:
    """An array that stands in a file from a place on; slices of it are read when they are asked."""

    path: Path
    first_byte: int
    n_rows: int
    dtype: np.dtype[Any]
    width: int | None

    def __getitem__(self, rows: slice) -> "InFile":
        """Return some of the rows; nothing is read."""
        first, last, _ = rows.indices(self.n_rows)
        at = self.first_byte + first * (self.width or 1) * self.dtype.itemsize
        return InFile(self.path, at, max(last - first, 0), self.dtype, self.width)


Rows: TypeAlias = NDArray[Any] | InFile


def loaded(rows: Rows) -> NDArray[Any]:
    """Return the array."""
    if not isinstance(rows, InFile):
        return rows
    n = rows.n_rows * (rows.width or 1)
    flat = np.fromfile(rows.path, rows.dtype, n, offset=rows.first_byte)
    return flat if rows.width is None else flat.reshape(rows.n_rows, rows.width)


class Aside:
    """A file that arrays are put into, one behind the other; several threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._n_bytes = 0
        self._lock = threading.Lock()

    def put(self, array: NDArray[Any]) -> InFile:
        """Write an array of one or two dimensions and return where it is."""
        with self._lock:
            with self._path.open("ab") as file:
                array.tofile(file)
            first_byte, self._n_bytes = self._n_bytes, self._n_bytes + array.nbytes
        width = array.shape[1] if array.ndim > 1 else None
        return InFile(self._path, first_byte, len(array), array.dtype, width)
