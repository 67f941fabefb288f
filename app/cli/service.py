"""`holdfast serve`, `holdfast migrate` and `holdfast warm-up`: the service itself."""

import errno
import socket
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.cli import output
from app.cli.bundles import ModelsFolder
from app.cli.database import DatabaseUrl
from app.cli.progress import progress_bar

if TYPE_CHECKING:  # help reads no settings
    from app.settings import Settings

# Python's default is 5 ms. A thread that computes a thousand answers must let a request for a
# single customer through sooner than that.
SWITCH_SECONDS: Final = 0.0005


def serve(
    *,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on. Default: HOLDFAST_HOST, otherwise 127.0.0.1."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, help="Port to listen on. Default: HOLDFAST_PORT, otherwise 8000."
        ),
    ] = None,
    database_url: DatabaseUrl = None,
    models: ModelsFolder = None,
    migrate_first: Annotated[
        bool, typer.Option("--migrate", help="Bring the database up to date first.")
    ] = False,
) -> None:
    """Serve scores, signals and interventions over HTTP until Ctrl-C."""
    import uvicorn

    from app.api.gate import logs
    from app.api.gate.serving import config_of
    from app.main import create_app
    from app.work.memory import share_freed_memory

    share_freed_memory()
    sys.setswitchinterval(SWITCH_SECONDS)
    settings = _settings(host=host, port=port, database_url=database_url, models=models)
    if migrate_first:
        _migrate(settings.database_url)
    listening = _listen(settings)
    logs.configure(settings.log_level)
    application = create_app(settings)
    url = _url(listening)
    output.note(f"Holdfast is running on {url} (API docs: {url}/docs). Press Ctrl-C to stop.")
    config = config_of(application, receive_seconds=settings.request_timeout_seconds)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn has shut down and passes the signal on
        output.note("Holdfast has stopped.")


def migrate(*, database_url: DatabaseUrl = None) -> None:
    """Create the tables of the database, or bring them up to date."""
    from app.settings import Settings

    _migrate(database_url or Settings().database_url)
    output.echo("The database is up to date.")


def warm_up() -> None:
    """Compile all kernels into their cache, so that no start has to wait for them."""
    from app.use_cases.warm_up import warm_up as run

    with progress_bar("Compiling kernels") as on_progress:
        run(on_progress=on_progress)


def _settings(**given: object) -> "Settings":
    from app.settings import Settings

    chosen = {name: value for name, value in given.items() if value is not None}
    return Settings().model_copy(update=chosen)


def _migrate(url: str) -> None:
    from app.db.migrate import migrate as run

    run(url)


def _listen(settings: "Settings") -> socket.socket:
    """Return a socket that listens: if the port is taken, nothing else should be loaded first."""
    try:
        return socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            output.fail(
                f"port {settings.port} on {settings.host} is in use: stop the program that listens "
                "there, or choose another port with --port or HOLDFAST_PORT"
            )
        output.fail(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}")


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"
