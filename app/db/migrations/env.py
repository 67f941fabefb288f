"""Give Alembic its connection: the one that the caller passed, or that of `alembic -x url=URL`."""

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from app.db.connections.connect import connect
from app.db.tables import ONLY_ON, Base


def run(connection: Connection) -> None:
    """Run the migrations in the transaction of `connection`."""
    dialect = connection.dialect.name

    def is_of_this_database(item: SchemaItem, *_: object) -> bool:
        only_on: str = item.info.get(ONLY_ON, dialect)
        return only_on == dialect

    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=dialect == "sqlite",
        compare_server_default=True,
        include_object=is_of_this_database,
    )
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if isinstance(handed, Connection):
    run(handed)
elif handed is not None:
    with handed.begin() as opened:
        run(opened)
else:
    url = context.get_x_argument(as_dictionary=True).get("url", "sqlite:///data/holdfast.db")
    with connect(url).begin() as opened:
        run(opened)
