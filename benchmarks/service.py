"""Holdfast itself, started as an operator starts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from benchmarks.cores import SERVED
from benchmarks.load import Call
from benchmarks.servers import Server, free_port, running
from benchmarks.world import HOLDFAST, Database, World


@contextmanager
def serving(
    company: World, database: Database, *, name: str = "holdfast", cores: set[int] = SERVED
) -> Iterator[Server]:
    """Serve the company with `holdfast serve` in one worker.

    One line of log per request is off, as it is for the peers; everything else is the default.
    """
    port = free_port()
    with running(
        name,
        [str(HOLDFAST), "serve", "--port", str(port)],
        port=port,
        ready_path="/readyz",
        cores=cores,
        environment={
            "HOLDFAST_DATABASE_URL": database.url,
            "HOLDFAST_MODELS": str(company.models),
            "HOLDFAST_LOG_LEVEL": "warning",
        },
    ) as server:
        yield server


def authorised(database: Database) -> dict[str, str]:
    """Return the header of a request that may pass."""
    return {"Authorization": f"Bearer {database.key}"}


def score_calls(ids: list[str]) -> list[Call]:
    """Return one request for a full answer per customer."""
    return [Call(f"/v1/customers/{quote(customer_id, safe='')}/score") for customer_id in ids]


def badge_calls(ids: list[str]) -> list[Call]:
    """Return one request for a badge per customer."""
    return [Call(f"/v1/customers/{quote(customer_id, safe='')}/badge") for customer_id in ids]
