"""From the start of the process to ready, and the memory of a worker that has answered."""

from benchmarks.figure import NotMeasurable, Result
from benchmarks.full_answer import CONNECTIONS
from benchmarks.load import load
from benchmarks.peers import mlserver
from benchmarks.plan import Plan
from benchmarks.rounds import middle, say
from benchmarks.service import authorised, score_calls, serving
from benchmarks.timed_calls import timed_calls
from benchmarks.world import World, customer_ids, measured_features, sqlite_database, world

KEYS = ("ready_s", "worker_rss_mb")


def measure(plan: Plan) -> Result:
    """Return the median of several warm starts, and the memory after a turn under load.

    The first start is not counted: it may have to compile kernels and fills the page cache. The
    first answers stand beside: the first request should be as quick as the tenth.
    """
    company = world(plan)
    database, calls = sqlite_database(company), score_calls(customer_ids(company))
    headers = authorised(database)
    ready, resident, first_ms, tenth_ms = [], [], [], []
    for _ in range(plan.rounds + 1):
        with serving(company, database) as server:
            took = timed_calls(server.url, calls[:10], headers)
            load(server.url, calls, headers=headers, connections=CONNECTIONS, seconds=plan.seconds)
            ready.append(server.ready_s)
            resident.append(server.resident_mb())
            first_ms.append(took[0] * 1e3)
            tenth_ms.append(took[-1] * 1e3)
        say(f"ready after {ready[-1]:.2f} s, {resident[-1]:.0f} MB")
    return {
        "ready_s": middle(ready[1:]),
        "worker_rss_mb": middle(resident[1:]),
        "ready_s_by_start": [round(seconds, 3) for seconds in ready[1:]],
        "first_request_ms": middle(first_ms[1:]),
        "tenth_request_ms": middle(tenth_ms[1:]),
        "mlserver": _mlserver(company, plan),
    }


def _mlserver(company: World, plan: Plan) -> object:
    calls = mlserver.calls(measured_features(company)[:100])
    as_json = {"Content-Type": "application/json"}
    try:
        with mlserver.mlserver(company.bundle / "booster.txt") as server:
            load(server.url, calls, headers=as_json, connections=CONNECTIONS, seconds=plan.seconds)
            return {"ready_s": round(server.ready_s, 2), "worker_rss_mb": server.resident_mb()}
    except NotMeasurable as reason:
        return {"missing": str(reason)}
