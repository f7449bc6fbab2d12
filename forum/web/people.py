"""Who asks for this page: the person behind the cookie, or a visitor."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from forum.accounts.models import VISITOR, Reader, User, UserSession
from forum.accounts.sessions import find_session
from forum.base.parts import parts
from forum.base.requests import db, note_user, now

#: Where Flask-Login keeps in the cookie who is signed in.
KEY = "_user_id"


class SignInNeeded(Exception):
    """Only somebody with an account can do this; the page that asks them in brings them back here."""


@dataclass
class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login is shown: it keeps the token of the session, never the id of the user."""

    user: User
    session_id: int
    token: str

    def get_id(self) -> str:
        return self.token


def reader() -> Reader:
    """Whoever looks."""
    person: Reader | None = g.get("actor")
    if person is None:
        # Flask-Login is asked only where there is somebody: most who come carry no session.
        is_known = KEY in session and current_user.is_authenticated
        person = g.actor = current_user.user if is_known else VISITOR
    return person


def actor() -> User:
    """Whoever acts; raises SignInNeeded for a visitor."""
    person = reader()
    if not isinstance(person, User):
        raise SignInNeeded
    return person


def current_session() -> UserSession:
    """The session of this browser; raises SignInNeeded where there is none."""
    actor()
    return db().get_one(UserSession, current_user.session_id)


def let_in(user: User, user_session: UserSession, token: str) -> None:
    """Sign this browser in; whatever it carried before is forgotten, so that nobody can plant it."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(user, user_session.id, token))
    g.pop("actor", None)


def let_out() -> None:
    """Sign this browser out; ending the session in the database is the caller's part."""
    logout_user()
    session.clear()
    g.pop("actor", None)


def safe_next(target: str | None, default: str = "/") -> str:
    """A path on this site to go on to, or the default for anything that could lead elsewhere."""
    if not target or len(target) > 500 or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return default
    if not target.isprintable() or "\\" in target:
        return default
    parts_ = urlsplit(target)
    return default if parts_.scheme or parts_.netloc else target


def here() -> str:
    """Where to come back to after signing in: this page, or the page whose form was sent."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    try:
        referrer = urlsplit(request.referrer or "")
    except ValueError:
        return "/"
    if referrer.netloc == request.host:
        return safe_next(referrer.path + (f"?{referrer.query}" if referrer.query else ""))
    return "/"


def install(app: Flask) -> None:
    """Let Flask-Login ask our sessions."""
    manager = LoginManager()
    manager.session_protection = None
    # What browser and address say together is worked out for each page even so; nobody asks for it.
    manager._session_identifier_generator = str
    manager.init_app(app, add_context_processor=False)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedIn | None:
        found = find_session(db(), token, now())
        if found is None:
            return None
        parts().measures.add("session_seen", found.id)
        note_user(found.user.id)
        return SignedIn(found.user, found.id, token)
