"""What this site counts of itself, in the text format of Prometheus: requests as they come, the rest when asked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from forum import __version__
from forum.accounts.models import UserSession
from forum.base.backlog import find_backlog, find_lag
from forum.base.parts import Parts
from forum.questions.models import Question
from forum.questions.queries import STATES, is_public
from forum.search.reactions import CHANNEL

#: Methods that have a series of their own; what else a client makes up is one.
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

#: Seconds; the promises we make (5, 25 and 200 ms, two seconds) are borders.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

NO_ROUTE = "none"

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Meter:
    """Counts requests in this process, or, where the server says so, in files that all its processes share.

    The library is loaded here and not above, because it decides while it loads which of the two it will be,
    and because a command that serves nothing should not wait for it.
    """

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._registry = CollectorRegistry()
        self._requests = Counter(
            "sportello_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "sportello_request_duration_seconds",
            "How long requests took, from their whole arrival to their answer.",
            ("route",),
            buckets=BUCKETS,
            registry=self._registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; an address that nobody serves is none of ours to name."""
        named = route or NO_ROUTE
        self._requests.labels(method if method in METHODS else "other", named, status).inc()
        self._seconds.labels(named).observe(seconds)

    def shown(self, session: Session, parts: Parts, now: datetime) -> bytes:
        """All there is to tell."""
        from prometheus_client import CollectorRegistry, generate_latest, values
        from prometheus_client.multiprocess import MultiProcessCollector

        is_shared = values.ValueClass is not values.MutexValue
        everything = CollectorRegistry() if is_shared else self._registry
        if is_shared:
            collect: Any = MultiProcessCollector
            collect(everything)
        moment = CollectorRegistry()
        moment.register(_Moment(session, parts, now))
        return generate_latest(everything) + generate_latest(moment)


class _Moment:
    """How things stand, asked of the database and the index when somebody wants to know."""

    def __init__(self, session: Session, parts: Parts, now: datetime) -> None:
        self._session, self._parts, self._now = session, parts, now

    def describe(self) -> list[Any]:
        """Nothing is asked before it is wanted."""
        return []

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily as Gauge

        def gauge(name: str, told: str, values: dict[str, float], label: str = "") -> Any:
            family = Gauge(f"sportello_{name}", told, labels=(label,) if label else ())
            for key, value in values.items():
                family.add_metric((key,) if label else (), value)
            return family

        session, index = self._session, self._parts.index
        yield gauge("version", "What runs here.", {__version__: 1}, "version")
        backlog = find_backlog(session, self._now)
        states: dict[str, float] = {"waiting": backlog.waiting, "failing": backlog.failing, "dead": backlog.dead}
        yield gauge("outbox_deliveries", "Deliveries not carried, by state.", states, "state")
        oldest = self._age(backlog.oldest_waiting_at)
        yield gauge("outbox_oldest_seconds", "How long the oldest delivery has waited.", {"": oldest})
        behind, since = find_lag(session, CHANNEL)
        yield gauge("index_lag_deliveries", "Changes the search index does not hold yet.", {"": behind})
        yield gauge("index_lag_seconds", "How old the oldest of these changes is.", {"": self._age(since)})
        yield gauge("index_documents", "Documents in the search index.", {"": index.count()})
        damaged = index.needs_rebuild() is not None
        yield gauge("index_needs_rebuild", "1 when the search index cannot be used.", {"": float(damaged)})
        yield gauge("database_bytes", "Size of the database.", {"": database_bytes(session)})
        yield gauge("sessions", "Browsers signed in.", {"": self._sessions()})
        yield gauge("questions", "Questions everybody may see, by state.", self._questions(), "state")

    def _age(self, moment: datetime | None) -> float:
        return max(0.0, (self._now - moment).total_seconds()) if moment is not None else 0.0

    def _sessions(self) -> int:
        living = select(func.count()).select_from(UserSession)
        living = living.where(UserSession.ended_at.is_(None), UserSession.expires_at > self._now)
        return self._session.scalar(living) or 0

    def _questions(self) -> dict[str, float]:
        counted = (
            select(Question.state, func.count().label("number")).where(is_public(Question)).group_by(Question.state)
        )
        found = {row.state: float(row.number) for row in self._session.execute(counted)}
        return {state: found.get(state, 0) for state in STATES}


def database_bytes(session: Session) -> int:
    """What the database takes on disk."""
    if session.get_bind().dialect.name == "sqlite":
        pages, size = session.scalar(text("PRAGMA page_count")), session.scalar(text("PRAGMA page_size"))
        return int(pages or 0) * int(size or 0)
    return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
