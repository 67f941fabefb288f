"""What all tests share: a fresh, migrated database of each kind."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, create_engine, make_url

from app.db.connections.connect import connect
from app.db.migrate import migrate
from tests.postgres import running_server

TEMPLATE = f"holdfast_template_{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def postgres_server():
    """URL of the database of a running server in which databases may be created."""
    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_admin(postgres_server) -> Iterator[Engine]:
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_template(postgres_server, postgres_admin):
    """Name of a migrated database; copying it is ten times quicker than migrating."""
    with postgres_admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {TEMPLATE}")
    migrate(_with_database(postgres_server, TEMPLATE))
    yield TEMPLATE
    with postgres_admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {TEMPLATE} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path) -> str:
    """URL of a fresh, migrated SQLite file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'holdfast.db')}"


@pytest.fixture
def postgres_url(postgres_server, postgres_admin, postgres_template) -> Iterator[str]:
    """URL of a fresh, migrated PostgreSQL database; dropped afterwards."""
    with _fresh_database(postgres_admin, postgres_template) as name:
        yield _with_database(postgres_server, name)


@pytest.fixture
def empty_postgres_url(postgres_server, postgres_admin) -> Iterator[str]:
    """URL of a fresh PostgreSQL database without tables."""
    with _fresh_database(postgres_admin, "template0") as name:
        yield _with_database(postgres_server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request) -> str:
    """URL of a fresh, migrated database; the test runs once on each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def database(database_url) -> Iterator[Engine]:
    """A fresh, migrated database; the test runs once on each kind."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@contextmanager
def _fresh_database(admin: Engine, template: str) -> Iterator[str]:
    name = f"holdfast_{uuid.uuid4().hex}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield name
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
