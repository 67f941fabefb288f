"""Read a playbook file as the rules of the domain; what is not valid is refused with the reason."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from app.domain.errors import PlaybookRefused
from app.domain.interventions import InterventionRule, InterventionStep, StepRule
from app.domain.playbooks import Occasion, Playbook, SegmentRule, TierDefault
from app.domain.signals import Severity, SignalKind, SignalLevel, SignalRule
from app.domain.text_templates import parse_template
from app.domain.tiers import RiskTier
from app.features.catalogue import FEATURE_NAMES
from app.playbook.entries import EntryRefused, PlaybookEntry, entry_of
from app.playbook.read_conditions import condition_of
from app.playbook.yaml_file import load_yaml

log = logging.getLogger("holdfast.playbook")

DEFAULT_PLAYBOOK: Final = Path(__file__).with_name("default.yaml")

T = TypeVar("T")
_RULES: Final = ("segments", "signals", "interventions", "occasions")
_REQUIREMENT: Final = ("requirement", "row")  # today's key, and its old name
Positions = Mapping[str, int]


def read_playbook(
    path: Path | None = None, *, feature_names: Sequence[str] = FEATURE_NAMES
) -> Playbook:
    """Return the rules of a playbook file, all of it validated.

    Parameters
    ----------
    path : Path, optional
        A YAML file; the default one of this package, which shows every key, unless given.
    feature_names : sequence of str
        The features that conditions may name, in the order of the columns.

    Raises
    ------
    PlaybookRefused
        If the file is not valid; the message names the file, the entry and the reason.
    """
    path = path or DEFAULT_PLAYBOOK
    data, content = load_yaml(path)
    positions = {name: i for i, name in enumerate(feature_names)}
    try:
        file = entry_of(data, where="")
        playbook = _playbook(file, positions, hashlib.sha256(content).hexdigest())
    except ValueError as error:
        raise PlaybookRefused(f"{path}: {str(error).removeprefix(': ')}") from error
    _warn_of_old_keys(file, path)
    return playbook


def _playbook(file: PlaybookEntry, positions: Positions, sha256: str) -> Playbook:
    file.only("version", "teams", *_RULES, "tiers")
    interventions = [_named(e, _intervention, positions) for e in file.entries("interventions")]
    return Playbook(
        version=file.text("version"),
        sha256=sha256,
        teams=file.texts("teams"),
        segments=_all(file, "segments", _segment, positions),
        signals=_all(file, "signals", _signal, positions),
        interventions=_by_name(interventions),
        occasions=_all(file, "occasions", _occasion, positions),
        tiers=_tiers(file.entry("tiers")),
    )


def _all(
    file: PlaybookEntry,
    section: str,
    read: Callable[[PlaybookEntry, Positions], T],
    positions: Positions,
) -> tuple[T, ...]:
    if not file.has(section):
        return ()
    return tuple([_named(entry, read, positions) for entry in file.entries(section)])


def _named(
    entry: PlaybookEntry, read: Callable[[PlaybookEntry, Positions], T], positions: Positions
) -> T:
    """Return what `read` makes of the entry; a refusal by the rule itself names the entry, too."""
    try:
        return read(entry, positions)
    except EntryRefused:
        raise
    except ValueError as error:
        raise EntryRefused(f"{entry.where}: {error}") from error


def _segment(entry: PlaybookEntry, positions: Positions) -> SegmentRule:
    entry.only("name", *_REQUIREMENT, "text", "when")
    return SegmentRule(
        name=entry.text("name"),
        text=entry.text("text"),
        when=condition_of(entry.entry("when"), positions),
        requirement=_requirement(entry),
    )


def _signal(entry: PlaybookEntry, positions: Positions) -> SignalRule:
    entry.only(
        "name", *_REQUIREMENT, "kind", "indication", "owner", "text", "intervention", "levels"
    )
    indication = entry.text("indication")
    return SignalRule(
        name=entry.text("name"),
        kind=entry.choice("kind", SignalKind),
        indication=indication,
        owner=entry.text("owner"),
        text=parse_template(entry.text("text"), without_values=indication, positions=positions),
        intervention=entry.text("intervention"),
        levels=tuple([_named(level, _level, positions) for level in entry.entries("levels")]),
        requirement=_requirement(entry),
    )


def _level(entry: PlaybookEntry, positions: Positions) -> SignalLevel:
    entry.only("severity", "respond_within_hours", "when")
    return SignalLevel(
        severity=entry.choice("severity", Severity),
        respond_within_hours=entry.whole("respond_within_hours"),
        when=condition_of(entry.entry("when"), positions),
    )


def _intervention(entry: PlaybookEntry, positions: Positions) -> InterventionRule:
    entry.only("name", *_REQUIREMENT, "owner", "priority", "next_step", "steps")
    return InterventionRule(
        name=entry.text("name"),
        owner=entry.text("owner"),
        priority=entry.whole("priority"),
        next_step=entry.text("next_step"),
        steps=tuple([_named(step, _step, positions) for step in entry.entries("steps")]),
        requirement=_requirement(entry),
    )


def _step(entry: PlaybookEntry, positions: Positions) -> StepRule:
    entry.only("channel", "after_hours", "until_hours", "action", "when")
    step = InterventionStep(
        channel=entry.text("channel"),
        after_hours=entry.whole("after_hours"),
        until_hours=entry.whole("until_hours"),
        action=entry.text("action"),
    )
    when = condition_of(entry.entry("when"), positions) if entry.has("when") else None
    return StepRule(step, when)


def _occasion(entry: PlaybookEntry, positions: Positions) -> Occasion:
    entry.only("name", *_REQUIREMENT, "intervention", "respond_within_hours", "when")
    return Occasion(
        name=entry.text("name"),
        intervention=entry.text("intervention"),
        respond_within_hours=entry.whole("respond_within_hours"),
        when=condition_of(entry.entry("when"), positions),
        requirement=_requirement(entry),
    )


def _tiers(entry: PlaybookEntry) -> dict[RiskTier, TierDefault]:
    entry.only(*[tier.value for tier in RiskTier])
    tiers = {}
    for tier in RiskTier:
        default = entry.entry(tier.value).only("intervention", "respond_within_hours")
        tiers[tier] = TierDefault(
            intervention=default.text("intervention"),
            respond_within_hours=default.whole("respond_within_hours"),
        )
    return tiers


def _requirement(entry: PlaybookEntry) -> str | None:
    """Return the requirement that an entry says it fulfils, also under the key's old name."""
    requirement, old = (entry.optional_text(key) for key in _REQUIREMENT)
    if requirement is not None and old is not None:
        raise EntryRefused(f"{entry.where}: row is the old name of requirement, so state only one")
    return old if requirement is None else requirement


def _warn_of_old_keys(file: PlaybookEntry, path: Path) -> None:
    """Log once per file which of its entries still say `row`."""
    lists = [file.entries(section) for section in _RULES if file.has(section)]
    old = [entry.where for entries in lists for entry in entries if entry.has("row")]
    if old:
        log.warning(
            "%s: the key row is now called requirement, and optional; rename or remove it in %s",
            path,
            ", ".join(old),
            extra={"playbook": str(path), "entries": old},
        )


def _by_name(rules: Sequence[InterventionRule]) -> dict[str, InterventionRule]:
    found: dict[str, InterventionRule] = {}
    for rule in rules:
        if rule.name in found:
            raise ValueError(f"interventions: two entries share the name {rule.name!r}")
        found[rule.name] = rule
    return found
