"""The company's calendar: season, incidents and price notices, which all customers share."""

from datetime import date, timedelta

import numpy as np

from training.simulation.company import COHORTS, HORIZON_DAYS, Company
from training.simulation.random_numbers import CALENDAR, stream_of, uniform
from training.simulation.records import Calendar

_SATURDAY = 6  # of ISO 8601


def calendar_of(company: Company, *, n_days: int, seed: int, end: date) -> Calendar:
    """Return what the `n_days` before `end`, and the horizon from `end` on, bring.

    In the log, incidents and price notices happen to the company on certain days, and reach a share
    of the customers. After the end nobody knows those days yet, so each day has their probability.
    For one customer the two distributions are the same. But after the end, customers are no longer
    affected on the same days, which is why realised outcomes are independent given the truth.
    """
    stream = stream_of(seed, 0, CALENDAR)
    days = n_days + HORIZON_DAYS
    incidents = np.full(days, company.incidents_per_day * company.incident_reach)
    notices = np.full((days, COHORTS), company.notices_per_day * company.notice_reach / COHORTS)
    for day in range(n_days):
        incidents[day] = company.incident_reach * (uniform(stream) < company.incidents_per_day)
        notices[day] = 0.0
        cohort = int(uniform(stream) * COHORTS)
        noticed = uniform(stream) < company.notices_per_day
        notices[day, cohort] = company.notice_reach * noticed
    first = end - timedelta(days=n_days)
    season = np.array([season_on(company, first + timedelta(days=day)) for day in range(days)])
    return Calendar(n_days, season, incidents, notices)


def season_on(company: Company, day: date) -> float:
    """Return the factor on orders of a day: 1 on an average day of the year."""
    of_year = 1.0 + sum(
        height * _bump(day, month, middle, width)
        for height, month, middle, width in (
            (company.december_peak, 12, 10, 14),
            (company.january_dip, 1, 15, 18),
            (company.summer_dip, 8, 1, 30),
        )
    )
    weekend = company.weekend
    weekday = 7.0 / (5.0 + 2.0 * weekend)
    return of_year * weekday * (weekend if day.isoweekday() >= _SATURDAY else 1.0)


def _bump(day: date, month: int, middle: int, width: int) -> float:
    """Return a cosine hump of one around a day of the year, zero beyond `width` days."""
    apart = min(abs((day - date(day.year + step, month, middle)).days) for step in (-1, 0, 1))
    return float((1.0 + np.cos(np.pi * apart / width)) / 2.0) if apart < width else 0.0
