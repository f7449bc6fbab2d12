"""Rework what was uploaded, one picture at a time, while no transaction waits for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.base.db import Store
from forum.base.outbox import Subscriptions
from forum.media.actions import forget_unused, mark_failed, mark_ready, sweep_files
from forum.media.events import PictureUploaded
from forum.media.files import PictureFiles, Unreadable
from forum.media.models import WAITING, Picture

#: A channel of its own: seconds for one picture must not hold up what takes milliseconds.
CHANNEL = "pictures"


@dataclass(frozen=True)
class Workshop:
    """What reworking needs beside the event."""

    store: Store
    files: PictureFiles
    clock: Callable[[], datetime] = utc_now


def rework_picture(session: Session, event: PictureUploaded, workshop: Workshop) -> None:
    """Make what is shown; one that was reworked or taken away meanwhile is left alone."""
    picture = session.get(Picture, event.picture_id)
    if picture is None or picture.state != WAITING:
        return
    picture_id, token = picture.id, picture.token
    # Ends the transaction that only read: nothing should be held open for the seconds this takes.
    session.rollback()
    if not workshop.files.raw(token).exists():
        workshop.store.write(lambda work: mark_failed(work, picture_id))
        return
    try:
        workshop.files.rework(token)
    except Unreadable:
        workshop.store.write(lambda work: mark_failed(work, picture_id))
    else:
        workshop.store.write(lambda work: mark_ready(work, picture_id, workshop.clock()))
    workshop.files.forget_raw(token)


def subscribe(outbox: Subscriptions, files: PictureFiles) -> None:
    """Rework every upload, and tidy up."""

    def sweep(session: Session, _now: datetime) -> None:
        sweep_files(session, files)

    outbox.subscribe(PictureUploaded, rework_picture, channel=CHANNEL)
    outbox.every(timedelta(hours=1), forget_unused)
    outbox.every(timedelta(hours=1), sweep, name="media.reactions.sweep_shelf")
