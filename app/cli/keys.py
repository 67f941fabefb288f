"""`holdfast keys`: who may call the service, and for what."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.cli.database import DatabaseUrl, writers_of
from app.domain.moments import format_moment
from app.domain.scopes import ALL_SCOPES, Scope

if TYPE_CHECKING:  # help needs no database
    from app.domain.keys import ApiKey

keys = typer.Typer(help="Who may call the service, and for what.", no_args_is_help=True)


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, for the list.")],
    *,
    scope: Annotated[
        list[Scope] | None, typer.Option(help="May be repeated; default: all of them.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the key alone.")] = False,
    database: DatabaseUrl = None,
) -> None:
    """Make a key and print it: it is stored as a hash and cannot be shown again."""
    from app.use_cases.keys.manage import create_key

    if not name.strip():
        raise typer.BadParameter("say whose key it is: the name is empty")
    scopes = ALL_SCOPES if not scope else {wanted.value for wanted in scope}
    with writers_of(database) as writers, writers.begin() as session:
        created = create_key(session, name, scopes=scopes, now=datetime.now(UTC))
    if quiet:
        output.echo(created.token)
        return
    output.echo(f"{created.token}\n")
    output.echo(f"Key {created.key.key_id} of {name} may {', '.join(sorted(scopes))}.")
    output.echo("Keep it now: it cannot be shown again. Send it as `Authorization: Bearer KEY`.")


@keys.command("list")
def list_(*, database: DatabaseUrl = None) -> None:
    """Print every key without its secret."""
    from app.use_cases.keys.manage import list_keys

    with writers_of(database) as writers, writers.begin() as session:
        found = list_keys(session)
    output.echo_table(("key", "name", "scopes", "created", "revoked"), map(_cells, found))


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="As `holdfast keys list` shows it.")],
    *,
    database: DatabaseUrl = None,
) -> None:
    """Make a key useless; running services notice within 5 seconds."""
    from app.use_cases.keys.manage import revoke_key

    with writers_of(database) as writers, writers.begin() as session:
        revoked = revoke_key(session, key_id, now=datetime.now(UTC))
    if not revoked:
        output.fail(f"no key {key_id!r} that works: see `holdfast keys list`")
    output.echo(f"{key_id} is revoked")


def _cells(key: "ApiKey") -> tuple[str, ...]:
    revoked = format_moment(key.revoked_at) if key.revoked_at else ""
    scopes = " ".join(sorted(key.scopes))
    return (key.key_id, key.name, scopes, format_moment(key.created_at), revoked)
