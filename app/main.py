"""The composition root: from settings to a running application."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from app.api.application import make_application
from app.api.gate.bulk_queries import BulkQueries
from app.api.gate.metrics import Metrics
from app.api.keys.key_cache import KeyCache
from app.api.service import Service
from app.db.connections.connect import check_migrated, connect, session_factory, writer_factory
from app.db.connections.statements import N_PIPELINES
from app.db.log.reading import Reader
from app.domain.errors import HoldfastError
from app.playbook.read import DEFAULT_PLAYBOOK, read_playbook
from app.settings import Settings
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.keys.manage import verify_key
from app.use_cases.monitoring.bundle_checker import BundleChecker
from app.use_cases.monitoring.latest_check import LatestCheck
from app.use_cases.monitoring.monitor import Monitor
from app.use_cases.rescoring.rescorer import Rescorer
from app.use_cases.scores.answers import rehearse, scoring
from app.use_cases.scores.stored import newest_score
from app.use_cases.warm_up import warm_up
from app.work.background import Background
from app.work.job_queue import JobQueue
from app.work.worker import IsStopping, Worker

if TYPE_CHECKING:  # it needs psycopg, which an installation with SQLite alone leaves out
    from app.db.connections.pipeline import Pipelines

log = logging.getLogger("holdfast.main")
_NOBODY = "\x7f"  # an id that requests cannot have
_NOBODYS_KEY = "hf_0_nobody"  # of the form that is looked up in the database


def create_app(
    settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> FastAPI:
    """Return the application; it connects, opens the bundle and starts its threads when started.

    A playbook that is not valid and a database URL that cannot be read are refused here. A
    database or bundle that is missing is not: ``/readyz`` says so, and what is missing is taken
    up as soon as it is there.
    """
    engine = connect(settings.database_url)
    readers, writers = session_factory(engine), writer_factory(engine)
    playbook = read_playbook(settings.playbook or DEFAULT_PLAYBOOK)
    key = settings.bundle_key
    bundles = BundleInService(settings.models, key=key.get_secret_value().encode() if key else None)
    reader = Reader(engine)
    queue = JobQueue(writers, now, lease=timedelta(seconds=settings.job_lease_seconds))
    workers: list[Worker] = [
        Rescorer(queue, reader, bundles, playbook, chunk_size=settings.rescore_chunk_size),
        BundleChecker(queue, Monitor(reader, readers, writers, bundles, now)),
    ]
    worker = Background("jobs", workers, every_seconds=settings.job_poll_seconds)
    latest_check = LatestCheck(readers, bundles)
    service = Service(
        reader=reader,
        bulk=BulkQueries(reader),
        readers=readers,
        writers=writers,
        bundles=bundles,
        playbook=playbook,
        now=now,
        pipelines=_pipelines(engine),
        check_database=partial(check_migrated, engine),
        wake_worker=worker.wake,
        latest_check=latest_check,
        metrics=Metrics(),
    )
    watcher = Background(
        "bundle",
        [BundleWatcher(bundles, latest_check)],
        every_seconds=settings.bundle_poll_seconds,
    )
    threads = [watcher]
    if settings.job_worker:
        threads.append(worker)
    keys = KeyCache(partial(verify_key, readers))
    return make_application(
        service,
        keys,
        lifespan=_lifespan(service, keys, engine, threads),
        max_body_bytes=settings.max_body_bytes,
        receive_seconds=settings.request_timeout_seconds,
    )


def _pipelines(engine: Engine) -> "Pipelines | None":
    if engine.dialect.name != "postgresql":
        return None
    from app.db.connections.pipeline import Pipelines  # noqa: PLC0415 - psycopg is an extra

    return Pipelines(engine)


@dataclass(frozen=True, slots=True)
class BundleWatcher:
    """A worker that takes up a newly promoted bundle, and the newest check of it."""

    bundles: BundleInService
    latest_check: LatestCheck

    def work(self, is_stopping: IsStopping) -> bool:  # noqa: ARG002 - it takes a moment
        """Look once; there is never more to do at once."""
        self.bundles.refresh()
        self.latest_check.refresh()
        return False


def _lifespan(
    service: Service, keys: KeyCache, engine: Engine, threads: list[Background]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            ready = _prepare(service)
            if service.pipelines is not None:
                await service.pipelines.open()
            if ready:
                await _rehearse(service, keys)
            for thread in threads:
                thread.start()
            yield
        finally:
            for thread in threads:
                thread.stop()
            if service.pipelines is not None:
                service.pipelines.close()
            engine.dispose()

    return lifespan


def _prepare(service: Service) -> bool:
    """Do what no request should wait for, and return whether requests can be answered.

    What is not there yet is logged, not fatal.
    """
    warm_up()
    service.bundles.refresh()
    try:
        service.check_database()
        service.bundles.current()
    except HoldfastError as error:
        log.warning("not ready", extra={"why": str(error)})
        return False
    service.latest_check.refresh()
    return True


async def _rehearse(service: Service, keys: KeyCache) -> None:
    """Go the way of a request, so that the first one is as quick as the tenth."""
    bundle, playbook, now = service.bundles.current(), service.playbook, service.now()
    rehearse(bundle, playbook, as_of=now)
    for asked in (scoring(bundle, playbook, [_NOBODY], as_of=now), newest_score(_NOBODY)):
        await asyncio.gather(*[service.fetch(asked) for _ in range(N_PIPELINES)])
    await run_in_threadpool(keys.verified, _NOBODYS_KEY)
    gc.freeze()  # what is here now stays: passes over it would take as long as scoring a customer
