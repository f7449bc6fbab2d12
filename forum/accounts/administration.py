"""What is done to accounts from above: roles, rights, closing and opening, the first administrator."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from forum.accounts import rules
from forum.accounts.actions import log_staff_act
from forum.accounts.events import ProfileChanged
from forum.accounts.models import ADMINISTRATOR, CUSTOMER, RIGHTS, ROLES, ApiToken, User, UserSession
from forum.accounts.queries import has_administrator, is_last_administrator, list_sessions, user_with_email
from forum.accounts.sessions import end_all_sessions, end_session
from forum.base.causes import Cause
from forum.base.errors import Invalid, Refused
from forum.base.once import remember_made
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.base.words import say


@dataclass(frozen=True)
class NewPerson:
    """An account that is made by somebody who is trusted with it; its address is taken at their word."""

    email: str
    name: str
    language: str
    password_hash: str | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    rights: frozenset[str] = field(default_factory=frozenset)


def add_person(session: Session, person: NewPerson, now: datetime, actor: User | None = None) -> User:
    """Make an account, from the terminal where nobody acts; raise Invalid where the address has one."""
    if actor is not None:
        require(rules.may_administer(actor))
    check_names(person.roles, person.rights)
    if user_with_email(session, person.email) is not None:
        raise Invalid({"email": say("This address already has an account.")})
    user = User(
        email=person.email,
        name=person.name,
        language=person.language,
        password_hash=person.password_hash,
        roles=person.roles - {CUSTOMER},
        rights=person.rights,
        created_at=now,
    )
    session.add(user)
    session.flush()
    log_staff_act(session, actor, "add_person", Cause.of(user), now, after=_powers(user))
    return user


def set_up(session: Session, person: NewPerson, now: datetime) -> User:
    """Make the first administrator; refuse when there is one, also when two try at the same moment."""
    if has_administrator(session):
        raise Refused(say("This site has an administrator by now. Sign in instead."))
    user = add_person(session, person, now)
    remember_made(session, "set-up", "first-administrator", Cause.of(user), now)
    return user


def change_powers(
    session: Session, actor: User | None, person: User, roles: frozenset[str], rights: frozenset[str], now: datetime
) -> bool:
    """Let somebody have exactly these roles and rights; say whether that was a change.

    Whoever loses or gains one signs in again, so that nothing stays open that was opened under another role.
    Without an actor it is the terminal, which is trusted, but still leaves one administrator.
    """
    check_names(roles, rights)
    roles -= {CUSTOMER}
    last = is_last_administrator(session, person, lock=True)
    if actor is not None:
        require(rules.may_change_roles(actor, person, roles, last))
    elif last and ADMINISTRATOR not in roles:
        raise Refused(say("This is the last administrator. Make somebody else an administrator first."))
    if (person.roles, person.rights) == (roles, rights):
        return False
    before = _powers(person)
    person.roles, person.rights = roles, rights
    end_all_sessions(session, person, now)
    session.flush()
    log_staff_act(session, actor, "change_powers", Cause.of(person), now, before=before, after=_powers(person))
    return True


def disable(session: Session, actor: User, person: User, why: str, now: datetime) -> None:
    """Close an account: its sessions and tokens end at once, its links are worthless. Twice changes nothing."""
    require(rules.may_disable(actor, person, is_last_administrator(session, person, lock=True)))
    if person.disabled_at is not None:
        return
    person.disabled_at = now
    person.credentials_version += 1
    end_all_sessions(session, person, now)
    session.execute(
        update(ApiToken).where(ApiToken.user_id == person.id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
    session.flush()
    log_staff_act(
        session, actor, "disable", Cause.of(person), now, before={"state": "open"}, after={"state": "closed"}, why=why
    )


def enable(session: Session, actor: User, person: User, now: datetime) -> None:
    """Open an account again; its owner signs in as before. Tokens stay revoked."""
    require(rules.may_administer(actor))
    if person.disabled_at is None:
        return
    person.disabled_at = None
    session.flush()
    log_staff_act(session, actor, "enable", Cause.of(person), now, before={"state": "closed"}, after={"state": "open"})


def end_sessions_of(session: Session, actor: User, person: User, now: datetime) -> None:
    """Sign somebody out everywhere, for example when a device was stolen."""
    require(rules.may_administer(actor))
    number = len(list_sessions(session, person, now))
    end_all_sessions(session, person, now)
    log_staff_act(
        session, actor, "end_sessions", Cause.of(person), now, before={"sessions": number}, after={"sessions": 0}
    )


def change_profile(session: Session, user: User, name: str, about: str, language: str) -> None:
    """Be called, described and spoken to differently."""
    changed = (user.name, user.about) != (name, about)
    user.name, user.about, user.language = name, about, language
    session.flush()
    if changed:
        publish(session, ProfileChanged(user.id))


def end_own_session(session: Session, user_session: UserSession, now: datetime) -> None:
    """Sign out one browser of one's own."""
    end_session(session, user_session, now)
    session.flush()


def check_names(roles: frozenset[str], rights: frozenset[str]) -> None:
    """Raise Invalid for a role or right that does not exist."""
    for wrong in sorted(roles - set(ROLES)):
        raise Invalid(
            {"roles": say("There is no role %(name)s. The roles are %(all)s.", name=wrong, all=", ".join(ROLES))}
        )
    for wrong in sorted(rights - set(RIGHTS)):
        raise Invalid(
            {"rights": say("There is no right %(name)s. The rights are %(all)s.", name=wrong, all=", ".join(RIGHTS))}
        )


def _powers(user: User) -> dict[str, list[str]]:
    return {"roles": sorted(user.roles), "rights": sorted(user.rights)}
