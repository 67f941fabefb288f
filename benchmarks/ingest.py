"""Events per second of `POST /v1/activity` in batches of 1,000 while scores are asked for.

Ids of events grow with time, as those of most systems do. On SQLite ids without any order (UUIDs of
version 4) are measured too: each of them belongs to another page of the index that finds it again.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.cores import LOADING, pinned
from benchmarks.figure import Result
from benchmarks.load import Load, check_answer, load
from benchmarks.plan import Plan
from benchmarks.postgres import fresh_database, postgres
from benchmarks.rounds import middle, say
from benchmarks.service import authorised, score_calls, serving
from benchmarks.world import Database, World, customer_ids, database, sqlite_database, world

KEYS = ("ingest_events_per_s",)
BATCH = 1000
SCORING_CONNECTIONS = 2
_MOST_BATCHES = 50  # a second; made beforehand
_CHANNELS = ("web", "app", "email")


def measure(plan: Plan) -> Result:
    """Return the events per second on the slower of SQLite and PostgreSQL."""
    company = world(plan)
    found = {"sqlite": _measured(company, _copy(company), plan)}
    with postgres() as server, fresh_database(server) as url:
        key_file = company.folder / "ingest-postgres-key"
        key_file.unlink(missing_ok=True)
        found["postgresql"] = _measured(company, database(company, url, key_file), plan)
    slower = min(found, key=lambda name: float(found[name]["events_per_second"]))
    return {
        "ingest_events_per_s": found[slower]["events_per_second"],
        "slower": slower,
        **found,
        "sqlite_ids_without_order": _measured(
            company, _copy(company), plan, event_id=lambda _: str(uuid.uuid4())
        ),
    }


def _copy(company: World) -> Database:
    """Return a copy of the company's SQLite file, made anew each time."""
    copy = company.folder / "ingest.db"
    for ending in ("-wal", "-shm"):
        copy.with_name(copy.name + ending).unlink(missing_ok=True)
    sqlite = sqlite_database(company)
    copy.write_bytes(Path(sqlite.url.removeprefix("sqlite:///")).read_bytes())
    return Database(f"sqlite:///{copy}", sqlite.key)


def _measured(
    company: World, base: Database, plan: Plan, *, event_id: Callable[[str], str] = str
) -> Result:
    ids = customer_ids(company)
    rates, scores = [], []
    with serving(company, base, name="ingest") as server:
        for number in range(plan.rounds):
            bodies = list(
                _batches(ids, number, n=int(_MOST_BATCHES * plan.seconds), event_id=event_id)
            )
            scoring = _Scoring(server.url, base, ids, plan.seconds)
            with scoring, pinned(LOADING):
                rates.append(_sent(server.url, base, bodies, plan.seconds))
            scores.append(scoring.answered.per_second if scoring.answered else 0.0)
            say(f"{rates[-1]:,.0f} events/s beside {scores[-1]:,.0f} scores/s")
        _check_reflected(server.url, base, ids[0])
    return {
        "events_per_second": middle(rates),
        "events_per_second_by_round": [round(rate) for rate in rates],
        "scores_per_second_beside": middle(scores),
    }


class _Scoring:
    """Scores asked for in the background, from the core of the load."""

    def __init__(self, url: str, base: Database, ids: list[str], seconds: float) -> None:
        self.answered: Load | None = None
        self._thread = threading.Thread(target=self._ask, args=(url, base, ids, seconds))

    def _ask(self, url: str, base: Database, ids: list[str], seconds: float) -> None:
        self.answered = load(
            url,
            score_calls(ids),
            headers=authorised(base),
            connections=SCORING_CONNECTIONS,
            seconds=seconds,
        )

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()


def _sent(url: str, base: Database, bodies: list[bytes], seconds: float) -> float:
    """Send batches for `seconds`, one after the other, and return accepted events per second."""
    connection = HTTPConnection(urlsplit(url).netloc)
    headers = {**authorised(base), "Content-Type": "application/json"}
    accepted, started = 0, time.perf_counter()
    for body in bodies:
        connection.request("POST", "/v1/activity", body, headers)
        answer = json.loads(connection.getresponse().read())
        accepted += answer["accepted"]
        if time.perf_counter() - started > seconds:
            break
    took = time.perf_counter() - started
    connection.close()
    return accepted / took


def _batches(
    ids: list[str], number: int, *, n: int, event_id: Callable[[str], str] = str
) -> Iterator[bytes]:
    """Yield batches of events that nobody has sent before.

    What is unique about an event, and grows with time, becomes its id by way of `event_id`.
    """
    now = datetime.now(UTC)
    for batch in range(n):
        name = f"{now.timestamp():.0f}-{number}-{batch:04}"
        events = [
            {
                "event_id": event_id(f"bench-{name}-{i:04}"),
                "customer_id": ids[(batch * BATCH + i * 7) % len(ids)],
                "occurred_at": (now - timedelta(seconds=i)).isoformat(),
                "type": "order_placed" if i % 8 == 0 else "login",
                "channel": _CHANNELS[i % 3],
                **({"amount": 19.9, "currency": "EUR", "ref": f"o-{i}"} if i % 8 == 0 else {}),
            }
            for i in range(BATCH)
        ]
        yield json.dumps({"events": events}).encode()


def _check_reflected(url: str, base: Database, customer_id: str) -> None:
    """Raise unless the next score reflects an event that was acknowledged."""
    moment = datetime.now(UTC).replace(microsecond=0)
    event = {
        "event_id": f"bench-reflected-{moment.timestamp()}",
        "customer_id": customer_id,
        "occurred_at": moment.isoformat(),
        "type": "login",
    }
    connection = HTTPConnection(urlsplit(url).netloc)
    headers = {**authorised(base), "Content-Type": "application/json"}
    connection.request("POST", "/v1/activity", json.dumps({"events": [event]}), headers)
    connection.getresponse().read()
    answer = json.loads(check_answer(url, score_calls([customer_id])[0], authorised(base)))
    seen = datetime.fromisoformat(answer["data"]["last_activity_at"])
    if seen != moment:
        raise RuntimeError(f"the score does not reflect the event of {moment}, but one of {seen}")
