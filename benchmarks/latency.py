"""How long one caller waits for a full answer."""

from benchmarks.figure import Result
from benchmarks.load import load
from benchmarks.plan import Plan
from benchmarks.rounds import middle, say
from benchmarks.service import authorised, score_calls, serving
from benchmarks.world import customer_ids, sqlite_database, world

KEYS = ("full_answer_p50_ms",)


def measure(plan: Plan) -> Result:
    """Return the median latency of a full answer at one connection, on SQLite."""
    company = world(plan)
    database, calls = sqlite_database(company), score_calls(customer_ids(company))
    with serving(company, database) as server:
        turns = [
            load(
                server.url, calls, headers=authorised(database), connections=1, seconds=plan.seconds
            )
            for _ in range(plan.rounds)
        ]
    say(f"p50 of each round: {', '.join(f'{turn.p50_ms:.3f} ms' for turn in turns)}")
    return {
        "full_answer_p50_ms": middle([turn.p50_ms for turn in turns]),
        "p50_ms_by_round": [turn.p50_ms for turn in turns],
        "p99_ms": middle([turn.p99_ms for turn in turns]),
    }
