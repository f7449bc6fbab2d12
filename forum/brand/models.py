"""Every face this counter has had of late, the newest last."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Id, Model, Moment

NAME_LENGTH = 60


class Brand(Model):
    """One saved state; what is empty is as the settings and our own colours have it."""

    __tablename__ = "brands"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[Id]
    site_name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    company: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    #: "#0a5c66"
    accent: Mapped[str] = mapped_column(String(7), default="")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_type: Mapped[str] = mapped_column(String(20), default="")
    #: The logo's name in its address: another logo has another one.
    logo_hash: Mapped[str] = mapped_column(String(16), default="")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[Moment]
