"""Exact reasons against LightGBM's `pred_contrib`: on the bundle in service, and on 200 x 31."""

import time
from collections.abc import Callable

import lightgbm
import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.explainer import build_explainer
from app.bundle.trees.parsing import parse_trees
from app.bundle.trees.treeshap import explain
from benchmarks.cores import SERVED, pinned
from benchmarks.figure import Result
from benchmarks.plan import Plan
from benchmarks.rounds import ratio_details, take_turns
from benchmarks.treeshap import trained
from benchmarks.world import measured_features, world

KEYS = ("treeshap_row_vs_pred_contrib", "treeshap_batch_vs_pred_contrib")
LARGE = (200, 31)  # trees and leaves
N_CALLS = 200
N_OURS = 4096  # rows of a batch; more than one block of the kernel
N_THEIRS = 500  # their price per row does not depend on how many there are
TOLERANCE = 1e-9

Rows = NDArray[np.float64]
Explain = Callable[[Rows], Rows]


def measure(plan: Plan) -> Result:
    """Return the ratios of rows per second, on one thread, by what is worse of both boosters."""
    company = world(plan)
    shipped = lightgbm.Booster(model_str=(company.bundle / "booster.txt").read_text("utf-8"))
    with pinned(SERVED):
        found = {
            "shipped": _compared(shipped, measured_features(company), plan),
            f"{LARGE[0]}x{LARGE[1]}": _compared(*trained(*LARGE), plan),
        }
    return {
        KEYS[0]: min(each["row"]["median"] for each in found.values()),
        KEYS[1]: min(each["batch"]["median"] for each in found.values()),
        **found,
    }


def _compared(booster: lightgbm.Booster, features: Rows, plan: Plan) -> dict[str, dict[str, float]]:
    rows = np.resize(features, (N_OURS, features.shape[1]))
    trees = parse_trees(booster.model_to_string(), n_features=rows.shape[1])
    explainer = build_explainer(trees)

    def ours(part: Rows) -> Rows:
        return explain(explainer, part)[0]

    def theirs(part: Rows) -> Rows:
        return np.asarray(booster.predict(part, pred_contrib=True, num_threads=1))

    difference = float(np.max(np.abs(ours(rows[:N_THEIRS]) - theirs(rows[:N_THEIRS]))))
    if difference > TOLERANCE:
        raise RuntimeError(f"our reasons differ from pred_contrib by {difference}")
    reached = take_turns(
        {
            "row": lambda: _one_by_one(ours, rows),
            "row, pred_contrib": lambda: _one_by_one(theirs, rows),
            "batch": lambda: _at_once(ours, rows),
            "batch, pred_contrib": lambda: _at_once(theirs, rows[:N_THEIRS]),
        },
        rounds=plan.rounds,
    )
    return {
        "row": ratio_details(reached["row"], reached["row, pred_contrib"]),
        "batch": ratio_details(reached["batch"], reached["batch, pred_contrib"]),
        "size": {"trees": booster.num_trees(), "largest_difference": difference},
    }


def _one_by_one(explain: Explain, rows: Rows) -> float:
    """Return rows per second of processor time."""
    started = time.thread_time()
    for i in range(N_CALLS):
        explain(rows[i : i + 1])
    return N_CALLS / (time.thread_time() - started)


def _at_once(explain: Explain, rows: Rows) -> float:
    started = time.thread_time()
    explain(rows)
    return len(rows) / (time.thread_time() - started)
