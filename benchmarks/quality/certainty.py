"""How often intervals hold what they should, and how often somebody is falsely called unusual.

Run it: ``python -m benchmarks.quality.certainty --shop FILE --cdnow FILE --simulated DIR``.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from app.bundle.answers.interval import build_intervals
from app.bundle.answers.uncertainty import Uncertainty
from app.bundle.answers.unusual_features import build_unusual_features
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES
from app.features.outcomes import churned
from app.features.population import in_population
from app.statistics.intervals import z_value
from benchmarks.quality.__main__ import CDNOW_CUTS, SHOP_CUTS
from benchmarks.quality.logs import Case, cdnow, micros, no_order, online_retail, simulated
from training.certainty.certainty import certainty_of
from training.certainty.usual_ranges import UsualRangesReport
from training.dataset.dataset import features_of_customers
from training.dataset.history_slices import known_before
from training.learning.learn import learn
from training.run import TrainingRun
from training.testing.backtests import run_backtests

Numbers = NDArray[np.float64]
DAYS_LATER = 30  # a bundle that is a month old


@dataclass(frozen=True, slots=True)
class Held:
    """What was said as of a cut-off, with its intervals, and what came.

    `truth` is the true probability where it is known, else None; `later` the features of the
    population a month later, where the log goes on.
    """

    uncertainty: Uncertainty
    support: UsualRangesReport | None
    features: Numbers
    said: Numbers
    low: Numbers
    high: Numbers
    churned: Numbers
    truth: Numbers | None
    later: Numbers | None


def main() -> None:
    """Print the figures of every case."""
    for case in _cases(_arguments()):
        _print(case, _held(case))


def _held(case: Case) -> Held:
    known = known_before(case.history, moment=case.until)
    run = TrainingRun(known=known, churn=case.churn, cut_off=case.until)
    learned = learn(run)
    found = certainty_of(run, learned, tables=run_backtests(run, learned).calibration_tables)
    uncertainty, support = found.uncertainty, found.usual_ranges
    rows = np.flatnonzero(in_population(known, case.churn, as_of=case.until))
    features = features_of_customers(known, rows, as_of=case.until)
    said = learned.student.probabilities_of(features)
    low, high = build_intervals(uncertainty, FEATURE_NAMES).around(said, logit(said), features)
    happened = (
        churned(case.history, case.churn, as_of=case.until)
        if case.outcomes is None
        else case.outcomes
    )
    truth = None if case.truth is None else case.truth[rows]
    later = None if case.outcomes is not None else _later(case)
    return Held(
        uncertainty, support, features, said, low, high, happened[rows].astype(float), truth, later
    )


def _later(case: Case) -> Numbers:
    moment = case.until + DAYS_LATER * MICROSECONDS_PER_DAY
    known = known_before(case.history, moment=moment)
    rows = np.flatnonzero(in_population(known, case.churn, as_of=moment))
    return features_of_customers(known, rows, as_of=moment)


def _print(case: Case, held: Held) -> None:
    widths = held.high - held.low
    print(f"## {case.name}")
    shared = held.uncertainty.shared_deviation
    print(f"mean width {widths.mean():.3f}; level spread {shared:.3f} log-odds")
    amounts = np.nan_to_num(held.features[:, FEATURE_INDEX[held.uncertainty.history_feature]])
    steps = np.searchsorted(held.uncertainty.history_from, amounts, side="right")
    for step, begins in enumerate((0.0, *held.uncertainty.history_from)):
        rows = steps == step
        if rows.any():
            amount = held.uncertainty.history_feature
            line = f"  {amount} from {begins:g}: {rows.sum():,} customers, "
            print(line + f"mean width {widths[rows].mean():.3f}{_truth_inside(held, rows)}")
    print(f"  all{_truth_inside(held, np.ones(len(steps), dtype=bool))}{_groups_inside(held)}")
    print(_unusual(held), end="\n\n", flush=True)


def _truth_inside(held: Held, rows: NDArray[np.bool_]) -> str:
    if held.truth is None:
        return ""
    rows = rows & ~np.isnan(held.truth)
    inside = (held.low <= held.truth) & (held.truth <= held.high)
    return f", truth inside {inside[rows].mean():.3f}"


def _groups_inside(held: Held) -> str:
    """Return for how many tenths the share that churned lay inside, by two measures."""
    customers = level = 0
    groups = np.array_split(np.argsort(held.said, kind="stable"), 10)
    for rows in groups:
        seen, said = held.churned[rows].mean(), held.said[rows].mean()
        customers += int(held.low[rows].mean() <= seen <= held.high[rows].mean())
        by_chance = 1 / (len(rows) * said * (1 - said))
        reach = z_value(held.uncertainty.coverage) * np.sqrt(
            held.uncertainty.shared_deviation**2 + by_chance
        )
        half = 0.5 / len(rows)  # a customer more or less is no surprise
        level += int(expit(logit(said) - reach) - half <= seen <= expit(logit(said) + reach) + half)
    n = len(groups)
    return f"; tenths inside customers' intervals {customers}/{n}, inside the level's {level}/{n}"


def _unusual(held: Held) -> str:
    if held.support is None:
        return "  too few customers for usual ranges"
    ranges = build_unusual_features(held.support.support, FEATURE_NAMES)
    share = held.support.alarm_share
    line = "  called unusual: by earlier ranges " + ("–" if share is None else f"{share:.2%}")
    if held.later is not None:
        line += f", {DAYS_LATER} days after the cut-off {ranges.any_in(held.later).mean():.2%}"
    return line


def _cases(arguments: argparse.Namespace) -> Iterator[Case]:
    logs = (
        ("Online Retail", arguments.shop, online_retail, SHOP_CUTS),
        ("CDNOW", arguments.cdnow, cdnow, CDNOW_CUTS),
    )
    for name, path, read, cuts in logs:
        if path is not None:
            history = read(path)
            for day, days in cuts:
                yield Case(f"{name}, {days} days from {day}", history, micros(day), no_order(days))
    for folder in arguments.simulated:
        yield simulated(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.certainty")
    parser.add_argument("--shop", type=Path, help="online_retail_invoices.csv.gz")
    parser.add_argument("--cdnow", type=Path, help="CDNOW_master.txt, from the package lifetimes")
    parser.add_argument(
        "--simulated", type=Path, action="append", default=[], help="folder of holdfast simulate"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
