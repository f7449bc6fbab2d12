"""A courier for the parts of an application: its channels, how their batches are opened, what it mends first."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from forum.base.courier import Courier
from forum.base.parts import Parts
from forum.media.files import PictureFiles
from forum.media.reactions import CHANNEL as PICTURES
from forum.media.reactions import Workshop
from forum.notices.mail import Mailer, make_mailer
from forum.search.reactions import CHANNEL, OncePerBatch
from forum.search.upkeep import bring_up_to_date
from search_index.contract import IndexBusy

log = logging.getLogger(__name__)

#: The folder, beside the database, in which couriers show that they live.
COURIERS = "couriers"

#: What takes seconds, and is left to a courier of its own where there are two.
SLOW = frozenset({PICTURES})


def make_courier(parts: Parts, only: frozenset[str] | None = None, without: frozenset[str] = frozenset()) -> Courier:
    """A courier that carries work one by one, index writes in batches, mails and pictures outside transactions."""
    mailer = make_mailer(parts.settings)

    @contextmanager
    def index_batch(upto: int) -> Iterator[OncePerBatch]:
        with parts.index.open_batch() as batch:
            yield OncePerBatch(batch)
            batch.commit(max(upto, parts.index.upto()))

    @contextmanager
    def one_mail(_upto: int) -> Iterator[Mailer]:
        yield mailer

    @contextmanager
    def one_picture(_upto: int) -> Iterator[Workshop]:
        yield Workshop(parts.store, PictureFiles(parts.settings.media_folder))

    return Courier(
        parts.store,
        parts.subscriptions,
        {CHANNEL: index_batch, "mail": one_mail, PICTURES: one_picture},
        alone=frozenset({"mail", PICTURES}),
        only=only,
        without=without,
        here=parts.settings.data / COURIERS,
    )


def mend_index(parts: Parts) -> None:
    """Make the index usable and complete before anything is carried to it; another process may be at it already."""
    try:
        bring_up_to_date(parts.store, parts.index)
    except IndexBusy:
        log.info("another process is at work on the search index")
