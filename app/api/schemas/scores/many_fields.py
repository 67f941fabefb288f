"""Fields that the answers about many customers share, whatever their detail."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.problems.schema import FieldError

Index = Annotated[int, Field(description="Position in the request, from 0", examples=[0])]
AskedId = Annotated[
    str | None,
    Field(description="The customer; null where no id could be read", examples=["c-1042"]),
]
Status = Annotated[
    Literal["scored", "unknown", "rejected"],
    Field(description="What became of it", examples=["scored"]),
]
Errors = Annotated[list[FieldError], Field(description="Why there is no answer", examples=[[]])]
NScored = Annotated[int, Field(description="How many have an answer", examples=[1])]
NFailed = Annotated[int, Field(description="How many have none", examples=[1])]
