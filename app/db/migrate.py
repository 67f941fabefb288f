"""Create the tables that this version needs, or bring them up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from app.db.connections.connect import connect, folder_of
from app.domain.errors import DatabaseNotReady

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Create or upgrade all tables, and the folder of a SQLite file; nothing changes if up to date.

    Raises
    ------
    DatabaseNotReady
        If the database cannot be reached, or refuses.
    """
    folder = folder_of(url)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    engine = connect(url)
    try:
        upgrade(engine)
    except DatabaseError as error:
        name = engine.url.render_as_string(hide_password=True)
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseNotReady(f"cannot migrate the database {name}: {reason}") from None
    finally:
        engine.dispose()


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
