"""Path parameters that routes of several nouns share."""

from typing import Annotated

from fastapi import Path

from app.api.contract.fields import Text

CustomerId = Annotated[
    Text,
    Path(
        description="The customer, as your systems name it (percent-encoded; an id with a slash "
        "can be asked for with POST /v1/scores)",
        examples=["c-1042"],
    ),
]
