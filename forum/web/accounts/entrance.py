"""Joining, coming in, leaving, and the first administrator."""

from typing import Any, NoReturn

from flask import abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from forum.accounts import administration, signing_in, signing_up
from forum.accounts.links import CONFIRM_SIGN_UP, SET_UP, ProofLinks, read_id
from forum.accounts.models import ADMINISTRATOR, SignUp
from forum.accounts.queries import find_user, has_administrator
from forum.accounts.rules import may_sign_in
from forum.accounts.sessions import end_session, hash_token, open_session
from forum.base.causes import Cause
from forum.base.once import made_before, remember_made
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import Sentence, say
from forum.web.accounts.addresses import client_address, user_agent
from forum.web.accounts.blueprint import pages
from forum.web.accounts.forms import (
    WRONG_SIGN_IN,
    ConfirmForm,
    SetUpForm,
    SignInForm,
    SignUpForm,
    browser_secret,
)
from forum.web.accounts.keeping import keep_for, kept_fields
from forum.web.forms import form_from, takes
from forum.web.language import spoken
from forum.web.people import current_session, let_in, let_out, reader, safe_next


@pages.get("/account/sign-up")
def show_sign_up(form: SignUpForm | None = None) -> Any:
    """The form to join; who is in already is sent on."""
    if form is None and reader().is_signed_in:
        return redirect("/", 303)
    return render_template("accounts/sign_up.html", form=form or form_from(SignUpForm))


@pages.post("/account/sign-up")
@takes(SignUpForm, again=show_sign_up, visitors=True)
@writes
def sign_up(form: SignUpForm) -> Response:
    """Note the wish and say the same to everybody."""
    browser = browser_secret()
    owner = f"browser:{hash_token(browser)[:32]}"
    if made_before(db(), owner, form.once_key) is None:
        wish = signing_up.ask_to_join(db(), form.wish, browser, client_address(), now())
        remember_made(db(), owner, form.once_key, Cause.of(wish), now())
    return redirect(url_for("accounts.check_mail"), 303)


@pages.get("/account/check-mail")
def check_mail() -> str:
    """What happens next, in words that fit whatever the mail says."""
    return render_template("accounts/check_mail.html", leaves=parts().settings.mail_folder is None)


@pages.get("/account/confirm/<token>")
def show_confirm(token: str, form: ConfirmForm | None = None) -> Any:
    """One button: a mail program that looks at links confirms nothing."""
    found = _sign_up_of(token)
    if found is None:
        dead_link(url_for("accounts.show_sign_up"), spoken(say("Sign up once more")))
    asks_password = not signing_up.is_from_browser(found, session.get("sign_up"))
    return render_template("accounts/confirm.html", form=form or form_from(ConfirmForm), asks_password=asks_password)


@pages.post("/account/confirm/<token>")
@takes(ConfirmForm, again=lambda form, token: show_confirm(token, form), visitors=True)
@writes
def confirm(form: ConfirmForm, token: str) -> Any:
    """Make the account and come in."""
    found = _sign_up_of(token)
    if found is None:
        dead_link(url_for("accounts.show_sign_up"), spoken(say("Sign up once more")))
    user = signing_up.confirm_sign_up(db(), found, now())
    opened, secret = open_session(db(), user, user_agent(), now())
    let_in(user, opened, secret)
    flash(spoken(say("Welcome, %(name)s. Your account is ready.", name=user.name)))
    return redirect("/", 303)


def _sign_up_of(token: str) -> SignUp | None:
    return signing_up.find_open_sign_up(db(), read_id(parts().signer, CONFIRM_SIGN_UP, token), now())


@pages.get("/account/sign-in")
def show_sign_in(form: SignInForm | None = None) -> Any:
    """The form to come in; who is in already is sent on."""
    target = safe_next(request.args.get("next"))
    if form is None and reader().is_signed_in:
        return redirect(target, 303)
    return render_template("accounts/sign_in.html", form=form or form_from(SignInForm, next=target), kept=kept_fields())


@pages.post("/account/sign-in")
@takes(SignInForm, again=show_sign_in, visitors=True)
@writes
def sign_in(form: SignInForm) -> Any:
    """Open a new session under a new name; whatever this browser had before is over."""
    if not form.is_right or form.checked_hash is None:
        form.take_errors({"": WRONG_SIGN_IN})
        return show_sign_in(form), 422
    user = find_user(db(), form.claimed)
    verdict = may_sign_in(user)
    if verdict.reason is not None:
        form.take_errors({"": verdict.reason})
        return show_sign_in(form), 422
    signing_in.forgive_try(db(), form.address, client_address(), now())
    if signing_in.needs_longer_password(user, form.password.data):
        flash(spoken(say("Staff need a longer password. Please choose one before you come in.")), "warn")
        link = ProofLinks("", parts().signer).reset_password(user)
        return redirect(link, 303)
    if reader().is_signed_in:
        end_session(db(), current_session(), now())
    opened, secret = signing_in.sign_in(db(), user, form.checked_hash, user_agent(), now())
    if form.new_hash is not None:
        signing_in.renew_hash(user, form.new_hash)
    both_texts = keep_for(user)
    let_in(user, opened, secret)
    return both_texts or redirect(safe_next(form.next.data), 303)


@pages.post("/account/sign-out")
@writes
def sign_out() -> Response:
    """Leave with this browser; pressing twice is no mistake."""
    if reader().is_signed_in:
        signing_in.sign_out(db(), current_session(), now())
    return leave()


def leave(said: Sentence | None = None, to: str = "/") -> Response:
    """Forget everything this browser kept of the person, and say why."""
    let_out()
    flash(spoken(said or say("You are signed out.")))
    response = redirect(to, 303)
    # Not "cookies": that would take the colours and the language too; the session is dead on the server.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.get("/account/set-up/<token>")
def show_set_up(token: str, form: SetUpForm | None = None) -> Any:
    """The form for the first administrator, for whoever can read what the server prints."""
    if not _may_set_up(token):
        dead_link(url_for("accounts.show_sign_in"), spoken(say("Sign in")))
    return render_template("accounts/set_up.html", form=form or form_from(SetUpForm))


@pages.post("/account/set-up/<token>")
@takes(SetUpForm, again=lambda form, token: show_set_up(token, form), visitors=True)
@writes
def set_up(form: SetUpForm, token: str) -> Any:
    """Make the first administrator and let them in."""
    if not _may_set_up(token):
        dead_link(url_for("accounts.show_sign_in"), spoken(say("Sign in")))
    person = administration.NewPerson(
        email=form.wish.email,
        name=form.wish.name,
        language=form.wish.language,
        password_hash=form.wish.password_hash,
        roles=frozenset((ADMINISTRATOR,)),
    )
    user = administration.set_up(db(), person, now())
    opened, secret = open_session(db(), user, user_agent(), now())
    let_in(user, opened, secret)
    flash(spoken(say("Welcome, %(name)s. This is where the site is run.", name=user.name)))
    return redirect("/admin", 303)


def _may_set_up(token: str) -> bool:
    is_ours = parts().signer.read(SET_UP.name, token, SET_UP.lifetime) is not None
    return is_ours and not has_administrator(db())


def dead_link(url: str, label: str) -> NoReturn:
    """What a used, old or false link leads to: the same page for all three."""
    page = render_template("accounts/dead_link.html", url=url, label=label)
    abort(Response(page, 410, mimetype="text/html"))
