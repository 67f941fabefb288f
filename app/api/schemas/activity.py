"""Events as they are sent, and what became of each."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from app.api.contract.bodies import RequestBody, ResponseBody
from app.api.contract.fields import MAX_ITEMS, Amount, Currency, Moment, Text
from app.api.contract.problems.schema import FieldError
from app.api.contract.properties import Properties


class EventIn(RequestBody):
    """One event: something that a customer did, or that happened to the customer."""

    event_id: Annotated[
        Text,
        Field(
            description="Your own id of the event; sending it again changes nothing",
            examples=["e-90211"],
        ),
    ]
    customer_id: Annotated[
        Text, Field(description="The customer, as your systems name it", examples=["c-1042"])
    ]
    occurred_at: Annotated[
        Moment,
        Field(
            description="When it happened, with a zone; at most 5 minutes in the future",
            examples=["2026-11-21T17:30:00Z"],
        ),
    ]
    type: Annotated[
        Text,
        Field(
            description="For example order_placed or login; unknown types are stored and counted",
            examples=["order_placed"],
        ),
    ]
    channel: Annotated[
        Text | None, Field(description="Where: web, app, email, store, …", examples=["web"])
    ] = None
    amount: Annotated[
        Amount | None,
        Field(description="Value, price or volume, depending on the type", examples=[59.9]),
    ] = None
    currency: Annotated[
        Currency | None, Field(description="ISO 4217 code of the amount", examples=["EUR"])
    ] = None
    ref: Annotated[
        Text | None,
        Field(description="The order, ticket, feature, step or message", examples=["o-5501"]),
    ] = None
    properties: Annotated[
        Properties,
        Field(
            description="Anything else, at most 4,000 characters and 5 levels deep",
            examples=[{"topic": "billing"}],
        ),
    ] = {}  # noqa: RUF012 - Pydantic copies defaults


EVENT = TypeAdapter(EventIn)


class ActivityIn(RequestBody):
    """A batch of events."""

    events: Annotated[
        list[Any],
        Field(
            min_length=1,
            max_length=MAX_ITEMS,
            description="At most 1,000 events; each is accepted or rejected by itself",
            examples=[
                [
                    {
                        "event_id": "e-90211",
                        "customer_id": "c-1042",
                        "occurred_at": "2026-11-21T17:30:00Z",
                        "type": "order_placed",
                        "amount": 59.9,
                        "currency": "EUR",
                        "ref": "o-5501",
                    }
                ]
            ],
            json_schema_extra={"items": {"$ref": "#/components/schemas/EventIn"}},
        ),
    ]


class EventResultOut(ResponseBody):
    """What became of one event."""

    index: Annotated[int, Field(description="Position in the request, from 0", examples=[0])]
    event_id: Annotated[
        str | None,
        Field(description="Its id; null if none could be read", examples=["e-90211"]),
    ]
    status: Annotated[
        Literal["accepted", "duplicate", "rejected"],
        Field(
            description="duplicate: the id is known already, and the first event with it stays",
            examples=["accepted"],
        ),
    ]
    errors: Annotated[
        list[FieldError],
        Field(description="Why it was rejected; pointers start at the body", examples=[[]]),
    ]


class ActivityOut(ResponseBody):
    """The results of a batch, in the order of the request."""

    accepted: Annotated[int, Field(description="Events that were recorded", examples=[1])]
    duplicates: Annotated[int, Field(description="Events whose id was known already", examples=[0])]
    rejected: Annotated[int, Field(description="Events to correct and send again", examples=[0])]
    results: Annotated[
        list[EventResultOut],
        Field(
            description="One result per event",
            examples=[[{"index": 0, "event_id": "e-90211", "status": "accepted", "errors": []}]],
        ),
    ]
