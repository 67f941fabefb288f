"""The body of a problem, as the contract publishes it."""

from typing import Annotated, Final

from pydantic import Field

from app.api.contract.bodies import ResponseBody

MEDIA_TYPE: Final = "application/problem+json"


class FieldError(ResponseBody):
    """One field that does not fit."""

    location: Annotated[
        str,
        Field(description="Part of the request: body, query, path or header", examples=["body"]),
    ]
    pointer: Annotated[
        str,
        Field(
            description="JSON pointer (RFC 6901) to the field in that part",
            examples=["/events/3/occurred_at"],
        ),
    ]
    detail: Annotated[
        str, Field(description="What is wrong with it", examples=["has no time zone"])
    ]


class Problem(ResponseBody):
    """Why a request was refused (RFC 9457)."""

    type: Annotated[
        str,
        Field(
            description="Stable name of the kind of problem",
            examples=["urn:holdfast:problem:customer-not-found"],
        ),
    ]
    title: Annotated[str, Field(description="The kind, for people", examples=["No such customer"])]
    status: Annotated[int, Field(description="The HTTP status", examples=[404])]
    detail: Annotated[
        str,
        Field(
            description="This case: the thing, the value and what to do",
            examples=["no customer has the id 'c-1042'"],
        ),
    ]
    instance: Annotated[
        str,
        Field(
            description="Name of this occurrence; a failure on our side is logged under it",
            examples=["urn:uuid:0f3b6a52-6f0e-4f0e-9a53-2c1d8d0f6c11"],
        ),
    ]
    errors: Annotated[
        list[FieldError],
        Field(
            description="The fields that do not fit, at most 100; empty where none is to blame",
            examples=[[]],
        ),
    ]
