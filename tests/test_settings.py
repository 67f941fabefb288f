from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings

APP = Path(__file__).parents[1] / "app"


def test_a_setting_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("HOLDFAST_PORT", "9000")

    assert Settings().port == 9000


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("HOLDFAST_BUNDLE_KEY", "")

    assert Settings().bundle_key is None


def test_a_secret_is_not_printed(monkeypatch):
    monkeypatch.setenv("HOLDFAST_BUNDLE_KEY", "top secret")

    assert "top secret" not in repr(Settings())


@pytest.mark.parametrize(("name", "value"), [("PORT", "70000"), ("LOG_LEVEL", "loud")])
def test_an_invalid_value_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(f"HOLDFAST_{name}", value)

    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


def test_every_setting_says_what_it_decides():
    assert all(field.description for field in Settings.model_fields.values())


def test_nothing_else_reads_the_environment():
    readers = [
        path.relative_to(APP).as_posix()
        for path in APP.rglob("*.py")
        if "os.environ" in path.read_text(encoding="utf-8")
        or "getenv" in path.read_text(encoding="utf-8")
    ]

    assert readers == []
