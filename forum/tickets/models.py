"""Cases that agents work on, what was said in them, and what helped."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.models import User
from forum.base.db import Id, Model, Moment, OptionalMoment
from forum.contacts.models import Contact
from forum.knowledge.models import Article
from forum.questions.models import Answer, Question

NEW, OPEN, PENDING, RESOLVED, CLOSED = "new", "open", "pending", "resolved", "closed"
STATUSES = (NEW, OPEN, PENDING, RESOLVED, CLOSED)

FROM_CUSTOMER, FROM_AGENT, NOTE = "customer", "agent", "note"

#: Those somebody still has to do something about.
UNDONE = (NEW, OPEN, PENDING)

SUBJECT_LENGTH = 200
WHY_LENGTH = 300

#: The channel of tickets made of a question by one press.
FROM_QUESTION = "question"
TEXT_LENGTH = 30_000


class Ticket(Model):
    """A case that an agent works on for one contact."""

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint("status IN ('new', 'open', 'pending', 'resolved', 'closed')", name="status"),
        Index("ix_tickets_status", "status", "active_at", "id"),
        Index("ix_tickets_active", "active_at", "id"),
        # One press, however often, makes one ticket of a question; agents may open others for it.
        Index(
            "uq_tickets_from_question",
            "question_id",
            unique=True,
            sqlite_where=text("channel = 'question'"),
            postgresql_where=text("channel = 'question'"),
        ),
    )

    id: Mapped[Id]
    #: None while nobody knows who the asker of its question is to the company.
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    status: Mapped[str] = mapped_column(String(10), default=NEW)
    channel: Mapped[str] = mapped_column(String(20), default="agent")
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    #: The question it was opened from, if it was.
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    opened_at: Mapped[Moment]
    active_at: Mapped[Moment]
    resolved_at: Mapped[OptionalMoment]
    version: Mapped[int] = mapped_column(default=1)

    requester: Mapped[Contact | None] = relationship()
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    opened_by: Mapped[User | None] = relationship(foreign_keys=[opened_by_id])

    @property
    def is_undone(self) -> bool:
        return self.status in UNDONE


class TicketMessage(Model):
    """Something said in a ticket; a note stays among staff."""

    __tablename__ = "ticket_messages"
    __table_args__ = (
        CheckConstraint("kind IN ('customer', 'agent', 'note')", name="kind"),
        Index("ix_ticket_messages_ticket", "ticket_id", "at"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    html_version: Mapped[int]
    at: Mapped[Moment]

    author: Mapped[User | None] = relationship()


class Link(Model):
    """The tie from a ticket to what answers it; taken away it stays in the record."""

    __tablename__ = "ticket_links"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN answer_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN article_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN question_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_target",
        ),
        UniqueConstraint("ticket_id", "answer_id", name="uq_ticket_links_answer"),
        UniqueConstraint("ticket_id", "article_id", name="uq_ticket_links_article"),
        UniqueConstraint("ticket_id", "question_id", name="uq_ticket_links_question"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"), index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    linked_at: Mapped[Moment]
    why: Mapped[str] = mapped_column(String(WHY_LENGTH), default="")
    unlinked_at: Mapped[OptionalMoment]
    unlinked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    ticket: Mapped[Ticket] = relationship()
    answer: Mapped[Answer | None] = relationship()
    article: Mapped[Article | None] = relationship()
    question: Mapped[Question | None] = relationship()
    linked_by: Mapped[User] = relationship(foreign_keys=[linked_by_id])
    unlinked_by: Mapped[User | None] = relationship(foreign_keys=[unlinked_by_id])

    @property
    def target(self) -> "Target":
        """What is linked, whether or not it may still be shown."""
        target = self.answer or self.article or self.question
        assert target is not None  # noqa: S101
        return target

    @property
    def is_shown(self) -> bool:
        """Whether what is linked is open to readers; of anything else not a word is shown."""
        return is_open(self.target)


#: What can be linked to a ticket.
Target = Answer | Article | Question


def is_open(target: Target) -> bool:
    """Whether customers can read it, so that an agent can pass it on."""
    if isinstance(target, Article):
        return target.is_live
    if isinstance(target, Answer):
        return target.is_public and target.question.is_public
    return target.is_public
