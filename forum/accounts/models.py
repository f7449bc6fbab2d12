"""Who people are to the forum, how they prove it, and what staff did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.base.append_only import append_only
from forum.base.db import Id, Model, Moment, OptionalMoment

CUSTOMER, MODERATOR, AGENT, ADMINISTRATOR = "customer", "moderator", "agent", "administrator"
ROLES = (CUSTOMER, MODERATOR, AGENT, ADMINISTRATOR)
STAFF_ROLES = frozenset((MODERATOR, AGENT, ADMINISTRATOR))

EDITOR, MANAGER = "editor", "manager"
RIGHTS = (EDITOR, MANAGER)

NAME_LENGTH = 60
EMAIL_LENGTH = 254
#: Of a reason in the staff log.
WHY_LENGTH = 500


class User(Model):
    """Somebody with an account. `customer` is everybody's role and not stored."""

    __tablename__ = "users"

    id: Mapped[Id]
    #: As compared: lower case, domain in IDNA. None for imported people, who have no way in.
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    about: Mapped[str] = mapped_column(Text, default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: Part of every link that was mailed: changing a credential makes the older links worthless.
    credentials_version: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(8), default="it")
    roles: Mapped[frozenset[str]] = mapped_column(default=frozenset)
    rights: Mapped[frozenset[str]] = mapped_column(default=frozenset)
    standing: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    disabled_at: Mapped[OptionalMoment]
    #: Where an imported person comes from, shown with what they wrote there.
    origin_url: Mapped[str | None] = mapped_column(String(500))

    is_signed_in: ClassVar[bool] = True

    @property
    def is_staff(self) -> bool:
        return not STAFF_ROLES.isdisjoint(self.roles)

    @property
    def is_moderator(self) -> bool:
        return MODERATOR in self.roles or ADMINISTRATOR in self.roles

    @property
    def is_agent(self) -> bool:
        return AGENT in self.roles or ADMINISTRATOR in self.roles

    @property
    def is_administrator(self) -> bool:
        return ADMINISTRATOR in self.roles

    @property
    def is_editor(self) -> bool:
        return EDITOR in self.rights

    @property
    def is_manager(self) -> bool:
        return MANAGER in self.rights


@dataclass(frozen=True)
class Visitor:
    """Somebody who only looks; answers the questions that rules ask of a User."""

    id: None = None
    name: str = ""
    language: str = ""
    is_signed_in: ClassVar[bool] = False
    is_staff: ClassVar[bool] = False
    is_moderator: ClassVar[bool] = False
    is_agent: ClassVar[bool] = False
    is_administrator: ClassVar[bool] = False
    is_editor: ClassVar[bool] = False
    is_manager: ClassVar[bool] = False


VISITOR = Visitor()

#: Who looks: signed in or not.
Reader = User | Visitor


class UserSession(Model):
    """One signed-in browser. Ending it here ends it there, whatever cookie is kept."""

    __tablename__ = "user_sessions"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[OptionalMoment]

    user: Mapped[User] = relationship()


class SignUp(Model):
    """A wish for an account, not yet proved to come from the owner of the address."""

    __tablename__ = "sign_ups"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    #: Kept by the browser that signed up: whoever confirms elsewhere must know the password.
    browser_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Moment]
    used_at: Mapped[OptionalMoment]


class EmailChange(Model):
    """A user's wish to be reached elsewhere, not yet proved to come from the owner of the new address."""

    __tablename__ = "email_changes"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    #: Where the user was reached until the change, to tell them there.
    old_email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH))
    created_at: Mapped[Moment]
    used_at: Mapped[OptionalMoment]

    user: Mapped[User] = relationship()


class Farewell(Model):
    """A user's wish to be erased, which is carried out when they have had time to change their mind."""

    __tablename__ = "farewells"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    #: Whether their texts go too, or stay without a name.
    posts_removed: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[Moment]
    due_at: Mapped[Moment] = mapped_column(index=True)


class ApiToken(Model):
    """Lets a program act for a user, within scopes that never give more than the user has."""

    __tablename__ = "api_tokens"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(80), default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[frozenset[str]]
    created_at: Mapped[Moment]
    revoked_at: Mapped[OptionalMoment]

    user: Mapped[User] = relationship()


class StandingEntry(Model):
    """One gain or loss of standing and what it was for; `User.standing` is their sum."""

    __tablename__ = "standing_entries"
    __table_args__ = (UniqueConstraint("user_id", "reason", "cause_kind", "cause_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(40))
    points: Mapped[int]
    cause_kind: Mapped[str] = mapped_column(String(40))
    cause_id: Mapped[int]
    at: Mapped[Moment]


class StaffAct(Model):
    """One act of staff, with the state before and after. Without an actor it was the terminal.

    Rows are only ever added, which the database enforces; all it lets anybody do to one later is to empty it of its
    words, for a person who is erased. People stand in it by id alone, so the log names them as they are named now.
    """

    __tablename__ = "staff_acts"
    __table_args__ = (
        Index("ix_staff_acts_target", "target_kind", "target_id"),
        Index("ix_staff_acts_at", "at", "id"),
    )

    id: Mapped[Id]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    verb: Mapped[str] = mapped_column(String(40))
    target_kind: Mapped[str] = mapped_column(String(40))
    target_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    why: Mapped[str] = mapped_column(String(WHY_LENGTH), default="")
    at: Mapped[datetime]

    actor: Mapped[User | None] = relationship()


append_only(cast(Table, StaffAct.__table__), emptied={"before": "{}", "after": "{}", "why": ""})
