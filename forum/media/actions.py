"""Take a picture in, tie it to the texts that show it, and let go of what nobody shows."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.limits import Limit, spend
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.media import rules
from forum.media.events import PictureUploaded
from forum.media.files import PictureFiles
from forum.media.looking import Size
from forum.media.models import FAILED, IN_DRAFT, READY, WAITING, Picture, PictureUse
from forum.media.queries import is_posted

#: More than anybody shows in a day; staff write articles with many.
UPLOADS = Limit("pictures", 40, timedelta(days=1))
STAFF_FACTOR = 10

#: A picture that is in no text and no draft after a day was a mistake.
UNUSED = timedelta(days=1)

#: A file is written before its row; one without a row for so long belongs to nobody.
NOBODYS = timedelta(hours=1)


def add_picture(session: Session, actor: User, token: str, size: Size, now: datetime) -> Picture:
    """Note an upload whose file is there under this token."""
    require(rules.may_upload(actor))
    own = Limit(UPLOADS.name, UPLOADS.most * STAFF_FACTOR, UPLOADS.window) if actor.is_staff else UPLOADS
    spend(session, own, f"user:{actor.id}", now)
    picture = Picture(uploader_id=actor.id, token=token, width=size.width, height=size.height, created_at=now)
    session.add(picture)
    session.flush()
    publish(session, PictureUploaded(picture.id))
    return picture


def use_pictures(
    session: Session, actor: User, cause: Cause, ids: Sequence[int], now: datetime, *, drops: bool = True
) -> None:
    """Tie a text to the pictures it shows now; those it no longer shows are dropped, and kept for a way back.

    Only its uploader can bring a picture into the open. What others quote is seen as long as the first text is;
    moderators and editors, who move texts, may carry along what was posted.
    """
    known = {
        use.picture_id: use
        for use in session.scalars(
            select(PictureUse).where(PictureUse.kind == cause.kind, PictureUse.row_id == cause.id)
        )
    }
    for use in known.values():
        if use.picture_id in ids:
            use.dropped_at = None
        elif drops and use.dropped_at is None:
            use.dropped_at = now
    wanted = [number for number in ids if number not in known]
    if wanted:
        for picture in session.scalars(select(Picture).where(Picture.id.in_(wanted))):
            moves = actor.is_moderator or actor.is_editor
            if picture.uploader_id == actor.id or (moves and is_posted(session, picture)):
                session.add(PictureUse(picture_id=picture.id, kind=cause.kind, row_id=cause.id, used_at=now))
    session.flush()


def end_draft_uses(session: Session, drafts: ColumnElement[bool]) -> None:
    """Let go of the pictures of drafts that end; `drafts` is a condition on PictureUse.row_id."""
    session.execute(
        delete(PictureUse).where(PictureUse.kind == IN_DRAFT, drafts), execution_options={"synchronize_session": False}
    )


def forget_uses(session: Session, cause: Cause) -> None:
    """Untie a text that was erased from its pictures; one that no other text shows goes as unused."""
    session.execute(
        delete(PictureUse).where(PictureUse.kind == cause.kind, PictureUse.row_id == cause.id),
        execution_options={"synchronize_session": False},
    )


def remove_picture(session: Session, actor: User, picture: Picture) -> None:
    """Delete a picture that no text shows; its files follow."""
    require(rules.may_remove_picture(actor, picture, is_posted(session, picture)))
    session.execute(delete(PictureUse).where(PictureUse.picture_id == picture.id))
    session.delete(picture)
    session.flush()


def mark_ready(session: Session, picture_id: int, now: datetime) -> None:
    """Show the picture from now on."""
    picture = session.get(Picture, picture_id)
    if picture is not None and picture.state == WAITING:
        picture.state, picture.ready_at = READY, now


def mark_failed(session: Session, picture_id: int) -> None:
    """Say that nothing could be made of it."""
    picture = session.get(Picture, picture_id)
    if picture is not None and picture.state == WAITING:
        picture.state = FAILED


def forget_unused(session: Session, now: datetime) -> None:
    """Delete the rows of pictures that are in no text and no draft."""
    unused = ~exists().where(PictureUse.picture_id == Picture.id)
    session.execute(
        delete(Picture).where(Picture.created_at < now - UNUSED, unused),
        execution_options={"synchronize_session": False},
    )


def sweep_files(session: Session, files: PictureFiles) -> None:
    """Delete files that no row speaks of, and uploads that were reworked or refused.

    Files come before their rows and go after them, so this may run at any moment, and twice.
    """
    old = time.time() - NOBODYS.total_seconds()
    aged = [(path, token) for path, token in files.all() if path.stat().st_mtime < old]
    states: dict[str, str] = {}
    tokens = sorted({token for _, token in aged if token})
    for start in range(0, len(tokens), 500):
        some = tokens[start : start + 500]
        rows = session.execute(select(Picture.token, Picture.state).where(Picture.token.in_(some)))
        states.update(dict(rows.all()))
    for path, token in aged:
        is_raw = path.parent.name == "raw"
        if token not in states or (is_raw and states[token] != WAITING):
            path.unlink(missing_ok=True)
