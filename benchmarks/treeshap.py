"""Exact reasons: our TreeSHAP against LightGBM's ``pred_contrib``, on one thread.

    python benchmarks/treeshap.py [--out FILE] [--repeats 15]

Contenders take turns within each repetition, so that a busy machine slows both; what counts is the
ratio of a repetition, and the table shows its median and spread (the middle half). Every
repetition of one-row calls goes through different rows. The boosters are trained here on made-up
data with missing values, zeros and whole numbers: the size that training ships (at most 300 trees
of 8 or 15 leaves) and 200 trees of 31 leaves.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import lightgbm
import numpy as np

from app.bundle.trees import margins
from app.bundle.trees.explainer import build_explainer
from app.bundle.trees.parsing import parse_trees
from app.bundle.trees.treeshap import explain

N_FEATURES = 60
N_ROWS = 10_000  # of a batch
N_CALLS = 300  # of one row, per repetition
N_CONTRIB_ROWS = 1_000  # LightGBM's share of the batch; its price per row does not depend on it
SIZES = {"shipped_300x8": (300, 8), "shipped_300x15": (300, 15), "large_200x31": (200, 31)}

MEASURES = (
    "row_vs_pred_contrib",
    "batch_vs_pred_contrib",
    "row_us",
    "batch_us_per_row",
    "margin_row_vs_predict",
    "margin_batch_vs_predict",
    "margin_row_us",
    "margin_batch_us_per_row",
)


def made_up_rows(rng: np.random.Generator, n_rows: int) -> np.ndarray:
    """Return rows of skewed counts, many of them 0, and numbers, a fifth of them missing."""
    rows = rng.gamma(1.0, 10.0, size=(n_rows, N_FEATURES))
    rows[rng.random(rows.shape) < 0.3] = 0
    half = N_FEATURES // 2
    rows[:, :half] = np.floor(rows[:, :half])
    rows[:, half:][rng.random((n_rows, N_FEATURES - half)) < 0.2] = np.nan
    return rows


def trained(n_trees: int, n_leaves: int, *, seed: int = 0) -> tuple[lightgbm.Booster, np.ndarray]:
    """Return a booster and rows to explain."""
    rng = np.random.default_rng(seed)
    rows = made_up_rows(rng, 20_000)
    weights = rng.normal(size=N_FEATURES) * (rng.random(N_FEATURES) < 0.6)
    risk = np.nan_to_num(np.log1p(rows)) @ weights
    labels = (risk - risk.mean()) / risk.std() + rng.normal(size=len(rows)) > 0
    parameters = {
        "objective": "binary",
        "num_leaves": n_leaves,
        "learning_rate": 0.05,
        "min_data_in_leaf": 200,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "feature_fraction": 0.6,
        "num_threads": 1,
        "seed": 1,
        "verbose": -1,
    }
    data = lightgbm.Dataset(rows, labels.astype(float))
    return lightgbm.train(parameters, data, num_boost_round=n_trees), rows[:N_ROWS]


def seconds(action: Callable[[], object]) -> float:
    """Return how long `action` took."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def spread(ratios: list[float]) -> dict[str, float]:
    """Return median and quartiles."""
    low, median, high = np.percentile(ratios, [25, 50, 75])
    return {
        "median": round(float(median), 2),
        "q1": round(float(low), 2),
        "q3": round(float(high), 2),
    }


def measured(n_trees: int, n_leaves: int, *, repeats: int) -> dict[str, object]:
    """Return ratios (LightGBM's time / ours), our times, and the largest difference."""
    booster, rows = trained(n_trees, n_leaves)
    trees = parse_trees(booster.model_to_string(), n_features=N_FEATURES)
    build_s = seconds(lambda: build_explainer(trees))  # the first one compiles or loads
    build_s = seconds(lambda: build_explainer(trees))
    explainer, adder = build_explainer(trees), margins.build_adder(trees)

    def ours(part: np.ndarray) -> np.ndarray:
        return explain(explainer, part)[0]

    def theirs(part: np.ndarray) -> np.ndarray:
        return booster.predict(part, pred_contrib=True, num_threads=1)

    def our_margins(part: np.ndarray) -> np.ndarray:
        return margins.raw_margins(adder, part)

    def their_margins(part: np.ndarray) -> np.ndarray:
        return booster.predict(part, raw_score=True, num_threads=1)

    def one_by_one(explain: Callable[[np.ndarray], np.ndarray], offset: int) -> float:
        at = [(offset * N_CALLS + i) % N_ROWS for i in range(N_CALLS)]
        return seconds(lambda: [explain(rows[i : i + 1]) for i in at]) / N_CALLS

    some = rows[:N_CONTRIB_ROWS]
    difference = float(np.max(np.abs(ours(some) - theirs(some))))
    to_margin = float(np.max(np.abs(ours(rows).sum(axis=1) - margins.raw_margins(adder, rows))))
    timings: dict[str, list[float]] = {name: [] for name in MEASURES}
    for repeat in range(repeats):
        our_row, their_row = one_by_one(ours, repeat), one_by_one(theirs, repeat)
        our_batch = seconds(lambda: ours(rows)) / N_ROWS
        their_batch = seconds(lambda: theirs(some)) / len(some)
        our_margin, their_margin = (
            one_by_one(our_margins, repeat),
            one_by_one(their_margins, repeat),
        )
        our_margins_s = seconds(lambda: our_margins(rows)) / N_ROWS
        margins_s = seconds(lambda: their_margins(rows)) / N_ROWS
        measures = (
            their_row / our_row,
            their_batch / our_batch,
            our_row * 1e6,
            our_batch * 1e6,
            their_margin / our_margin,
            margins_s / our_margins_s,
            our_margin * 1e6,
            our_margins_s * 1e6,
        )
        for name, value in zip(MEASURES, measures, strict=True):
            timings[name].append(value)
    return {name: spread(values) for name, values in timings.items()} | {
        "largest_difference": difference,
        "largest_gap_to_margin": to_margin,
        "build_s": round(build_s, 3),
        "table_mb": round(explainer.table.nbytes / 1e6, 2),
    }


def main() -> None:
    """Measure all sizes, print a table, write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--repeats", type=int, default=15)
    arguments = parser.parse_args()
    results = {}
    for name, (n_trees, n_leaves) in SIZES.items():
        results[name] = result = measured(n_trees, n_leaves, repeats=arguments.repeats)
        print(name)
        for key, value in result.items():
            print(f"  {key:<24} {value}")
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
