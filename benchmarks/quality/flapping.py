"""How many customers change tier from week to week and back, for several widths of the band.

Run it: ``python -m benchmarks.quality.flapping --shop FILE --cdnow FILE --simulated DIR``. Every
case ends before the windows that are tested elsewhere begin.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.tier_columns import NO_TIER, assign_tiers
from app.domain.moments import MICROSECONDS_PER_DAY
from app.domain.tier_policies import SharePolicy
from app.features.engine import features_of
from app.features.history import History
from app.features.population import in_population
from benchmarks.quality.logs import cdnow, micros, no_order, online_retail, simulated
from training.dataset.history_slices import known_before
from training.learning.learn import learn
from training.run import TrainingRun
from training.tiers.cut_points import policy_by_shares

WEEK = 7 * MICROSECONDS_PER_DAY
UNDONE_WITHIN = 4  # weeks
BANDS = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5)
CHURN = no_order(90)

Tiers = NDArray[np.int64]


def main() -> None:
    """Print a table per case."""
    for name, history, first, n_weeks, learned_anew in _cases(_arguments()):
        weeks = _weeks(history, first=first, n_weeks=n_weeks, learned_anew=learned_anew)
        print(f"## {name}: {len(weeks[0][0]):,} customers, {n_weeks} weeks\n")
        print("| band | change tier a week | and back within 4 weeks | in another tier than at 1 |")
        print("|---|---|---|---|")
        plain = _followed(weeks, 1.0)
        for band in BANDS:
            tiers = _followed(weeks, band)
            changed = float((tiers[1:] != tiers[:-1]).mean())
            other = float((tiers != plain).mean())
            print(f"| {band:g} | {changed:.2%} | {_undone(tiers):.2%} | {other:.1%} |")
        print(flush=True)


def _weeks(
    history: History, *, first: int, n_weeks: int, learned_anew: bool
) -> list[tuple[NDArray[np.float64], SharePolicy]]:
    """Return probabilities and policy of each week, of those in the population throughout."""
    said, inside = [], []
    policies: list[SharePolicy] = []
    for moment in range(first, first + n_weeks * WEEK, WEEK):
        known = known_before(history, moment=moment)
        if learned_anew or not policies:
            learned = learn(TrainingRun(known=known, churn=CHURN, cut_off=moment))
            student = learned.student
            policies.append(policy_by_shares(student.probabilities_of(learned.population)))
        said.append(student.probabilities_of(features_of(known, as_of=moment)))
        inside.append(in_population(known, CHURN, as_of=moment))
    throughout = np.all(inside, axis=0)
    last = len(policies) - 1
    return [(p[throughout], policies[min(i, last)]) for i, p in enumerate(said)]


def _followed(weeks: list[tuple[NDArray[np.float64], SharePolicy]], band: float) -> Tiers:
    """Return everybody's tier in every week, each week seeing the one before."""
    before = np.full(len(weeks[0][0]), NO_TIER)
    tiers = []
    for said, policy in weeks:
        no_values = np.full(len(said), np.nan)
        before = assign_tiers(replace(policy, band=band), said, no_values, before).tiers
        tiers.append(before)
    return np.array(tiers)


def _undone(tiers: Tiers) -> float:
    """Return the share of customers per week whose change is undone soon."""
    undone = 0
    for week in range(1, len(tiers)):
        changed = tiers[week] != tiers[week - 1]
        later = tiers[week + 1 : week + 1 + UNDONE_WITHIN]
        undone += int((changed & (later == tiers[week - 1]).any(axis=0)).sum())
    n_looks: int = tiers.shape[1] * (len(tiers) - 1)
    return undone / n_looks


def _cases(given: argparse.Namespace) -> Iterator[tuple[str, History, int, int, bool]]:
    if given.shop is not None:
        history, first = online_retail(given.shop), micros("2011-06-01")
        yield "Online Retail from 2011-06-01, one bundle", history, first, 13, False
        yield "Online Retail from 2011-06-01, learned anew each week", history, first, 7, True
    if given.cdnow is not None:
        history, first = cdnow(given.cdnow), micros("1997-06-01")
        yield "CDNOW from 1997-06-01, learned anew each week", history, first, 7, True
    for folder in given.simulated:
        case = simulated(folder)
        first = int(case.history.occurred_at.max()) - 100 * MICROSECONDS_PER_DAY
        yield f"{case.name}, the last 100 days, one bundle", case.history, first, 13, False


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.flapping")
    parser.add_argument("--shop", type=Path, help="online_retail_invoices.csv.gz")
    parser.add_argument("--cdnow", type=Path, help="CDNOW_master.txt, from the package lifetimes")
    parser.add_argument(
        "--simulated", type=Path, action="append", default=[], help="folder of holdfast simulate"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
