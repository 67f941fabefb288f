"""Full answers from PostgreSQL against full answers from SQLite."""

from collections.abc import Callable

from benchmarks.cores import LOADING, SERVED
from benchmarks.figure import Result
from benchmarks.full_answer import CONNECTIONS
from benchmarks.load import check_answer, load
from benchmarks.plan import Plan
from benchmarks.postgres import PostgreSQL, fresh_database, postgres
from benchmarks.rounds import ratio_details, say, take_turns
from benchmarks.servers import Server
from benchmarks.service import authorised, score_calls, serving
from benchmarks.world import Database, customer_ids, database, sqlite_database, world

KEYS = ("postgres_vs_sqlite",)


def measure(plan: Plan) -> Result:
    """Return the ratio of answers per second at 16 connections.

    The service has its core; PostgreSQL shares the other one with the load, as it would run on
    another machine. What it costs to have PostgreSQL on the service's own core stands beside it.
    """
    company = world(plan)
    on_file, ids = sqlite_database(company), customer_ids(company)

    def turn(server: Server, base: Database) -> Callable[[], float]:
        headers, calls = authorised(base), score_calls(ids)
        check_answer(server.url, calls[0], headers)
        return lambda: (
            load(
                server.url, calls, headers=headers, connections=CONNECTIONS, seconds=plan.seconds
            ).per_second
        )

    def on_core(
        server: PostgreSQL, cores: set[int], answers: Callable[[], float]
    ) -> Callable[[], float]:
        def measured() -> float:
            server.move_to(cores)
            return answers()

        return measured

    with postgres() as server, fresh_database(server) as url:
        key_file = company.folder / "postgres-key"
        key_file.unlink(missing_ok=True)
        base = database(company, url, key_file)
        with (
            serving(company, on_file, name="on-sqlite") as first,
            serving(company, base, name="on-postgres") as second,
        ):
            turns = {
                "sqlite": turn(first, on_file),
                "postgres": on_core(server, LOADING, turn(second, base)),
            }
            if server.pid is not None:
                turns["postgres, one core"] = on_core(server, SERVED, turn(second, base))
            reached = take_turns(turns, rounds=plan.rounds)
        version = server.version
    found = {
        name: ratio_details(reached[name], reached["sqlite"])
        for name in reached
        if name != "sqlite"
    }
    say(f"PostgreSQL {version}")
    return {
        "postgres_vs_sqlite": found["postgres"]["median"],
        "answers_per_second": found,
        "postgresql": version,
    }
