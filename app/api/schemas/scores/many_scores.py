"""Answers about many customers, and those that were kept."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import RequestBody, ResponseBody
from app.api.contract.fields import MAX_ITEMS, MomentOrDate
from app.api.schemas.paging import NextCursor
from app.api.schemas.scores.answer import ScoreOut
from app.api.schemas.scores.fields import (
    AsOfOut,
    CustomerIdOut,
    Percentile,
    Probability,
    Score,
    Tier,
)
from app.api.schemas.scores.many_fields import AskedId, Errors, Index, NFailed, NScored, Status
from app.domain.activity import MAX_TEXT_CHARACTERS


class ScoresIn(RequestBody):
    """Which customers to score, and as of when."""

    customer_ids: Annotated[
        list[object],
        Field(
            min_length=1,
            max_length=MAX_ITEMS,
            description="At most 1,000 ids; one that is unknown or malformed fails alone",
            examples=[["c-1042", "c-7"]],
            json_schema_extra={
                "items": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARACTERS}
            },
        ),
    ]
    as_of: Annotated[
        MomentOrDate | None,
        Field(
            description="A moment in the past; null or absent: now",
            examples=["2026-11-22T09:00:00Z"],
        ),
    ] = None
    detail: Annotated[
        Literal["full", "numbers"],
        Field(
            description="full: whole answers (`ScoresOut`); numbers: scores without reasons, "
            "signals and interventions, much faster (`ManyNumbersOut`)",
            examples=["numbers"],
        ),
    ] = "full"


class ScoreResultOut(ResponseBody):
    """One customer of a bulk call: an answer, or why there is none."""

    index: Index
    customer_id: AskedId
    status: Status
    score: Annotated[
        ScoreOut | None, Field(description="The answer; null unless scored", examples=[None])
    ]
    errors: Errors


class ScoresOut(ResponseBody):
    """The results of a bulk call, in the order of the request."""

    scored: NScored
    failed: NFailed
    results: Annotated[list[ScoreResultOut], Field(description="One per id", examples=[[]])]


class StoredScoreOut(ResponseBody):
    """One stored assessment."""

    customer_id: CustomerIdOut
    as_of: AsOfOut
    score: Score
    tier: Tier
    probability: Probability
    percentile: Percentile
    bundle_id: Annotated[
        str, Field(description="The bundle that answered", examples=["4f1c0de5a2b94a10"])
    ]


class ScorePageOut(ResponseBody):
    """A page of stored assessments."""

    items: Annotated[
        list[StoredScoreOut], Field(description="The assessments of this page", examples=[[]])
    ]
    next_cursor: NextCursor
