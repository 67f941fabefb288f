"""Column types that all tables share: moments and identifiers."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, Dialect, String, TypeDecorator
from sqlalchemy.orm import mapped_column

from app.domain.activity import MAX_TEXT_CHARACTERS
from app.domain.moments import from_micros, to_micros


class UtcMicros(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since the epoch (UTC) in a BIGINT.

    SQLite loses time zones, and PostgreSQL returns the time zone of the session. An integer means
    the same in both, sorts, and goes into arrays as it is. Naive datetimes are refused.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> int | None:
        """Return the integer that is stored for `value`."""
        return None if value is None else to_micros(value)

    def process_result_value(
        self,
        value: int | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        """Return the moment (UTC) of a stored integer."""
        return None if value is None else from_micros(value)


# Bytewise order in both databases, whatever the locale of the server: cursors rely on it.
IDENTIFIER = String(MAX_TEXT_CHARACTERS).with_variant(
    String(MAX_TEXT_CHARACTERS, collation="C"), "postgresql"
)
Identifier = Annotated[str, mapped_column(IDENTIFIER)]
ShortText = Annotated[str, mapped_column(String(MAX_TEXT_CHARACTERS))]
