"""Write ``openapi/openapi.json``; run as ``python -m openapi.generate``."""

from pathlib import Path

from app.api.contract.openapi import document
from app.main import create_app
from app.settings import Settings

TARGET = Path(__file__).with_name("openapi.json")


def generate() -> str:
    """Return the OpenAPI document of the application; the environment has no influence on it."""
    return document(create_app(Settings.model_construct()))


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
