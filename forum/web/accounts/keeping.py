"""A text whose writer was signed out meanwhile: it waits in the form to sign in, and becomes their draft."""

from typing import Any

from flask import render_template, request

from forum.accounts.models import User
from forum.base.errors import Invalid, Refused
from forum.base.requests import db, now
from forum.drafts.actions import NewerDraft, save_draft
from forum.drafts.models import PARTS, Purpose
from forum.drafts.queries import find_draft
from forum.web.accounts.forms import SignInForm
from forum.web.drafts.restoring import FOR, VERSION, both_texts, place_of, sent_parts, sent_purpose, sent_version
from forum.web.forms import form_from

#: The title of a form of ours that is longer than this was not written in one.
MOST = 50_000


def kept_fields() -> dict[str, str]:
    """What the form to sign in carries along: hidden fields by name; nothing where no text was sent."""
    purpose = sent_purpose() if request.method == "POST" else None
    if purpose is None:
        return {}
    parts = {name: request.form.get(name, "")[:MOST] for name in PARTS[purpose.kind]}
    return {FOR: str(purpose), VERSION: str(sent_version()), **parts}


def sign_in_first() -> tuple[str, int]:
    """The form to sign in, with what was written in it."""
    purpose = sent_purpose()
    form = form_from(SignInForm, next=place_of(purpose) if purpose else "/")
    return render_template("accounts/sign_in.html", form=form, kept=kept_fields()), 401


def keep_for(user: User) -> Any:
    """Make what was written a draft of whoever came in; None when they can simply go on.

    Where they have another text for the same purpose, the page that shows both.
    """
    purpose = sent_purpose()
    if purpose is None:
        return None
    try:
        _save(user, purpose)
    except NewerDraft as conflict:
        return both_texts(purpose, sent_parts(purpose), conflict.draft)
    except (Invalid, Refused):
        # Signing in must not fail because of the text; the page shows it, to be copied.
        return both_texts(purpose, sent_parts(purpose), None)
    return None


def _save(user: User, purpose: Purpose) -> None:
    draft = find_draft(db(), user, purpose)
    version = sent_version() if draft is not None else 0
    save_draft(db(), user, purpose, sent_parts(purpose), version, now())
