"""Who learns and who tests: by time for the report, by customer for everything within it."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from training.dataset import Dataset


def held_out_by_time(dataset: Dataset) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Return (rows to learn from, rows to test on), or None where the history is too short.

    The newest snapshot tests. Only snapshots whose label windows closed at or before that moment
    may teach, so the test lies as far ahead of the learner as in service.
    """
    newest = len(dataset.windows) - 1
    tested_at = dataset.windows[newest].as_of
    teaches = np.array([window.closes_at <= tested_at for window in dataset.windows])
    if not teaches.any():
        return None
    return teaches[dataset.window], dataset.window == newest


def folds_of(customer_ids: Iterable[str], *, n_folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold (0 to n_folds - 1) of every customer, from a hash of its id alone.

    All snapshots of a customer fall into one fold, and so would a customer that appears twice:
    nobody is predicted by a booster that has seen them.
    """
    key = seed.to_bytes(8, "little", signed=True)
    return np.array(
        [
            int.from_bytes(hashlib.blake2b(i.encode(), digest_size=8, key=key).digest(), "little")
            % n_folds
            for i in customer_ids
        ],
        dtype=np.int64,
    )
