"""From the start of the process to ready, and the memory of a worker that has answered."""

from benchmarks.figure import NotMeasurable, Result
from benchmarks.full_answer import CONNECTIONS
from benchmarks.load import load
from benchmarks.peers import mlserver
from benchmarks.plan import Plan
from benchmarks.rounds import middle, say
from benchmarks.service import authorised, score_calls, serving
from benchmarks.world import customer_ids, measured_features, sqlite_database, world

KEYS = ("ready_s", "worker_rss_mb")


def measure(plan: Plan) -> Result:
    """Return the median of several warm starts, and the memory after a turn under load."""
    company = world(plan)
    database, calls = sqlite_database(company), score_calls(customer_ids(company))
    headers = authorised(database)
    ready, resident, first, tenth = [], [], [], []
    for number in range(plan.rounds + 1):
        with serving(company, database) as server:
            answers = [
                load_one.p50_ms
                for load_one in (
                    load(server.url, calls, headers=headers, connections=1, seconds=1),
                )
            ]
            load(server.url, calls, headers=headers, connections=CONNECTIONS, seconds=plan.seconds)
            if number:  # the first start may have to compile kernels, and fills the page cache
                ready.append(server.ready_s)
                resident.append(server.resident_mb())
                first.append(answers[0])
        say(f"ready after {server.ready_s:.2f} s")
    return {
        "ready_s": middle(ready),
        "worker_rss_mb": middle(resident),
        "ready_s_by_start": [round(seconds, 3) for seconds in ready],
        "mlserver": _mlserver(plan),
    }


def _mlserver(plan: Plan) -> object:
    company = world(plan)
    calls = mlserver.calls(measured_features(company)[:100])
    try:
        with mlserver.mlserver(company.bundle / "booster.txt") as server:
            as_json = {"Content-Type": "application/json"}
            load(server.url, calls, headers=as_json, connections=CONNECTIONS, seconds=plan.seconds)
            return {
                "ready_s": round(server.ready_s, 2),
                "worker_rss_mb": round(server.resident_mb(), 1),
            }
    except NotMeasurable as reason:
        return {"missing": str(reason)}
