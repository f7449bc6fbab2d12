"""Reading pictures and their uses; whether a text that shows one may be read is asked above."""

import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from forum.accounts.models import Reader
from forum.base.errors import NotFound
from forum.base.markup import Shown
from forum.base.paging import Order, Page, fetch_page
from forum.media.models import IN_DRAFT, Picture, PictureUse

_PATH = re.compile(r"/media/([1-9][0-9]{0,17})(?:/[A-Za-z0-9._-]*)?", re.ASCII)

#: A picture in a text that is still being written.
_IN_TEXT = re.compile(r"!\[[^\]\n]{0,500}\]\([^()\s]{0,200}?/media/([1-9][0-9]{0,17})[/)\s]", re.ASCII)


def picture_ids(paths: Iterable[str]) -> list[int]:
    """The numbers of the pictures that these addresses name."""
    found = (_PATH.fullmatch(path) for path in paths)
    return list(dict.fromkeys(int(each[1]) for each in found if each))


def picture_ids_in(text: str) -> list[int]:
    """The numbers of the pictures a text names, without rendering it."""
    return list(dict.fromkeys(int(number) for number in _IN_TEXT.findall(text)))


def find_picture(session: Session, picture_id: int) -> Picture:
    """Raises NotFound; whether somebody may see it is another question."""
    picture = session.get(Picture, picture_id)
    if picture is None:
        raise NotFound("picture")
    return picture


def find_shown(session: Session, reader: Reader, ids: Sequence[int]) -> Mapping[int, Shown]:
    """How to show those of these pictures that the writer of a text can know of: their own, and those in texts."""
    posted = exists().where(PictureUse.picture_id == Picture.id, PictureUse.kind != IN_DRAFT)
    rows = session.scalars(select(Picture).where(Picture.id.in_(ids), or_(Picture.uploader_id == reader.id, posted)))
    return {row.id: Shown(row.path, row.width, row.height) for row in rows}


def current_uses(session: Session, picture: Picture) -> Sequence[PictureUse]:
    """The texts that show a picture now."""
    return session.scalars(
        select(PictureUse).where(PictureUse.picture_id == picture.id, PictureUse.dropped_at.is_(None))
    ).all()


def is_posted(session: Session, picture: Picture) -> bool:
    """Whether a text that was sent shows it, or did once."""
    query = select(PictureUse.id).where(PictureUse.picture_id == picture.id, PictureUse.kind != IN_DRAFT)
    return session.scalar(query.limit(1)) is not None


def own_pictures(reader: Reader) -> Select[Picture]:
    return select(Picture).where(Picture.uploader_id == reader.id)


def list_pictures(session: Session, reader: Reader, cursor: str | None = None) -> Page[Picture]:
    """What somebody uploaded, newest first."""
    order = Order(Picture.created_at, Picture.id)
    return fetch_page(session, own_pictures(reader), order, lambda row: (row.created_at, row.id), cursor)


def posted_among(session: Session, pictures: Sequence[Picture]) -> frozenset[int]:
    """Which of these are part of a text."""
    ids = [picture.id for picture in pictures]
    if not ids:
        return frozenset()
    query = select(PictureUse.picture_id).where(PictureUse.picture_id.in_(ids), PictureUse.kind != IN_DRAFT)
    return frozenset(session.scalars(query))
