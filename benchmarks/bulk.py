"""Customers per second of `POST /v1/scores` with 1,000 ids, against single calls."""

import json

from benchmarks.figure import Result
from benchmarks.full_answer import CONNECTIONS
from benchmarks.load import Call, check_answer, load
from benchmarks.plan import Plan
from benchmarks.rounds import ratio_details, take_turns
from benchmarks.service import authorised, score_calls, serving
from benchmarks.world import customer_ids, sqlite_database, world

KEYS = ("bulk_vs_single",)
BATCH = 1000


def measure(plan: Plan) -> Result:
    """Return the ratio of customers per second, on SQLite; one caller sends the batches."""
    company = world(plan)
    database, ids = sqlite_database(company), customer_ids(company)
    single = authorised(database)
    bulk = {**single, "Content-Type": "application/json"}
    batches = [
        Call("/v1/scores", "POST", json.dumps({"customer_ids": ids[first : first + BATCH]}))
        for first in range(0, len(ids) - BATCH + 1, BATCH)
    ]
    with serving(company, database) as server:
        answer = json.loads(check_answer(server.url, batches[0], bulk))
        scored = sum(result["status"] == "scored" for result in answer["results"])
        if scored != BATCH:
            raise RuntimeError(f"{scored} of {BATCH} customers of a batch were scored")
        reached = take_turns(
            {
                "bulk": lambda: (
                    BATCH
                    * load(
                        server.url, batches, headers=bulk, connections=1, seconds=2 * plan.seconds
                    ).per_second
                ),
                "single": lambda: (
                    load(
                        server.url,
                        score_calls(ids),
                        headers=single,
                        connections=CONNECTIONS,
                        seconds=plan.seconds,
                    ).per_second
                ),
            },
            rounds=plan.rounds,
        )
    found = ratio_details(reached["bulk"], reached["single"])
    return {"bulk_vs_single": found["median"], "customers_per_second": found}
