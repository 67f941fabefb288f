"""Pages of listings: how many items, and where the next page starts."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from app.api.contract.cursors import MAX_CHARACTERS

Limit = Annotated[
    int, Query(ge=1, le=200, description="The most items that a page may have", examples=[50])
]
Cursor = Annotated[
    str | None,
    Query(
        max_length=MAX_CHARACTERS,
        description="`next_cursor` of the previous page; absent: the first page",
    ),
]
NextCursor = Annotated[
    str | None,
    Field(
        description="Pass it as `cursor` for the next page; null: this was the last",
        examples=["Y2hlY2tlZC1ieS11cw"],
    ),
]
