"""Problems as HTTP responses, and as entries of the contract."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from app.api.contract.problems.kinds import INTERNAL_ERROR, KINDS, ProblemKind
from app.api.contract.problems.schema import MEDIA_TYPE, FieldError, Problem
from app.domain.errors import HoldfastError

log = logging.getLogger("holdfast.api")


class RefusedError(Exception):
    """A refusal that only HTTP knows: no key, a missing scope, a wrong media type."""

    def __init__(
        self,
        kind: ProblemKind,
        detail: str,
        *,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.fields = fields
        self.headers = headers or {}


def problem_response(
    kind: ProblemKind,
    detail: str,
    *,
    fields: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    instance: str | None = None,
) -> Response:
    """Return the response that states a problem of this kind."""
    problem = Problem(
        type=f"urn:holdfast:problem:{kind.slug}",
        title=kind.title,
        status=kind.status.value,
        detail=detail,
        instance=instance or f"urn:uuid:{uuid.uuid4()}",
        errors=list(fields),
    )
    sent = dict(headers or {})
    if kind.retry_after_seconds is not None:
        sent["Retry-After"] = str(kind.retry_after_seconds)
    body = orjson.dumps(problem.model_dump())
    return Response(body, status_code=kind.status, media_type=MEDIA_TYPE, headers=sent)


def internal_error(error: Exception) -> Response:
    """Log `error` under a new id, and return a response that reveals this id and nothing else."""
    instance = f"urn:uuid:{uuid.uuid4()}"
    log.error("request failed", extra={"instance": instance}, exc_info=error)
    return problem_response(
        INTERNAL_ERROR,
        f"the log of the service has the details under {instance}",
        instance=instance,
    )


def problem_responses(
    *kinds: type[HoldfastError] | ProblemKind,
) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that can answer these problems, for its OpenAPI entry."""
    titles: dict[int, list[str]] = {}
    for each in kinds:
        kind = each if isinstance(each, ProblemKind) else KINDS[each]
        titles.setdefault(kind.status.value, []).append(kind.title)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": "; ".join(listed), "content": content}
        for status, listed in titles.items()
    }
