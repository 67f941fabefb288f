"""Answers about many customers, and those that were kept."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.fields import MAX_ITEMS, Answer, MomentOrDate, Request
from app.api.problems import FieldError
from app.api.schemas.paging import NextCursor
from app.api.schemas.score_fields import (
    AsOfOut,
    CustomerIdOut,
    Percentile,
    Probability,
    Score,
    Tier,
)
from app.api.schemas.scores import ScoreOut
from app.domain.activity import MAX_TEXT_CHARACTERS


class ScoresIn(Request):
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


class ScoreResultOut(Answer):
    """One customer of a bulk call: an answer, or why there is none."""

    index: Annotated[int, Field(description="Position in the request, from 0", examples=[0])]
    customer_id: Annotated[
        str | None,
        Field(description="The customer; null where no id could be read", examples=["c-1042"]),
    ]
    status: Annotated[
        Literal["scored", "unknown", "rejected"],
        Field(description="What became of it", examples=["scored"]),
    ]
    score: Annotated[
        ScoreOut | None, Field(description="The answer; null unless scored", examples=[None])
    ]
    errors: Annotated[list[FieldError], Field(description="Why there is no answer", examples=[[]])]


class ScoresOut(Answer):
    """The results of a bulk call, in the order of the request."""

    scored: Annotated[int, Field(description="How many have an answer", examples=[1])]
    failed: Annotated[int, Field(description="How many have none", examples=[1])]
    results: Annotated[list[ScoreResultOut], Field(description="One per id", examples=[[]])]


class StoredScoreOut(Answer):
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


class ScorePageOut(Answer):
    """A page of stored assessments."""

    items: Annotated[
        list[StoredScoreOut], Field(description="The assessments of this page", examples=[[]])
    ]
    next_cursor: NextCursor
