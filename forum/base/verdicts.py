"""What a rule answers: yes, or no with the reason in words for the person who hears it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from forum.base.errors import Refused
from forum.base.words import Sentence, say


@dataclass(frozen=True)
class Verdict:
    """True when allowed; otherwise it carries the reason."""

    reason: Sentence | None = None

    def __bool__(self) -> bool:
        return self.reason is None


YES = Verdict()


def no(reason: str, /, **values: Any) -> Verdict:
    """Refuse; the reason is a sentence that gets translated."""
    return Verdict(say(reason, **values)) if values else _plain_no(reason)


@cache
def _plain_no(reason: str) -> Verdict:
    """A page asks a hundred rules, which have a few dozen reasons among them."""
    return Verdict(say(reason))


def require(verdict: Verdict) -> None:
    """Raise Refused unless the rule said yes."""
    if verdict.reason is not None:
        raise Refused(verdict.reason)
