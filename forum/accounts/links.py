"""Links that prove something, as they stand in mails and are printed: made from BASE_URL, never from a request."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from forum.accounts.models import EmailChange, SignUp, User
from forum.base.signing import Signer


@dataclass(frozen=True)
class Purpose:
    """What a link is good for, and for how long; one purpose's link is worth nothing for another."""

    name: str
    path: str
    lifetime: timedelta


#: Long enough to find the mail the next morning.
CONFIRM_SIGN_UP = Purpose("sign-up", "/account/confirm", timedelta(hours=24))
CONFIRM_EMAIL = Purpose("email-change", "/account/confirm-email", timedelta(hours=24))

#: Whoever forgot a password is sitting there and waiting.
RESET_PASSWORD = Purpose("password-reset", "/account/reset", timedelta(hours=1))

#: Handed over by the person who made the account, who may meet the owner only next week.
CHOOSE_PASSWORD = Purpose("choose-password", "/account/choose", timedelta(days=7))

#: Printed at each start for as long as there is no administrator.
SET_UP = Purpose("set-up", "/account/set-up", timedelta(hours=24))


@dataclass(frozen=True)
class ProofLinks:
    """Makes the links of one installation."""

    base_url: str
    signer: Signer

    def confirm_sign_up(self, sign_up: SignUp) -> str:
        return self._url(CONFIRM_SIGN_UP, sign_up.id)

    def confirm_email(self, change: EmailChange) -> str:
        return self._url(CONFIRM_EMAIL, change.id)

    def reset_password(self, user: User) -> str:
        return self._url(RESET_PASSWORD, [user.id, user.credentials_version])

    def choose_password(self, user: User) -> str:
        return self._url(CHOOSE_PASSWORD, [user.id, user.credentials_version])

    def set_up(self) -> str:
        return self._url(SET_UP, "first administrator")

    def page(self, path: str) -> str:
        """A page of this site that proves nothing."""
        return self.base_url + path

    def _url(self, purpose: Purpose, payload: Any) -> str:
        return f"{self.base_url}{purpose.path}/{self.signer.sign(purpose.name, payload)}"


def read_id(signer: Signer, purpose: Purpose, token: str) -> int | None:
    """The id that a link of this purpose carries, or None."""
    payload = signer.read(purpose.name, token, purpose.lifetime)
    return payload if isinstance(payload, int) and not isinstance(payload, bool) else None


def read_credentials(signer: Signer, purpose: Purpose, token: str) -> tuple[int, int] | None:
    """The user's id and version of credentials that a link of this purpose carries, or None."""
    payload = signer.read(purpose.name, token, purpose.lifetime)
    if not isinstance(payload, list) or len(payload) != 2 or not all(type(part) is int for part in payload):
        return None
    return payload[0], payload[1]
