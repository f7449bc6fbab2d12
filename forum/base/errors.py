"""The four ways in which the domain says no."""

from collections.abc import Mapping
from datetime import timedelta

from forum.base.words import Sentence, say


class DomainError(Exception):
    """Nothing was changed, and the person can be told why."""


class Refused(DomainError):
    """A rule says no, with its reason."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason


class TooMany(Refused):
    """A limit is used up for now; the same request will be heard again later."""

    def __init__(self, reason: Sentence, retry_after: timedelta) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class NotFound(DomainError):
    """It does not exist, or it is not for this reader to know that it does."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Invalid(DomainError):
    """What was sent cannot be taken: field -> sentence; the field "" is the whole form."""

    def __init__(self, errors: Mapping[str, Sentence]) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in errors.items()))
        self.errors = dict(errors)


class Conflict(DomainError):
    """Someone else changed it meanwhile."""

    def __init__(self, reason: Sentence | None = None) -> None:
        self.reason = reason or say("Somebody else changed this meanwhile. Look at it again and repeat your change.")
        super().__init__(str(self.reason))


class StoreBusy(Exception):
    """The database did not give this write its turn in time; nothing was done."""
