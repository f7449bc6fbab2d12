"""What was already brought in, so that an import can be stopped and run again."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Id, Model


class ImportedRow(Model):
    """A row of a source and what it became here."""

    __tablename__ = "imported_rows"
    __table_args__ = (UniqueConstraint("source", "kind", "source_id"),)

    id: Mapped[Id]
    source: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[str] = mapped_column(String(40))
    made_kind: Mapped[str] = mapped_column(String(40))
    made_id: Mapped[int]
