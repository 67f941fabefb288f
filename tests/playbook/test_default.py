"""The default playbook against the requirements: each rule holds at its figure, not before."""

import math
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.moments import to_micros
from app.domain.scores.findings import Findings
from app.domain.tiers import RiskTier
from app.features.catalogue import FEATURE_NAMES

AS_OF = datetime(2026, 11, 22, 9, tzinfo=UTC)
ONBOARDING = {"tenure_days": 10, "usual": {"onboarding_share": 1.0}}
USAGE = {"logins_30d": 3, "logins_60d": 9, "feature_uses_30d": 0}
PRICE = {"days_since_price_notice": 30, "billing_tickets_30d": 0}
RENEWAL = {"logins_30d": 1, "payments_failed_30d": 0}

# Requirement, signal, what fires it, what does not (just below, or without the other half), and
# severity.
AT_AND_BELOW = [
    (
        "B1",
        "onboarding_drop",
        {**ONBOARDING, "onboarding_share": 0.49},
        {"onboarding_share": 0.8},
        "high",
    ),
    (
        "B1",
        "onboarding_drop",
        {**ONBOARDING, "onboarding_share": 0.5},
        {"tenure_days": 61},
        "medium",
    ),
    (
        "B1",
        "no_first_value",
        {"tenure_days": 7, "onboarding_steps_done": 1, "onboarding_share": 1},
        {"onboarding_days_to_first_value": 3},
        "medium",
    ),
    ("B2", "usage_drop", {**USAGE, "login_trend_30d": 0.5}, {"login_trend_30d": 0.76}, "high"),
    ("B2", "usage_drop", {**USAGE, "login_trend_30d": 0.75}, {"logins_60d": 5}, "medium"),
    (
        "B2",
        "usage_drop",
        {**USAGE, "usage_trend_30d": 0.5, "feature_uses_90d": 12},
        {"feature_uses_90d": 11},
        "high",
    ),
    (
        "B3",
        "support_spike",
        {"tickets_30d": 2, "tickets_prior_60d": 0},
        {"tickets_30d": 1},
        "medium",
    ),
    (
        "B3",
        "support_spike",
        {"tickets_30d": 4, "tickets_prior_60d": 4},
        {"tickets_30d": 3},
        "medium",
    ),
    ("B3", "support_spike", {"tickets_30d": 8, "tickets_prior_60d": 4}, {"tickets_30d": 3}, "high"),
    (
        "B4",
        "price_confusion",
        {**PRICE, "billing_tickets_30d": 1},
        {"days_since_price_notice": 30.1},
        "medium",
    ),
    (
        "B4",
        "price_confusion",
        {**PRICE, "billing_tickets_30d": 2},
        {"billing_tickets_30d": 0},
        "high",
    ),
    (
        "B4",
        "price_confusion",
        {**PRICE, "spend_trend_30d": 1.5},
        {"spend_trend_30d": 1.49},
        "medium",
    ),
    (
        "B5",
        "channel_friction",
        {"channels_distinct_90d": 3, "tickets_30d": 2, "tickets_open": 1},
        {"channels_distinct_90d": 2},
        "medium",
    ),
    (
        "B5",
        "channel_friction",
        {"channels_distinct_90d": 3, "tickets_30d": 3, "tickets_open": 2},
        {"tickets_open": 0},
        "high",
    ),
    ("B6", "dormancy", {"days_since_activity": 60}, {"days_since_activity": 59.9}, "medium"),
    ("B6", "dormancy", {"days_since_activity": 90}, {"days_since_activity": 120.1}, "high"),
    ("A6", "going_quiet", {"days_since_activity": 30}, {"days_since_activity": 29.9}, "low"),
    ("A6", "going_quiet", {"days_since_activity": 59.9}, {"days_since_activity": 60}, "low"),
    (
        "B7",
        "order_gap_widening",
        {
            "order_gap_ratio": 1.21,
            "order_gap_longest_ratio": 1.01,
            "orders_total": 4,
            "days_since_order": 12.1,
            "order_gap_mean_days": 10,
            "order_gap_longest_days": 12,
        },
        {"order_gap_ratio": 1.2},
        "medium",
    ),
    (
        "B7",
        "order_gap_widening",
        {
            "order_gap_ratio": 2.01,
            "order_gap_longest_ratio": 1.01,
            "orders_total": 4,
            "days_since_order": 20.1,
            "order_gap_mean_days": 10,
            "order_gap_longest_days": 12,
        },
        {"orders_total": 3},
        "high",
    ),
    (
        "B8",
        "renewal_at_risk",
        {**RENEWAL, "days_to_renewal": 30, "payments_failed_30d": 1},
        {"payments_failed_30d": 0},
        "high",
    ),
    (
        "B8",
        "renewal_at_risk",
        {**RENEWAL, "days_to_renewal": 30, "usage_trend_30d": 0.5, "feature_uses_90d": 12},
        {"days_to_renewal": 30.1},
        "high",
    ),
    (
        "B8",
        "renewal_at_risk",
        {**RENEWAL, "days_to_renewal": 30, "usage_trend_30d": 0.5, "feature_uses_90d": 12},
        {"feature_uses_90d": 11},
        "high",
    ),
    (
        "B8",
        "renewal_at_risk",
        {**RENEWAL, "days_to_renewal": 30, "login_trend_30d": 0.5, "logins_60d": 6},
        {"logins_60d": 5},
        "high",
    ),
    (
        "B8",
        "renewal_at_risk",
        {**RENEWAL, "days_to_renewal": 30, "days_since_login": 14},
        {"days_since_login": 13.9},
        "high",
    ),
    (
        "B8",
        "renewal_at_risk",
        {**RENEWAL, "days_to_renewal": 300, "payments_failed_30d": 1},
        {"payments_failed_30d": 0},
        "medium",
    ),
    (
        "B9",
        "unanswered_ticket",
        {"oldest_open_ticket_hours": 48.01},
        {"oldest_open_ticket_hours": 48},
        "medium",
    ),
    (
        "B9",
        "unanswered_ticket",
        {"oldest_open_ticket_hours": 96.01},
        {"oldest_open_ticket_hours": math.nan},
        "high",
    ),
    ("B10", "detractor", {"nps_last": 6, "days_since_survey": 90}, {"nps_last": 7}, "medium"),
    (
        "B10",
        "detractor",
        {"nps_last": 0, "days_since_survey": 90},
        {"days_since_survey": 90.1},
        "high",
    ),
    ("B10", "detractor", {"csat_last": 2, "days_since_survey": 1}, {"csat_last": 3}, "medium"),
    (
        "B11",
        "incident_exposure",
        {"incidents_30d": 1, "incident_minutes_14d": 59},
        {"incidents_30d": 0},
        "medium",
    ),
    (
        "B11",
        "incident_exposure",
        {"incidents_30d": 1, "incident_minutes_14d": 60},
        {"incidents_30d": 0, "incident_minutes_14d": 0},
        "high",
    ),
    (
        "B11",
        "spend_spike",
        {"spend_trend_30d": 3, "orders_60d": 3},
        {"spend_trend_30d": 2.9},
        "low",
    ),
]


def _signals(findings, row):
    return {signal.name: signal for signal in findings(row, as_of=AS_OF).signals}


@pytest.mark.parametrize(
    ("requirement", "signal", "at", "below", "severity"),
    AT_AND_BELOW,
    ids=[f"{row[0]}-{row[1]}-{row[4]}-{i}" for i, row in enumerate(AT_AND_BELOW)],
)
def test_a_signal_fires_at_its_threshold_and_not_just_below(
    findings, default_playbook, row_of, requirement, signal, at, below, severity
):
    fired = _signals(findings, row_of(**at))
    quiet = _signals(findings, row_of(**{**at, **below}))

    assert fired[signal].severity == severity
    assert signal not in quiet
    assert {rule.name: rule.requirement for rule in default_playbook.signals}[signal] == requirement


def test_who_finished_the_onboarding_and_used_nothing_is_not_said_to_lag_in_it(findings, row_of):
    row = row_of(tenure_days=24, onboarding_steps_done=5, onboarding_share=1)

    (signal,) = findings(row, as_of=AS_OF).signals

    assert signal.text == (
        "nothing used or ordered 24 days after the start, with 100% of the onboarding done"
    )


def test_every_requirement_for_health_signals_is_covered(default_playbook):
    requirements = {rule.requirement for rule in default_playbook.signals}

    assert requirements >= {f"B{i}" for i in range(1, 12)}
    assert requirements == {requirement for requirement, *_ in AT_AND_BELOW}


OWNERS = {
    "B1": "onboarding", "B2": "product", "B3": "support", "B4": "billing_communications",
    "B5": "operations", "B6": "retention", "B7": "sales", "B8": "account_management",
    "B9": "support", "B10": "customer_success", "B11": "product", "A6": "retention",
}  # fmt: skip  # read as the table it is


def test_each_signal_and_its_intervention_belong_to_the_team_of_the_requirements(default_playbook):
    for rule in default_playbook.signals:
        owners = {rule.owner, default_playbook.interventions[rule.intervention].owner}
        assert len(owners) == 1, rule.name
        if rule.requirement is not None:
            assert owners == {OWNERS[rule.requirement]}, rule.name


def test_every_signal_is_answered_within_48_hours_but_the_mildest(default_playbook):
    """Requirement B14; a rise in spend is low and may wait another day."""
    for rule in default_playbook.signals:
        for level in rule.levels:
            assert level.respond_within_hours <= (72 if level.severity == "low" else 48)


def test_a_customer_of_whom_nothing_is_known_raises_nothing(findings, row_of):
    found = findings(row_of(), as_of=AS_OF, tier=None)

    assert found == Findings((), (), ())


@pytest.mark.parametrize(
    ("tier", "playbook", "requirement"),
    [
        (RiskTier.HIGH, "re_engagement", "C1"),
        (RiskTier.MEDIUM, "value_content", "C2"),
        (RiskTier.LOW, "upgrade_path", "C3"),
    ],
)
def test_each_tier_has_its_own_default(
    findings, default_playbook, row_of, tier, playbook, requirement
):
    found = findings(row_of(), as_of=AS_OF, tier=tier)

    assert [i.name for i in found.interventions] == [playbook]
    assert found.interventions[0].reason == f"tier_{tier.value}"
    assert default_playbook.interventions[playbook].requirement == requirement


def test_channels_go_in_order_email_sms_push(findings, row_of):
    """Requirement C6: e-mail within 0-6 hours, SMS at 6-12, push at 24-48."""
    (intervention,) = findings(row_of(), as_of=AS_OF, tier=RiskTier.HIGH).interventions

    touches = [(s.channel, s.after_hours, s.until_hours) for s in intervention.steps[:3]]

    assert touches == [("email", 0, 6), ("sms", 6, 12), ("push", 24, 48)]


def test_an_activity_drop_has_three_touches_within_24_hours(findings, row_of):
    """Requirement C4."""
    row = row_of(login_trend_30d=0.4, logins_60d=9)

    (intervention,) = findings(row, as_of=AS_OF).interventions

    assert intervention.name == "activity_drop"
    assert [step.until_hours for step in intervention.steps] == [6, 12, 24]


@pytest.mark.parametrize(("days", "starts_with"), [(60, "60 days:"), (90, "90 days:")])
def test_the_win_back_message_differs_by_days_of_silence(findings, row_of, days, starts_with):
    """Requirements A6 and C7; 30 days of silence have a series of their own."""
    (intervention,) = findings(row_of(days_since_activity=days), as_of=AS_OF).interventions

    assert intervention.name == "win_back"
    assert intervention.steps[0].action.startswith(starts_with)


def test_thirty_days_of_silence_start_three_emails_over_72_hours(findings, row_of):
    """Requirement C7."""
    (intervention,) = findings(row_of(days_since_activity=30), as_of=AS_OF).interventions

    assert [step.channel for step in intervention.steps] == ["email"] * 3
    assert intervention.steps[-1].until_hours == 72


@pytest.mark.parametrize(("spend", "called"), [(199.0, False), (200.0, True), (math.nan, False)])
def test_only_high_value_customers_get_a_call(findings, row_of, spend, called):
    """Requirement C5: four touches, the short phone call for high-value customers only."""
    row = row_of(days_since_activity=60, spend_365d=spend, usual={"spend_365d": 100.0})

    (intervention,) = findings(row, as_of=AS_OF).interventions

    channels = [step.channel for step in intervention.steps]
    assert channels == ["email", "in_app", "retargeting", *["phone"] * called]


def test_a_first_purchase_is_followed_up_within_48_hours_and_any_a_week_later(findings, row_of):
    """Requirement C8."""
    first = findings(row_of(orders_total=1, days_since_order=1), as_of=AS_OF).interventions
    week = findings(row_of(orders_total=9, days_since_order=7.5), as_of=AS_OF).interventions

    assert [(i.name, i.due_at) for i in first] == [
        ("first_purchase", to_micros(AS_OF + timedelta(hours=48)))
    ]
    assert [i.name for i in week] == ["purchase_follow_up"]


def test_onboarding_begins_on_the_first_day_where_the_company_has_one(findings, row_of):
    """Requirement C9."""
    new = {"tenure_days": 0.2, "onboarding_share": 0}

    with_one = findings(row_of(**new, usual={"onboarding_share": 1.0}), as_of=AS_OF)
    without = findings(row_of(**new, usual={"onboarding_share": 0.0}), as_of=AS_OF)

    assert [i.name for i in with_one.interventions] == ["first_day"]
    assert without.interventions == ()


@pytest.mark.parametrize(
    ("segment", "at", "below"),
    [
        (
            "active_renewing",
            {"renewals_total": 1, "subscribed": 1, "days_since_activity": 30},
            {"renewals_total": 0},
        ),
        ("dormant", {"days_since_activity": 120}, {"days_since_activity": 120.1}),
        ("paying_low_engagement", {"subscribed": 1, "login_trend_30d": 0.49}, {"subscribed": 0}),
        (
            "paying_low_engagement",
            {"spend_90d": 1, "days_since_login": 14},
            {"days_since_login": 13},
        ),
        ("buyer_inactive", {"days_since_order": 90}, {"days_since_order": 89.9}),
        ("buyer_active", {"days_since_order": 89.9}, {"days_since_order": 90}),
        ("high_potential", {"spend_365d": 200, "usual": {"spend_365d": 100}}, {"spend_365d": 199}),
        ("high_potential", {"spend_365d": 1, "usual": {"spend_365d": 0}}, {"spend_365d": 0}),
    ],
)
def test_a_segment_begins_at_its_figure(findings, row_of, segment, at, below):
    """Requirements A4 to A6."""
    assert segment in findings(row_of(**at), as_of=AS_OF).segments
    assert segment not in findings(row_of(**{**at, **below}), as_of=AS_OF).segments


values = st.one_of(st.just(math.nan), st.sampled_from([0.0, 1.0, 45.0, 100.0]), st.floats(0, 400))


# A machine that is busy draws 180 values slowly, which says nothing about the playbook.
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)
@given(
    row=st.lists(values, min_size=2 * len(FEATURE_NAMES), max_size=2 * len(FEATURE_NAMES)),
    tier=st.sampled_from([None, *RiskTier]),
)
def test_whatever_the_values_every_finding_has_one_owner_and_a_due_time(
    findings, default_playbook, row, tier
):
    found = findings(row, as_of=AS_OF, tier=tier)

    for signal in found.signals:
        assert signal.owner in default_playbook.teams
        assert signal.text
        assert "nan" not in re.findall("[a-z]+", signal.text.lower())
        assert signal.since == to_micros(AS_OF)
    for intervention in found.interventions:
        assert intervention.owner in default_playbook.teams
        assert intervention.due_at > to_micros(AS_OF)
        assert intervention.next_step
        assert intervention.steps
    playbooks = [intervention.name for intervention in found.interventions]
    priorities = [intervention.priority for intervention in found.interventions]
    assert len(set(playbooks)) == len(playbooks)
    assert priorities == sorted(priorities)
    assert (tier is not None) == any(i.reason.startswith("tier_") for i in found.interventions)
