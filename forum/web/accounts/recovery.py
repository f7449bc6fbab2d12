"""A forgotten password, and the links that let somebody choose a new one."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from forum.accounts import credentials
from forum.accounts.links import CHOOSE_PASSWORD, RESET_PASSWORD
from forum.accounts.models import User
from forum.accounts.passwords import least_length
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.web.accounts.addresses import client_address
from forum.web.accounts.blueprint import pages
from forum.web.accounts.entrance import dead_link
from forum.web.accounts.forms import ForgottenForm, NewPasswordForm
from forum.web.forms import form_from, takes
from forum.web.language import language, spoken


@pages.get("/account/forgotten")
def show_forgotten(form: ForgottenForm | None = None) -> str:
    """The form that asks for an address."""
    return render_template("accounts/forgotten.html", form=form or form_from(ForgottenForm))


@pages.post("/account/forgotten")
@takes(ForgottenForm, again=show_forgotten, visitors=True)
@writes
def forgotten(form: ForgottenForm) -> Response:
    """Answer the same whoever has the address."""
    credentials.ask_for_reset(db(), form.address, client_address(), now())
    return redirect(url_for("accounts.check_mail"), 303)


@pages.get("/account/<any(reset, choose):kind>/<token>")
def show_reset(kind: str, token: str, form: NewPasswordForm | None = None) -> Any:
    """The form for a new password."""
    user = _user_of(kind, token)
    if user is None:
        dead_link(url_for("accounts.show_forgotten"), spoken(say("Ask for a new link")))
    return render_template(
        "accounts/reset.html",
        form=form or form_from(NewPasswordForm),
        kind=kind,
        least=least_length(user.is_staff),
    )


@pages.post("/account/<any(reset, choose):kind>/<token>")
@takes(NewPasswordForm, again=lambda form, kind, token: show_reset(kind, token, form), visitors=True)
@writes
def reset(form: NewPasswordForm, kind: str, token: str) -> Any:
    """Set the password; the link is dead from here on, and everybody is signed out."""
    user = _user_of(kind, token)
    if user is None or not form.password_hash:
        dead_link(url_for("accounts.show_forgotten"), spoken(say("Ask for a new link")))
    credentials.set_password(db(), user, form.password_hash, now())
    if kind == "choose":
        # Whoever invited them could not know which language they read.
        user.language = language()
    flash(spoken(say("Your new password is set. Sign in with it.")))
    return redirect(url_for("accounts.show_sign_in"), 303)


def _user_of(kind: str, token: str) -> User | None:
    purpose = RESET_PASSWORD if kind == "reset" else CHOOSE_PASSWORD
    return credentials.find_by_link(db(), parts().signer, purpose, token)
