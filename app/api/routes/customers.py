"""PUT and GET /v1/customers/{customer_id}, and GET /v1/customers."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.contract import cursors
from app.api.contract.problems.kinds import INVALID_REQUEST
from app.api.contract.problems.responses import RefusedError, problem_responses
from app.api.contract.problems.schema import FieldError
from app.api.gate.json_route import JsonRoute
from app.api.keys.access import CustomersRead, CustomersWrite
from app.api.schemas.customers.facts import AccountIn, CustomerIn
from app.api.schemas.customers.listing import CustomerPageOut, ListedCustomerOut
from app.api.schemas.customers.profile import AccountOut, ConsentOut, CustomerOut
from app.api.schemas.paging import Cursor, Limit
from app.api.schemas.path_parameters import CustomerId
from app.api.schemas.scores.fields import TierName
from app.domain.customers import AccountVersion, Customer
from app.domain.errors import CustomerNotFound, InvalidCursor
from app.domain.moments import format_moment
from app.use_cases.activity.record import CLOCK_TOLERANCE
from app.use_cases.customers.listing import list_customers
from app.use_cases.customers.profile import CustomerProfile, get_customer
from app.use_cases.customers.put import put_customer

router = APIRouter(prefix="/v1/customers", tags=["Customers"], route_class=JsonRoute)
TierFilter = Annotated[
    TierName | None, Query(description="Only customers of this tier", examples=["high"])
]
MinScore = Annotated[
    int | None,
    Query(ge=0, le=100, description="Only customers with at least this score", examples=[70]),
]


@router.get("", responses=problem_responses(InvalidCursor))
def get_customers(
    service: CustomersRead,
    tier: TierFilter = None,
    min_score: MinScore = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CustomerPageOut:
    """List customers by their newest stored score, the most at risk first.

    Scores are stored by `POST /v1/jobs/rescore`. Customers without enough history have no score
    and are not listed.
    """
    listing = f"customers:{tier}:{min_score}"
    after = None
    if cursor is not None:
        score, customer_id = cursors.decode(cursor, listing, kinds=[int, str])
        after = (int(score), str(customer_id))
    with service.reading() as session:
        page = list_customers(session, limit=limit, after=after, tier=tier, min_score=min_score)
    return CustomerPageOut(
        items=[ListedCustomerOut.model_validate(c, from_attributes=True) for c in page.items],
        next_cursor=None if page.next is None else cursors.encode(listing, page.next),
    )


@router.put(
    "/{customer_id}",
    responses={HTTPStatus.CREATED.value: {"model": CustomerOut, "description": "Customer created"}},
)
def put_one_customer(
    customer_id: CustomerId, facts: CustomerIn, service: CustomersWrite, response: Response
) -> CustomerOut:
    """Replace all facts about a customer; sending the same facts again changes nothing.

    A changed account adds a version that is valid from now on. Scores as of earlier moments use
    what was known then.
    """
    now = service.now()
    _refuse_future(facts.signed_up_at, now)
    with service.writing() as session:
        is_new = put_customer(
            session,
            _customer(customer_id, facts),
            _account(customer_id, facts.account, now),
            now=now,
        )
    if is_new:
        response.status_code = HTTPStatus.CREATED
    return get_one_customer(customer_id, service)


@router.get("/{customer_id}", responses=problem_responses(CustomerNotFound))
def get_one_customer(customer_id: CustomerId, service: CustomersRead) -> CustomerOut:
    """Return what is known about a customer, including purchases and lifecycle stage."""
    with service.reading() as session:
        profile = get_customer(service.database.reader, session, customer_id, as_of=service.now())
    return _out(profile)


def _refuse_future(signed_up_at: datetime | None, now: datetime) -> None:
    """Refuse a sign-up that lies further in the future than clocks may differ."""
    if signed_up_at is None or signed_up_at <= now + CLOCK_TOLERANCE:
        return
    detail = f"{format_moment(signed_up_at)} lies in the future; it is {format_moment(now)}"
    field = FieldError(location="body", pointer="/signed_up_at", detail=detail)
    raise RefusedError(INVALID_REQUEST, f"signed_up_at {detail}", fields=[field])


def _customer(customer_id: str, facts: CustomerIn) -> Customer:
    consent = facts.consent.model_dump()
    return Customer(
        customer_id=customer_id,
        signed_up_at=facts.signed_up_at,
        acquisition_channel=facts.acquisition_channel,
        acquisition_cost=facts.acquisition_cost,
        currency=facts.currency,
        owner=facts.owner,
        consent={channel: said for channel, said in consent.items() if said is not None},
    )


def _account(customer_id: str, account: AccountIn | None, now: datetime) -> AccountVersion | None:
    if account is None:
        return None
    return AccountVersion(
        customer_id=customer_id,
        valid_from=now,
        plan=account.plan,
        price=account.price,
        renews_at=account.renews_at,
        contract=account.contract,
    )


def _out(profile: CustomerProfile) -> CustomerOut:
    customer, purchases = profile.customer, profile.purchases
    return CustomerOut(
        customer_id=customer.customer_id,
        signed_up_at=customer.signed_up_at,
        acquisition_channel=customer.acquisition_channel,
        acquisition_cost=customer.acquisition_cost,
        currency=customer.currency,
        owner=customer.owner,
        consent=ConsentOut(**{
            c: customer.consent.get(c) for c in ("email", "sms", "push", "phone")
        }),
        account=_account_out(profile.account),
        first_purchase_date=_day(purchases.first_purchase_at),
        last_purchase_date=_day(purchases.last_purchase_at),
        purchases_count=purchases.purchases_count,
        lifecycle_stage=profile.lifecycle_stage.value,
    )


def _account_out(account: AccountVersion | None) -> AccountOut | None:
    return None if account is None else AccountOut.model_validate(account, from_attributes=True)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(UTC).date()
