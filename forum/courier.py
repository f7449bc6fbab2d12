"""A courier for the parts of an application: its channels, and how their batches are opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from forum.base.courier import Courier
from forum.base.parts import Parts
from forum.notices.mail import make_mailer


def make_courier(parts: Parts) -> Courier:
    """A courier that carries work one by one, index writes in batches, and mails without holding a transaction."""
    mailer = make_mailer(parts.settings)

    @contextmanager
    def index_batch(upto: int) -> Iterator[Any]:
        with parts.index.open_batch() as batch:
            yield batch
            batch.commit(upto)

    @contextmanager
    def mail_batch(_upto: int) -> Iterator[Any]:
        yield mailer

    return Courier(parts.store, parts.subscriptions, {"index": index_batch, "mail": mail_batch})
