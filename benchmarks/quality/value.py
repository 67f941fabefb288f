"""Forecasts of orders and revenue beside the peers'.

Run it: ``python -m benchmarks.quality.value --shop FILE --cdnow FILE --simulated DIR --out FILE``.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from benchmarks.quality.logs import ORDER, cdnow, micros, online_retail, simulated
from benchmarks.quality.value_forecasts import Forecasts, forecasts_of, one_order_a_day
from training.value.value_metrics import rmse_of, spearman_of, value_metrics_of

Numbers = NDArray[np.float64]

N_RESAMPLES = 300
# The last of each log is the one reported; the settings were chosen at the others.
CDNOW_CUTS = (("1997-05-16", 138), ("1997-06-01", 122), ("1997-07-02", 91), ("1997-10-01", 273))
SHOP_CUTS = (("2011-05-01", 120), ("2011-06-13", 90), ("2011-07-15", 58), ("2011-09-11", 90))


def main() -> None:
    """Print one table per case and target, and write all figures as JSON."""
    arguments = _arguments()
    results = {}
    for name, history, as_of, days in _cases(arguments):
        forecasts = forecasts_of(history, as_of=as_of, days=days)
        figures = figures_of(forecasts)
        results[name] = figures
        print(printed(name, figures), end="\n\n", flush=True)
    if arguments.out is not None:
        arguments.out.write_text(json.dumps(results, indent=1) + "\n")


def figures_of(forecasts: Forecasts) -> dict[str, Any]:
    """Return metrics per target and forecaster, and how often orders came by the date told."""
    return {
        "orders": _compared(forecasts.orders, forecasts.said_orders),
        "revenue": _compared(forecasts.revenue, forecasts.said_revenue),
        "next_order": _dates(forecasts),
    }


def printed(name: str, figures: Mapping[str, Any]) -> str:
    """Return the figures as a table for people."""
    lines = [f"## {name}", ""]
    for target in ("orders", "revenue"):
        lines += [
            f"| {target} | RMSE | ours − theirs | Spearman | ours − theirs | Gini | total bias |",
            "|---|---|---|---|---|---|---|",
        ]
        for who, found in figures[target].items():
            lines.append(
                f"| {who} | {found['rmse']:.4g} | {_interval(found['rmse_difference'])} "
                f"| {found['spearman']:.4f} | {_interval(found['spearman_difference'])} "
                f"| {found['gini']:.3f} | {found['total_bias']:+.1%} |"
            )
        ours = figures[target]["holdfast"]["deciles"]
        lines += ["", "tenths, said/was: " + ", ".join(f"{s:.3g}/{w:.3g}" for s, w in ours), ""]
    dates = figures["next_order"]
    lines.append(
        f"next order: a date for {dates['share_with_date']:.1%} of buyers; of the "
        f"{dates['n_judged']} dates within the window {dates['share_come_by_then']:.1%} had come"
    )
    return "\n".join(lines)


def _compared(happened: Numbers, said: Mapping[str, Numbers]) -> dict[str, Any]:
    ours, found = said["holdfast"], {}
    told = np.isfinite(ours)
    resamples = _resamples(int(told.sum()))
    for who, theirs in said.items():
        metrics = value_metrics_of(happened[told], theirs[told]).as_numbers()
        for measure, function in (("rmse", rmse_of), ("spearman", spearman_of)):
            differences = [
                function(happened[told][rows], ours[told][rows])
                - function(happened[told][rows], theirs[told][rows])
                for rows in (resamples if who != "holdfast" else ())
            ]
            metrics[f"{measure}_difference"] = (
                [float(x) for x in np.quantile(differences, (0.025, 0.975))] if differences else []
            )
        found[who] = metrics
    return found


def _dates(forecasts: Forecasts) -> dict[str, float]:
    dates = forecasts.next_order_days
    finite = forecasts.waited_days[np.isfinite(forecasts.waited_days)]
    judged = dates <= (finite.max() if len(finite) else 0.0)
    come = forecasts.waited_days[judged] <= dates[judged]
    return {
        "share_with_date": float(np.isfinite(dates).mean()),
        "n_judged": int(judged.sum()),
        "share_come_by_then": float(come.mean()) if len(come) else float("nan"),
    }


def _resamples(n_rows: int) -> NDArray[np.int32]:
    drawn = np.random.default_rng(0).integers(0, n_rows, size=(N_RESAMPLES, n_rows))
    return drawn.astype(np.int32)


def _interval(bounds: list[float]) -> str:
    return f"{bounds[0]:+.4g} to {bounds[1]:+.4g}" if bounds else ""


def _cases(arguments: argparse.Namespace) -> Iterator[tuple[str, History, int, int]]:
    if arguments.cdnow is not None:
        history = one_order_a_day(cdnow(arguments.cdnow))
        for day, days in CDNOW_CUTS:
            yield f"CDNOW, {days} days from {day}", history, micros(day), days
    if arguments.shop is not None:
        history = online_retail(arguments.shop)
        for day, days in SHOP_CUTS:
            yield f"Online Retail, {days} days from {day}", history, micros(day), days
    for folder in arguments.simulated:
        case = simulated(folder)
        last = int(case.history.occurred_at[case.history.kind == ORDER].max())
        for days, back in ((180, 360), (90, 90)):
            as_of = last - back * MICROSECONDS_PER_DAY
            yield f"{case.name}, {days} days from day -{back}", case.history, as_of, days


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.value")
    parser.add_argument("--shop", type=Path, help="online_retail_invoices.csv.gz")
    parser.add_argument("--cdnow", type=Path, help="CDNOW_master.txt, from the package lifetimes")
    parser.add_argument(
        "--simulated", type=Path, action="append", default=[], help="folder of holdfast simulate"
    )
    parser.add_argument("--out", type=Path, help="where the figures go as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
