"""Rescoring everybody in a database, history kept: customers per second on both cores.

Scores alone, and with the whole answers that they are from; the two take turns.
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
    with postgres() as server, fresh_database(server) as url, pinned(BOTH):
        server.move_to(BOTH)
        environment = {"HOLDFAST_DATABASE_URL": url, "HOLDFAST_MODELS": str(company.models)}
        say("holdfast import activity (postgresql)")
        holdfast("migrate", environment=environment)
        holdfast("import", "activity", path, environment=environment)
        for _ in range(min(plan.rounds, 3)):
            rates[SCORES].append(_rate(url, environment, "--numbers-only"))
            rates[ANSWERS].append(_rate(url, environment))
        version = server.version
    return {
        **{name: middle(found) for name, found in rates.items()},
        "first_time": round(rates[SCORES][0], 1),
        "by_round": rates,
        "postgresql": version,
    }


def _rate(url: str, environment: Mapping[str, str], *options: str) -> float:
    """Rescore everybody and return customers per second, by the job's own clock."""
    holdfast("rescore", *options, environment=environment)
    done, failed, micros = _newest_job(url)
    if failed:
        raise RuntimeError(f"{failed} of {done} customers could not be scored")
    rate = done / micros * 1e6
    say(f"{done} customers at {rate:,.0f} per second {' '.join(options)}")
    return rate


def _newest_job(url: str) -> tuple[int, int, int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        done, failed, micros = connection.exec_driver_sql(_NEWEST).one()
    engine.dispose()
    return done, failed, micros
