"""Where the time of 1,000 events goes, in processor time; a program of its own.

``python -m benchmarks.profile_ingest DATABASE_URL MODELS TOKEN IDS_FILE`` posts batches to the
application in this process, without a socket, and prints one line of JSON. It adds events: give it
a copy of a database. What PostgreSQL's own processes use does not count here.
"""

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

from app.main import create_app
from app.settings import Settings
from benchmarks.ingest import _batches
from benchmarks.stages import Stages

N_BATCHES = 30
STAGES = {
    "reading events": ("app.api.routes.activity:_read",),
    "judging events": ("app.use_cases.activity.record:record_activity",),
    "packed records": ("app.db.log.events:record",),
    "statements": ("app.db.log.writing:insert_activity",),
    "commit": ("sqlalchemy.engine.default:DefaultDialect.do_commit",),
    "answer": ("app.api.routes.activity:_summary",),
}


def main() -> None:
    """Print the medians of the stages, in ms."""
    database_url, models, token, ids_file = sys.argv[1:]
    ids = Path(ids_file).read_text(encoding="utf-8").split()
    settings = Settings(
        database_url=database_url, models=Path(models), job_worker=False, log_level="warning"
    )
    bodies = list(_batches(ids, time.time_ns(), n=N_BATCHES))
    print(json.dumps(asyncio.run(_measured(create_app(settings), token, bodies))))


async def _measured(app: object, token: str, bodies: list[bytes]) -> dict[str, object]:
    async with app.router.lifespan_context(app):  # type: ignore[attr-defined] # any ASGI application
        stages, whole = Stages(STAGES), []
        for body in bodies:
            stages.next_call()
            started = time.process_time()
            await _post(app, token, body)
            whole.append(time.process_time() - started)
    return {
        "whole_ms": round(statistics.median(whole) * 1e3, 1),
        "stages_ms": {name: round(s * 1e3, 2) for name, s in stages.medians().items()},
        "missing": stages.missing,
    }


async def _post(app: object, token: str, body: bytes) -> None:
    answered: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        answered.append(message)

    headers = {
        b"host": b"localhost",
        b"authorization": b"Bearer " + token.encode(),
        b"content-type": b"application/json",
        b"content-length": str(len(body)).encode(),
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/activity",
        "raw_path": b"/v1/activity",
        "root_path": "",
        "query_string": b"",
        "headers": list(headers.items()),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)  # type: ignore[operator] # any ASGI application
    if answered[0]["status"] != 200:
        raise RuntimeError(f"POST /v1/activity answered {answered[0]['status']}")


if __name__ == "__main__":
    main()
