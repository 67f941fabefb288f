import operator
from dataclasses import replace

import pytest

from app.domain.conditions import Comparison
from app.domain.interventions import InterventionRule, InterventionStep, StepRule
from app.domain.playbooks import Occasion, Playbook, SegmentRule, TierDefault
from app.domain.signals import Severity, SignalKind, SignalLevel, SignalRule
from app.domain.text_templates import TextTemplate
from app.domain.tiers import RiskTier

SILENT = Comparison(0, operator.ge, 60.0)
EMAIL = InterventionStep("email", 0, 6, "Write")
SIGNAL = SignalRule(
    "dormancy", SignalKind.LAGGING, "silent", "retention", TextTemplate("silent", (), "silent"),
    "win_back", (SignalLevel(Severity.HIGH, 24, SILENT),),
)  # fmt: skip  # read as the table it is
WIN_BACK = InterventionRule("win_back", "retention", 1, "Write", (StepRule(EMAIL),))
DEFAULT = InterventionRule("default", "retention", 2, "Write", (StepRule(EMAIL),))


def playbook(**changes):
    values = {
        "version": "1",
        "sha256": "0" * 64,
        "teams": ("retention",),
        "segments": (),
        "signals": (SIGNAL,),
        "interventions": {"win_back": WIN_BACK, "default": DEFAULT},
        "occasions": (),
        "tiers": dict.fromkeys(RiskTier, TierDefault("default", 24)),
    }
    return Playbook(**(values | changes))


def test_triggers_are_all_that_has_a_condition_in_a_fixed_order():
    occasion = Occasion("silence", "win_back", 24, SILENT)

    names = [type(t).__name__ for t in playbook(occasions=(occasion,)).triggers]

    assert names == ["LevelTrigger", "Occasion"]


def test_a_reference_that_leads_nowhere_cannot_be_built():
    lost = replace(SIGNAL, intervention="win_bakc")
    with pytest.raises(ValueError, match="dormancy: there is no intervention named 'win_bakc'"):
        playbook(signals=(lost,))
    with pytest.raises(ValueError, match=r"tiers\.high: there is no intervention named 'x'"):
        playbook(tiers=dict.fromkeys(RiskTier, TierDefault("x", 24)))


def test_every_owner_is_one_of_the_teams():
    with pytest.raises(ValueError, match="the owner 'retention' is none of the teams sales"):
        playbook(teams=("sales",))


def test_every_tier_has_a_default():
    with pytest.raises(ValueError, match="tiers: no default for low"):
        playbook(tiers=dict.fromkeys([RiskTier.HIGH, RiskTier.MEDIUM], TierDefault("default", 24)))


def test_what_signals_call_for_goes_before_what_tiers_call_for():
    with pytest.raises(ValueError, match="signals go first"):
        playbook(interventions={"win_back": WIN_BACK, "default": replace(DEFAULT, priority=1)})


def test_names_are_unique():
    with pytest.raises(ValueError, match="share the signal or occasion name 'dormancy'"):
        playbook(signals=(SIGNAL, SIGNAL))


def test_a_playbook_watches_for_something():
    with pytest.raises(ValueError, match="watches over nobody"):
        playbook(signals=())


def test_a_segment_holds_the_customers_that_its_condition_holds_for():
    dormant = SegmentRule("dormant", "no activity for 60 days", SILENT)

    assert [dormant.when([days]) for days in (59.9, 60.0)] == [False, True]


def test_a_segment_needs_a_name_and_a_text():
    with pytest.raises(ValueError, match="segment must be a name"):
        SegmentRule("Dormant!", "no activity", SILENT)
    with pytest.raises(ValueError, match="text needs 1 to 500 characters"):
        SegmentRule("dormant", "", SILENT)
