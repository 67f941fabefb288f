"""Customers per second of `POST /v1/scores` with 1,000 ids, against single calls.

Once with whole answers and once with numbers alone; what a customer costs single is a whole answer
for both, since that is what a list would ask for otherwise.
"""

import json
from collections import defaultdict
from collections.abc import Callable

from benchmarks.figure import Result
from benchmarks.full_answer import CONNECTIONS
from benchmarks.load import Call, check_answer, load
from benchmarks.plan import Plan
from benchmarks.rounds import middle, ratio_details, take_turns
from benchmarks.servers import Server
from benchmarks.service import authorised, score_calls, serving
from benchmarks.world import customer_ids, sqlite_database, world

KEYS = ("bulk_vs_single", "bulk_numbers_vs_single")
BATCH = 1000


def measure(plan: Plan) -> Result:
    """Return the ratios of customers per second, on SQLite; one caller sends the batches."""
    company = world(plan)
    database, ids = sqlite_database(company), customer_ids(company)
    headers = {**authorised(database), "Content-Type": "application/json"}
    cost: defaultdict[str, list[float]] = defaultdict(list)
    with serving(company, database) as server:
        turns = {
            detail: _turn(
                server,
                _checked(server, batches(ids, detail), headers),
                headers,
                cost[detail],
                seconds=2 * plan.seconds,
                customers=BATCH,
            )
            for detail in ("full", "numbers")
        }
        turns["single"] = _turn(
            server,
            score_calls(ids),
            authorised(database),
            cost["single"],
            seconds=plan.seconds,
            connections=CONNECTIONS,
        )
        reached = take_turns(turns, rounds=plan.rounds)
    found = {detail: ratio_details(reached[detail], reached["single"]) for detail in cost}
    return {
        "bulk_vs_single": found["full"]["median"],
        "bulk_numbers_vs_single": found["numbers"]["median"],
        "customers_per_second": found["full"],
        "customers_per_second_in_numbers": found["numbers"],
        "processor_us_per_customer": {name: middle(each) for name, each in cost.items()},
    }


def batches(ids: list[str], detail: str) -> list[Call]:
    """Return calls for all of the customers, as far as they fill batches."""
    return [
        Call(
            "/v1/scores",
            "POST",
            json.dumps({"customer_ids": ids[first : first + BATCH], "detail": detail}),
        )
        for first in range(0, len(ids) - BATCH + 1, BATCH)
    ]


def _checked(server: Server, calls: list[Call], headers: dict[str, str]) -> list[Call]:
    """Return the batches once the first was answered, for every customer in it."""
    answer = json.loads(check_answer(server.url, calls[0], headers))
    scored = sum(result["status"] == "scored" for result in answer["results"])
    if scored != BATCH:
        raise RuntimeError(f"{scored} of {BATCH} customers of a batch were scored")
    return calls


def _turn(
    server: Server,
    calls: list[Call],
    headers: dict[str, str],
    cost: list[float],
    *,
    seconds: float,
    connections: int = 1,
    customers: int = 1,
) -> Callable[[], float]:
    """Return what measures customers per second; it adds the processor µs of one to `cost`."""

    def turn() -> float:
        before = server.processor_seconds()
        answered = load(
            server.url, calls, headers=headers, connections=connections, seconds=seconds
        )
        used = server.processor_seconds() - before
        cost.append(used / (answered.requests * customers) * 1e6)
        return answered.per_second * customers

    return turn
