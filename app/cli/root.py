"""The `holdfast` command with the verbs of the service; `holdfast.py` adds those of training."""

import typer

from app.cli import bundles, imports, keys, monitor, scores, service

root = typer.Typer(
    name="holdfast",
    help="See which customers are about to churn, why, and what to do about it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
root.add_typer(imports.imports, name="import", rich_help_panel="Data")
root.command(rich_help_panel="Score")(scores.score)
root.command(rich_help_panel="Score")(scores.rescore)
root.command(rich_help_panel="Score")(monitor.monitor)
root.command(rich_help_panel="Serve")(service.serve)
root.command(rich_help_panel="Serve")(service.migrate)
root.command(rich_help_panel="Serve")(service.warm_up)
root.add_typer(bundles.models, name="models", rich_help_panel="Serve")
root.add_typer(keys.keys, name="keys", rich_help_panel="Serve")
