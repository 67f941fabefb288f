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
    "SQL": ("app.db.activity:rows_of",),
    "history: columns": ("app.db.activity:unpack_history",),
    "known customers": ("app.db.activity:known_of",),
    "previous answer: read": ("app.use_cases.kept_answers:standing_from",),
    "use case": ("app.use_cases.score_customers:score_customers",),
    "features": ("app.features.engine:features_of",),
    "population, last activity": (
        "app.features.population:in_population",
        "app.features.population:last_activity_at",
    ),
    "trees": ("app.bundle.opened:RiskBundle.margins", "app.bundle.opened:RiskBundle.probabilities"),
    "percentile": ("app.bundle.opened:RiskBundle.percentiles",),
    "TreeSHAP": ("app.bundle.opened:RiskBundle.contributions",),
    "score columns": ("app.use_cases.score_columns:score_columns",),
    "choosing reasons": ("app.use_cases.assess:_strongest",),
    "reasons in words": ("app.use_cases.assess:_reasons",),
    "signals: conditions": ("app.use_cases.assess:_holding",),
    "signals, interventions": ("app.domain.findings:findings_of",),
    "assessment": ("app.use_cases.assess:assess",),
    "answer as data": ("app.domain.answers:answer_of",),
    "provenance": ("app.use_cases.assess:provenance_of",),
    "JSON": ("app.api.routes.scores:_json",),
    "route": ("app.api.routes.scores:_answer",),
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
