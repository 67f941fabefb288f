"""Which rows of a log repeat an event_id, when the ids are too many for memory."""

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

_N_FILES: Final = 64  # 250 million ids: 64 MB of each file in memory at a time
_PLACE_BITS: Final = 40  # for the position in a part


class Repeats:
    """Takes the ids part by part, in the order of the file; keeps their 64-bit hashes on the side.

    Two ids with one hash would be taken for one: of 250 million ids that happens to any two in one
    of six hundred logs.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = [folder / f"ids-{number}" for number in range(_N_FILES)]

    def add(
        self, event_ids: pl.Series, parts: NDArray[np.int64], positions: NDArray[np.int64]
    ) -> None:
        """Add ids (null = none), each with the part that its row went to, and its place there."""
        hashes = event_ids.hash().to_numpy().view(np.int64)
        places = (parts << _PLACE_BITS) + positions
        if event_ids.null_count():
            given = event_ids.is_not_null().to_numpy()
            hashes, places = hashes[given], places[given]
        file_of = (hashes & (_N_FILES - 1)).astype(np.uint8)
        order = np.argsort(file_of, kind="stable")  # by radix, which is as quick as counting
        bounds = np.searchsorted(file_of[order], np.arange(_N_FILES + 1))
        hashes, places = hashes[order], places[order]
        for number, path in enumerate(self._paths):
            mine = slice(bounds[number], bounds[number + 1])
            for name, column in (("hashes", hashes), ("places", places)):
                with path.with_suffix(f".{name}").open("ab") as file:
                    column[mine].tofile(file)

    def positions(self, n_parts: int) -> list[NDArray[np.int64]]:
        """Return for each part the positions of the rows whose id an earlier row has."""
        places = np.concatenate([_repeated(path) for path in self._paths])
        places.sort()
        bounds = np.searchsorted(places, np.arange(n_parts + 1) << _PLACE_BITS)
        positions = places & ((1 << _PLACE_BITS) - 1)
        return [positions[bounds[part] : bounds[part + 1]] for part in range(n_parts)]


def _repeated(path: Path) -> NDArray[np.int64]:
    hashes, places = _taken(path.with_suffix(".hashes")), _taken(path.with_suffix(".places"))
    in_order = np.sort(hashes)
    if not (in_order[1:] == in_order[:-1]).any():  # the usual case, at a tenth of the time
        return np.empty(0, np.int64)
    order = np.argsort(hashes, kind="stable")
    repeats = np.zeros(len(order), np.bool_)
    repeats[order[1:]] = hashes[order[1:]] == hashes[order[:-1]]
    return places[repeats]


def _taken(path: Path) -> NDArray[np.int64]:
    if not path.exists():
        return np.empty(0, np.int64)
    column = np.fromfile(path, np.int64)
    path.unlink()
    return column
