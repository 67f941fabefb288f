"""Take up a newly promoted bundle, and the newest check of it, while the service runs."""

from dataclasses import dataclass

from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.latest_check import LatestCheck
from app.work.worker import IsStopping


@dataclass(frozen=True, slots=True)
class BundleWatcher:
    """A worker that looks for a new bundle and a new check, once in each turn."""

    bundles: BundleInService
    latest_check: LatestCheck

    def work(self, is_stopping: IsStopping) -> bool:  # noqa: ARG002 - it takes a moment
        """Look once, and return False: what comes next can wait for the next turn."""
        self.bundles.refresh()
        self.latest_check.refresh()
        return False
