"""The promoted bundle in memory, replaced when another one is promoted."""

import logging
import threading
from dataclasses import replace
from pathlib import Path

from app.bundle.opening import open_bundle, open_promoted
from app.bundle.promoted import SERVING_FILE, promoted_id
from app.bundle.risk_bundle import RiskBundle
from app.domain.bundles import BundleWarning
from app.domain.errors import BundleRefused, HoldfastError, NoBundleInService

log = logging.getLogger("holdfast.bundle")


class BundleInService:
    """The bundle that answers right now.

    A newly promoted bundle is opened and verified while the old one goes on answering, and takes
    over between two requests. If it is refused, the old one stays, and `problem` says why.
    """

    def __init__(self, models: Path, *, key: bytes | None = None) -> None:
        self.models = models
        self._key = key
        self._bundle: RiskBundle | None = None
        self._own_warnings: tuple[BundleWarning, ...] = ()
        self._refusal: HoldfastError | None = None
        self._refused_at: int | None = None
        self._lock = threading.Lock()

    @property
    def problem(self) -> str | None:
        """Why the promoted bundle is not the one in service; None if it is."""
        return None if self._refusal is None else str(self._refusal)

    def current(self) -> RiskBundle:
        """Return the bundle in service.

        Raises `NoBundleInService` if no bundle was promoted, and `BundleRefused` if the promoted
        one cannot be used and there was none before it.
        """
        if self._bundle is None:
            raise self._refusal or NoBundleInService(str(self.models))
        return self._bundle

    def open(self, bundle_id: str) -> RiskBundle:
        """Return the bundle with this id: the one in service, or another one from the shelf."""
        if self._bundle is not None and self._bundle.id == bundle_id:
            return self._bundle
        return open_bundle(self.models / bundle_id, key=self._key)

    def set_warnings(self, bundle_id: str, warnings: tuple[BundleWarning, ...]) -> None:
        """Make the answers of a bundle carry these warnings beside its own.

        If another bundle is in service by now, nothing changes.
        """
        with self._lock:
            if self._bundle is not None and self._bundle.id == bundle_id:
                self._bundle = replace(self._bundle, warnings=(*self._own_warnings, *warnings))

    def refresh(self) -> bool:
        """Open the promoted bundle unless it is in service; return whether a new one took over.

        A bundle that was refused is not opened again until a bundle is promoted again.
        """
        with self._lock:
            try:
                return self._refresh()
            except (NoBundleInService, BundleRefused) as refusal:
                if str(refusal) != self.problem:
                    log.warning(
                        "the promoted bundle is not in service", extra={"why": str(refusal)}
                    )
                self._refusal = refusal
                return False

    def _refresh(self) -> bool:
        wanted = promoted_id(self.models)
        if self._bundle is not None and wanted == self._bundle.id:
            self._refusal = self._refused_at = None
            return False
        promoted_at = _promoted_at(self.models)
        if promoted_at is not None and promoted_at == self._refused_at:
            return False
        self._refused_at = promoted_at
        bundle = open_promoted(self.models, key=self._key)
        self._bundle, self._refusal, self._refused_at = bundle, None, None
        self._own_warnings = bundle.warnings
        log.info("bundle in service", extra={"bundle_id": bundle.id})
        return True


def _promoted_at(models: Path) -> int | None:
    """Return when a bundle was last promoted, in nanoseconds; None: never."""
    try:
        return (models / SERVING_FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return None
