"""Who I am to others, how the pages look and speak, my tokens."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.accounts import administration, tokens
from forum.accounts.queries import find_user, list_tokens
from forum.accounts.rules import SCOPES, may_use_scope
from forum.base.causes import Cause
from forum.base.once import made_before, remember_made
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.web.accounts.blueprint import pages
from forum.web.accounts.forms import PreferencesForm, ProfileForm, TokenForm
from forum.web.context import keys_off, theme
from forum.web.forms import form_from, takes
from forum.web.language import COOKIE, language, spoken
from forum.web.people import actor, reader, safe_next

#: As long as a browser keeps a cookie that is not used in between.
PREFERENCE_SECONDS = 365 * 24 * 3600

#: What each scope means to somebody who gives it away.
SCOPE_WORDS = {
    "read": say("Read what you can read"),
    "write": say("Ask, answer, comment and vote in your name"),
    "moderate": say("Moderate"),
    "knowledge": say("Work on the knowledge base"),
    "agent": say("See contacts and work on tickets"),
    "insight": say("See figures about complaints and processes"),
    "admin": say("Run the site"),
}


@pages.get("/account/settings")
def settings(form: ProfileForm | None = None) -> str:
    """Name, language, a few words about oneself."""
    person = actor()
    shown = form or form_from(ProfileForm, name=person.name, about=person.about, language=person.language)
    return render_template("accounts/settings.html", form=shown)


@pages.post("/account/settings")
@takes(ProfileForm, again=settings)
@writes
def change_profile(form: ProfileForm) -> Response:
    """Keep what was written."""
    administration.change_profile(db(), actor(), form.name.data, form.about.data, form.language.data)
    flash(spoken(say("Your settings are kept.")))
    return redirect(url_for("accounts.settings"), 303)


@pages.get("/account/preferences")
def preferences() -> str:
    """Colours, language and keys, for visitors too."""
    chosen = form_from(
        PreferencesForm,
        theme=theme() or "auto",
        language=language(),
        keys="off" if keys_off() else "on",
        next=safe_next(request.args.get("next")),
    )
    return render_template("accounts/preferences.html", form=chosen)


@pages.post("/account/preferences")
@takes(PreferencesForm, again=lambda form: preferences(), visitors=True)
@writes
def change_preferences(form: PreferencesForm) -> Response:
    """Keep the choice in this browser, and the language of somebody signed in with the account."""
    response = redirect(safe_next(form.next.data), 303)
    chosen_theme, chosen_language = form.chosen(form.theme), form.chosen(form.language)
    if chosen_theme == "auto":
        response.delete_cookie("theme")
    elif chosen_theme is not None:
        _remember(response, "theme", chosen_theme)
    chosen_keys = form.chosen(form.keys)
    if chosen_keys == "on":
        response.delete_cookie("keys")
    elif chosen_keys is not None:
        _remember(response, "keys", chosen_keys)
    if chosen_language is not None:
        _remember(response, COOKIE, chosen_language)
        if reader().is_signed_in:
            person = actor()
            administration.change_profile(db(), person, person.name, person.about, chosen_language)
    return response


def _remember(response: Response, name: str, value: str) -> None:
    secure = parts().settings.is_secure
    # The theme switch reads its cookie in the page; no such cookie says who somebody is.
    response.set_cookie(name, value, max_age=PREFERENCE_SECONDS, secure=secure, httponly=False, samesite="Lax")


@pages.get("/account/tokens")
def show_tokens(form: TokenForm | None = None) -> str:
    """My tokens, and the form for another one."""
    person = actor()
    return render_template(
        "accounts/tokens.html",
        form=form or form_from(TokenForm),
        tokens=list_tokens(db(), person),
        scopes=[(scope, SCOPE_WORDS[scope]) for scope in SCOPES if may_use_scope(person, scope)],
        scope_words=SCOPE_WORDS,
    )


@pages.post("/account/tokens")
@takes(TokenForm, again=show_tokens)
@writes
def add_token(form: TokenForm) -> Any:
    """Make a token and show it, this once; sending the form again shows none and makes none."""
    person = find_user(db(), actor().id)
    owner = f"user:{person.id}"
    if made_before(db(), owner, form.once_key) is not None:
        flash(spoken(say("This token was made already. Its text is shown only once.")), "warn")
        return redirect(url_for("accounts.show_tokens"), 303)
    token, text = tokens.add_token(db(), person, form.name.data, frozenset(form.scopes.data), now())
    remember_made(db(), owner, form.once_key, Cause.of(token), now())
    return render_template("accounts/new_token.html", token=token, text=text), 201


@pages.post("/account/tokens/<int:token_id>/revoke")
@writes
def revoke_token(token_id: int) -> Response:
    """Let one of my tokens open nothing any more."""
    tokens.revoke_token(db(), tokens.find_own_token(db(), actor(), token_id), now())
    flash(spoken(say("The token is revoked.")))
    return redirect(url_for("accounts.show_tokens"), 303)
