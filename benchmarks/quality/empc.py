"""Our expected maximum profit beside that of the package `empulse`, on random rankings.

Run it where both are installed: ``pip install empulse`` beside ``holdfast[training]``, then
``python -m benchmarks.quality.empc``. It is no dependency of the tests: it brings SymPy and takes
seconds to import. The tests hold us to numbers that it printed.
"""

import importlib
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.tiers.maximum_profit import expected_maximum_profit

SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"value": 120.0, "offer": 20.0, "contact": 3.0, "beta": (3.0, 9.0)},
)
CASES = ((200, 0.3, 1.0), (1000, 0.1, 0.5), (5000, 0.6, 2.0), (50, 0.5, 0.1))


def ranking(
    n: int, base_rate: float, noise: float, *, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return outcomes and scores with many ties."""
    rng = np.random.default_rng(seed)
    churned = (rng.random(n) < base_rate).astype(np.float64)
    return churned, np.round(churned + noise * rng.normal(size=n), 2)


def main() -> None:
    """Print both figures per case, and end with 1 where they differ by more than 1e-9."""
    empc_score = importlib.import_module("empulse.metrics").empc_score  # an optional peer

    worst = 0.0
    for seed, case in enumerate(CASES):
        churned, scores = ranking(*case, seed=seed)
        for other in SETTINGS:
            ours = expected_maximum_profit(churned, scores, **other).profit
            theirs = float(empc_score(churned, scores, **_their_names(other)))
            worst = max(worst, abs(ours - theirs))
            print(f"{case} {other or 'defaults'}: ours {ours:.12f}, empulse {theirs:.12f}")
    print(f"largest difference {worst:.1e}")
    sys.exit(int(worst > 1e-9))


def _their_names(other: dict[str, Any]) -> dict[str, float]:
    if not other:
        return {}
    alpha, beta = other["beta"]
    return {
        "clv": other["value"],
        "incentive_cost": other["offer"],
        "contact_cost": other["contact"],
        "alpha": alpha,
        "beta": beta,
    }


if __name__ == "__main__":
    main()
