"""Jobs, their results and their failures."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.paging import NextCursor
from app.api.schemas.scores.fields import AsOfOut, CustomerIdOut

JobStateName = Literal["queued", "in_progress", "completed", "failed", "cancelled"]

KeepsName = Literal["answers", "numbers"]


class JobOut(ResponseBody):
    """A rescoring of all customers, or a check of the bundle."""

    job_id: Annotated[
        str, Field(description="Id of the job", examples=["0f3b6a526f0e4f0e9a532c1d8d0f6c11"])
    ]
    kind: Annotated[
        Literal["rescore", "monitor"],
        Field(
            description="rescore: score all customers; monitor: check the bundle",
            examples=["rescore"],
        ),
    ]
    keeps: Annotated[
        KeepsName | None,
        Field(
            description="What a rescoring stores: whole answers, or only their numbers; null for "
            "a check",
            examples=["answers"],
        ),
    ]
    state: Annotated[
        JobStateName, Field(description="Where the job stands", examples=["in_progress"])
    ]
    as_of: AsOfOut
    bundle_id: Annotated[
        str, Field(description="The bundle that scores", examples=["4f1c0de5a2b94a10"])
    ]
    total: Annotated[int, Field(description="Customers to score", examples=[50000])]
    done: Annotated[int, Field(description="Customers scored so far", examples=[12000])]
    failed: Annotated[int, Field(description="Customers that could not be scored", examples=[0])]
    progress: Annotated[
        float, Field(ge=0, le=1, description="Share of the customers that is done", examples=[0.24])
    ]
    attempts: Annotated[
        int,
        Field(
            description="How often in a row the job broke off without getting anything done; the "
            "third time it fails for good",
            examples=[0],
        ),
    ]
    created_at: Annotated[
        datetime, Field(description="When it was requested", examples=["2026-11-22T02:00:00Z"])
    ]
    started_at: Annotated[
        datetime | None,
        Field(description="When a worker first took it", examples=["2026-11-22T02:00:01Z"]),
    ]
    finished_at: Annotated[datetime | None, Field(description="When it ended", examples=[None])]
    error: Annotated[str | None, Field(description="Why the whole job failed", examples=[None])]


class JobFailureOut(ResponseBody):
    """A customer whom a job could not score."""

    customer_id: CustomerIdOut
    reason: Annotated[str, Field(description="Why", examples=["the history could not be read"])]


class JobFailurePageOut(ResponseBody):
    """A page of customers whom a job could not score."""

    items: Annotated[
        list[JobFailureOut], Field(description="The failures of this page", examples=[[]])
    ]
    next_cursor: NextCursor
