"""Scores of one customer and of many, with what they say: signals and interventions."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Final, TypeAlias

import orjson
from fastapi import APIRouter, Query
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.api.contract import cursors
from app.api.contract.fields import MomentOrDate, Text
from app.api.contract.problems.field_errors import field_errors
from app.api.contract.problems.kinds import BODY_TOO_LARGE, INVALID_REQUEST
from app.api.contract.problems.responses import RefusedError, problem_responses
from app.api.contract.problems.schema import FieldError
from app.api.gate.json_route import JsonRoute
from app.api.gate.quick_route import EVERYDAY_ID, QuickRoute
from app.api.keys.access import ScoresRead
from app.api.schemas.paging import Cursor, Limit
from app.api.schemas.path_parameters import CustomerId
from app.api.schemas.scores.answer import ScoreOut
from app.api.schemas.scores.many_numbers import ManyNumbersOut
from app.api.schemas.scores.many_scores import ScorePageOut, ScoresIn, ScoresOut, StoredScoreOut
from app.api.schemas.scores.signals_and_interventions import InterventionsOut, SignalsOut
from app.api.service import Service
from app.domain.errors import BundleRefused, CustomerNotFound, InvalidCursor, NoBundleInService
from app.domain.moments import format_moment, from_micros, to_micros
from app.use_cases.scores.answers import AnsweredCustomer, scoring
from app.use_cases.scores.encoding import Json, encode_numbers, encode_shared
from app.use_cases.scores.numbers import NumbersAnswer, scoring_numbers
from app.use_cases.scores.stored import score_history

router = APIRouter(prefix="/v1", tags=["Scores"], route_class=JsonRoute)
AsOf = Annotated[
    MomentOrDate | None,
    Query(
        description="A moment in the past, or a date for its midnight (UTC); absent: now",
        examples=["2026-11-22T09:00:00Z"],
    ),
]
_SCORING = problem_responses(CustomerNotFound, NoBundleInService, BundleRefused)
_ID = TypeAdapter(Text)
_is_everyday = re.compile(EVERYDAY_ID).fullmatch
_Ids: TypeAlias = Sequence[str | Json]  # those that cannot be read as their results
_NO_STORE: Final = "no-store"  # personal data, and another answer a moment later


@router.get("/customers/{customer_id}/score", response_model=ScoreOut, responses=_SCORING)
async def get_score(customer_id: CustomerId, service: ScoresRead, as_of: AsOf = None) -> Response:
    """Score a customer from the log: probability, tier, reasons, signals, interventions.

    Computed when asked; nothing is stored. `as_of` looks at a moment in the past as it was known
    then.
    """
    return _json(await _answer(service, customer_id, as_of))


@router.get("/customers/{customer_id}/signals", response_model=SignalsOut, responses=_SCORING)
async def get_signals(customer_id: CustomerId, service: ScoresRead, as_of: AsOf = None) -> Response:
    """Return what is wrong with a customer, whose it is and how fast to respond."""
    answer = orjson.loads(await _answer(service, customer_id, as_of))
    return _json(orjson.dumps({name: answer[name] for name in SignalsOut.model_fields}))


@router.get(
    "/customers/{customer_id}/interventions", response_model=InterventionsOut, responses=_SCORING
)
async def get_interventions(
    customer_id: CustomerId, service: ScoresRead, as_of: AsOf = None
) -> Response:
    """Return what to do about a customer, most urgent first."""
    answer = orjson.loads(await _answer(service, customer_id, as_of))
    return _json(orjson.dumps({name: answer[name] for name in InterventionsOut.model_fields}))


@router.get(
    "/customers/{customer_id}/scores", responses=problem_responses(CustomerNotFound, InvalidCursor)
)
def get_score_history(
    customer_id: CustomerId, service: ScoresRead, limit: Limit = 50, cursor: Cursor = None
) -> ScorePageOut:
    """Return the stored assessments of a customer, the newest first."""
    pages = f"scores:{customer_id}"
    after = None
    if cursor is not None:
        at, job_id = cursors.decode(cursor, pages, kinds=[int, str])
        after = (from_micros(int(at)), str(job_id))
    with service.reading() as session:
        page = score_history(session, customer_id, limit=limit, after=after)
    following = None
    if page.next is not None:
        following = cursors.encode(pages, [to_micros(page.next[0]), page.next[1]])
    items = [StoredScoreOut.model_validate(item, from_attributes=True) for item in page.items]
    return ScorePageOut(items=items, next_cursor=following)


@router.post(
    "/scores",
    response_model=ScoresOut | ManyNumbersOut,
    responses=problem_responses(NoBundleInService, BundleRefused, BODY_TOO_LARGE),
)
async def post_scores(asked: ScoresIn, service: ScoresRead) -> Response:
    """Score up to 1,000 customers in one call; an id that is unknown or malformed fails alone.

    With `detail` numbers there are no reasons, signals and interventions, and what all answers
    share is said once: for lists, and much faster.
    """
    bundle = service.bundles.current()
    now = service.now()
    ids = await run_in_threadpool(_read_ids, asked.customer_ids)
    good = [found for found in ids if isinstance(found, str)]
    as_of = _past(asked.as_of, now, location="body")
    if asked.detail == "numbers":
        question = scoring_numbers(bundle, good, as_of=as_of).then(partial(_numbers, ids))
    else:
        question = scoring(bundle, service.playbook, good, as_of=as_of).then(partial(_whole, ids))
    n_scored, answer = await service.bulk.fetch(question)
    service.metrics.count("scored", "many", n_scored)
    return _json(answer)


def quick_score(service: Service) -> QuickRoute:
    """Return the short way to the whole answer as of now."""

    async def answer(customer_id: str) -> bytes | None:
        bundle = service.bundles.current()
        asked = scoring(bundle, service.playbook, [customer_id], as_of=service.now())
        answers = await service.fetch(asked)
        return answers[0].answer if answers else None

    return QuickRoute("score", answer, cache_control=_NO_STORE.encode())


async def _answer(service: Service, customer_id: str, as_of: datetime | None) -> bytes:
    bundle = service.bundles.current()
    moment = _past(as_of, service.now(), location="query")
    asked = scoring(bundle, service.playbook, [customer_id], as_of=moment)
    answers = await service.fetch(asked)
    if not answers:
        raise CustomerNotFound(customer_id)
    return answers[0].answer


def _past(as_of: datetime | None, now: datetime, *, location: str) -> datetime:
    """Return the moment asked about, which must have come; None means now."""
    if as_of is None:
        return now
    if as_of > now:
        detail = f"must lie in the past, got {format_moment(as_of)}; it is {format_moment(now)}"
        field = FieldError(location=location, pointer="/as_of", detail=detail)
        raise RefusedError(INVALID_REQUEST, f"as_of {detail}", fields=[field])
    return as_of


def _read_ids(values: Sequence[object]) -> _Ids:
    """Return each id, or its result; a thousand that are malformed take a while."""
    return [_read_id(index, value) for index, value in enumerate(values)]


def _read_id(index: int, value: object) -> str | Json:
    """Return the id, or the result that says why it is none."""
    if isinstance(value, str) and _is_everyday(value):
        return value
    try:
        return _ID.validate_python(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        errors = field_errors(found, location="body", prefix=f"/customer_ids/{index}")
    return {
        "index": index,
        "customer_id": None,
        "status": "rejected",
        "score": None,
        "errors": [each.model_dump() for each in errors],
    }


def _whole(ids: _Ids, answers: Sequence[AnsweredCustomer]) -> tuple[int, bytes]:
    """Return how many of `ids` have an answer, and the results of all as JSON."""
    scores = {each.customer_id: orjson.Fragment(each.answer) for each in answers}
    return _many(ids, scores, said_once={})


def _numbers(ids: _Ids, answer: NumbersAnswer) -> tuple[int, bytes]:
    """Return the same with numbers alone, and what they share in front of them."""
    return _many(
        ids,
        encode_numbers(answer),
        said_once={"detail": "numbers", **encode_shared(answer.context)},
    )


def _many(
    ids: _Ids, scores: Mapping[str, Json | orjson.Fragment], *, said_once: Json
) -> tuple[int, bytes]:
    results = [
        _result(index, found, scores.get(found)) if isinstance(found, str) else found
        for index, found in enumerate(ids)
    ]
    n_scored = sum(result["status"] == "scored" for result in results)
    counts = {"scored": n_scored, "failed": len(results) - n_scored}
    return n_scored, orjson.dumps({**said_once, **counts, "results": results})


def _result(index: int, customer_id: str, score: Json | orjson.Fragment | None) -> Json:
    errors = []
    if score is None:
        detail = str(CustomerNotFound(customer_id))
        pointer = f"/customer_ids/{index}"
        errors = [FieldError(location="body", pointer=pointer, detail=detail).model_dump()]
    return {
        "index": index,
        "customer_id": customer_id,
        "status": "unknown" if score is None else "scored",
        "score": score,
        "errors": errors,
    }


def _json(answer: bytes) -> Response:
    """Return JSON as it is: a test holds every answer against its schema."""
    return Response(answer, headers={"Cache-Control": _NO_STORE}, media_type="application/json")
