"""Every setting of the service; no other module may read the environment."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator can set, each by an environment variable ``HOLDFAST_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="HOLDFAST_", frozen=True, env_ignore_empty=True)

    database_url: Annotated[
        str,
        Field(
            description="SQLAlchemy URL: sqlite:///path or postgresql+psycopg://user:password@host/name",
            examples=["postgresql+psycopg://holdfast@db/holdfast"],
        ),
    ] = "sqlite:///data/holdfast.db"
    models: Annotated[
        Path,
        Field(description="Folder of the bundles, and of the file that names the one in service"),
    ] = Path("models")
    playbook: Annotated[
        Path | None,
        Field(
            description="YAML file with signals and interventions; absent: the one in the package"
        ),
    ] = None
    host: Annotated[str, Field(description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port to listen on")] = 8000
    bundle_key: Annotated[
        SecretStr | None,
        Field(
            description="Secret that signs bundles; if set, only bundles signed with it are loaded"
        ),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="Lowest level that is logged"),
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
        Field(gt=0, le=3600, description="A request must arrive in full within this time"),
    ] = 15.0
    rescore_chunk_size: Annotated[
        int, Field(ge=1, le=100_000, description="Customers per transaction of a rescoring")
    ] = 1000
    bundle_poll_seconds: Annotated[
        float,
        Field(gt=0, le=3600, description="Seconds between looks for a newly promoted bundle"),
    ] = 2.0
    job_poll_seconds: Annotated[
        float, Field(gt=0, le=3600, description="Seconds between looks for a job, while idle")
    ] = 1.0
    job_lease_seconds: Annotated[
        float,
        Field(
            gt=0, le=3600, description="After this time the job of a silent worker is taken over"
        ),
    ] = 60.0
    job_worker: Annotated[
        bool, Field(description="Whether this process runs jobs in the background")
    ] = True
