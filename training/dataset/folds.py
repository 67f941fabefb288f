"""Folds of customers for cross-fitting; the split by time is in `training.testing.backtest`."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def folds_of(customer_ids: Iterable[str], *, n_folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold (0 to n_folds - 1) of every customer, from a hash of the id alone.

    All snapshots of a customer fall into one fold, and so would a customer who appears twice: no
    margin comes from a booster that has seen the customer.
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
