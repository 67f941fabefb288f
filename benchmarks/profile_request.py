"""Where the microseconds of one full answer go, in processor time; a program of its own.

``python -m benchmarks.profile_request DATABASE_URL MODELS TOKEN IDS_FILE [PATH]`` calls the
application in this process, without a socket, and prints one line of JSON.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from app.main import create_app
from app.settings import Settings
from benchmarks.stages import Stages

N_CALLS = 1000
STAGES = {
    "key check": ("app.api.key_ring:KeyRing.remembered", "app.api.key_ring:KeyRing.verified"),
    "SQL": ("app.db.reading:Reader.rows",),
    "history: columns": ("app.db.activity:unpack_history",),
    "history: the rest": ("app.db.activity:_read",),
    "previous answer: read": ("app.use_cases.kept_answers:standing_from",),
    "features": ("app.use_cases.score_columns:features_of",),
    "population, last activity": (
        "app.use_cases.score_columns:in_population",
        "app.use_cases.score_columns:last_activity_at",
    ),
    "TreeSHAP and margin": ("app.bundle.opened:RiskBundle.explained",),
    "probability, percentile": ("app.bundle.opened:RiskBundle.rated",),
    "choosing reasons": ("app.use_cases.score_columns:reasons_of",),
    "score columns: the rest": ("app.use_cases.score_columns:explained_columns",),
    "playbook: conditions": ("app.use_cases.assess:_verdicts",),
    "signals, interventions": ("app.use_cases.assess:findings_of",),
    "reasons in words": ("app.use_cases.assess:_reasons",),
    "what all answers share": ("app.use_cases.assess:question_of",),
    "answer as data": ("app.use_cases.score_customers:answer_of",),
    "use case: the rest": ("app.use_cases.score_customers:_answers",),
    "JSON": ("app.api.routes.scores:_json",),
}

Call = Callable[[str], Awaitable[int]]


def main() -> None:
    """Measure and print."""
    database_url, models, token, ids_file, *rest = sys.argv[1:]
    path = rest[0] if rest else "/v1/customers/{}/score"
    ids = Path(ids_file).read_text(encoding="utf-8").split()
    app = create_app(
        Settings(
            database_url=database_url, models=Path(models), job_worker=False, log_level="warning"
        )
    )
    paths = [path.format(customer_id) for customer_id in ids]
    print(json.dumps(asyncio.run(_measured(app, token, paths))))


async def _measured(app: object, token: str, paths: list[str]) -> dict[str, object]:
    async with app.router.lifespan_context(app):  # type: ignore[attr-defined] # any ASGI application
        call = _caller(app, token)
        whole = await _microseconds(call, paths, before_each=lambda: None)
        stages = Stages(STAGES)
        traced = await _microseconds(call, paths, before_each=stages.next_call)
    outside = [
        took - sum(call.values()) * 1e6 for took, call in zip(traced, stages.calls, strict=True)
    ]
    return {
        "p50_us": round(statistics.median(whole), 1),
        "framework_us": round(statistics.median(outside), 1),
        "stages_us": {name: round(s * 1e6, 1) for name, s in stages.medians().items()},
        "missing": stages.missing,
    }


async def _microseconds(
    call: Call, paths: list[str], *, before_each: Callable[[], None]
) -> list[float]:
    took = []
    for number in range(N_CALLS):
        before_each()
        started = time.thread_time()
        status = await call(paths[number % len(paths)])
        took.append((time.thread_time() - started) * 1e6)
        if status != 200:
            raise RuntimeError(f"{paths[number % len(paths)]} answered {status}")
    return took


def _caller(app: object, token: str) -> Call:
    headers = [(b"host", b"localhost"), (b"authorization", b"Bearer " + token.encode())]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def call(path: str) -> int:
        answered: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            answered.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": list(headers),
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await app(scope, receive, send)  # type: ignore[operator] # any ASGI application
        return int(str(answered[0]["status"]))

    return call


if __name__ == "__main__":
    main()
