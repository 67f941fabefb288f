"""The composition root: from settings to a running application, room by room."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import FastAPI

from app.api.application import make_application
from app.api.gate.bulk_queries import BulkQueries
from app.api.gate.metrics import Metrics
from app.api.keys.key_cache import KeyCache
from app.api.lifespan import lifespan_of
from app.api.service import Service
from app.db.database import Database, database_of
from app.domain.playbooks import Playbook
from app.playbook.read import DEFAULT_PLAYBOOK, read_playbook
from app.settings import Settings
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.keys.verify import verify_key
from app.use_cases.monitoring.bundle_checker import BundleChecker
from app.use_cases.monitoring.bundle_watcher import BundleWatcher
from app.use_cases.monitoring.latest_check import LatestCheck
from app.use_cases.monitoring.monitor import Monitor
from app.use_cases.rescoring.rescorer import Rescorer
from app.work.background import Background
from app.work.job_queue import JobQueue
from app.work.worker import Worker

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, *, now: Clock = _utc_now) -> FastAPI:
    """Return the application. It connects, opens the bundle and starts its threads when started.

    A playbook that is not valid, or a database URL that cannot be read, is refused here. A database
    or bundle that is missing is not: ``/readyz`` says so, and the service takes it up as soon as it
    is there.
    """
    database = database_of(settings.database_url)
    playbook = read_playbook(settings.playbook or DEFAULT_PLAYBOOK)
    bundles = _bundles(settings)
    latest_check = LatestCheck(database.readers, bundles)
    jobs = Background(
        "jobs",
        _workers(settings, database, bundles, playbook, now),
        every_seconds=settings.job_poll_seconds,
    )
    watcher = Background(
        "bundle",
        [BundleWatcher(bundles, latest_check)],
        every_seconds=settings.bundle_poll_seconds,
    )
    service = Service(
        database=database,
        bulk=BulkQueries(database.reader),
        bundles=bundles,
        playbook=playbook,
        now=now,
        wake_worker=jobs.wake,
        latest_check=latest_check,
        metrics=Metrics(),
    )
    keys = KeyCache(partial(verify_key, database.readers))
    threads = [watcher, jobs] if settings.job_worker else [watcher]
    return make_application(
        service,
        keys,
        lifespan=lifespan_of(service, keys, threads),
        max_body_bytes=settings.max_body_bytes,
        receive_seconds=settings.request_timeout_seconds,
    )


def _bundles(settings: Settings) -> BundleInService:
    key = settings.bundle_key
    return BundleInService(settings.models, key=key.get_secret_value().encode() if key else None)


def _workers(
    settings: Settings,
    database: Database,
    bundles: BundleInService,
    playbook: Playbook,
    now: Clock,
) -> list[Worker]:
    """Return the workers of the background thread, the most urgent first."""
    lease = timedelta(seconds=settings.job_lease_seconds)
    queue = JobQueue(database.writers, now, lease=lease)
    monitor = Monitor(database.reader, database.readers, database.writers, bundles, now)
    return [
        Rescorer(queue, database.reader, bundles, playbook, settings.rescore_chunk_size),
        BundleChecker(queue, monitor),
    ]
