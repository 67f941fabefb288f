"""Run it: ``python -m benchmarks.quality --shop FILE --cdnow FILE --simulated DIR --out FILE``."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.quality.forecasts import forecasts_of
from benchmarks.quality.logs import Case, cdnow, micros, no_order, online_retail, simulated
from benchmarks.quality.searched import is_installed
from benchmarks.quality.table import figures_of, printed

SHOP_CUTS = (("2011-05-16", 90), ("2011-06-13", 90), ("2011-07-13", 60), ("2011-09-11", 90))
CDNOW_CUTS = (("1997-07-02", 91), ("1997-07-20", 73), ("1997-10-01", 273))


def main() -> None:
    """Print one table per case and write all figures as JSON."""
    arguments = _arguments()
    if arguments.flaml_seconds and not is_installed():
        print("FLAML is not installed (flaml, pandas, xgboost): it is left out", file=sys.stderr)
    results = {}
    for case in _cases(arguments):
        figures = figures_of(forecasts_of(case, search_seconds=arguments.flaml_seconds))
        results[case.name] = figures
        print(printed(case.name, figures), end="\n\n", flush=True)
    if arguments.out is not None:
        arguments.out.write_text(json.dumps(results, indent=1) + "\n")


def _cases(arguments: argparse.Namespace) -> Iterator[Case]:
    if arguments.shop is not None:
        history = online_retail(arguments.shop)
        for day, days in SHOP_CUTS:
            name = f"Online Retail, {days} days from {day}"
            yield Case(name, history, micros(day), no_order(days))
    if arguments.cdnow is not None:
        history = cdnow(arguments.cdnow)
        for day, days in CDNOW_CUTS:
            yield Case(f"CDNOW, {days} days from {day}", history, micros(day), no_order(days))
    for folder in arguments.simulated:
        yield simulated(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("--shop", type=Path, help="online_retail_invoices.csv.gz")
    parser.add_argument("--cdnow", type=Path, help="CDNOW_master.txt, from the package lifetimes")
    parser.add_argument(
        "--simulated", type=Path, action="append", default=[], help="folder of holdfast simulate"
    )
    parser.add_argument(
        "--flaml-seconds", type=int, default=60, help="how long FLAML searches; 0 = leave it out"
    )
    parser.add_argument("--out", type=Path, help="where the figures go as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
