"""`python -m benchmarks`: measure what the documentation claims; see README.md."""

import argparse
import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figure import Figure, NotMeasurable, Result
from benchmarks.figures import FIGURES
from benchmarks.machine import commit, libraries, machine
from benchmarks.plan import FULL, PROJECT, QUICK, Plan
from benchmarks.rounds import say
from benchmarks.world import description, world

LATEST = PROJECT / "benchmarks" / "results" / "latest.json"


def main() -> int:
    """Measure the figures asked for, and return 1 if one of them failed."""
    asked = _arguments()
    plan = QUICK if asked.quick else FULL
    if asked.large_copies:
        plan = replace(plan, large_copies=asked.large_copies)
    chosen = [figure for figure in FIGURES if not asked.only or figure.name in asked.only]
    results = _previous(asked.out) if asked.only else {}
    results |= {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "quick": asked.quick,
        "machine": machine(),
        "libraries": libraries(),
        "company": description(world(plan)),
    }
    results.setdefault("figures", {})
    failed = False
    for number, figure in enumerate(chosen, start=1):
        print(f"[{number}/{len(chosen)}] {figure.name}", file=sys.stderr, flush=True)
        found = _measured(figure, plan)
        failed |= "failed" in found
        results |= {key: found.get(key) for key in figure.keys}
        results["figures"][figure.name] = found
        _write(asked.out, results)
    _print(results)
    return int(failed)


def _arguments() -> argparse.Namespace:
    names = [figure.name for figure in FIGURES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help=", ".join(names)
    )
    parser.add_argument("--quick", action="store_true", help="fewer, shorter rounds, less data")
    parser.add_argument(
        "--large-copies",
        type=int,
        metavar="N",
        help="copies of the company in the run that watches memory; 1000 are 5 million customers",
    )
    parser.add_argument("--out", type=Path, default=LATEST, help="where the results go")
    return parser.parse_args()


def _measured(figure: Figure, plan: Plan) -> Result:
    started = time.perf_counter()
    try:
        found = dict(figure.measure(plan))
    except NotMeasurable as reason:
        say(f"missing: {reason}")
        found = {"missing": str(reason)}
    except Exception as error:  # noqa: BLE001 - one figure that fails must not cost the others
        say(f"failed: {error!r}")
        found = {"failed": repr(error)}
    for key in figure.keys:
        say(f"{key} = {found.get(key)}")
    return {**found, "took_seconds": round(time.perf_counter() - started, 1)}


def _previous(path: Path) -> dict[str, object]:
    """Return the results so far: `--only` replaces one figure and keeps the others."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _write(path: Path, results: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _print(results: dict[str, object]) -> None:
    for figure in FIGURES:
        for key in figure.keys:
            print(f"{key:40} {results.get(key)}")


if __name__ == "__main__":
    raise SystemExit(main())
