"""Badge reads against full answers."""

from benchmarks.figure import Result
from benchmarks.full_answer import CONNECTIONS
from benchmarks.load import Call, check_answer, load
from benchmarks.plan import Plan
from benchmarks.rounds import ratio_details, take_turns
from benchmarks.service import authorised, badge_calls, score_calls, serving
from benchmarks.world import customer_ids, sqlite_database, world

KEYS = ("badge_vs_full_answer",)


def measure(plan: Plan) -> Result:
    """Return how many badges are read in the time of one full answer, on SQLite."""
    company = world(plan)
    database, ids = sqlite_database(company), customer_ids(company)
    headers = authorised(database)
    with serving(company, database) as server:

        def answers(calls: list[Call]) -> float:
            check_answer(server.url, calls[0], headers)
            turn = load(
                server.url, calls, headers=headers, connections=CONNECTIONS, seconds=plan.seconds
            )
            return turn.per_second

        reached = take_turns(
            {
                "badge": lambda: answers(badge_calls(ids)),
                "full answer": lambda: answers(score_calls(ids)),
            },
            rounds=plan.rounds,
        )
    found = ratio_details(reached["badge"], reached["full answer"])
    return {"badge_vs_full_answer": found["median"], "answers_per_second": found}
