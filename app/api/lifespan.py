"""What happens when the application starts and stops."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from app.api.keys.key_cache import KeyCache
from app.api.service import MAX_WAITING, Service
from app.domain.errors import HoldfastError
from app.use_cases.scores.answers import rehearse, scoring
from app.use_cases.scores.stored import newest_score
from app.use_cases.warm_up import warm_up
from app.work.background import Background

log = logging.getLogger("holdfast.main")
_NOBODY = "\x7f"  # an id that requests cannot have
_NOBODYS_KEY = "hf_0_nobody"  # of the form that is looked up in the database

Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def lifespan_of(service: Service, keys: KeyCache, threads: Sequence[Background]) -> Lifespan:
    """Return the lifespan: it prepares the service, starts the threads, and ends both at last."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            is_ready = _prepare(service)
            if is_ready:
                await _rehearse(service, keys)
            for thread in threads:
                thread.start()
            yield
        finally:
            for thread in threads:
                thread.stop()
            service.database.close()

    return lifespan


def _prepare(service: Service) -> bool:
    """Do what no request should have to wait for, and return whether requests can be answered.

    A database or a bundle that is missing is logged; it does not end the start.
    """
    warm_up()
    service.bundles.refresh()
    try:
        service.database.require_migrated()
        service.bundles.current()
    except HoldfastError as error:
        log.warning("not ready", extra={"why": str(error)})
        return False
    service.latest_check.refresh()
    return True


async def _rehearse(service: Service, keys: KeyCache) -> None:
    """Run what a request runs, so that the first request is as fast as the tenth."""
    bundle, playbook, now = service.bundles.current(), service.playbook, service.now()
    rehearse(bundle, playbook, as_of=now)
    for query in (scoring(bundle, playbook, [_NOBODY], as_of=now), newest_score(_NOBODY)):
        await asyncio.gather(*[service.fetch(query) for _ in range(MAX_WAITING)])
    await run_in_threadpool(keys.verified, _NOBODYS_KEY)
    # Everything loaded so far stays: to look through it for garbage would take as long as scoring
    # a customer.
    gc.freeze()
