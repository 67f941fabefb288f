"""Rescoring everybody in a database, history kept: customers per second on both cores.

Scores alone one night after the other, then with the whole answers that they are from.
"""

from collections.abc import Mapping

from sqlalchemy import create_engine

from benchmarks.copies import copied
from benchmarks.cores import BOTH, pinned
from benchmarks.figure import Result
from benchmarks.plan import Plan
from benchmarks.postgres import fresh_database, postgres
from benchmarks.rounds import middle, say
from benchmarks.world import holdfast, world

SCORES = "rescore_postgres_customers_per_s"
ANSWERS = "rescore_postgres_with_reasons_customers_per_s"
KEYS = (SCORES, ANSWERS)

_NEWEST = (
    "SELECT done, failed, finished_at - started_at FROM jobs "
    "WHERE kind = 'rescore' AND state = 'completed' ORDER BY created_at DESC LIMIT 1"
)


def measure(plan: Plan) -> Result:
    """Return customers per second of `holdfast rescore` on PostgreSQL, by the job's own clock."""
    company = world(plan)
    path = copied(company, plan.copies)
    rates: dict[str, list[float]] = {SCORES: [], ANSWERS: []}
    server_us: dict[str, list[float]] = {SCORES: [], ANSWERS: []}
    with postgres() as server, fresh_database(server) as url, pinned(BOTH):
        server.move_to(BOTH)
        environment = {"HOLDFAST_DATABASE_URL": url, "HOLDFAST_MODELS": str(company.models)}
        say("holdfast import activity (postgresql)")
        holdfast("migrate", environment=environment)
        holdfast("import", "activity", path, environment=environment)
        for name, options in ((SCORES, ["--numbers-only"]), (ANSWERS, [])):
            for _ in range(min(plan.rounds, 3)):
                used = server.processor_seconds()
                done, micros = _rescored(url, environment, *options)
                rates[name].append(done / micros * 1e6)
                say(f"{done} customers at {rates[name][-1]:,.0f} per second {' '.join(options)}")
                if used is not None:
                    since = (server.processor_seconds() or used) - used
                    server_us[name].append(since / done * 1e6)
        version = server.version
    return {
        **{name: middle(found) for name, found in rates.items()},
        "first_time": round(rates[SCORES][0], 1),
        "by_round": rates,
        "server_us_per_customer": {n: middle(found) for n, found in server_us.items() if found},
        "postgresql": version,
    }


def _rescored(url: str, environment: Mapping[str, str], *options: str) -> tuple[int, int]:
    """Rescore everybody; return how many customers that were, and µs by the job's own clock."""
    holdfast("rescore", *options, environment=environment)
    done, failed, micros = _newest_job(url)
    if failed:
        raise RuntimeError(f"{failed} of {done} customers could not be scored")
    return done, micros


def _newest_job(url: str) -> tuple[int, int, int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        done, failed, micros = connection.exec_driver_sql(_NEWEST).one()
    engine.dispose()
    return done, failed, micros
