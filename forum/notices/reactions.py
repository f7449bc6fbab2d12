"""Mails about accounts. Each looks again at what is true now, and so may run late or twice.

They run in the courier's channel `mail`, which holds no transaction while a mail server is spoken to.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.events import (
    EmailChanged,
    EmailChangeRequested,
    PasswordChanged,
    PasswordResetRequested,
    SignUpRequested,
)
from forum.accounts.links import ProofLinks
from forum.accounts.models import EmailChange, User
from forum.accounts.queries import user_with_email
from forum.accounts.signing_up import find_open_sign_up
from forum.base.clock import utc_now
from forum.base.signing import Signer
from forum.base.texts import clean_line
from forum.brand.queries import site_name
from forum.notices.letters import write_letter
from forum.notices.mail import Mailer


@dataclass(frozen=True)
class AccountMails:
    """The reactions, with what they need from outside."""

    settings: Settings
    signer: Signer

    @property
    def links(self) -> ProofLinks:
        return ProofLinks(self.settings.base_url, self.signer)

    def confirm_sign_up(self, session: Session, event: SignUpRequested, mailer: Mailer) -> None:
        """A link to the owner of the address; to somebody who has an account the news that they have."""
        sign_up = find_open_sign_up(session, event.sign_up_id, utc_now())
        if sign_up is None:
            return
        site = self._site(session)
        key = f"sign-up-{sign_up.id}"
        if user_with_email(session, sign_up.email) is None:
            link = self.links.confirm_sign_up(sign_up)
            letter = write_letter("sign_up", sign_up.language, to=sign_up.email, key=key, site=site, link=link)
        else:
            letter = write_letter(
                "sign_up_known",
                sign_up.language,
                to=sign_up.email,
                key=key,
                site=site,
                sign_in=self.links.page("/account/sign-in"),
                forgotten=self.links.page("/account/forgotten"),
            )
        mailer.send(letter)

    def reset_password(self, session: Session, event: PasswordResetRequested, mailer: Mailer) -> None:
        """A link for whoever forgot; nothing where nobody has the address or the account is closed."""
        user = session.get(User, event.user_id)
        if user is not None and user.disabled_at is None:
            link = self.links.reset_password(user)
            self._tell(session, mailer, user, "password_reset", f"password-reset-{event.key}", link=link)

    def tell_new_password(self, session: Session, event: PasswordChanged, mailer: Mailer) -> None:
        """So that an owner who did not change it knows at once."""
        user = session.get(User, event.user_id)
        if user is not None and user.disabled_at is None:
            forgotten = self.links.page("/account/forgotten")
            self._tell(session, mailer, user, "password_changed", f"password-changed-{event.key}", forgotten=forgotten)

    def confirm_email(self, session: Session, event: EmailChangeRequested, mailer: Mailer) -> None:
        """A link to the new address; where it has an account, the news that it does."""
        change = session.get(EmailChange, event.email_change_id)
        if change is None or change.used_at is not None or change.user.disabled_at is not None:
            return
        is_free = user_with_email(session, change.email) is None
        letter = write_letter(
            "email_change" if is_free else "email_change_known",
            change.user.language,
            to=change.email,
            key=f"email-change-{change.id}",
            site=self._site(session),
            link=self.links.confirm_email(change),
        )
        mailer.send(letter)

    def tell_old_address(self, session: Session, event: EmailChanged, mailer: Mailer) -> None:
        """The last mail to the old address, so that a change by somebody else is noticed."""
        change = session.get(EmailChange, event.email_change_id)
        if change is None or change.old_email is None:
            return
        letter = write_letter(
            "email_changed",
            change.user.language,
            to=change.old_email,
            key=f"email-changed-{change.id}",
            site=self._site(session),
            name=clean_line(change.user.name),
        )
        mailer.send(letter)

    def _site(self, session: Session) -> str:
        return site_name(session, self.settings.site_name)

    def _tell(self, session: Session, mailer: Mailer, user: User, letter: str, key: str, **values: str) -> None:
        if user.email is not None:
            site, name = self._site(session), clean_line(user.name)
            mailer.send(write_letter(letter, user.language, to=user.email, key=key, site=site, name=name, **values))
