"""Playbook files that are refused: each message names the file, the entry and the reason."""

import hashlib

import pytest
import yaml

from app.domain.errors import PlaybookRefused
from app.playbook.read import DEFAULT_PLAYBOOK, read_playbook


class WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


@pytest.fixture
def data():
    return yaml.safe_load(DEFAULT_PLAYBOOK.read_text())


@pytest.fixture
def refusal(tmp_path):
    """Write a playbook (data or text) and return the message that refuses it."""

    def refusal(content) -> str:
        path = tmp_path / "mine.yaml"
        if not isinstance(content, str | bytes):
            content = yaml.dump(content, Dumper=WithoutAliases, sort_keys=False)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(PlaybookRefused) as refused:
            read_playbook(path)
        message = str(refused.value)
        assert message.startswith(f"{path}: ")
        assert "\n" not in message
        return message.removeprefix(f"{path}: ")

    return refusal


def test_the_default_playbook_is_valid_and_tells_its_version_and_hash():
    playbook = read_playbook()

    assert playbook.version == "1"
    assert playbook.sha256 == hashlib.sha256(DEFAULT_PLAYBOOK.read_bytes()).hexdigest()


def test_a_copy_elsewhere_is_the_same_playbook(tmp_path, data):
    path = tmp_path / "mine.yaml"
    path.write_bytes(DEFAULT_PLAYBOOK.read_bytes())

    assert read_playbook(path) == read_playbook()


def test_a_changed_figure_takes_effect_without_code(tmp_path, data):
    dormancy = next(signal for signal in data["signals"] if signal["name"] == "dormancy")
    dormancy["levels"][1]["when"]["at_least"] = 45
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(data))

    rules = {rule.name: rule for rule in read_playbook(path).signals}

    assert rules["dormancy"].levels[1].when.conditions[0].bound == 45


def renamed_to_row(data, section):
    """Give the entries of a section the key that `requirement` once was."""
    entries = [{"row" if k == "requirement" else k: v for k, v in e.items()} for e in data[section]]
    return data | {section: entries}


def test_the_old_key_row_is_still_read_and_each_entry_is_named_once_in_a_warning(
    tmp_path, data, caplog
):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(renamed_to_row(data, "segments")))

    playbook = read_playbook(path)

    assert playbook.segments == read_playbook().segments
    (record,) = caplog.records
    message = record.getMessage()
    assert message.startswith(f"{path}: the key row is now called requirement")
    assert all(message.count(f"segments.{rule.name}") == 1 for rule in playbook.segments)


def test_a_playbook_needs_no_requirements(tmp_path, data, caplog):
    path = tmp_path / "mine.yaml"
    rules = ("segments", "signals", "interventions", "occasions")
    own = {section: [without(e, "requirement") for e in data[section]] for section in rules}
    path.write_text(yaml.safe_dump(data | own))

    playbook = read_playbook(path)

    assert {rule.requirement for rule in playbook.signals} == {None}
    assert caplog.records == []


def first_signal(data, **changes):
    data["signals"][0] |= changes
    return data


def first_level(data, **changes):
    data["signals"][0]["levels"][0] |= changes
    return data


def condition(data, when):
    return first_level(data, when=when)


def without(mapping, key):
    return {k: v for k, v in mapping.items() if k != key}


SIGNAL = "signals.onboarding_drop"
WHERE = f"{SIGNAL}.levels[0].when"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d | {"signal": []}, "unknown key 'signal'; did you mean 'signals'?"),
        (lambda d: without(d, "tiers"), "the file: tiers is missing"),
        (lambda d: d | {"signals": []}, "signals: must be a list of entries, got []"),
        (
            lambda d: d | {"signals": ["x"]},
            "signals[0]: must be a mapping of keys to values, got 'x'",
        ),
        (lambda d: d | {"teams": "sales"}, "teams: must be a list of entries, got 'sales'"),
        (lambda d: d | {"teams": [1]}, "teams[0]: must be a text, got 1"),
        (lambda d: d | {"version": 1}, "version must be a text, got 1"),
        (lambda d: first_signal(d, colour="red"), "signals.onboarding_drop: unknown key 'colour'"),
        (
            lambda d: first_signal(d, owner=None),
            "signals.onboarding_drop: owner must be a text, got None",
        ),
        (
            lambda d: first_signal(d, owner=["product", "sales"]),
            "owner must be a text, got ['product', 'sales']",
        ),
        (
            lambda d: first_signal(d, owner="produkt"),
            "onboarding_drop: the owner 'produkt' is none of the teams",
        ),
        (
            lambda d: first_signal(d, kind="late"),
            "kind must be one of leading, lagging, got 'late'",
        ),
        (
            lambda d: first_signal(d, text="{orders_29d}"),
            "signals.onboarding_drop: the text names the unknown feature 'orders_29d'",
        ),
        (
            lambda d: first_signal(d, intervention="x"),
            "onboarding_drop: there is no intervention named 'x'",
        ),
        (
            lambda d: first_level(d, respond_within_hours=1.5),
            "respond_within_hours must be a whole number, got 1.5",
        ),
        (
            lambda d: first_level(d, respond_within_hours=True),
            "respond_within_hours must be a whole number, got True",
        ),
        (
            lambda d: first_level(d, respond_within_hours=0),
            "levels[0]: respond_within_hours must lie in 1 to 2160 hours, got 0",
        ),
        (
            lambda d: first_level(d, severity="medium"),
            "levels go from the most severe to the least",
        ),
        (
            lambda d: d | {"signals": d["signals"] + d["signals"][:1]},
            "share the signal or occasion name 'onboarding_drop'",
        ),
        (
            lambda d: d | {"interventions": d["interventions"] * 2},
            "interventions: two entries share the name 'support_reminder'",
        ),
        (
            lambda d: first_signal(d, row="B1"),
            "signals.onboarding_drop: row is the old name of requirement, so state only one",
        ),
        (lambda d: first_signal(d, requirement=9), "requirement must be a text, got 9"),
        (lambda d: d | {"segments": d["segments"] * 2}, "two entries share the segment name"),
        (lambda d: d | {"segments": d["segments"] * 100}, "segments: at most 500 entries, got 600"),
        (
            lambda d: condition(d, "true"),
            f"{WHERE}: must be a mapping of keys to values, got 'true'",
        ),
        (lambda d: condition(d, {}), f"{WHERE}: feature is missing"),
        (
            lambda d: condition(d, {"feature": "days_since_logon", "above": 1}),
            f"{WHERE}: unknown feature 'days_since_logon'; did you mean 'days_since_login'?",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last"}),
            f"{WHERE}: needs one of at_least, above, at_most, below or missing",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "over": 3}),
            f"{WHERE}: unknown key 'over'",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "above": "3"}),
            f"{WHERE}: above must be a number, got '3'",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "above": True}),
            f"{WHERE}: above must be a number, got True",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "above": float("nan")}),
            f"{WHERE}: above must be a finite number",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "above": float("inf")}),
            f"{WHERE}: above must be a finite number",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "above": 10**400}),
            f"{WHERE}: above must be a finite number",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "missing": False}),
            f"{WHERE}: missing can only be true, and stand alone",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "missing": True, "above": 1}),
            f"{WHERE}: missing can only be true, and stand alone",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "above": {"times": 2}}),
            f"{WHERE}.above: needs either feature or usual",
        ),
        (
            lambda d: condition(d, {"feature": "nps_last", "above": {"usual": "npslast"}}),
            f"{WHERE}.above: unknown feature 'npslast'; did you mean 'nps_last'?",
        ),
        (lambda d: condition(d, {"all": []}), f"{WHERE}.all: must be a list of entries, got []"),
        (
            lambda d: condition(d, {"all": [{"feature": "nps_last"}]}),
            f"{WHERE}.all[0]: needs one of",
        ),
        (
            lambda d: condition(d, {"all": [{"feature": "nps_last", "above": 1}], "feature": "x"}),
            f"{WHERE}: unknown key 'feature'",
        ),
        (
            lambda d: condition(
                d, {"any": [{"any": [{"any": [{"any": [{"feature": "nps_last", "above": 1}]}]}]}]}
            ),
            "conditions nest at most 4 deep",
        ),
    ],
)
def test_what_is_not_valid_is_refused_with_entry_and_reason(data, refusal, change, message):
    assert message in refusal(change(data))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping of keys to values, got None"),
        ("- a\n- b\n", "must be a mapping of keys to values"),
        ("version: 'unfinished\n", "line 2: "),
        ("version: '1'\nversion: '2'\n", "line 2: the key 'version' stands twice in one entry"),
        ("a: &x [1]\nb: *x\n", "line 2: aliases are not allowed, got *x"),
        ("1: a\n", "line 1: a key must be a text, got 1"),
        (
            "a: !!python/object/apply:os.system ['true']\n",
            "line 1: could not determine a constructor",
        ),
        ("a: 2026-13-45\n", "a value cannot be read"),
        (f"a: {'9' * 5000}\n", "a value cannot be read"),
        ("[" * 100_000, "nested deeper than 20 levels"),
        (b"version: \x00\n", "characters are not allowed"),
        (b"\xff\xfe\x00", ""),
        ("x" * 1_000_001, "a playbook has at most 1000000 bytes"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(refusal, text, message):
    assert message in refusal(text)


def test_an_alias_bomb_is_refused_before_it_goes_off(refusal):
    levels = [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 9)]

    assert "aliases are not allowed" in refusal("\n".join(["l0: &l0 [x]", *levels]))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(PlaybookRefused, match=r"none\.yaml: cannot be read \(No such file"):
        read_playbook(tmp_path / "none.yaml")
    with pytest.raises(PlaybookRefused, match=r"cannot be read \(Is a directory"):
        read_playbook(tmp_path)
