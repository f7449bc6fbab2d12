"""Password, address and the browsers that are signed in."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from forum.accounts import administration, credentials, signing_in
from forum.accounts.links import CONFIRM_EMAIL, read_id
from forum.accounts.models import EmailChange
from forum.accounts.passwords import least_length
from forum.accounts.queries import find_own_session, list_sessions
from forum.accounts.sessions import open_session
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.web.accounts.addresses import client_address, user_agent
from forum.web.accounts.blueprint import pages
from forum.web.accounts.entrance import dead_link, leave
from forum.web.accounts.forms import EmailForm, Nothing, PasswordForm
from forum.web.forms import form_from, takes
from forum.web.language import spoken
from forum.web.people import actor, current_session, let_in


@pages.get("/account/password")
def show_password(form: PasswordForm | None = None) -> str:
    """The form for another password."""
    person = actor()
    return render_template(
        "accounts/password.html", form=form or form_from(PasswordForm), least=least_length(person.is_staff)
    )


@pages.post("/account/password")
@takes(PasswordForm, again=show_password)
@writes
def change_password(form: PasswordForm) -> Response:
    """Change it, end every session, and go on in a new one here."""
    person = actor()
    credentials.change_password(db(), person, form.checked_hash, form.password_hash, now())
    opened, secret = open_session(db(), person, user_agent(), now())
    let_in(person, opened, secret)
    flash(spoken(say("Your password is changed. Other browsers are signed out.")))
    return redirect(url_for("accounts.show_password"), 303)


@pages.get("/account/email")
def show_email(form: EmailForm | None = None) -> str:
    """The form for another address."""
    return render_template("accounts/email.html", form=form or form_from(EmailForm), address=actor().email)


@pages.post("/account/email")
@takes(EmailForm, again=show_email)
@writes
def change_email(form: EmailForm) -> Response:
    """Have a link sent to the new address; until it is used nothing changes."""
    credentials.ask_to_change_email(db(), actor(), form.address, client_address(), now())
    flash(spoken(say("We have sent a link to the new address. Until you use it, nothing changes.")))
    return redirect(url_for("accounts.show_email"), 303)


@pages.get("/account/confirm-email/<token>")
def show_confirm_email(token: str, form: Nothing | None = None) -> Any:
    """One button, for the person who asked for it."""
    change = _change_of(token)
    if change is None:
        dead_link(url_for("accounts.show_email"), spoken(say("Ask for a new link")))
    return render_template("accounts/confirm_email.html", change=change)


@pages.post("/account/confirm-email/<token>")
@takes(Nothing, again=lambda form, token: show_confirm_email(token))
@writes
def confirm_email(form: Nothing, token: str) -> Any:
    """Use the new address from now on."""
    change = _change_of(token)
    if change is None:
        dead_link(url_for("accounts.show_email"), spoken(say("Ask for a new link")))
    credentials.confirm_email(db(), actor(), change, now())
    flash(spoken(say("Your new address is confirmed.")))
    return redirect(url_for("accounts.show_email"), 303)


def _change_of(token: str) -> EmailChange | None:
    change_id = read_id(parts().signer, CONFIRM_EMAIL, token)
    return credentials.find_open_email_change(db(), change_id, actor(), now())


@pages.get("/account/sessions")
def show_sessions() -> str:
    """Where I am signed in."""
    return render_template(
        "accounts/sessions.html", sessions=list_sessions(db(), actor(), now()), current=current_session()
    )


@pages.post("/account/sessions/<int:session_id>/end")
@writes
def end_session(session_id: int) -> Response:
    """Sign out one browser; this one too, if it is meant."""
    found = find_own_session(db(), actor(), session_id)
    here = found.id == current_session().id
    administration.end_own_session(db(), found, now())
    if here:
        return leave()
    flash(spoken(say("That browser is signed out.")))
    return redirect(url_for("accounts.show_sessions"), 303)


@pages.post("/account/sign-out-everywhere")
@writes
def sign_out_everywhere() -> Response:
    """Sign out every browser, this one too."""
    signing_in.sign_out_everywhere(db(), actor(), now())
    return leave()
