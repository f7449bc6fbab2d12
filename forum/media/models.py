"""Pictures people show, and the texts that show them."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Id, Model, Moment, OptionalMoment

#: Not reworked yet; ready to be shown; none that we could read.
WAITING, READY, FAILED = "waiting", "ready", "failed"

#: The kind of use that shows a picture to nobody but its writer.
IN_DRAFT = "draft"


class Picture(Model):
    """One picture as somebody uploaded it; what readers get is made from it, never the thing itself."""

    __tablename__ = "pictures"
    # A number that was used is never used again: old texts would show what somebody else uploaded.
    __table_args__ = (
        Index("ix_pictures_uploader", "uploader_id", "created_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    uploader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    #: Names its files, so that a file written before its row can be known as nobody's.
    token: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    #: As it will be shown, known from its head before anything is decoded.
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(index=True)
    ready_at: Mapped[OptionalMoment]

    @property
    def path(self) -> str:
        """The address of the picture, the same before and after it is reworked."""
        return f"/media/{self.id}/{self.token}.webp"

    @property
    def small_path(self) -> str:
        return f"/media/{self.id}/{self.token}-small.webp"

    @property
    def is_ready(self) -> bool:
        return self.state == READY

    @property
    def is_failed(self) -> bool:
        return self.state == FAILED


class PictureUse(Model):
    """A text that shows a picture, or did before an edit took it out."""

    __tablename__ = "picture_uses"
    __table_args__ = (
        UniqueConstraint("picture_id", "kind", "row_id"),
        Index("ix_picture_uses_row", "kind", "row_id"),
    )

    id: Mapped[Id]
    picture_id: Mapped[int] = mapped_column(ForeignKey("pictures.id"))
    kind: Mapped[str] = mapped_column(String(20))
    row_id: Mapped[int]
    used_at: Mapped[Moment]
    dropped_at: Mapped[OptionalMoment]
