"""Arrays in memory or in a file, with the same slices; a slice of a file is read only when used."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ArrayInFile:
    """An array that begins at a byte of a file; `width` is None where it has one dimension."""

    path: Path
    first_byte: int
    n_rows: int
    dtype: np.dtype[Any]
    width: int | None

    def __getitem__(self, rows: slice) -> "ArrayInFile":
        """Return some of the rows without reading them."""
        first, last, _ = rows.indices(self.n_rows)
        at = self.first_byte + first * (self.width or 1) * self.dtype.itemsize
        return ArrayInFile(self.path, at, max(last - first, 0), self.dtype, self.width)


SpillableArray: TypeAlias = NDArray[Any] | ArrayInFile


def load(array: SpillableArray) -> NDArray[Any]:
    """Return the array in memory, read from its file if necessary."""
    if not isinstance(array, ArrayInFile):
        return array
    n = array.n_rows * (array.width or 1)
    flat = np.fromfile(array.path, array.dtype, n, offset=array.first_byte)
    return flat if array.width is None else flat.reshape(array.n_rows, array.width)


class SpillFile:
    """A file that arrays are appended to; several threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._n_bytes = 0
        self._lock = threading.Lock()

    def append(self, array: SpillableArray) -> ArrayInFile:
        """Write an array of one or two dimensions and return where it is."""
        rows = load(array)
        with self._lock:
            with self._path.open("ab") as file:
                rows.tofile(file)
            first_byte, self._n_bytes = self._n_bytes, self._n_bytes + rows.nbytes
        width = rows.shape[1] if rows.ndim > 1 else None
        return ArrayInFile(self._path, first_byte, len(rows), rows.dtype, width)
