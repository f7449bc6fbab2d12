"""Contacts as the company knows them, how they can be reached, and what happened with them."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.models import User
from forum.base.db import Id, Model, Moment, OptionalMoment

#: What a customer is worth to the company, lowest first.
TIERS = ("basic", "plus", "top")

EMAIL, PHONE = "email", "phone"

#: What can prove that a contact and a user are one.
BY_EMAIL, BY_AGENT = "confirmed email", "agent"

#: How we call the company's own CRM where nobody names another system.
OWN_SYSTEM = "crm"

NAME_LENGTH = 120
COMPANY_LENGTH = 120
ZONE_LENGTH = 40
FOLDED_LENGTH = 500
POINT_LENGTH = 254
EXTERNAL_ID_LENGTH = 120

#: Enough for anybody, too few to fill the store with.
MOST_POINTS = 30

#: Where an address or number is; most do not say.
LABELS = ("", "home", "work", "mobile")


class Contact(Model):
    """A person in the CRM; joined to a user only by proof or by an agent's deliberate act."""

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("tier IN ('basic', 'plus', 'top')", name="tier"),
        Index("ix_contacts_new", "created_at", "id"),
        Index("ix_contacts_folded", "folded"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    company: Mapped[str] = mapped_column(String(COMPANY_LENGTH), default="")
    #: Name and company as `points.fold` makes them, so that searching minds neither accents nor capitals.
    folded: Mapped[str] = mapped_column(String(FOLDED_LENGTH), default="")
    tier: Mapped[str] = mapped_column(String(10), default=TIERS[0])
    zone: Mapped[str] = mapped_column(String(ZONE_LENGTH), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[Moment]
    edited_at: Mapped[OptionalMoment]
    version: Mapped[int] = mapped_column(default=1)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), unique=True)
    joined_at: Mapped[OptionalMoment]
    #: What proved that contact and user are one: `confirmed email`, `agent`.
    joined_by: Mapped[str | None] = mapped_column(String(40))
    #: The contact that this one turned out to be; its address leads there, and it is in no list.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)

    user: Mapped[User | None] = relationship()
    points: Mapped[list["ContactPoint"]] = relationship(back_populates="contact", order_by="ContactPoint.id")
    external_ids: Mapped[list["ExternalId"]] = relationship(back_populates="contact", order_by="ExternalId.id")


class ContactPoint(Model):
    """An address or number of a contact; one that is verified belongs to nobody else."""

    __tablename__ = "contact_points"
    __table_args__ = (
        UniqueConstraint("contact_id", "kind", "value"),
        Index(
            "uq_contact_points_verified",
            "kind",
            "value",
            unique=True,
            sqlite_where=text("verified_at IS NOT NULL"),
            postgresql_where=text("verified_at IS NOT NULL"),
        ),
        Index("ix_contact_points_value", "kind", "value"),
    )

    id: Mapped[Id]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    kind: Mapped[str] = mapped_column(String(10))
    #: As compared: e-mail in lower case with the domain in IDNA, phone in E.164.
    value: Mapped[str] = mapped_column(String(POINT_LENGTH))
    #: One of LABELS.
    label: Mapped[str] = mapped_column(String(10), default="", server_default="")
    verified_at: Mapped[OptionalMoment]
    #: Who proved it; when their address changes this one is no longer proved.
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)

    contact: Mapped[Contact] = relationship(back_populates="points")


class ExternalId(Model):
    """How another system calls the contact."""

    __tablename__ = "external_ids"
    __table_args__ = (UniqueConstraint("system", "value"),)

    id: Mapped[Id]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    system: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(EXTERNAL_ID_LENGTH))

    contact: Mapped[Contact] = relationship(back_populates="external_ids")


class RefusedJoin(Model):
    """An agent parted these two: nothing but an agent joins them again."""

    __tablename__ = "refused_joins"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    refused_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[Moment]


class TimelineEntry(Model):
    """Something that happened with a contact; the same thing is recorded once."""

    __tablename__ = "timeline_entries"
    __table_args__ = (
        UniqueConstraint("contact_id", "kind", "cause_kind", "cause_id"),
        Index("ix_timeline_entries_contact", "contact_id", "at"),
        Index("ix_timeline_entries_cause", "cause_kind", "cause_id"),
    )

    id: Mapped[Id]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    kind: Mapped[str] = mapped_column(String(40))
    cause_kind: Mapped[str] = mapped_column(String(40))
    cause_id: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    #: The forum user whose doing it is; it comes and goes with their join. None: it is the contact's own.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Moment]
    #: What is worth keeping even when the cause is gone, such as a title or the other person's name.
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ContactMerge(Model):
    """Two contacts turned out to be one; `moves` says what went from one to the other, so that it can go back."""

    __tablename__ = "contact_merges"

    id: Mapped[Id]
    kept_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[Moment]
    undone_at: Mapped[OptionalMoment]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    moves: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    kept: Mapped[Contact] = relationship(foreign_keys=[kept_id])
    gone: Mapped[Contact] = relationship(foreign_keys=[gone_id])
    merged_by: Mapped[User] = relationship(foreign_keys=[merged_by_id])
