"""Reasons in words: the contributions of features as sentences for people."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.reasons import NO_REASON
from app.domain.scores.reasons import Reason
from app.features.catalogue import CATALOGUE
from app.features.sentences import Phrase, phrase


class ReasonTemplate(NamedTuple):
    """What can be said about one feature, except for the customer's own value."""

    feature: str
    usual: float | None
    phrase: Phrase
    known_texts: Mapping[float, str]  # those that the phrase remembers: most values are among them


def reason_templates(usual: NDArray[np.float64]) -> tuple[ReasonTemplate, ...]:
    """Return a template for each feature, given the usual value of each."""
    return _templates(usual.tobytes())


def reasons_of(
    templates: Sequence[ReasonTemplate],
    features: Sequence[float],
    positions: list[int],
    contributions: list[float],
) -> tuple[Reason, ...]:
    """Return the reasons of one customer.

    `positions` names the features that contributed most, largest first, and `contributions` says
    how much, in log-odds; both end at the first `NO_REASON`.
    """
    reasons = []
    for position, contribution in zip(positions, contributions, strict=True):
        if position == NO_REASON:
            break
        feature, usual, says, known_texts = templates[position]
        value = features[position]
        known = value if value == value else None  # noqa: PLR0124 - true for all but NaN
        text = known_texts.get(value) or says.of(value)
        reasons.append(Reason(feature, known, usual, contribution, text))
    return tuple(reasons)


@lru_cache(maxsize=8)
def _templates(usual: bytes) -> tuple[ReasonTemplate, ...]:
    templates = []
    for feature, value in zip(CATALOGUE, np.frombuffer(usual, np.float64).tolist(), strict=True):
        sentence = phrase(feature, value)
        known = None if math.isnan(value) else value
        templates.append(ReasonTemplate(feature.name, known, sentence, sentence.remembered))
    return tuple(templates)
