"""One scoring of a file, timed from the inside; a program of its own.

``python -m benchmarks.score_files with|without ACTIVITY MODELS AS_OF OUT`` prints seconds (without
the start of the program), customers and the most memory as JSON. `with` is what `holdfast score`
runs; `without` reads, measures and predicts in the same way, but tells no reasons, signals and
interventions.
"""

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from app.bundle.opened import RiskBundle, open_promoted
from app.features.engine import warm_up
from app.files.activity import read_activity
from app.files.histories import history_of
from app.playbook.read import DEFAULT_PLAYBOOK, read_playbook
from app.use_cases.score_columns import score_columns
from app.use_cases.score_file import score_file


def main() -> None:
    """Score and print."""
    how, activity, models, day, out = sys.argv[1:]
    as_of = datetime.fromisoformat(day).replace(tzinfo=UTC)
    warm_up()
    bundle, playbook = open_promoted(Path(models)), read_playbook(DEFAULT_PLAYBOOK)
    started = time.perf_counter()
    if how == "with":
        n = score_file(Path(activity), bundle, playbook, as_of=as_of, out=Path(out)).n_customers
    else:
        n = _without_reasons(Path(activity), bundle, as_of, Path(out))
    took = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took, "customers": n, "peak_mb": peak_mb}))


def _without_reasons(activity: Path, bundle: RiskBundle, as_of: datetime, out: Path) -> int:
    history = history_of(read_activity(activity).good, currency=bundle.currency)
    columns = score_columns(history, bundle, as_of=as_of)
    pl.DataFrame({
        "customer_id": history.customer_ids,
        "probability": columns.probabilities,
        "percentile": columns.percentiles,
        "sufficient_history": columns.sufficient,
    }).write_parquet(out)
    return history.n_customers


if __name__ == "__main__":
    main()
