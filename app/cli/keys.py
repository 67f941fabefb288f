"""`holdfast keys`: who may call the service, and for what."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from app.cli import output
from app.cli.database import DatabaseUrl, open_database
from app.domain.keys import ALL_SCOPES, ApiKey, Scope
from app.domain.moments import format_moment

keys = typer.Typer(help="Create, list and revoke API keys.", no_args_is_help=True)


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use the key, for example crm.")],
    *,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What the key may do. Can be repeated. Default: everything."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the key.")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Create a key and print it. Only its hash is stored, so it cannot be shown again."""
    from app.use_cases.keys.issue import create_key

    if not name.strip():
        raise typer.BadParameter("the name is empty: say who will use the key")
    scopes = ALL_SCOPES if not scope else {wanted.value for wanted in scope}
    with open_database(database_url) as database, database.writers.begin() as session:
        created = create_key(session, name, scopes=scopes, now=datetime.now(UTC))
    if quiet:
        output.echo(created.token)
        return
    output.echo(f"{created.token}\n")
    output.echo(f"Key {created.key.key_id} for {name} has the scopes {', '.join(sorted(scopes))}.")
    output.echo("Save it now, because it cannot be shown again.")
    output.echo("Send it with each request as `Authorization: Bearer KEY`.")


@keys.command("list")
def list_(*, database_url: DatabaseUrl = None) -> None:
    """List all keys, without their secrets."""
    from app.use_cases.keys.issue import list_keys

    with open_database(database_url) as database, database.writers.begin() as session:
        found = list_keys(session)
    output.echo_table(("key", "name", "scopes", "created", "revoked"), map(_cells, found))


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, see `holdfast keys list`.")],
    *,
    database_url: DatabaseUrl = None,
) -> None:
    """Revoke a key. Running services refuse it within 5 seconds."""
    from app.use_cases.keys.issue import revoke_key

    with open_database(database_url) as database, database.writers.begin() as session:
        revoked = revoke_key(session, key_id, now=datetime.now(UTC))
    if not revoked:
        output.fail(f"no valid key has the id {key_id!r}: see `holdfast keys list`")
    output.echo(f"Revoked {key_id}.")


def _cells(key: ApiKey) -> tuple[str, ...]:
    revoked = format_moment(key.revoked_at) if key.revoked_at else ""
    scopes = " ".join(sorted(key.scopes))
    return (key.key_id, key.name, scopes, format_moment(key.created_at), revoked)
