"""What all answers of one call share, and the warnings that belong to it."""

from datetime import datetime, timedelta
from typing import Final

from app.bundle.risk_bundle import RiskBundle
from app.domain.bundles import BundleIdentity, BundleWarning
from app.domain.moments import format_moment, to_micros
from app.domain.playbooks import Playbook
from app.domain.scores.assessment import AnswerContext

# Base rates move with the season: half a year after its cut-off, a bundle describes another one.
STALE_BUNDLE_DAYS: Final = 180
# Signals are checked daily and reviewed weekly (requirement B13): a week without any activity of
# any customer means that the feed has stopped, and then silence says nothing about a customer.
STALE_LOG_DAYS: Final = 7


def answer_context(
    bundle: RiskBundle,
    playbook: Playbook | None,
    *,
    as_of: datetime,
    log_until: datetime | None = None,
) -> AnswerContext:
    """Return what the answers of this bundle and playbook share.

    `log_until` is when the newest activity of the whole log was received, see `is_stale`.
    `playbook` is None where only numbers are asked for.
    """
    facts = bundle.manifest.facts
    until = facts.trained_until
    staleness = staleness_of(as_of, trained_until=until, log_until=log_until)
    hindsight = hindsight_of(as_of, trained_until=until)
    return AnswerContext(
        as_of=to_micros(as_of),
        churn=bundle.churn,
        currency=bundle.currency,
        bundle=BundleIdentity(bundle.id, until, facts.features.fingerprint),
        basis=facts.basis,
        playbook=None if playbook is None else playbook.identity,
        stale=staleness != (),
        warnings=(*bundle.warnings, *staleness, *hindsight),
    )


def is_stale(as_of: datetime, *, trained_until: datetime, log_until: datetime | None) -> bool:
    """Return whether an answer as of a moment rests on what is too old to be trusted.

    Where `log_until` is None, nothing is known of the log, and only the age of the bundle counts.
    """
    return staleness_of(as_of, trained_until=trained_until, log_until=log_until) != ()


def staleness_of(
    as_of: datetime, *, trained_until: datetime, log_until: datetime | None
) -> tuple[BundleWarning, ...]:
    """Return a warning for each thing behind an answer that is too old to be trusted."""
    found = []
    if as_of - trained_until > timedelta(days=STALE_BUNDLE_DAYS):
        found.append(
            f"The bundle learned nothing since {format_moment(trained_until)}, more than "
            f"{STALE_BUNDLE_DAYS} days before: train it again."
        )
    if log_until is not None and as_of - log_until > timedelta(days=STALE_LOG_DAYS):
        found.append(
            f"No activity of anybody was received since {format_moment(log_until)}, more than "
            f"{STALE_LOG_DAYS} days before: see whether the feed has stopped."
        )
    return tuple(BundleWarning("stale", text) for text in found)


def hindsight_of(as_of: datetime, *, trained_until: datetime) -> tuple[BundleWarning, ...]:
    """Return the warning about a moment whose outcome the bundle has learned from, if it is one."""
    if as_of >= trained_until:
        return ()
    text = (
        f"The bundle learned from what happened until {format_moment(trained_until)}: as of a "
        "moment before, this is no prediction."
    )
    return (BundleWarning("hindsight", text),)
