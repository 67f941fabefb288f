"""Golden rows: what LightGBM answered when the bundle was written must be what it answers now."""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.manifest import GoldenRow
from app.domain.errors import BundleRefused

TOLERANCE: Final = 1e-9  # log-odds; the promise that our kernels make against LightGBM


class Scorer(Protocol):
    """Whatever computes raw margins and contributions of a booster."""

    def raw_margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the uncalibrated log-odds, shape (n,), of features of shape (n, n_features)."""

    def raw_contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values, shape (n, n_features + 1); the last column is the base."""

    def raw_explained(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return both at once: contributions, and margins with the same bits."""


def golden_rows_of(scorer: Scorer, features: NDArray[np.float64]) -> tuple[GoldenRow, ...]:
    """Return the golden rows of `features`, shape (n, n_features), as `scorer` answers now."""
    margins = scorer.raw_margins(features)
    contributions = scorer.raw_contributions(features)
    return tuple(
        GoldenRow(tuple(row.tolist()), float(margin), tuple(parts.tolist()))
        for row, margin, parts in zip(features, margins, contributions, strict=True)
    )


def compare_golden_rows(scorer: Scorer, rows: Sequence[GoldenRow], *, source: str) -> None:
    """Return if `scorer` answers the golden rows as written, else refuse the bundle.

    Raises
    ------
    BundleRefused
        If there are no golden rows, or a margin or contribution is off by more than 1e-9.
    """
    if not rows:
        raise BundleRefused(f"{source} has no golden rows to check itself with: train it again")
    features = np.array([row.features for row in rows])
    off = max(
        _largest_gap(scorer.raw_margins(features), [row.margin for row in rows]),
        _largest_gap(scorer.raw_contributions(features), [row.contributions for row in rows]),
    )
    if not off <= TOLERANCE:
        raise BundleRefused(
            f"{source} answers its golden rows differently from when it was written (by {off:.3g} "
            "log-odds): train it again with the installed libraries"
        )


def _largest_gap(found: NDArray[np.float64], written: Sequence[object]) -> float:
    expected = np.array(written, dtype=np.float64)
    if found.shape != expected.shape:
        return np.inf
    return float(np.max(np.abs(found - expected)))
