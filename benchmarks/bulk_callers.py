"""What callers of `POST /v1/scores` do to a worker: its memory, and how long others wait."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.bulk import BATCH, batches
from benchmarks.cores import LOADING, pinned
from benchmarks.figure import Result
from benchmarks.load import Call, Load, load
from benchmarks.plan import Plan
from benchmarks.rounds import middle, say
from benchmarks.service import authorised, score_calls, serving
from benchmarks.timed_calls import timed_calls
from benchmarks.world import customer_ids, sqlite_database, world

KEYS = ("worker_rss_mb_bulk",)
CALLERS = 8
_SINGLES = 20  # asked for between two looks whether the bulk callers are still there


def measure(plan: Plan) -> Result:
    """Return the most memory of a worker that eight ask for 1,000 whole answers again and again.

    Meanwhile one caller asks for single answers, one after the other: how long those take is what
    somebody notices who works with a screen.
    """
    company = world(plan)
    database, ids = sqlite_database(company), customer_ids(company)
    single = authorised(database)
    bulk = {**single, "Content-Type": "application/json"}
    most, reached, p50, p99 = [], [], [], []
    for _ in range(plan.rounds):
        with serving(company, database) as server:
            url = server.url
            found, took = _beside(
                lambda url=url: load(
                    url,
                    batches(ids, "full"),
                    headers=bulk,
                    connections=CALLERS,
                    seconds=plan.seconds,
                ),
                url,
                score_calls(ids),
                single,
            )
            most.append(server.most_mb())
        reached.append(found.per_second * BATCH)
        p50.append(statistics.median(took) * 1e3)
        p99.append(statistics.quantiles(took, n=100)[-1] * 1e3)
        say(f"{most[-1]:.0f} MB, single answers {p50[-1]:.1f} ms, p99 {p99[-1]:.1f} ms")
    return {
        "worker_rss_mb_bulk": middle(most),
        "customers_per_s": middle(reached),
        "single_beside_p50_ms": middle(p50),
        "single_beside_p99_ms": middle(p99),
    }


def _beside(
    run: Callable[[], Load], url: str, calls: Sequence[Call], headers: Mapping[str, str]
) -> tuple[Load, list[float]]:
    """Return what `run` reached, and the seconds that each of some calls took beside it."""
    took: list[float] = []
    with ThreadPoolExecutor(1) as aside, pinned(LOADING):
        running = aside.submit(run)
        while not running.done():
            first = len(took) % (len(calls) - _SINGLES)
            took += timed_calls(url, calls[first : first + _SINGLES], headers)
        return running.result(), took
