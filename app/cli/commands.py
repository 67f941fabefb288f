"""The verbs of the service; `holdfast.py` adds those of training."""

import typer

from app.cli import bundles, imports, keys, monitor, scores, service

commands = typer.Typer(
    name="holdfast",
    help="Churn risk with its reasons, health signals and interventions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
commands.add_typer(imports.imports, name="import", rich_help_panel="Data")
commands.command(rich_help_panel="Score")(scores.score)
commands.command(rich_help_panel="Score")(scores.rescore)
commands.command(rich_help_panel="Score")(monitor.monitor)
commands.command(rich_help_panel="Serve")(service.serve)
commands.command(rich_help_panel="Serve")(service.migrate)
commands.command(rich_help_panel="Serve")(service.warm_up)
commands.add_typer(bundles.models, name="models", rich_help_panel="Serve")
commands.add_typer(keys.keys, name="keys", rich_help_panel="Serve")
