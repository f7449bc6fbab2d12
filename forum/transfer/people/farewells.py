"""Carries out the wishes to be erased whose days of grace are over."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import Farewell, User
from forum.base.errors import Refused
from forum.transfer.people.erasing import Wish, erase, forget_mail_files
from forum.transfer.people.gathering import person_behind

log = logging.getLogger(__name__)

#: Erased in one transaction; the next hour takes the next ones.
MOST_AT_ONCE = 20


@dataclass(frozen=True)
class Farewells:
    """Timed work, with what it needs from outside."""

    settings: Settings

    def carry_out(self, session: Session, now: datetime) -> None:
        """Erase whoever asked for it a while ago; the contact in the CRM is the company's to erase."""
        due = select(Farewell).where(Farewell.due_at <= now).order_by(Farewell.due_at).limit(MOST_AT_ONCE)
        for farewell in session.scalars(due).all():
            user, wish = session.get_one(User, farewell.user_id), Wish(posts_removed=farewell.posts_removed)
            person = replace(person_behind(session, user), contacts=())
            try:
                erase(session, person, wish, now, self.settings.languages[0], user)
            except Refused:
                # Became the last administrator meanwhile: they can ask again when there is another.
                session.delete(farewell)
                log.warning("user %d asked to be erased and is the last administrator now", user.id)
                continue
            forget_mail_files(self.settings.mail_folder, person.email)
