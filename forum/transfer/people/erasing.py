"""Erase a person in one transaction: what was theirs goes, what others need stays and says nothing of them any more."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_binary_file
from email.policy import default as mail_policy
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.events import ProfileChanged
from forum.accounts.models import EmailChange, SignUp, StaffAct, User
from forum.accounts.queries import is_last_administrator
from forum.accounts.sessions import hash_token
from forum.base.causes import Cause
from forum.base.db import Model
from forum.base.errors import Refused
from forum.base.limits import Usage
from forum.base.once import IdempotencyKey
from forum.base.outbox import Delivery, publish
from forum.base.words import say, translate
from forum.contacts.models import Contact, ContactPoint, TimelineEntry
from forum.drafts.models import Draft
from forum.media.actions import end_draft_uses
from forum.media.models import Picture, PictureUse
from forum.moderation.models import Decision, Flag, ReviewItem
from forum.questions.actions.erasing import erase_texts, forget_me_toos, forget_votes
from forum.questions.models import Question
from forum.tickets.models import Ticket, TicketMessage
from forum.transfer.people.gathering import Person
from forum.transfer.people.policy import CLEAR, DELETE, POLICIES

FORMER_MEMBER = say("Former member")
FORMER_CONTACT = say("Former contact")
REMOVED_SUBJECT = say("Removed")

#: What a timeline remembers of somebody because their account was joined to a contact.
FORUM_CAUSES = ("question", "answer", "comment", "article")


@dataclass(frozen=True)
class Wish:
    """What is to become of texts and of the contact."""

    posts_removed: bool = False
    with_contact: bool = False


def count_what_goes(session: Session, person: Person, wish: Wish) -> dict[str, int]:
    """Table -> rows that will be deleted or emptied, for somebody who has to decide."""
    counts = {"sign_ups": person.sign_ups}
    tables = Model.metadata.tables
    if person.user is not None:
        user_id = person.user.id
        for name, policy in POLICIES.items():
            columns = [tables[name].c[column] for column, tie in policy.users.items() if tie.erased == DELETE]
            if columns:
                counts[name] = _count(session, name, or_(*(column == user_id for column in columns)))
        for name, column in (("questions", "asker_id"), ("answers", "author_id"), ("comments", "author_id")):
            key = name if wish.posts_removed else f"{name} kept without a name"
            counts[key] = _count(session, name, tables[name].c[column] == user_id)
    if wish.with_contact:
        ids = [contact.id for contact in person.contacts]
        counts["contacts"] = len(ids)
        for name, policy in POLICIES.items():
            for column, tie in policy.contacts.items():
                if tie.erased == DELETE or name == "tickets":
                    counts[name] = counts.get(name, 0) + _count(session, name, tables[name].c[column].in_(ids))
    return {name: count for name, count in counts.items() if count}


def erase(
    session: Session, person: Person, wish: Wish, now: datetime, language: str, actor: User | None = None
) -> None:
    """Erase; the second time there is nothing left to do. Raises Refused for the last administrator."""
    user = person.user
    if user is not None:
        if is_last_administrator(session, user, lock=True):
            raise Refused(say("This is the last administrator. Make somebody else an administrator first."))
        _part_from_contacts(session, user)
        erase_texts(session, user, now, only_deleted=not wish.posts_removed, language=language)
        forget_votes(session, user)
        forget_me_toos(session, user)
        _forget_pictures(session, user, all_of_them=wish.posts_removed)
        _forget_flags(session, user)
        _forget_outbox(session, user, person.email)
        _walk(session, "users", [user.id])
        _make_nameless(session, user, now, language)
        log_staff_act(
            session,
            actor,
            "erase_person",
            Cause.of(user),
            now,
            after={"posts": "removed" if wish.posts_removed else "kept"},
        )
    if wish.with_contact:
        _erase_contacts(session, [contact.id for contact in person.contacts], now, language)
    if person.email:
        session.execute(delete(SignUp).where(SignUp.email == person.email))
        session.execute(
            delete(EmailChange).where(or_(EmailChange.email == person.email, EmailChange.old_email == person.email))
        )
        session.execute(delete(Usage).where(Usage.key.like(f"%{hash_token(person.email)[:32]}%")))
    session.flush()
    session.expire_all()
    if user is not None:
        publish(session, ProfileChanged(user.id))


def forget_mail_files(folder: Path | None, email: str) -> int:
    """Delete the mails to an address that were written as files, where there is no mail server."""
    if folder is None or not email:
        return 0
    gone = 0
    for path in folder.glob("*.eml"):
        with path.open("rb") as file:
            to = message_from_binary_file(file, policy=mail_policy)["To"]
        if to is not None and email in {address.addr_spec.lower() for address in to.addresses}:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _walk(session: Session, kind: str, ids: list[int]) -> None:
    """Do for every table what its policy says."""
    for table in reversed(Model.metadata.sorted_tables):
        policy = POLICIES[table.name]
        ties = policy.users if kind == "users" else policy.contacts
        for column, tie in ties.items():
            if tie.erased == DELETE:
                session.execute(table.delete().where(table.c[column].in_(ids)))
            elif tie.erased == CLEAR:
                session.execute(table.update().where(table.c[column].in_(ids)).values({column: None}))


def _make_nameless(session: Session, user: User, now: datetime, language: str) -> None:
    user.email = user.password_hash = user.origin_url = None
    user.name = translate(FORMER_MEMBER, language)
    user.about = ""
    user.language = language
    user.roles = user.rights = frozenset()
    user.standing = 0
    user.credentials_version += 1
    user.disabled_at = user.disabled_at or now
    session.flush()
    _empty_log(session, and_(StaffAct.target_kind == "user", StaffAct.target_id == user.id))
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.owner == f"user:{user.id}"))
    session.execute(delete(Usage).where(Usage.key.like(f"%:user:{user.id}")))


def _forget_flags(session: Session, user: User) -> None:
    """That somebody flagged a text, and what was decided about it, stays for the count; what was said does not."""
    session.execute(update(Flag).where(Flag.flagger_id == user.id).values(words=""))
    about_them = select(ReviewItem.id).where(ReviewItem.author_id == user.id)
    session.execute(update(Decision).where(Decision.item_id.in_(about_them)).values(why=""))


def _part_from_contacts(session: Session, user: User) -> None:
    """The contact stays as the company knew it without the forum."""
    proved = update(ContactPoint).where(ContactPoint.verified_by_id == user.id)
    session.execute(proved.values(verified_at=None, verified_by_id=None))
    joined = list(session.scalars(select(Contact.id).where(Contact.user_id == user.id)))
    session.execute(update(Contact).where(Contact.id.in_(joined)).values(user_id=None, joined_at=None, joined_by=None))
    session.execute(
        delete(TimelineEntry).where(
            TimelineEntry.contact_id.in_(joined),
            or_(TimelineEntry.cause_kind.in_(FORUM_CAUSES), TimelineEntry.kind.in_(("joined", "parted"))),
        )
    )
    named = select(TimelineEntry).where(TimelineEntry.kind.in_(("joined", "parted")))
    for entry in session.scalars(named.where(TimelineEntry.details["user_id"].as_integer() == user.id)):
        entry.details = {}
    own = select(Question.id).where(Question.asker_id == user.id)
    session.execute(
        update(Ticket).where(Ticket.requester_id.in_(joined), Ticket.question_id.in_(own)).values(question_id=None)
    )
    _empty_log(session, and_(StaffAct.target_kind == "contact", StaffAct.target_id.in_(joined)))
    session.flush()


def _erase_contacts(session: Session, ids: list[int], now: datetime, language: str) -> None:
    if not ids:
        return
    tickets = list(session.scalars(select(Ticket.id).where(Ticket.requester_id.in_(ids))))
    session.execute(update(TicketMessage).where(TicketMessage.ticket_id.in_(tickets)).values(text="", html=""))
    subject = translate(REMOVED_SUBJECT, language)
    session.execute(update(Ticket).where(Ticket.id.in_(tickets)).values(subject=subject, question_id=None))
    for kind, targets in (("contact", ids), ("ticket", tickets)):
        _empty_log(session, and_(StaffAct.target_kind == kind, StaffAct.target_id.in_(targets)))
    _walk(session, "contacts", ids)
    name = translate(FORMER_CONTACT, language)
    nameless: dict[str, Any] = {"name": name, "company": "", "folded": "", "tier": "basic", "zone": "", "language": ""}
    session.execute(
        update(Contact)
        .where(Contact.id.in_(ids))
        .values(**nameless, edited_at=now, version=Contact.version + 1, user_id=None, joined_at=None, joined_by=None)
    )


def _forget_pictures(session: Session, user: User, *, all_of_them: bool) -> None:
    """Those of drafts, or all; the files of pictures without a row are swept away by the courier."""
    end_draft_uses(session, PictureUse.row_id.in_(select(Draft.id).where(Draft.user_id == user.id)))
    if all_of_them:
        own = select(Picture.id).where(Picture.uploader_id == user.id)
        session.execute(delete(PictureUse).where(PictureUse.picture_id.in_(own)))
        session.execute(delete(Picture).where(Picture.uploader_id == user.id))


def _forget_outbox(session: Session, user: User, email: str) -> None:
    """What waits to be told to them, and what an error message may have kept of them."""
    changes = select(EmailChange.id).where(EmailChange.user_id == user.id)
    sign_ups = select(SignUp.id).where(SignUp.email == email)
    named = {
        "user_id": [user.id],
        "email_change_id": list(session.scalars(changes)),
        "sign_up_id": list(session.scalars(sign_ups)),
    }
    for key, ids in named.items():
        for number in ids:
            said = f'%"{key}": {number}'
            wanted = or_(Delivery.payload.like(f"{said},%"), Delivery.payload.like(f"{said}}}%"))
            session.execute(delete(Delivery).where(wanted))


def _empty_log(session: Session, acts: ColumnElement[bool]) -> None:
    """That staff acted stays in the log; what it said of the person does not."""
    session.execute(update(StaffAct).where(acts).values(before={}, after={}, why=""))


def _count(session: Session, table: str, condition: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Model.metadata.tables[table]).where(condition)
    return int(session.scalar(counted) or 0)
