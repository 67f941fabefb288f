"""Every kind of problem, with its status and title, and which kind each domain error has."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from app.domain import errors


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem. `slug` is the last part of its `type` and must never change."""

    slug: str
    status: HTTPStatus
    title: str
    retry_after_seconds: int | None = None


KINDS: Mapping[type[errors.HoldfastError], ProblemKind] = {
    errors.CustomerNotFound: ProblemKind(
        "customer-not-found", HTTPStatus.NOT_FOUND, "No such customer"
    ),
    errors.JobNotFound: ProblemKind("job-not-found", HTTPStatus.NOT_FOUND, "No such job"),
    errors.BundleNotFound: ProblemKind("bundle-not-found", HTTPStatus.NOT_FOUND, "No such bundle"),
    errors.JobConflict: ProblemKind(
        "job-conflict", HTTPStatus.CONFLICT, "The job's state forbids it"
    ),
    errors.InvalidCursor: ProblemKind(
        "invalid-cursor", HTTPStatus.BAD_REQUEST, "Unusable page cursor"
    ),
    errors.NoBundleInService: ProblemKind(
        "no-bundle-in-service", HTTPStatus.SERVICE_UNAVAILABLE, "Nothing can be scored yet", 30
    ),
    errors.BundleRefused: ProblemKind(
        "bundle-refused", HTTPStatus.SERVICE_UNAVAILABLE, "The promoted bundle is refused", 30
    ),
    errors.PlaybookRefused: ProblemKind(
        "playbook-refused", HTTPStatus.SERVICE_UNAVAILABLE, "The playbook is refused", 30
    ),
    errors.DatabaseNotReady: ProblemKind(
        "database-not-ready", HTTPStatus.SERVICE_UNAVAILABLE, "The database is not ready", 5
    ),
    errors.UnreadableFile: ProblemKind(
        "unreadable-file", HTTPStatus.BAD_REQUEST, "Unreadable file"
    ),
    errors.TrainingRefused: ProblemKind(
        "training-refused", HTTPStatus.CONFLICT, "The data cannot support the training"
    ),
    errors.EvaluationRefused: ProblemKind(
        "evaluation-refused", HTTPStatus.CONFLICT, "The log cannot support the evaluation"
    ),
}
INVALID_REQUEST = ProblemKind(
    "invalid-request", HTTPStatus.UNPROCESSABLE_ENTITY, "The request does not fit the contract"
)
MALFORMED_JSON = ProblemKind("malformed-json", HTTPStatus.BAD_REQUEST, "The body is not JSON")
UNSUPPORTED_MEDIA = ProblemKind(
    "unsupported-media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be JSON"
)
BODY_TOO_LARGE = ProblemKind(
    "body-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"
)
TOO_SLOW = ProblemKind("request-too-slow", HTTPStatus.REQUEST_TIMEOUT, "The request took too long")
NOT_AUTHENTICATED = ProblemKind(
    "not-authenticated", HTTPStatus.UNAUTHORIZED, "A valid API key is needed"
)
SCOPE_MISSING = ProblemKind("scope-missing", HTTPStatus.FORBIDDEN, "The API key lacks a scope")
INTERNAL_ERROR = ProblemKind(
    "internal-error", HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side"
)
_BY_STATUS: Mapping[int, ProblemKind] = {
    404: ProblemKind("no-such-resource", HTTPStatus.NOT_FOUND, "No such resource"),
    405: ProblemKind(
        "method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed here"
    ),
    413: BODY_TOO_LARGE,
    415: UNSUPPORTED_MEDIA,
}


def kind_of(error: errors.HoldfastError) -> ProblemKind:
    """Return the kind of a domain error: that of its nearest class in `KINDS`."""
    return next(KINDS[known] for known in type(error).__mro__ if known in KINDS)


def kind_of_status(status_code: int) -> ProblemKind:
    """Return the kind of an error of which only the HTTP status is known."""
    known = _BY_STATUS.get(status_code)
    if known is not None:
        return known
    status = HTTPStatus(status_code)
    return ProblemKind(status.phrase.lower().replace(" ", "-"), status, status.phrase)
