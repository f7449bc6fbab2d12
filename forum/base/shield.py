"""Coarse limits for what costs time and changes nothing: counted in memory, by each process for itself."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from forum.base.errors import TooMany
from forum.base.words import say

#: More callers than this at a time are not told apart by the oldest; memory stays bounded.
MOST_CALLERS = 20_000


@dataclass(frozen=True)
class Pace:
    """`burst` at once, and from then on `a_second`."""

    name: str
    burst: int
    a_second: float


class Shield:
    """A bucket of tokens for each caller and pace; one that was full long enough is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, pace: Pace, who: str) -> None:
        """Take one token; raise TooMany, with the time until the next one, when there is none."""
        now = self._clock()
        key = (pace.name, who)
        with self._lock:
            left, since = self._buckets.pop(key, (float(pace.burst), now))
            left = min(pace.burst, left + (now - since) * pace.a_second)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, now)
            while len(self._buckets) > MOST_CALLERS:
                self._buckets.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - left) / pace.a_second)
            raise TooMany(
                say("That was too much in a short time. Please wait a little and try again."), timedelta(seconds=wait)
            )
