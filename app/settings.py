"""Every setting of the service; the only place that reads the environment."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator can decide, each as an environment variable ``HOLDFAST_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="HOLDFAST_", frozen=True, env_ignore_empty=True)

    database_url: Annotated[
        str,
        Field(
            description="SQLAlchemy URL: sqlite:///path or postgresql+psycopg://user:password@host/name",
            examples=["postgresql+psycopg://holdfast@db/holdfast"],
        ),
    ] = "sqlite:///data/holdfast.db"
    models: Annotated[
        Path, Field(description="Shelf of bundles, and the note which one is in service")
    ] = Path("models")
    playbook: Annotated[
        Path | None,
        Field(description="YAML file with signals and interventions; absent: the packaged one"),
    ] = None
    host: Annotated[str, Field(description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port to listen on")] = 8000
    bundle_key: Annotated[
        SecretStr | None,
        Field(description="Secret that signs bundles; where set, only bundles signed with it load"),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="Least level to log")
    ] = "info"
    max_body_bytes: Annotated[
        int,
        Field(
            ge=1024,
            le=1 << 30,
            description="Largest request body; 1,000 events of 4 KiB fit the default",
        ),
    ] = 4 << 20
    request_timeout_seconds: Annotated[
        float,
        Field(gt=0, le=3600, description="A request must have arrived in full within this time"),
    ] = 15.0
    rescore_chunk_size: Annotated[
        int, Field(ge=1, le=100_000, description="Customers per transaction of a rescoring")
    ] = 1000
    bundle_poll_seconds: Annotated[
        float,
        Field(gt=0, le=3600, description="How often to look for a newly promoted bundle"),
    ] = 2.0
    job_poll_seconds: Annotated[
        float, Field(gt=0, le=3600, description="How often an idle worker looks for a job")
    ] = 1.0
    job_lease_seconds: Annotated[
        float,
        Field(gt=0, le=3600, description="After this long a silent worker's job is taken over"),
    ] = 60.0
    job_worker: Annotated[
        bool, Field(description="Whether this process runs rescoring jobs in the background")
    ] = True
