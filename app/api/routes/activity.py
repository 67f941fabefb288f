"""POST /v1/activity."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import orjson
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from app.api.contract.problems.field_errors import field_errors
from app.api.contract.problems.kinds import BODY_TOO_LARGE
from app.api.contract.problems.responses import problem_responses
from app.api.contract.problems.schema import FieldError
from app.api.gate.json_route import JsonRoute
from app.api.gate.metrics import Metrics
from app.api.keys.access import ActivityWrite
from app.api.plain_events import activities_of
from app.api.schemas.activity import EVENT, ActivityIn, ActivityOut, EventIn
from app.domain.activity import Activity
from app.use_cases.activity.record import Outcome, record_activity

router = APIRouter(prefix="/v1", tags=["Activity"], route_class=JsonRoute)
Result: TypeAlias = dict[str, Any]  # the fields of an `EventResultOut`
_FEW: Final = 16  # so few events are validated one by one: halving them again is no faster


@router.post("/activity", response_model=ActivityOut, responses=problem_responses(BODY_TOO_LARGE))
def post_activity(batch: ActivityIn, service: ActivityWrite) -> Response:
    """Record up to 1,000 events; each is accepted or rejected by itself.

    The response is 200 with one result per event. Correct the rejected events and send them again.
    By the time the response arrives, accepted events are stored durably, and every score from then
    on reflects them. Sending a batch twice changes nothing: an `event_id` counts once.
    """
    now = service.now()
    read = _read(batch.events, now)
    with service.writing() as session:
        good = [each for each in read if isinstance(each, Activity)]
        outcomes = iter(record_activity(session, good, now=now))
    results = [
        _result(index, each, next(outcomes)) if isinstance(each, Activity) else each
        for index, each in enumerate(read)
    ]
    return _summary(results, service.metrics)


def _read(events: Sequence[Any], now: datetime, *, first: int = 0) -> list[Activity | Result]:
    """Return activities for events that fit the schema, and results for those that do not.

    If not all events are plain, each half is read by itself, so that only a few events have to be
    validated by the schema.
    """
    plain = activities_of(events, received_at=now)
    if plain is not None:
        return list(plain)
    if len(events) <= _FEW:
        return [_read_by_schema(index, event, now) for index, event in enumerate(events, first)]
    half = len(events) // 2
    return [
        *_read(events[:half], now, first=first),
        *_read(events[half:], now, first=first + half),
    ]


def _read_by_schema(index: int, event: object, now: datetime) -> Activity | Result:
    try:
        return _activity(EVENT.validate_python(event), now)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        errors = field_errors(found, location="body", prefix=f"/events/{index}")
        return _rejected(index, _id_of(event), errors)


def _activity(event: EventIn, now: datetime) -> Activity:
    return Activity(
        event_id=event.event_id,
        customer_id=event.customer_id,
        occurred_at=event.occurred_at,
        received_at=now,
        type=event.type,
        channel=event.channel,
        amount=event.amount,
        currency=event.currency,
        ref=event.ref,
        properties=event.properties,
    )


def _result(index: int, activity: Activity, outcome: Outcome) -> Result:
    if outcome.status == "rejected":
        pointer = f"/events/{index}/{outcome.field}"
        error = FieldError(location="body", pointer=pointer, detail=outcome.reason or "")
        return _rejected(index, activity.event_id, [error])
    return {"index": index, "event_id": activity.event_id, "status": outcome.status, "errors": ()}


def _rejected(index: int, event_id: str | None, errors: list[FieldError]) -> Result:
    return {
        "index": index,
        "event_id": event_id,
        "status": "rejected",
        "errors": [error.model_dump() for error in errors],
    }


def _id_of(event: Any) -> str | None:  # noqa: ANN401 - what did not fit the schema is anything
    found = event.get("event_id") if isinstance(event, dict) else None
    return found[:200] if isinstance(found, str) else None


def _summary(results: list[Result], metrics: Metrics) -> Response:
    """Return the response, as plain data; a test compares it with the schema."""
    statuses = [result["status"] for result in results]
    for status in ("accepted", "duplicate", "rejected"):
        metrics.count("events", status, statuses.count(status))
    answer = {
        "accepted": statuses.count("accepted"),
        "duplicates": statuses.count("duplicate"),
        "rejected": statuses.count("rejected"),
        "results": results,
    }
    return Response(orjson.dumps(answer), media_type="application/json")
