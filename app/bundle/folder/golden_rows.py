"""Golden rows: a bundle must answer them today as LightGBM did when the bundle was written."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.manifest import GoldenRow
from app.bundle.trees.scorer import Scorer
from app.domain.errors import BundleRefused

TOLERANCE: Final = 1e-9  # log-odds: what the kernels promise to agree with LightGBM within


def record_golden_rows(scorer: Scorer, features: NDArray[np.float64]) -> tuple[GoldenRow, ...]:
    """Return the golden rows of `features`, shape (n, n_features), as `scorer` answers them now."""
    margins = scorer.raw_margins(features)
    contributions = scorer.raw_contributions(features)
    return tuple(
        GoldenRow(tuple(row.tolist()), float(margin), tuple(own.tolist()))
        for row, margin, own in zip(features, margins, contributions, strict=True)
    )


def verify_golden_rows(scorer: Scorer, rows: Sequence[GoldenRow], *, source: str) -> None:
    """Refuse the bundle unless `scorer` answers its golden rows as they are written.

    Raises
    ------
    BundleRefused
        If there are no golden rows, or a margin or contribution differs by more than 1e-9.
    """
    if not rows:
        raise BundleRefused(f"{source} has no golden rows to verify it with: train a new bundle")
    features = np.array([row.features for row in rows])
    gap = max(
        _largest_gap(scorer.raw_margins(features), [row.margin for row in rows]),
        _largest_gap(scorer.raw_contributions(features), [row.contributions for row in rows]),
    )
    if not gap <= TOLERANCE:
        raise BundleRefused(
            f"{source} answers its golden rows differently than when it was written (by up to "
            f"{gap:.3g} log-odds): train a new bundle with the libraries installed here"
        )


def _largest_gap(found: NDArray[np.float64], written: Sequence[object]) -> float:
    expected = np.array(written, dtype=np.float64)
    if found.shape != expected.shape:
        return np.inf
    return float(np.max(np.abs(found - expected)))
