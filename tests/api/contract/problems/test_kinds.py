import inspect
from http import HTTPStatus

from app.api.contract.problems import kinds
from app.api.contract.problems.kinds import KINDS, ProblemKind
from app.domain import errors


def all_domain_errors() -> set[type[errors.HoldfastError]]:
    """Every error class of the domain, wherever it is derived."""
    found, waiting = set(), [errors.HoldfastError]
    while waiting:
        waiting.extend(waiting[0].__subclasses__())
        found.add(waiting.pop(0))
    return found - {errors.HoldfastError}


def test_every_domain_error_has_a_problem():
    named = {e for e in all_domain_errors() if e.__module__ == "app.domain.errors"}

    assert set(KINDS) == named


def test_an_error_derived_elsewhere_has_the_problem_of_its_parent():
    for error in all_domain_errors():
        assert any(parent in KINDS for parent in inspect.getmro(error)), error


def test_no_two_kinds_of_problem_share_a_name():
    named = [kind for kind in vars(kinds).values() if isinstance(kind, ProblemKind)]
    slugs = [kind.slug for kind in [*named, *KINDS.values()]]

    assert len(slugs) == len(set(slugs))


def test_only_a_malformed_request_is_unprocessable():
    statuses = [kind.status for kind in KINDS.values()]

    assert HTTPStatus.UNPROCESSABLE_ENTITY not in statuses
