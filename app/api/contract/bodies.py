"""What all bodies of requests and responses have in common."""

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    """A body that clients send. Unknown fields are refused: they are most likely misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ResponseBody(BaseModel):
    """A body that we send. Every field must always be present, so no field has a default."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)
