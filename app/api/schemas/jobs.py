"""Long work: jobs, their results and their failures."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.paging import NextCursor
from app.api.schemas.scores.fields import AsOfOut, CustomerIdOut

JobStateName = Literal["queued", "in_progress", "completed", "failed", "cancelled"]

KeepsName = Literal["answers", "numbers"]


class JobOut(ResponseBody):
    """A rescoring of everybody, or a check of the bundle."""

    job_id: Annotated[
        str, Field(description="Id of the job", examples=["0f3b6a526f0e4f0e9a532c1d8d0f6c11"])
    ]
    kind: Annotated[
        Literal["rescore", "monitor"],
        Field(
            description="rescore: score everybody; monitor: check the bundle, counts no customers",
            examples=["rescore"],
        ),
    ]
    keeps: Annotated[
        KeepsName | None,
        Field(
            description="What a rescoring keeps: whole answers, or their numbers alone; null "
            "for a check",
            examples=["answers"],
        ),
    ]
    state: Annotated[JobStateName, Field(description="Where it stands", examples=["in_progress"])]
    as_of: AsOfOut
    bundle_id: Annotated[
        str, Field(description="The bundle that scores", examples=["4f1c0de5a2b94a10"])
    ]
    total: Annotated[int, Field(description="Customers to score", examples=[50000])]
    done: Annotated[int, Field(description="Customers scored so far", examples=[12000])]
    failed: Annotated[int, Field(description="Customers that could not be scored", examples=[0])]
    progress: Annotated[
        float, Field(ge=0, le=1, description="Share that is through", examples=[0.24])
    ]
    attempts: Annotated[
        int,
        Field(
            description="How often in a row it broke off without having done anything; it is "
            "tried again, until the third time ends it as failed",
            examples=[0],
        ),
    ]
    created_at: Annotated[
        datetime, Field(description="When it was asked for", examples=["2026-11-22T02:00:00Z"])
    ]
    started_at: Annotated[
        datetime | None,
        Field(description="When a worker first took it", examples=["2026-11-22T02:00:01Z"]),
    ]
    finished_at: Annotated[
        datetime | None, Field(description="When it came to its end", examples=[None])
    ]
    error: Annotated[str | None, Field(description="Why it failed as a whole", examples=[None])]


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
