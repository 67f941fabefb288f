"""Where the time of an answer goes, alone and in batches of 1,000, for the documentation."""

import json
import subprocess
import sys

from benchmarks.cores import SERVED, pinned
from benchmarks.figure import Result
from benchmarks.plan import PROJECT, Plan
from benchmarks.rounds import say
from benchmarks.world import customer_ids, sqlite_database, world

KEYS = ()


def measure(plan: Plan) -> Result:
    """Return processor µs by stage, on SQLite; see profile_request.py."""
    company = world(plan)
    database = sqlite_database(company)
    ids = company.folder / "ids"
    ids.write_text("\n".join(customer_ids(company)), encoding="utf-8")
    arguments = [database.url, str(company.models), database.key, str(ids)]
    with pinned(SERVED):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.profile_request", *arguments],
            capture_output=True,
            text=True,
            check=True,
            cwd=PROJECT,
        )
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    say(json.dumps(found))
    return {"full_answer": found}
