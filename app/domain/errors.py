"""What can go wrong in business terms; app/api/contract/problems maps each to a status."""


class HoldfastError(Exception):
    """The base of everything the product refuses with a reason that a person can act on."""


class CustomerNotFound(HoldfastError):
    """No customer has this id."""

    def __init__(self, customer_id: str) -> None:
        super().__init__(f"no customer has the id {customer_id!r}")
        self.customer_id = customer_id


class NoBundleInService(HoldfastError):
    """No bundle has been promoted, so nothing can be scored."""

    def __init__(self, shelf: str) -> None:
        super().__init__(
            f"no bundle is promoted in {shelf}: train one with `holdfast train … --promote` or "
            "promote one with `holdfast models promote ID`"
        )


class BundleNotFound(HoldfastError):
    """No bundle on the shelf has this id."""

    def __init__(self, bundle_id: str) -> None:
        super().__init__(f"no bundle on the shelf has the id {bundle_id!r}")


class BundleRefused(HoldfastError):
    """A bundle does not match its manifest, or cannot be used by this version."""


class UnreadableFile(HoldfastError):
    """A file cannot be read as what it should be; the message names the file and the reason."""


class DatabaseNotReady(HoldfastError):
    """The database cannot be reached or lacks migrations."""


class JobNotFound(HoldfastError):
    """No job has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no job has the id {job_id!r}")


class JobConflict(HoldfastError):
    """The job's state does not allow what was asked."""


class InvalidCursor(HoldfastError):
    """A page cursor was not issued by this service for this listing."""


class PlaybookRefused(HoldfastError):
    """The playbook file is not valid; the message names the entry and the reason."""


class TrainingRefused(HoldfastError):
    """The data cannot support the training that was asked for; the message says why."""


class EvaluationRefused(HoldfastError):
    """A bundle cannot be held against this log; the message says why, and from when on it can."""
