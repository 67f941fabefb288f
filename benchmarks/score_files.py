"""One scoring of a file, timed from the inside; a program of its own.

``python -m benchmarks.score_files with|without ACTIVITY MODELS AS_OF OUT`` prints seconds (without
the start of the program), processor seconds of all processes, and customers as JSON. `with` is what
`holdfast score` runs, `without` is `holdfast score --numbers-only`.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from app.bundle.opening import open_promoted
from app.features.engine import warm_up
from app.playbook.read import DEFAULT_PLAYBOOK, read_playbook
from app.use_cases.files.score_file import score_file
from app.work.memory import collect_garbage_rarely


def main() -> None:
    """Score and print."""
    how, activity, models, day, out = sys.argv[1:]
    as_of = datetime.fromisoformat(day).replace(tzinfo=UTC)
    warm_up()
    bundle, playbook = open_promoted(Path(models)), read_playbook(DEFAULT_PLAYBOOK)
    collect_garbage_rarely()
    started, used = time.perf_counter(), _processor_seconds()
    n = score_file(
        Path(activity),
        bundle,
        playbook if how == "with" else None,
        as_of=as_of,
        out=Path(out),
    ).n_customers
    seconds, cpu = time.perf_counter() - started, _processor_seconds() - used
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "customers": n}))


def _processor_seconds() -> float:
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
