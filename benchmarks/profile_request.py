"""Where the microseconds of an answer go, in processor time; a program of its own.

``python -m benchmarks.profile_request DATABASE_URL MODELS TOKEN IDS_FILE`` calls the application in
this process, without a socket: first ``GET …/score`` for one customer after the other, then ``POST
/v1/scores`` for 1,000 at once, with whole answers and with numbers alone. It prints one line of
JSON, all figures per customer.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from pathlib import Path

from app.main import create_app
from app.settings import Settings
from benchmarks.stages import Stages

N_SINGLE = 1000
N_BATCHES = 10
BATCH = 1000
STAGES = {
    "key check": (
        "app.api.keys.key_cache:KeyCache.cached",
        "app.api.keys.key_cache:KeyCache.verified",
    ),
    "SQL": ("app.db.log.reading:Reader.run_at_once", "app.db.log.reading:Reader.run"),
    "history: columns": ("app.db.log.histories:unpack_history",),
    "history: the rest": ("app.db.log.histories:_read_in_order",),
    "previous answer: read": (
        "app.use_cases.scores.answers:read_previous",
        "app.use_cases.scores.numbers:read_previous_numbers",
    ),
    "features": ("app.use_cases.scores.columns:features_of",),
    "population, last activity": ("app.use_cases.scores.columns:population_and_last",),
    "TreeSHAP and margin": (
        "app.bundle.risk_bundle:RiskBundle.explanation",
        "app.bundle.risk_bundle:RiskBundle.margins",
    ),
    "probability, percentile": ("app.bundle.risk_bundle:RiskBundle.probabilities_and_percentiles",),
    "choosing reasons": ("app.use_cases.scores.columns:choose_reasons",),
    "score columns: the rest": (
        "app.use_cases.scores.columns:explained_columns",
        "app.use_cases.scores.columns:score_columns",
    ),
    "value, tiers, interval": ("app.use_cases.scores.columns:_columns",),
    "playbook: conditions": ("app.use_cases.scores.explanations:verdicts_of",),
    "signals, interventions": ("app.use_cases.scores.explanations:findings_of",),
    "reasons in words": ("app.use_cases.scores.explanations:reasons_of",),
    "what all answers share": (
        "app.use_cases.scores.answers:answer_context",
        "app.use_cases.scores.numbers:answer_context",
        "app.use_cases.scores.answers:AnswerEncoder.__init__",
    ),
    "answer as JSON": ("app.use_cases.scores.answers:AnswerEncoder.encode",),
    "numbers as data": ("app.api.routes.scores:encode_numbers",),
    "use case: the rest": ("app.use_cases.scores.answers:_answered",),
    "results as JSON": ("app.api.routes.scores:_many",),
}

Call = Callable[[str, bytes], Awaitable[int]]  # path and body: a GET where there is none


def main() -> None:
    """Measure and print."""
    database_url, models, token, ids_file = sys.argv[1:]
    ids = Path(ids_file).read_text(encoding="utf-8").split()
    app = create_app(
        Settings(
            database_url=database_url, models=Path(models), job_worker=False, log_level="warning"
        )
    )
    print(json.dumps(asyncio.run(_measured(app, token, ids))))


async def _measured(app: object, token: str, ids: list[str]) -> dict[str, object]:
    customers = ids[:BATCH]
    questions = {
        "one": [(f"/v1/customers/{ids[i % len(ids)]}/score", b"") for i in range(N_SINGLE)],
        f"of {BATCH}": [_many(customers, "full")] * N_BATCHES,
        f"numbers of {BATCH}": [_many(customers, "numbers")] * N_BATCHES,
    }
    in_one = {name: 1 if name == "one" else len(customers) for name in questions}
    async with app.router.lifespan_context(app):  # type: ignore[attr-defined] # any ASGI application
        call = _caller(app, token)
        whole = {
            name: await _microseconds(call, asked, customers=in_one[name])
            for name, asked in questions.items()
        }
        stages = Stages(STAGES)
        found: dict[str, object] = {"missing": stages.missing}
        for name, asked in questions.items():
            stages.calls.clear()
            traced = await _microseconds(call, asked, in_one[name], stages.next_call)
            inside = [sum(each.values()) * 1e6 / in_one[name] for each in stages.calls]
            outside = [took - within for took, within in zip(traced, inside, strict=True)]
            found[name] = {
                "whole_us": round(statistics.median(whole[name]), 1),
                "route and framework_us": round(statistics.median(outside), 1),
                "stages_us": {
                    stage: round(seconds * 1e6 / in_one[name], 1)
                    for stage, seconds in stages.medians().items()
                },
            }
    return found


def _many(ids: Sequence[str], detail: str) -> tuple[str, bytes]:
    return "/v1/scores", json.dumps({"customer_ids": ids, "detail": detail}).encode()


async def _microseconds(
    call: Call,
    questions: Sequence[tuple[str, bytes]],
    customers: int = 1,
    before_each: Callable[[], None] = lambda: None,
) -> list[float]:
    """Return the processor microseconds that each call takes per customer, in all threads."""
    took = []
    for path, body in questions:
        before_each()
        started = time.process_time()
        status = await call(path, body)
        took.append((time.process_time() - started) * 1e6 / customers)
        if status != HTTPStatus.OK:
            raise RuntimeError(f"{path} answered {status}")
    return took


def _caller(app: object, token: str) -> Call:
    authorised = (b"authorization", b"Bearer " + token.encode())

    async def call(path: str, body: bytes) -> int:
        answered: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, object]) -> None:
            answered.append(message)

        length = [(b"content-length", str(len(body)).encode())] if body else []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST" if body else "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"host", b"localhost"),
                (b"content-type", b"application/json"),
                authorised,
                *length,
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await app(scope, receive, send)  # type: ignore[operator] # any ASGI application
        return int(str(answered[0]["status"]))

    return call


if __name__ == "__main__":
    main()
