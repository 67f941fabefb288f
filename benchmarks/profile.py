"""Where the time of an answer goes, alone and in batches of 1,000, and the share of its features.

The catalogue of features has a budget instead of a limit: what a single answer spends on measuring
and explaining features (CATALOGUE_STAGES) may be at most a share of CATALOGUE_BUDGET of it.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

from benchmarks.cores import SERVED, pinned
from benchmarks.figure import NotMeasurable, Result
from benchmarks.plan import PROJECT, Plan
from benchmarks.rounds import say
from benchmarks.world import customer_ids, sqlite_database, world

KEYS = ("catalogue_us_per_answer", "catalogue_share_of_answer")
CATALOGUE_STAGES: Final = ("features", "TreeSHAP and margin", "choosing reasons")
CATALOGUE_BUDGET: Final = 0.15


def measure(plan: Plan) -> Result:
    """Return processor µs by stage, on SQLite, and the share of the catalogue."""
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
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    say(json.dumps(found))
    spent, whole = catalogue_us(found["one"]["stages_us"]), found["one"]["whole_us"]
    share = round(spent / whole, 3)
    say(f"features and their explanation: {share} of an answer, budget {CATALOGUE_BUDGET}")
    return {
        "catalogue_us_per_answer": round(spent, 1),
        "catalogue_share_of_answer": share,
        "catalogue_budget": CATALOGUE_BUDGET,
        "full_answer": found,
    }


def catalogue_us(stages_us: Mapping[str, float]) -> float:
    """Return the processor µs of the stages whose work grows with the catalogue.

    Raises
    ------
    NotMeasurable
        If a stage is missing, as after its function was renamed.
    """
    missing = [stage for stage in CATALOGUE_STAGES if stage not in stages_us]
    if missing:
        raise NotMeasurable(f"profile_request.STAGES finds no function for {', '.join(missing)}")
    return sum(stages_us[stage] for stage in CATALOGUE_STAGES)
