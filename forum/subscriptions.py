"""Who reacts to what: the one place where events and reactions meet."""

from datetime import timedelta

from forum.base.courier import forget_delivered
from forum.base.limits import forget_usages
from forum.base.once import forget_old_keys
from forum.base.parts import Parts
from forum.search import reactions as search


def subscribe_all(parts: Parts) -> None:
    """Subscribe every reaction and all timed work."""
    outbox = parts.subscriptions
    search.subscribe(outbox)
    outbox.every(timedelta(hours=1), forget_delivered)
    outbox.every(timedelta(hours=1), forget_old_keys)
    outbox.every(timedelta(hours=1), forget_usages)
