"""Let somebody in by hand: an account without a password, and a link by which its owner chooses one."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from wtforms import SelectMultipleField

from forum.accounts import administration
from forum.accounts.administration import NewPerson
from forum.accounts.emails import normalise_email
from forum.accounts.links import CHOOSE_PASSWORD, ProofLinks
from forum.accounts.models import NAME_LENGTH, RIGHTS, STAFF_ROLES
from forum.accounts.names import normalise_name
from forum.base.causes import Cause
from forum.base.errors import Invalid
from forum.base.once import made_before, remember_made
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.web.admin.blueprint import administrator, pages
from forum.web.admin.forms import RIGHT_WORDS, ROLE_WORDS
from forum.web.forms import Line, PageForm, form_from, takes
from forum.web.language import spoken

EMAIL_LENGTH = 254


class InviteForm(PageForm):
    """Who it is, and what they will be allowed."""

    name = Line(say("Name"), most=2 * NAME_LENGTH)
    email = Line(say("E-mail"), most=EMAIL_LENGTH)
    roles = SelectMultipleField(say("Roles"), choices=sorted(STAFF_ROLES))
    rights = SelectMultipleField(say("Rights"), choices=list(RIGHTS))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.data = self.roles.data or []
        self.rights.data = self.rights.data or []

    def prepare(self) -> None:
        settings = parts().settings
        self.person = NewPerson(
            normalise_email(self.email.data),
            normalise_name(self.name.data, "" if self.roles.data else settings.site_name),
            settings.languages[0],
            roles=frozenset(self.roles.data),
            rights=frozenset(self.rights.data),
        )


@pages.get("/admin/people/invite")
def invite(form: InviteForm | None = None) -> str:
    """A form for somebody new."""
    administrator()
    return render_template(
        "admin/invite.html", form=form or form_from(InviteForm), role_words=ROLE_WORDS, right_words=RIGHT_WORDS
    )


@pages.post("/admin/people/invite")
@takes(InviteForm, again=invite)
@writes
def invite_person(form: InviteForm) -> Any:
    """Make the account and show the link, this once; sending the form again makes none."""
    who = administrator()
    owner = f"user:{who.id}"
    made = made_before(db(), owner, form.once_key)
    if made is not None:
        flash(spoken(say("This account was made already. Its link is shown only once.")), "warn")
        return redirect(url_for("admin.person", user_id=made.id), 303)
    if not form.person.email:
        raise Invalid({"email": say("Please fill this in.")})
    added = administration.add_person(db(), form.person, now(), actor=who)
    remember_made(db(), owner, form.once_key, Cause.of(added), now())
    link = ProofLinks(parts().settings.base_url, parts().signer).choose_password(added)
    return render_template("admin/invited.html", person=added, link=link, days=CHOOSE_PASSWORD.lifetime.days), 201
