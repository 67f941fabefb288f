"""Validation errors as JSON pointers with reasons that never repeat what the client sent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.api.contract.problems.schema import FieldError

MAX_ERRORS: Final = 100  # per request; the first hundred show what is wrong
MAX_NAME_CHARACTERS: Final = 100  # of one part of a pointer: clients may send names of any length
# Pydantic's own messages for these speak of Python.
_REASONS: Final[Mapping[str, str]] = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be an array",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
}


def field_errors(
    found: Sequence[Mapping[str, Any]], *, location: str | None = None, prefix: str = ""
) -> list[FieldError]:
    """Return Pydantic's errors as field errors.

    FastAPI's errors begin their path with the part of the request. Where a value was validated by
    itself, `location` names that part and `prefix` is the pointer to the value.
    """
    if location is not None:
        return [
            FieldError(location=location, pointer=prefix + _pointer(e["loc"]), detail=_reason(e))
            for e in found[:MAX_ERRORS]
        ]
    return [
        FieldError(location=str(e["loc"][0]), pointer=_pointer(e["loc"][1:]), detail=_reason(e))
        for e in found[:MAX_ERRORS]
    ]


def unknown_parameter(name: str, known: str) -> FieldError:
    """Return the error of an unknown query parameter; `known` says which ones the route has."""
    detail = f"is not a parameter of this route: {known}"
    return FieldError(location="query", pointer=_pointer([name]), detail=detail)


def _pointer(path: Sequence[object]) -> str:
    return "".join(f"/{_escaped(str(part))}" for part in path)


def _escaped(part: str) -> str:
    is_short = len(part) <= MAX_NAME_CHARACTERS
    shortened = part if is_short else f"{part[:MAX_NAME_CHARACTERS]}…"
    return _as_utf8(shortened).replace("~", "~0").replace("/", "~1")


def _reason(error: Mapping[str, Any]) -> str:
    message = _REASONS.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    return _as_utf8(message)


def _as_utf8(text: str) -> str:
    """Return the text with lone surrogates replaced, which JSON lets in and UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
